# SPDX-License-Identifier: Apache-2.0
"""Normalisation as functions."""

import torch
import torch.nn.functional as F

from edges import ask, edges
from golden import bf16, f16, f32, f64, u


def positive(*shape, dtype=f32):
    return u(*shape, dtype=dtype, lo=0.2, hi=2)


def add_batch_norm(fam):
    def run(x, weight, bias, mean, var, **attrs):
        y = F.batch_norm(x, mean, var, weight, bias, **attrs)
        return [y] + [t for t in (mean, var) if t is not None]

    for shape in ((4, 3), (2, 3, 5), (2, 3, 4, 5), (1, 3, 2, 2)):
        stats = lambda dtype=f32: (u(3, dtype=dtype).const, positive(3, dtype=dtype).const)
        for training in (True, False):
            attrs = dict(training=training, momentum=0.1, eps=1e-5)
            fam.case("batch_norm", u(*shape), u(3), u(3), *stats(), fn=run, **attrs)
            fam.case("batch_norm", u(*shape), None, None, *stats(), fn=run, **attrs)
            fam.case("batch_norm", u(*shape, dtype=f64), u(3, dtype=f64), u(3, dtype=f64), *stats(f64), fn=run, **attrs)
            if len(shape) == 4:
                fam.case("batch_norm", u(*shape).channels_last, u(3), u(3), *stats(), fn=run, **attrs)
            fam.case("batch_norm", u(*shape).T, u(3), u(3), *stats(), fn=run, **attrs)
        fam.case("batch_norm", u(*shape), u(3), u(3), None, None, fn=run, training=True, momentum=0.3, eps=1e-3)
    fam.case("batch_norm", u(2, 3, 4, dtype=bf16), u(3), u(3), u(3).const, positive(3).const, fn=run, training=False,
             momentum=0.1, eps=1e-5)
    fam.case("batch_norm", u(300, 3, lo=10, hi=11), u(3), u(3), u(3).const, positive(3).const, fn=run, training=True,
             momentum=0.1, eps=1e-5, grad=False, tol=30)
    for x, w, training in (((2, 4), (3,), True), ((2, 3), (4,), False), ((3,), (3,), True)):
        fam.case("batch_norm", u(*x), u(*w), u(*w), u(3).const, positive(3).const, fn=run, training=training,
                 momentum=0.1, eps=1e-5, throws=True)
    fam.case("batch_norm", u(2, 3), None, None, None, None, fn=run, training=False, momentum=0.1, eps=1e-5, throws=True)


def add_norms(fam):
    layer = lambda x, w, b, normalized_shape, eps: F.layer_norm(x, normalized_shape, w, b, eps)
    rms = lambda x, w, normalized_shape, eps: F.rms_norm(x, normalized_shape, w, eps)
    for shape, normalized in (((2, 3, 8), [8]), ((2, 3, 4), [3, 4]), ((5,), [5]), ((0, 4), [4]), ((2, 37), [37])):
        for dtype in (f32, f64, bf16):
            w = lambda: u(*normalized, dtype=dtype)
            fam.case("layer_norm", u(*shape, dtype=dtype), w(), w(), fn=layer, normalized_shape=normalized, eps=1e-5)
            fam.case("rms_norm", u(*shape, dtype=dtype), w(), fn=rms, normalized_shape=normalized, eps=1e-6)
        fam.case("layer_norm", u(*shape).T, u(*normalized), None, fn=layer, normalized_shape=normalized, eps=1e-5)
        fam.case("layer_norm", u(*shape).sliced, None, None, fn=layer, normalized_shape=normalized, eps=1e-2)
        fam.case("rms_norm", u(*shape).T, None, fn=rms, normalized_shape=normalized, eps=None)
    fam.case("layer_norm", u(3, 64, lo=100, hi=101), u(64), u(64), fn=layer, normalized_shape=[64], eps=1e-5, tol=100)
    for normalized, w in (([4], 4), ([3], 4), ([], None)):
        fam.case("layer_norm", u(2, 3), u(w) if w else None, None, fn=layer, normalized_shape=normalized, eps=1e-5,
                 throws=True)
    fam.case("rms_norm", u(2, 3), None, fn=rms, normalized_shape=[4], eps=None, throws=True)
    group = lambda x, w, b, num_groups, eps: F.group_norm(x, num_groups, w, b, eps)
    for shape in ((2, 4, 3), (2, 4, 2, 3), (3, 4)):
        for groups in (1, 2, 4):
            if shape == (3, 4) and groups == 4:
                continue
            fam.case("group_norm", u(*shape), u(4), u(4), fn=group, num_groups=groups, eps=1e-5)
            fam.case("group_norm", u(*shape, dtype=f64), None, None, fn=group, num_groups=groups, eps=1e-5)
    fam.case("group_norm", u(2, 4, 2, 3).channels_last, u(4), u(4), fn=group, num_groups=2, eps=1e-5)
    fam.case("group_norm", u(2, 4, 3).T, u(4), u(4), fn=group, num_groups=2, eps=1e-5)
    fam.case("group_norm", u(2, 4, 3), u(4), u(4), fn=group, num_groups=3, eps=1e-5, throws=True)
    fam.case("group_norm", u(2, 4, 3), u(3), u(4), fn=group, num_groups=2, eps=1e-5, throws=True)


def add_edges(fam):
    def batch(x, weight, bias, mean, var, **attrs):
        y = torch.batch_norm(x, weight, bias, mean, var, cudnn_enabled=False, **attrs)
        return [y, mean, var]

    layer = lambda x, w, b, normalized_shape, eps: F.layer_norm(x, normalized_shape, w, b, eps)
    for x in edges(u) + [u(0, 3, 4), u(2, 3, 0), u(0, 3, 2, 2)]:
        for training in (True, False):
            ask(fam, "batch_norm", x, u(3), u(3), u(3).const, positive(3).const, fn=batch, training=training,
                momentum=0.1, eps=1e-5)
        n = x.shape[-1:] or [1]
        for dtype in (f32, f16, bf16):
            y, w = x.copy(dtype=dtype), u(*n, dtype=dtype)
            ask(fam, "layer_norm", y, w, w, fn=layer, normalized_shape=n, eps=1e-5)
            ask(fam, "rms_norm", y, w, normalized_shape=n, eps=1e-5,
                fn=lambda x, w, normalized_shape, eps: F.rms_norm(x, normalized_shape, w, eps))
        ask(fam, "group_norm", x, u(3), u(3), num_groups=3, eps=1e-5,
            fn=lambda x, w, b, num_groups, eps: torch.group_norm(x, num_groups, w, b, eps))


def add(fam):
    add_batch_norm(fam)
    add_norms(fam)
    add_edges(fam)
