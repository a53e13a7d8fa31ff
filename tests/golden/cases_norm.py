# SPDX-License-Identifier: Apache-2.0
"""Normalisation as functions."""

from math import inf, nan

import torch
import torch.nn.functional as F

from edges import ask, edges
from every_type import every, second, small
from golden import bf16, f16, f32, f64, u, v
from special_points import MODEST, lines


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
    # No variance at all: an infinite scale.
    for mean in (0.0, 1.0, -1.0):
        for x in (u(2, 3), u(2, 3, 2, 2), u(2, 3, 2, 2).channels_last):
            fam.case("batch_norm", x, u(3), u(3), v([mean] * 3, dtype=f32).const, v([0.0, 1.0, 0.0], dtype=f32).const, fn=run,
                     training=False, momentum=0.1, eps=0.0)
    for x, w, training in (((2, 4), (3,), True), ((2, 3), (4,), False), ((3,), (3,), True)):
        fam.case("batch_norm", u(*x), u(*w), u(*w), u(3).const, positive(3).const, fn=run, training=training,
                 momentum=0.1, eps=1e-5, throws=True)
    fam.case("batch_norm", u(2, 3), None, None, None, None, fn=run, training=False, momentum=0.1, eps=1e-5, throws=True)


ACTIVATIONS = (lambda x: x, F.relu, F.relu6, F.silu, F.hardswish)  # as ConvActivation


def norm_act(x, weight, bias, mean, var, residual, activation, **attrs):
    mean, var = [t if t is None else t.clone() for t in (mean, var)]
    y = F.batch_norm(x, mean, var, weight, bias, momentum=0.1, **attrs)
    y = ACTIVATIONS[activation](y if residual is None else y + residual)
    return [y] + [t for t in (mean, var) if t is not None]


def add_batch_norm_act(fam):
    for activation in range(len(ACTIVATIONS)):
        for training in (True, False):
            attrs = dict(fn=norm_act, training=training, activation=activation, eps=1e-3, tol=4)
            for shape in ((5, 3), (2, 3, 3, 2)):
                x = lambda dtype=f32: u(*shape, dtype=dtype, lo=-3, hi=3)
                few = lambda dtype=f32: u(3, dtype=dtype, lo=-3, hi=4)
                stats = lambda dtype=f32: (few(dtype).const, positive(3, dtype=dtype).const)
                fam.case("batch_norm_act", x(f64), few(f64), few(f64), *stats(f64), x(f64), second=True, **attrs)
                fam.case("batch_norm_act", x(), None, few(), *stats(), None, **attrs)
            fam.case("batch_norm_act", x().channels_last, few(), few(), *stats(), x().channels_last, **attrs)
            fam.case("batch_norm_act", x().channels_last, few(), None, *stats(), x(), **attrs)
            fam.case("batch_norm_act", x().T, few(), few(), *stats(), None, **attrs)
        fam.case("batch_norm_act", x(), few(), few(), None, None, x(), fn=norm_act, training=True, activation=activation,
                 eps=1e-3, tol=4)
    shape = (2, 3, 2, 2)
    for bad in (((2, 3, 2, 1), f32), (shape, f64)):
        fam.case("batch_norm_act", u(*shape), u(3), u(3), None, None, u(*bad[0], dtype=bad[1]), activation=1, training=True,
                 eps=1e-3, throws=True, fn=refuse)


def refuse(*args, **attrs):
    """PyTorch would broadcast or promote the residual; the operator takes one of its input's kind only."""
    raise ValueError


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


def add_native(fam):
    """The forms that give the statistics too."""
    def batch(x, w, b, m, var, training):
        return torch.native_batch_norm(x, w, b, m, var, training, 0.1, 1e-5)

    def group(x, w, b, num_groups):
        return torch.native_group_norm(x, w, b, x.size(0), x.size(1), x[0, 0].numel(), num_groups, 1e-5)

    def layer(x, w, b, normalized_shape):
        return torch.native_layer_norm(x, normalized_shape, w, b, 1e-5)

    for dtype, params in ((f64, f64), (f32, f32), (bf16, bf16), (bf16, f32), (bf16, None), (f16, f32)):
        w = lambda: u(4, dtype=params, lo=0.2) if params else None
        second = dtype == f64
        for training in (True, False):
            stats = [t.const for t in (u(4, dtype=params or dtype), positive(4, dtype=params or dtype))]
            fam.case("native_batch_norm", u(3, 4, 2, dtype=dtype), w(), w(), *stats, fn=batch, training=training, tol=4)
        fam.case("native_batch_norm", u(3, 4, dtype=dtype), w(), w(), None, None, fn=batch, training=True, tol=4)
        for groups in (1, 2):
            fam.case("native_group_norm", u(3, 4, 2, dtype=dtype), w(), w(), fn=group, num_groups=groups, second=second, tol=4)
        # PyTorch rounds the gradients of float weights to the input's half type.
        fam.case("native_layer_norm", u(3, 4, dtype=dtype), w(), w(), fn=layer, normalized_shape=[4], second=second, tol=4,
                 grad=params in (dtype, None))


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
    add_batch_norm_act(fam)
    add_norms(fam)
    add_native(fam)
    add_edges(fam)


def add_special(fam):
    for dtype in (f32, f64):
        n = len(MODEST)
        x = lines(dtype, of=MODEST)
        gamma, beta = v([1, 0, -2, 3], dtype=dtype), v([0, 1, 0.5, -1], dtype=dtype)
        fam.case("layer_norm", x, gamma, beta, fn=lambda x, w, b, **kw: F.layer_norm(x, weight=w, bias=b, **kw),
                 normalized_shape=[4], eps=1e-5)
        fam.case("rms_norm", x, gamma, fn=lambda x, w, **kw: F.rms_norm(x, weight=w, **kw),
                 normalized_shape=[4], eps=None)
        fam.case("rms_norm", x, gamma, fn=lambda x, w, **kw: F.rms_norm(x, weight=w, **kw),
                 normalized_shape=[4], eps=0.0)
        # PyTorch's x * scale + shift of floats leaves rounding where a group is 5 everywhere.
        groups = [line for line in MODEST if dtype == f64 or set(line) != {5}]
        fam.case("group_norm", lines(dtype, [len(groups), 2, 2], groups), v([1, -2], dtype=dtype),
                 v([0, 0.5], dtype=dtype), fn=lambda x, w, b, **kw: F.group_norm(x, weight=w, bias=b, **kw),
                 num_groups=1, eps=1e-5)
        columns = v(list(zip(*MODEST)), dtype=dtype)
        weights = v([1 + i % 3 for i in range(n)], dtype=dtype), v([0.5] * n, dtype=dtype)
        for training in (True, False):
            def batch_norm(x, w, b, mean, var, training, momentum, eps):
                mean, var = mean.clone(), var.clone()
                y = F.batch_norm(x, mean, var, w, b, training, momentum, eps)
                return [y, mean, var]
            fam.case("batch_norm", columns, *weights, v([0.25] * n, dtype=dtype).const,
                     v([0.0, 1.0] * (n // 2), dtype=dtype).const, fn=batch_norm, tol=10, training=training, momentum=0.1, eps=1e-5)


    add_special_act(fam)


def add_special_act(fam):
    """Knots of the activations, infinities and NaN, by a norm that changes nothing."""
    for activation in range(len(ACTIVATIONS)):
        # PyTorch's gradients of these at NaN depend on how it cuts a tensor into vectors.
        missing = 0.5 if ACTIVATIONS[activation] in (F.relu6, F.hardswish) else nan
        points = [missing, inf, -inf, 0.0, 1e-30, -1e-30, 1.0, 3.0, -3.0, 2.5, -2.5, 6.0, 6.5, -6.0, 100.0, -100.0]
        for dtype in (f32, f64):
            column = lambda numbers: v([[x] for x in numbers], dtype=dtype)
            for residual in (None, column([0.0] * len(points)), column(points[::-1])):
                fam.case("batch_norm_act", column(points), v([1.0], dtype=dtype), v([0.0], dtype=dtype),
                         v([0.0], dtype=dtype).const, v([1.0], dtype=dtype).const, residual, fn=norm_act, training=False,
                         activation=activation, eps=0.0)
    # Where all of a channel is the same, its normalized values are 0: a knot.
    for activation in range(len(ACTIVATIONS)):
        missing = 0.5 if ACTIVATIONS[activation] in (F.relu6, F.hardswish) else nan
        x = v([[1.0, 2.0, 0.0], [1.0, -2.0, missing], [1.0, 4.0, 1.0], [1.0, 4.0, 2.0]], dtype=f64)
        w, b = v([2.0, 3.0, 1.0], dtype=f64), v([0.0, 0.5, -1.0], dtype=f64)
        for residual in (None, v([[0.0, 1.0, 1.0]] * 4, dtype=f64), v([[6.0, -3.0, 3.0]] * 4, dtype=f64)):
            fam.case("batch_norm_act", x, w, b, None, None, residual, fn=norm_act, training=True, activation=activation,
                     eps=1e-3, tol=10)


def add_types(fam):
    rows = lambda dtype: small(dtype, (2, 4))
    weight = lambda dtype: second(dtype, (8,)).copy(shape=[4], strides=[1], storage=8)
    every(fam, "layer_norm", rows, weight, weight, fn=lambda x, w, b, **kw: F.layer_norm(x, weight=w, bias=b, **kw),
          normalized_shape=[4], eps=1e-5)
    every(fam, "rms_norm", rows, weight, fn=lambda x, w, **kw: F.rms_norm(x, weight=w, **kw), normalized_shape=[4], eps=1e-5)
    every(fam, "group_norm", rows, weight, weight, fn=lambda x, w, b, **kw: F.group_norm(x, weight=w, bias=b, **kw),
          num_groups=2, eps=1e-5)


def add_complex(fam, dtype):
    rms = lambda x, w, **kw: F.rms_norm(x, weight=w, **kw)
    for eps in (None, 1e-3):
        fam.case("rms_norm", u(3, 4, dtype=dtype), u(4, dtype=dtype), fn=rms, normalized_shape=[4], eps=eps, second=True)
        fam.case("rms_norm", u(3, 2, 2, dtype=dtype), None, fn=rms, normalized_shape=[2, 2], eps=eps, second=True)
