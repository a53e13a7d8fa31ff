# SPDX-License-Identifier: Apache-2.0
"""Sampling by grids, windows as columns, unpooling, rarer pools, norms over neighbouring channels."""

import itertools
import math

import torch
import torch.nn.functional as F
from torch import nn

from edges import ask
from every_type import every
from golden import b8, bf16, d, f16, f32, f64, u, u8, v

nan, inf = math.nan, math.inf


def add_grids(fam):
    sample = lambda x, g, **a: F.grid_sample(x, g, **a)
    for (sizes, out), mode, padding, corners in itertools.product(
            (((4, 5), (3, 2)), ((3, 2, 4), (2, 1, 3))), ("bilinear", "nearest", "bicubic"), ("zeros", "border", "reflection"),
            (False, True)):
        attrs = dict(mode=mode, padding_mode=padding, align_corners=corners)
        dims = len(sizes)
        # Inside, outside, and far outside.
        for reach in (0.9, 1.4, 5.0):
            fam.case("grid_sample", u(2, 3, *sizes), u(2, *out, dims, lo=-reach, hi=reach), fn=sample, tol=4, **attrs)
        fam.case("grid_sample", u(2, 3, *sizes).channels_last, u(2, *out, dims, lo=-1.4, hi=1.4).T, fn=sample, tol=4, **attrs)
        fam.case("grid_sample", u(1, 2, *sizes, dtype=f64), u(1, *out, dims, dtype=f64, lo=-1.4, hi=1.4), fn=sample, **attrs)
    usual = dict(mode="bilinear", padding_mode="zeros", align_corners=False)
    # More positions than a block, more channels than a part.
    fam.case("grid_sample", u(1, 11, 6, 7), u(1, 9, 13, 2, lo=-1.2, hi=1.2), fn=sample, tol=4, **usual)
    fam.case("grid_sample", u(1, 2, 4, 4, dtype=bf16), u(1, 2, 2, 2, dtype=bf16), fn=sample, **usual)
    for x, grid in (((1, 1, 3, 4), (2, 2, 2, 2)), ((1, 1, 3, 4), (1, 2, 2, 3)), ((1, 1, 0, 4), (1, 2, 2, 2)), ((1, 1, 4), (1, 2, 2)),
                    ((1, 1, 4, 4, 4), (1, 2, 2, 2)), ((0, 1, 3, 4), (0, 2, 2, 2)), ((1, 0, 3, 4), (1, 2, 2, 2)),
                    ((1, 1, 3, 4), (1, 0, 2, 2)), ((2, 3), (2, 2)), ((), ()), ((1, 1, 1, 1), (1, 2, 2, 2))):
        ask(fam, "grid_sample", u(*x), u(*grid), fn=sample, **usual)
    fam.case("grid_sample", u(1, 1, 3, 4), u(1, 2, 2, 2, dtype=f64), fn=sample, throws=True, **usual)
    fam.case("grid_sample", v([1] * 12, shape=[1, 1, 3, 4]), v([0] * 8, shape=[1, 2, 2, 2]), fn=sample, throws=True, **usual)
    for sizes in ((2, 3, 2, 4), (2, 1, 1, 3), (1, 2, 2, 3, 4), (2, 1, 1, 1, 2)):
        dims = len(sizes) - 2
        for corners in (False, True):
            for dtype in (f32, f64):
                fam.case("affine_grid", u(sizes[0], dims, dims + 1, dtype=dtype), fn=F.affine_grid, size=list(sizes),
                         align_corners=corners)
    for theta, size in (((2, 2, 3), [-1, 1, 2, 2]), ((2, 3), [1, 1, 2, 2]), ((1, 2, 6), [1, 1, 2, 2]), ((1, 3, 4), [1, 1]),
                        ((1, 2, 3), [2, 1, 2, 2])):
        fam.case("affine_grid", u(*theta), fn=F.affine_grid, size=size, align_corners=False, throws=True)


def add_grid_knots(fam):
    """Pixel centers and edges, ties, and positions that are no numbers."""
    points = [-1.0, 1.0, 0.0, -0.5, 0.5, 0.25, -0.25, -1.25, 1.25, 2.0, -3.0, 0.75, 1.5, -0.75, 100.0, -100.0]
    sample = lambda x, g, **a: F.grid_sample(x, g, **a)
    for dtype, mode, padding, corners in itertools.product((f32, f64), ("bilinear", "nearest", "bicubic"),
                                                           ("zeros", "border", "reflection"), (False, True)):
        attrs = dict(mode=mode, padding_mode=padding, align_corners=corners)
        grid = v([p for x in points for p in (x, 0.3)] + [p for x in points for p in (-0.6, x)], dtype=dtype, shape=[1, 4, 8, 2])
        fam.case("grid_sample", d(1, 2, 4, 4, dtype=dtype), grid, fn=sample, tag="knots", tol=4, **attrs)
        odd = v([nan, 0.1, 0.1, nan, inf, 0.1, 0.1, -inf], dtype=dtype, shape=[1, 1, 4, 2])
        fam.case("grid_sample", d(1, 2, 4, 4, dtype=dtype), odd.const, fn=sample, tag="odd", grad=False, **attrs)
        image = v([nan if i == 5 else inf if i == 10 else i % 3 for i in range(16)], dtype=dtype, shape=[1, 1, 4, 4])
        fam.case("grid_sample", image, u(1, 4, 4, 2, dtype=dtype, lo=-0.9, hi=0.9).const, fn=sample, tag="image", **attrs)


def add_folds(fam):
    def fold(t, output_size, kernel_size, dilation, padding, stride):
        return F.fold(t, output_size, kernel_size, dilation, padding, stride)

    def unfold(t, kernel_size, dilation, padding, stride):
        return F.unfold(t, kernel_size, dilation, padding, stride)

    for size, kernel, dilation, padding, stride in (((4, 5), [2, 3], [1, 1], [0, 0], [1, 1]), ((4, 5), [2, 2], [1, 1], [1, 1], [2, 2]),
                                                    ((6, 7), [3, 2], [2, 3], [2, 1], [1, 2]), ((3, 3), [1, 1], [1, 1], [0, 0], [2, 3]),
                                                    ((2, 3), [3, 5], [1, 1], [3, 3], [3, 1]), ((3, 4), [3, 4], [1, 1], [0, 0], [1, 1])):
        window = dict(kernel_size=kernel, dilation=dilation, padding=padding, stride=stride)
        columns = F.unfold(torch.zeros(1, 2, *size), **window).shape
        for dtype in (f32, f64, bf16):
            fam.case("im2col", u(2, 3, *size, dtype=dtype), fn=unfold, **window)
            fam.case("col2im", u(2, *columns[1:], dtype=dtype), fn=fold, output_size=list(size), **window)
        fam.case("im2col", u(2, 3, *size).channels_last, fn=unfold, **window)
        fam.case("im2col", u(3, *size), fn=unfold, **window)
        fam.case("col2im", u(columns[1], columns[2]).T, fn=fold, output_size=list(size), **window)
    usual = dict(kernel_size=[2, 2], dilation=[1, 1], padding=[0, 0], stride=[1, 1])
    for x in ((), (3,), (2, 3), (0, 2, 3, 3), (2, 0, 3, 3), (2, 2, 0, 3), (1, 1, 1, 3), (0, 3, 3)):
        ask(fam, "im2col", u(*x), fn=unfold, **usual)
    for x in ((), (4,), (4, 4), (0, 4, 4), (2, 0, 4), (2, 6, 4), (2, 8, 5), (2, 4, 0), (1, 4, 4, 1)):
        ask(fam, "col2im", u(*x), fn=fold, output_size=[3, 3], **usual)
    for wrong in ({"kernel_size": [0, 1]}, {"dilation": [1, 0]}, {"padding": [-1, 0]}, {"stride": [0, 1]}):
        ask(fam, "im2col", u(1, 2, 3, 3), fn=unfold, **{**usual, **wrong})
        ask(fam, "col2im", u(1, 8, 4), fn=fold, output_size=[3, 3], **{**usual, **wrong})
    image = lambda dtype: v([(i * 7) % 5 for i in range(18 * (1 + dtype.is_complex))], dtype=dtype, shape=[1, 2, 3, 3])
    every(fam, "im2col", image, fn=unfold, **usual)
    columns = lambda dtype: v([(i * 7) % 5 for i in range(16 * (1 + dtype.is_complex))], dtype=dtype, shape=[1, 4, 4])
    if_floating = [t for t in (f16, bf16, f32, f64, torch.complex64, torch.complex128)]
    every(fam, "col2im", columns, fn=fold, output_size=[3, 3], dtypes=if_floating, **usual)
    every(fam, "col2im", columns, fn=fold, output_size=[3, 3], dtypes=[u8, torch.int64], **usual)


def add_unpools(fam):
    def unpool(t, indices, dims, kernel_size, stride, padding, output_size):
        # On one thread it is deterministic, whatever PyTorch says of it.
        torch.use_deterministic_algorithms(False)
        try:
            return getattr(F, f"max_unpool{dims}d")(t, indices, kernel_size, stride, padding, output_size)
        finally:
            torch.use_deterministic_algorithms(True)

    for dims, sizes in ((1, (7,)), (2, (5, 6)), (3, (4, 5, 4))):
        pool = getattr(F, f"max_pool{dims}d")
        for kernel, stride, padding, output_size in ((2, 2, 0, None), (3, 2, 1, None), (2, 2, 0, list(sizes)), (2, 2, 0, [2, 2, *sizes])):
            x = torch.rand(2, 2, *sizes, generator=torch.Generator().manual_seed(1))
            values, at = pool(x, kernel, stride, padding, return_indices=True)
            each = lambda n: [n] * dims
            attrs = dict(dims=dims, kernel_size=each(kernel), stride=each(stride), padding=each(padding), output_size=output_size)
            for dtype in (f32, f64):
                try:
                    unpool(values, at, **attrs)
                except (RuntimeError, ValueError):
                    fam.case("max_unpool", u(*values.shape, dtype=dtype), v(at.flatten().tolist(), shape=list(at.shape)), fn=unpool,
                             throws=True, **attrs)
                    continue
                fam.case("max_unpool", u(*values.shape, dtype=dtype), v(at.flatten().tolist(), shape=list(at.shape)), fn=unpool, **attrs)
                if output_size is None:
                    fam.case("max_unpool", u(*values.shape[1:], dtype=dtype), v(at[0].flatten().tolist(), shape=list(at.shape[1:])),
                             fn=unpool, **attrs)
    usual = dict(dims=2, kernel_size=[2, 2], stride=[2, 2], padding=[0, 0], output_size=None)
    at = v([0, 2, 5, 7], shape=[1, 1, 2, 2])
    fam.case("max_unpool", u(1, 2, 2, 2).channels_last, v([0, 2, 5, 7, 15, 1, 2, 3], shape=[1, 2, 2, 2]), fn=unpool, **usual)
    # The last of those that meet stays.
    fam.case("max_unpool", u(1, 1, 2, 2), v([3, 3, 3, 0], shape=[1, 1, 2, 2]), fn=unpool, **usual)
    fam.case("max_unpool", u(0, 1, 2, 2), v([], shape=[0, 1, 2, 2], dtype=torch.int64), fn=unpool, **usual)
    for x, index, changes in ((u(1, 1, 2, 2), v([0, 2, 5, 16], shape=[1, 1, 2, 2]), {}), (u(1, 1, 2, 2), v([0, -1, 5, 6], shape=[1, 1, 2, 2]), {}),
                              (u(1, 1, 2, 2), v([0, 1], shape=[1, 1, 1, 2]), {}), (u(2, 2), v([0, 1, 2, 3], shape=[2, 2]), {}),
                              (u(1, 1, 2, 2), v([0, 1, 2, 3], dtype=f32, shape=[1, 1, 2, 2]).const, {}),
                              (u(1, 0, 2, 2), v([], shape=[1, 0, 2, 2], dtype=torch.int64), {}),
                              (u(1, 1, 2, 2), at, {"output_size": [7, 4]}), (u(1, 1, 2, 2), at, {"output_size": [4]})):
        fam.case("max_unpool", x, index, fn=unpool, throws=True, **{**usual, **changes})


def add_pools(fam):
    def fractional(t, samples, dims, kernel_size, output_size):
        return getattr(F, f"fractional_max_pool{dims}d")(t, kernel_size, output_size=output_size, return_indices=True, _random_samples=samples)

    for dims, sizes in ((2, (7, 6)), (3, (5, 6, 4))):
        # Of volumes, PyTorch wants one element more.
        for kernel, out in (([2, 3, 2], [3, 2, 2]), ([2, 2, 2], [3, 4, 2]), ([1, 1, 1], [1, 2, 1]), ([3, 2], [5, 5]) if dims == 2 else ([3, 2, 3], [1, 4, 1])):
            attrs = dict(dims=dims, kernel_size=kernel[:dims], output_size=out[:dims])
            for dtype in (f32, f64):
                samples = u(2, 3, dims, dtype=dtype, lo=0, hi=1).const
                fam.case("fractional_max_pool", d(2, 3, *sizes, dtype=dtype), samples, fn=fractional, **attrs)
            fam.case("fractional_max_pool", d(3, *sizes), u(1, 3, dims, lo=0, hi=1).const, fn=fractional, **attrs)
        fam.case("fractional_max_pool", v([nan if i == 40 else i % 4 for i in range(2 * math.prod(sizes))], dtype=f32, shape=[1, 2, *sizes]).const,
                 u(1, 2, dims, lo=0, hi=1).const, fn=fractional, grad=False, dims=dims, kernel_size=[3, 3, 2][:dims], output_size=[2, 3, 2][:dims])
        for x, samples, changes in (((2, 3, *sizes), (2, 3, dims + 1), {}), ((2, 3, *sizes), (1, 3, dims), {}), ((2, 3, *sizes), (2, 2, dims), {}),
                                    ((2, 3, *sizes), (2, 3, dims), {"kernel_size": [8] * dims}),
                                    ((2, 3, *[4] * dims), (2, 3, dims), {"kernel_size": [3 if dims == 3 else 4] * dims}), ((3,), (2, 3, dims), {}),
                                    ((2, 0, *sizes), (2, 0, dims), {})):
            fam.case("fractional_max_pool", d(*x), u(*samples, lo=0, hi=1).const, fn=fractional, throws=True,
                     **{"dims": dims, "kernel_size": [2] * dims, "output_size": [2] * dims, **changes})

    def lp(t, dims, norm_type, kernel_size, stride, ceil_mode):
        one = (lambda n: n[0]) if dims == 1 else (lambda n: n)
        return getattr(F, f"lp_pool{dims}d")(t, norm_type, one(kernel_size), one(stride), ceil_mode)

    for dims, sizes in ((1, (7,)), (2, (5, 6)), (3, (4, 3, 5))):
        for norm_type in (1.0, 2.0, 3.0, 1.5):
            for ceil_mode in (False, True):
                attrs = dict(dims=dims, norm_type=norm_type, kernel_size=[2, 3, 2][:dims], stride=[2, 1, 2][:dims], ceil_mode=ceil_mode)
                fam.case("lp_pool", u(2, 2, *sizes, lo=0.1, hi=1), fn=lp, **attrs)
                fam.case("lp_pool", u(2, *sizes, dtype=f64, lo=0.1, hi=1), fn=lp, **attrs)
        fam.case("lp_pool", u(2, 2, *sizes), fn=lp, grad=False, dims=dims, norm_type=2.0, kernel_size=[2] * dims, stride=[2] * dims, ceil_mode=False)


def add_norms(fam):
    for shape in ((2, 5, 3), (2, 5, 3, 2), (1, 5, 2, 3, 2), (1, 1, 2), (2, 7, 2, 2, 1, 2)):
        for size, rest in ((1, (1e-4, 0.75, 1.0)), (2, (0.3, 0.5, 2.0)), (3, (1.0, 0.75, 1.0)), (6, (0.5, 1.0, 0.5))):
            attrs = dict(size=size, alpha=rest[0], beta=rest[1], k=rest[2])
            fam.case("local_response_norm", u(*shape), fn=F.local_response_norm, **attrs)
            x = u(*shape, dtype=f64)
            fam.case("local_response_norm", x.T if len(shape) == 3 else x, fn=F.local_response_norm, **attrs)
    usual = dict(size=3, alpha=0.5, beta=0.75, k=1.0)
    for shape in ((), (3,), (2, 3), (0, 3, 4), (2, 3, 0)):
        ask(fam, "local_response_norm", u(*shape), fn=F.local_response_norm, **usual)
    cross = lambda t, **a: nn.CrossMapLRN2d(**a)(t)
    for channels in (1, 2, 3, 7):
        # PyTorch's gradient is that of other windows.
        for size in (1, 3, 4, 5):
            fam.case("CrossMapLRN2d", u(2, channels, 2, 3), fn=cross, grad=False, size=size, alpha=0.7, beta=0.75, k=2)
    for shape, groups in (((2, 6, 3), 2), ((2, 6, 3, 2), 3), ((1, 4, 2, 1, 2), 4), ((0, 4, 3), 2), ((2, 4, 0), 2), ((2, 6), 2), ((2, 5, 3), 2),
                          ((2, 4, 3), 0), ((2, 4, 3), -2)):
        ask(fam, "channel_shuffle", u(*shape), groups=groups)
    fam.case("channel_shuffle", u(2, 6, 3, 2).channels_last, groups=3)
    fam.case("channel_shuffle", v(list(range(12)), shape=[1, 6, 2]), groups=2)


def add_sequences(fam):
    for pad in (0, 2):
        for shape in ((5, 2, 3), (3, 1, 3)):
            fam.case("conv_tbc", u(*shape), u(2, 3, 4), u(4), pad=pad)
            fam.case("conv_tbc", u(*shape, dtype=f64), u(2, 3, 4, dtype=f64), u(4, dtype=f64), pad=pad)
    for x, w, b in (((5, 2, 3), (2, 4, 4), (4,)), ((5, 2, 3), (2, 3, 4), (3,)), ((5, 2), (2, 3, 4), (4,)), ((1, 2, 3), (3, 3, 4), (4,))):
        fam.case("conv_tbc", u(*x), u(*w), u(*b), throws=True, pad=0)


def add(fam):
    add_grids(fam)
    add_grid_knots(fam)
    add_folds(fam)
    add_unpools(fam)
    add_pools(fam)
    add_norms(fam)
    add_sequences(fam)
