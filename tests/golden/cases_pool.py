# SPDX-License-Identifier: Apache-2.0
"""Pooling and padding."""

import torch.nn.functional as F

from edges import ask, edges
from golden import bf16, d, f32, f64, u, v


def add_pool(fam):
    base = {"kernel_size": [2, 2], "stride": [2, 2], "padding": [0, 0]}
    variants = [{}, {"ceil_mode": True}, {"kernel_size": [3, 2], "stride": [2, 1]},
                {"kernel_size": [3, 3], "padding": [1, 1]}, {"kernel_size": [3, 3], "padding": [1, 1], "ceil_mode": True},
                {"kernel_size": [1, 1], "stride": [3, 3]}, {"stride": []}]
    for changes in variants:
        attrs = {**base, "ceil_mode": False, **changes}
        for dilation in ([1, 1], [2, 1]):
            if attrs["kernel_size"][0] * dilation[0] > 6:
                continue
            full = {**attrs, "dilation": dilation}
            fam.case("max_pool2d", d(2, 3, 7, 6), fn=max_pool, **full)
            fam.case("max_pool2d", d(2, 3, 7, 6).channels_last, fn=max_pool, **full)
        for include in (True, False):
            for divisor in (None, 3):
                full = {**attrs, "count_include_pad": include, "divisor_override": divisor}
                fam.case("avg_pool2d", u(2, 3, 7, 6), fn=avg_pool, **full)
            fam.case("avg_pool2d", u(2, 3, 7, 6).channels_last, fn=avg_pool, **full)
    usual_max = {**base, "ceil_mode": False, "dilation": [1, 1]}
    usual_avg = {**base, "ceil_mode": False, "count_include_pad": True, "divisor_override": None}
    for op, fn, usual in (("max_pool2d", max_pool, usual_max), ("avg_pool2d", avg_pool, usual_avg)):
        fam.case(op, d(3, 4, 4), fn=fn, **usual)
        fam.case(op, d(2, 3, 4, 4).T, fn=fn, **usual)
        fam.case(op, d(1, 2, 4, 4, dtype=f64), fn=fn, **usual)
        fam.case(op, d(1, 1, 4, 4, dtype=bf16), fn=fn, **usual)
        fam.case(op, d(0, 2, 4, 4), fn=fn, **usual)
        for x, attrs in (((4, 4), {}), ((1, 2, 1, 1), {}), ((1, 2, 4, 4), {"padding": [2, 2]}),
                         ((1, 2, 4, 4), {"kernel_size": [0, 1]}), ((1, 2, 4, 4), {"padding": [-1, 0]})):
            fam.case(op, d(*x), fn=fn, throws=True, **{**usual, **attrs})
    fam.case("max_pool2d", v([1, float("nan"), 3, 4] * 4, dtype=f32, shape=[1, 1, 4, 4]).const, fn=max_pool, **usual_max)
    fam.case("max_pool2d", v([float("-inf")] * 16, dtype=f32, shape=[1, 1, 4, 4]).const, fn=max_pool, **usual_max)
    for ceil_mode in (False, True):
        fam.case("max_pool1d", d(2, 3, 9), fn=lambda t, **a: F.max_pool1d(t, **a), kernel_size=[2], stride=[2],
                 padding=[0], dilation=[1], ceil_mode=ceil_mode)
        fam.case("avg_pool1d", u(2, 3, 9), kernel_size=[2], stride=[2], padding=[1], ceil_mode=ceil_mode,
                 count_include_pad=False)
    for size in ([1, 1], [2, 3], [7, 6], [5, 4], [9, 9]):
        for sp in (d(2, 3, 7, 6), d(2, 3, 7, 6).channels_last):
            fam.case("adaptive_avg_pool2d", sp, fn=F.adaptive_avg_pool2d, output_size=size)
            fam.case("adaptive_max_pool2d", sp, output_size=size, fn=lambda t, output_size:
                     F.adaptive_max_pool2d(t, output_size, return_indices=True))
    fam.case("adaptive_avg_pool2d", u(3, 5, 5, dtype=f64), fn=F.adaptive_avg_pool2d, output_size=[2, 2])
    fam.case("adaptive_avg_pool2d", u(2, 2, 5, 5, dtype=bf16), fn=F.adaptive_avg_pool2d, output_size=[1, 1])
    fam.case("adaptive_avg_pool2d", u(5, 5), fn=F.adaptive_avg_pool2d, output_size=[2, 2], throws=True)
    fam.case("adaptive_avg_pool2d", u(1, 1, 5, 5), fn=F.adaptive_avg_pool2d, output_size=[-1, 2], throws=True)


def max_pool(t, **attrs):
    return F.max_pool2d(t, return_indices=True, **with_stride(attrs))


def avg_pool(t, **attrs):
    return F.avg_pool2d(t, **with_stride(attrs))


def with_stride(attrs):
    return {**attrs, "stride": attrs["stride"] or None}


def add_pad(fam):
    for pad in ([1, 2], [1, 1, 2, 0], [-1, 1], [0, 0, 1, 2, 3, 0]):
        fam.case("pad", u(2, 3, 4), fn=F.pad, pad=pad, mode="constant", value=0.5)
    for mode in ("reflect", "replicate", "circular"):
        fam.case("pad", u(1, 2, 4, 3), fn=F.pad, pad=[1, 2, 1, 1], mode=mode)


def add_edges(fam):
    window = {"kernel_size": [2, 2], "stride": [2, 2], "padding": [1, 1], "ceil_mode": False}
    for x in edges(d) + [d(0, 3, 4, 5), d(2, 0, 4, 5), d(2, 3, 0, 5), d(3, 0, 5), d(0, 4, 5), d(3, 4, 5).permuted(1, 2, 0)]:
        for attrs in (window, {**window, "padding": [0, 0]}):
            ask(fam, "max_pool2d", x, fn=max_pool, dilation=[1, 1], **attrs)
            ask(fam, "avg_pool2d", x, fn=avg_pool, count_include_pad=False, divisor_override=None, **attrs)
        for size in ([1, 1], [3, 2]):
            if 0 not in x.shape[-2:]:
                ask(fam, "adaptive_avg_pool2d", x, fn=F.adaptive_avg_pool2d, output_size=size)
            if x.shape != [0, 4, 5]:
                ask(fam, "adaptive_max_pool2d", x, output_size=size, fn=lambda t, output_size:
                    F.adaptive_max_pool2d(t, output_size, return_indices=True))
        for pad in ([1, 2], [1, 0, 0, 1], [-1, 1, 1, -1]):
            for mode in ("constant", "reflect", "replicate", "circular"):
                ask(fam, "pad", x, fn=F.pad, pad=pad, mode=mode)
    for x in (d(0, 3, 8), d(2, 0, 8), d(2, 3, 0), d(0, 8), d(8)):
        ask(fam, "max_pool1d", x, fn=lambda t, **a: F.max_pool1d(t, **a), kernel_size=[2], stride=[2], padding=[1],
            dilation=[1], ceil_mode=False)
        ask(fam, "avg_pool1d", x, kernel_size=[2], stride=[2], padding=[1], ceil_mode=False, count_include_pad=True)


def add(fam):
    add_pad(fam)
    add_pool(fam)
    add_edges(fam)
