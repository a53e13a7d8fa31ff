# SPDX-License-Identifier: Apache-2.0
"""Resizing."""

import math

import torch.nn.functional as F

from edges import ask, edges
from every_type import every
from golden import b8, bf16, f32, f64, u, u8, v

SIZES = {1: (5,), 2: (4, 5), 3: (3, 4, 2)}
MODES = {1: ("nearest", "nearest-exact", "linear", "area"),
         2: ("nearest", "nearest-exact", "bilinear", "bicubic", "area"),
         3: ("nearest", "nearest-exact", "trilinear", "area")}


def call(t, **attrs):
    return F.interpolate(t, **attrs)


def add_modes(fam):
    """Every mode in every number of dims: growing, shrinking, both at once, by sizes and factors."""
    for dims, modes in MODES.items():
        for mode in modes:
            for corners in (False, True) if "linear" in mode or "cubic" in mode else (None,):
                # Where a factor doubles a size, PyTorch's gradient of nearest forgets the factor.
                for attrs in ({"size": [7, 3, 5][:dims]}, {"size": [1] * dims}, {"size": list(SIZES[dims])},
                              {"scale_factor": [1.7, 0.6, 2.6][:dims]},
                              {"scale_factor": [1.7, 0.6, 2.6][:dims], "recompute_scale_factor": True}):
                    attrs = {"size": None, "scale_factor": None, "recompute_scale_factor": None, **attrs, "mode": mode,
                             "align_corners": corners}
                    x = u(2, 2, *SIZES[dims])
                    fam.case("interpolate", x, fn=call, **attrs)
                    fam.case("interpolate", u(1, 2, *SIZES[dims], dtype=f64), fn=call, **attrs)
                    if dims > 1:
                        fam.case("interpolate", x.channels_last, fn=call, **attrs)
                attrs = {"size": [6] * dims, "scale_factor": None, "mode": mode, "align_corners": corners}
                fam.case("interpolate", u(1, 2, *SIZES[dims], dtype=bf16), fn=call, **attrs)
                fam.case("interpolate", u(1, 3, *SIZES[dims]).T, fn=call, **attrs)
                for shape in ((2, 0, *SIZES[dims]), (0, 2, *SIZES[dims]), SIZES[dims], (2, *SIZES[dims]),
                              (1, 2, 0, *SIZES[dims][1:])):
                    ask(fam, "interpolate", u(*shape), fn=call, **attrs)
            every(fam, "interpolate", lambda dtype: volume(dtype, SIZES[dims]), fn=call, size=[5, 3, 4][:dims], mode=mode,
                  align_corners=None if corners is None else False)
    # More rows than a piece, more columns than a register, more channels than a line.
    for mode, corners in (("bilinear", False), ("bicubic", True), ("nearest", None)):
        for x, size in ((u(1, 2, 70, 3), [90, 8]), (u(1, 2, 90, 40), [11, 70]), (u(1, 37, 6, 5).channels_last, [9, 3])):
            fam.case("interpolate", x, fn=call, grad=False, size=size, scale_factor=None, mode=mode, align_corners=corners)


def volume(dtype, sizes):
    n = 2 * math.prod(sizes)
    low = 0 if dtype in (u8, b8) else 2
    return v([(i * 7) % 5 - low for i in range(n * (1 + dtype.is_complex))], dtype=dtype, shape=[1, 2, *sizes])


def add_antialias(fam):
    for mode in ("bilinear", "bicubic"):
        for corners in (False, True):
            for sizes, attrs in (((9, 8), {"size": [3, 5]}), ((5, 6), {"size": [11, 2]}), ((7, 7), {"scale_factor": [0.4, 0.7]}),
                                 ((4, 3), {"size": [9, 8]}), ((4, 5), {"size": [4, 5]}), ((4, 5), {"size": [1, 1]})):
                attrs = {"size": None, "scale_factor": None, **attrs, "mode": mode, "align_corners": corners, "antialias": True}
                fam.case("interpolate", u(2, 2, *sizes), fn=call, **attrs)
                fam.case("interpolate", u(1, 3, *sizes, dtype=f64).channels_last, fn=call, **attrs)
        attrs = {"size": [3, 3], "scale_factor": None, "mode": mode, "align_corners": False, "antialias": True}
        fam.case("interpolate", u(1, 2, 70, 80), fn=call, grad=False, **{**attrs, "size": [20, 13]})
        for x in (u(1, 2, 4), u(1, 2, 4, 4, 4)):
            fam.case("interpolate", x, fn=call, throws=True, **attrs)


def add_bytes(fam):
    """Bytes are interpolated in fixed point: equal to the last bit. PyTorch fails on one channels-last channel and for [1, 1]."""
    for channels in (1, 3, 6):
        for mode in ("bilinear", "bicubic"):
            for antialias in (False, True):
                for corners in (False, True):
                    for size in ([9, 4], [3, 11], [5, 16], [1, 2]):
                        x = u(1, channels, 7, 8, dtype=u8, lo=0, hi=255)
                        for sp in (x, x.channels_last) if channels > 1 else (x,):
                            fam.case("interpolate", sp, fn=call, grad=False, size=size, scale_factor=None, mode=mode,
                                     align_corners=corners, antialias=antialias)


def add_special(fam):
    nan, inf = math.nan, math.inf
    for dtype in (f32, f64):
        values = [nan if i == 21 else inf if i % 29 == 3 else -inf if i == 50 else (i * 5) % 3 for i in range(64)]
        for shape, size in (([1, 1, 64], [80]), ([1, 1, 8, 8], [5, 11]), ([1, 1, 8, 8], [8, 11]), ([1, 1, 4, 4, 4], [3, 4, 6])):
            for mode in MODES[len(size)]:
                corners = {"align_corners": None} if mode in ("nearest", "nearest-exact", "area") else {"align_corners": False}
                fam.case("interpolate", v(values, dtype=dtype, shape=shape), fn=call, size=size, mode=mode, **corners)


def add(fam):
    add_modes(fam)
    add_antialias(fam)
    add_bytes(fam)
    add_special(fam)
    for mode, corners in (("nearest", None), ("bilinear", False), ("bilinear", True)):
        for attrs in ({"size": [5, 7]}, {"size": [2, 2]}, {"scale_factor": [2.0, 2.0]}, {"scale_factor": [1.5, 0.7]},
                      {"size": [1, 1]}):
            attrs = {"size": None, "scale_factor": None, **attrs, "mode": mode, "align_corners": corners}
            for sp in (u(2, 3, 4, 3), u(2, 3, 4, 3).channels_last, u(1, 2, 3, 4, dtype=f64), u(2, 2, 3, 4).T):
                fam.case("interpolate", sp, fn=F.interpolate, **attrs)
        attrs = {"size": [4, 4], "scale_factor": None, "mode": mode, "align_corners": corners}
        fam.case("interpolate", u(1, 1, 3, 3, dtype=bf16), fn=F.interpolate, **attrs)
        fam.case("interpolate", u(3, 3), fn=F.interpolate, throws=True, **attrs)
        for bad in ({"size": [0, 2]}, {"size": None}, {"scale_factor": [2.0, 2.0]}):
            fam.case("interpolate", u(1, 1, 3, 3), fn=F.interpolate, throws=True, **{**attrs, **bad})
    fam.case("interpolate", u(1, 1, 3, 3), fn=F.interpolate, throws=True, size=[4, 4], scale_factor=None,
             mode="nearest", align_corners=True)
    for mode, corners in (("nearest", None), ("bilinear", False)):
        for x in edges(u) + [u(0, 3, 4, 5), u(2, 0, 4, 5), u(2, 3, 0, 5)]:
            ask(fam, "interpolate", x, fn=F.interpolate, size=[3, 6], scale_factor=None, mode=mode, align_corners=corners)
