# SPDX-License-Identifier: Apache-2.0
"""Convolution."""

import math

import torch.nn.functional as F

from edges import ask
from every_type import every
from golden import DTYPES, b8, bf16, f16, f32, f64, i64, is_float, u, u8, v

CONV2D = [
    # input, weight, bias?, attributes
    ((2, 3, 5, 6), (4, 3, 3, 3), True, {}),
    ((2, 3, 5, 6), (4, 3, 3, 3), False, {"padding": [1, 1]}),
    ((1, 2, 6, 5), (4, 2, 3, 2), True, {"stride": [2, 1], "padding": [1, 0]}),
    ((1, 2, 7, 7), (2, 2, 3, 3), True, {"dilation": [2, 2], "padding": [2, 1]}),
    ((2, 4, 4, 4), (6, 2, 3, 3), True, {"groups": 2, "padding": [1, 1]}),
    ((2, 4, 5, 5), (4, 1, 3, 3), True, {"groups": 4, "padding": [1, 1], "stride": [2, 2]}),
    ((2, 3, 4, 4), (8, 3, 1, 1), True, {}),
    ((2, 3, 5, 5), (2, 3, 1, 1), False, {"stride": [2, 2]}),
    ((1, 1, 9, 9), (1, 1, 5, 5), True, {"stride": [3, 3], "padding": [2, 2], "dilation": [1, 1]}),
    ((3, 5, 5), (4, 3, 3, 3), True, {}),
    ((0, 3, 5, 5), (4, 3, 3, 3), True, {}),
    ((2, 16, 6, 6), (16, 16, 3, 3), True, {"padding": [1, 1]}),
]
DEFAULTS = {"stride": [1, 1], "padding": [0, 0], "dilation": [1, 1], "groups": 1}


def add(fam):
    for x, w, bias, attrs in CONV2D:
        attrs = {**DEFAULTS, **attrs}
        b = lambda dtype=f32: u(w[0], dtype=dtype) if bias else None
        fam.case("conv2d", u(*x), u(*w), b(), **attrs)
        if len(x) == 4 and x[0] > 0 and w[0] < 16:
            fam.case("conv2d", u(*x).channels_last, u(*w).channels_last, b(), **attrs)
            fam.case("conv2d", u(*x, dtype=f64), u(*w, dtype=f64), b(f64), **attrs)
    x, w = (2, 3, 5, 5), (4, 3, 3, 3)
    for dtype in (bf16, f16):
        fam.case("conv2d", u(*x, dtype=dtype), u(*w, dtype=dtype), u(4, dtype=dtype), **DEFAULTS)
    fam.case("conv2d", u(*x).T, u(*w).T, u(4).sliced, **DEFAULTS)
    fam.case("conv2d", u(*x).const, u(*w), u(4), **DEFAULTS)
    fam.case("conv2d", u(*x), u(*w).const, u(4).const, **DEFAULTS)
    same = lambda x, w, b, padding: F.conv2d(x, w, b, padding=padding)
    for mode in ("same", "valid"):
        fam.case("conv2d_mode", u(*x), u(*w), u(4), fn=same, padding=mode)
        fam.case("conv2d_mode", u(1, 2, 5, 6), u(3, 2, 2, 4), None, fn=same, padding=mode)
    for x, w, b, attrs in (((2, 1, 5, 5), w, None, {}), (x, w, (3,), {}), ((2, 3), w, None, {}),
                           ((2, 3, 2, 2), w, None, {}), (x, w, None, {"stride": [0, 1]}), (x, w, None, {"padding": [-1, 0]}),
                           (x, w, None, {"groups": 2}), (x, w, None, {"dilation": [0, 0]}), (x, w, None, {"groups": 0})):
        fam.case("conv2d", u(*x), u(*w), u(*b) if b else None, throws=True, **{**DEFAULTS, **attrs})
    fam.case("conv2d", u(*x), u(*w, dtype=f64), None, throws=True, **DEFAULTS)

    one = {"stride": [1], "padding": [0], "dilation": [1], "groups": 1}
    for x, w, attrs in (((2, 3, 8), (4, 3, 3), {}), ((2, 3, 8), (4, 3, 3), {"stride": [2], "padding": [1]}),
                        ((1, 4, 9), (4, 2, 3), {"groups": 2, "dilation": [2]}), ((3, 8), (2, 3, 2), {})):
        fam.case("conv1d", u(*x), u(*w), u(w[0]), **{**one, **attrs})
        fam.case("conv1d", u(*x, dtype=f64).T, u(*w, dtype=f64), None, **{**one, **attrs})
    fam.case("conv1d", u(2, 2, 8), u(4, 3, 3), None, throws=True, **one)

    transposed = {**DEFAULTS, "output_padding": [0, 0]}
    for x, w, attrs in (((2, 3, 4, 4), (3, 2, 3, 3), {}), ((1, 3, 3, 4), (3, 2, 3, 3), {"stride": [2, 2], "padding": [1, 1]}),
                        ((1, 3, 3, 4), (3, 2, 3, 2), {"stride": [2, 3], "output_padding": [1, 2]}),
                        ((2, 4, 3, 3), (4, 1, 2, 2), {"groups": 2, "dilation": [2, 1]}), ((1, 4, 1, 1), (4, 2, 4, 4), {}),
                        ((3, 4, 4), (3, 2, 3, 3), {})):
        bias = w[1] * attrs.get("groups", 1)
        fam.case("conv_transpose2d", u(*x), u(*w), u(bias), **{**transposed, **attrs})
        fam.case("conv_transpose2d", u(*x, dtype=f64), u(*w, dtype=f64), None, **{**transposed, **attrs})
        if len(x) == 4:
            fam.case("conv_transpose2d", u(*x).channels_last, u(*w).channels_last, u(bias), **{**transposed, **attrs})
    fam.case("conv_transpose2d", u(1, 3, 4, 4), u(2, 3, 3, 3), None, throws=True, **transposed)
    fam.case("conv_transpose2d", u(1, 3, 4, 4), u(3, 2, 3, 3), None, throws=True,
             **{**transposed, "output_padding": [1, 1]})

    add_volumes(fam)
    for x, w in (((), (4, 3, 3, 3)), ((0,), (4, 3, 3, 3)), ((0, 3, 5, 5), (4, 3, 3, 3)),
                 ((2, 3, 0, 5), (4, 3, 3, 3)), ((2, 3, 5, 0), (4, 3, 1, 1)), ((3, 0, 5), (4, 3, 1, 1))):
        for padding in ([0, 0], [2, 2]):
            ask(fam, "conv2d", u(*x), u(*w), u(w[0]), **{**DEFAULTS, "padding": padding})
            ask(fam, "conv_transpose2d", u(*x), u(w[1], w[0], *w[2:]), u(w[0]), **{**transposed, "padding": padding})
    for x, w in (((0, 3, 8), (4, 3, 3)), ((2, 3, 0), (4, 3, 1)), ((8,), (4, 3, 3))):
        ask(fam, "conv1d", u(*x), u(*w), u(4), **one)
    grouped = {**DEFAULTS, "groups": 2, "padding": [1, 1]}
    ask(fam, "conv2d", u(2, 4, 5, 5).channels_last, u(6, 2, 3, 3).channels_last, u(6), **grouped)
    ask(fam, "conv2d", u(0, 4, 5, 5).channels_last, u(6, 2, 3, 3), u(6), **grouped)


def add_volumes(fam):
    usual = {"stride": [1, 1, 1], "padding": [0, 0, 0], "dilation": [1, 1, 1], "groups": 1}
    for x, w, attrs in (((2, 3, 3, 4, 4), (4, 3, 2, 3, 2), {}), ((1, 2, 4, 5, 3), (2, 2, 3, 3, 3), {"padding": [1, 2, 1]}),
                        ((1, 4, 5, 4, 4), (6, 2, 2, 2, 3), {"groups": 2, "stride": [2, 1, 3], "padding": [1, 0, 1]}),
                        ((1, 2, 5, 5, 6), (2, 2, 2, 3, 2), {"dilation": [3, 2, 1], "padding": [1, 1, 0]}),
                        ((2, 4, 3, 4, 3), (4, 1, 3, 3, 3), {"groups": 4, "padding": [1, 1, 1]}),
                        ((2, 3, 2, 3, 4), (5, 3, 1, 1, 1), {}), ((1, 2, 5, 3, 4), (3, 2, 1, 1, 1), {"stride": [2, 1, 2]}),
                        ((3, 3, 4, 4), (2, 3, 2, 2, 2), {})):
        fam.case("conv3d", u(*x), u(*w), u(w[0]), **{**usual, **attrs})
        fam.case("conv3d", u(*x, dtype=f64).T, u(*w, dtype=f64), None, **{**usual, **attrs})
        if len(x) == 5:
            fam.case("conv3d", u(*x).channels_last, u(*w).channels_last, u(w[0]), **{**usual, **attrs})
    x, w = (1, 2, 3, 3, 3), (2, 2, 2, 2, 2)
    for dtype in (bf16, f16):
        fam.case("conv3d", u(*x, dtype=dtype), u(*w, dtype=dtype), u(2, dtype=dtype), **usual)
    same = lambda x, w, b, padding: F.conv3d(x, w, b, padding=padding)
    for mode in ("same", "valid"):
        fam.case("conv3d_mode", u(*x), u(3, 2, 2, 3, 2), u(3), fn=same, padding=mode)
    for x, w, attrs in (((1, 2, 3, 3, 3), (2, 2, 4, 4, 4), {}), ((1, 2, 3, 3), w, {}), ((3, 3, 3), w, {}),
                        ((1, 2, 3, 3, 3), (2, 2, 2, 2), {}), ((1, 2, 3, 3, 3), w, {"stride": [1, 1]}),
                        ((0, 2, 3, 3, 3), w, {}), ((1, 2, 0, 3, 3), w, {"padding": [1, 1, 1]}), ((1, 2, 3, 3, 3), w, {"groups": 2})):
        ask(fam, "conv3d", u(*x), u(*w), None, **{**usual, **attrs})
    transposed = {**usual, "output_padding": [0, 0, 0]}
    for x, w, attrs in (((2, 3, 2, 3, 2), (3, 2, 2, 3, 2), {}),
                        ((1, 3, 3, 2, 2), (3, 2, 3, 2, 3), {"stride": [2, 3, 2], "padding": [1, 0, 1], "output_padding": [1, 2, 0]}),
                        ((1, 4, 2, 3, 2), (4, 1, 2, 2, 2), {"groups": 2, "dilation": [2, 1, 3]}), ((3, 2, 2, 2), (3, 2, 3, 3, 3), {})):
        bias = w[1] * attrs.get("groups", 1)
        fam.case("conv_transpose3d", u(*x), u(*w), u(bias), **{**transposed, **attrs})
        fam.case("conv_transpose3d", u(*x, dtype=f64), u(*w, dtype=f64), None, **{**transposed, **attrs})
        if len(x) == 5:
            fam.case("conv_transpose3d", u(*x).channels_last, u(*w).channels_last, u(bias), **{**transposed, **attrs})
    ask(fam, "conv_transpose3d", u(1, 3, 2, 2, 2), u(2, 3, 2, 2, 2), None, **transposed)
    ask(fam, "conv_transpose3d", u(1, 3, 2, 2, 2), u(3, 2, 2, 2, 2), None, **{**transposed, "output_padding": [1, 1, 1]})
    ask(fam, "conv_transpose3d", u(0, 3, 2, 2, 2), u(3, 2, 2, 2, 2), u(2), **transposed)
    line = {"stride": [2], "padding": [1], "dilation": [1], "groups": 1, "output_padding": [1]}
    for x, w, attrs in (((2, 3, 5), (3, 2, 3), {}), ((1, 4, 4), (4, 1, 2), {"groups": 2, "dilation": [3], "output_padding": [0]}),
                        ((3, 4), (3, 2, 3), {})):
        fam.case("conv_transpose1d", u(*x), u(*w), u(w[1] * attrs.get("groups", 1)), **{**line, **attrs})
        fam.case("conv_transpose1d", u(*x, dtype=f64).T, u(*w, dtype=f64), None, **{**line, **attrs})
    every_dtype(fam)


def every_dtype(fam):
    numbers = lambda shape, low: lambda dtype: v(
        [(i * 7) % 5 - (0 if dtype in (u8, b8) else low) for i in range(math.prod(shape) * (1 + dtype.is_complex))],
        dtype=dtype, shape=list(shape))
    volume, kernel = numbers((1, 2, 2, 2, 4), 2), lambda *shape: numbers(shape, 0)
    attrs = dict(stride=[1, 2, 1], padding=[0, 1, 1], dilation=[1, 1, 2], groups=1)
    conv = lambda name: lambda x, w, b, **kw: getattr(F, name)(x, w, b, **kw)
    every(fam, "conv3d", volume, kernel(3, 2, 2, 1, 2), kernel(3), fn=conv("conv3d"), **{**attrs, "dilation": [1, 1, 1]})
    wide = [dtype for dtype in DTYPES if is_float(dtype) or dtype in (b8, i64)]  # PyTorch has these of fewer integers
    every(fam, "conv3d", volume, kernel(3, 2, 2, 1, 2), kernel(3), fn=conv("conv3d"), dtypes=wide, **attrs)
    every(fam, "conv_transpose3d", volume, kernel(2, 2, 1, 2, 2), lambda dtype: None, fn=conv("conv_transpose3d"),
          dtypes=wide, output_padding=[0, 1, 0], **attrs)
