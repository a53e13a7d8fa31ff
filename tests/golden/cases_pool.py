# SPDX-License-Identifier: Apache-2.0
"""Pooling and padding."""

import torch.nn.functional as F

from edges import ask, edges
from every_type import every
from golden import DTYPES, b8, bf16, d, f16, f32, f64, i32, i64, u, u8, v


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


def add_dims(fam):
    """Pooling of one and three spatial dims, and of windows that hold nothing but padding."""
    for dims, sizes in ((1, (9,)), (3, (5, 3, 5))):
        each = lambda n: [n] * dims
        maxima, average = f"max_pool{dims}d_indices", f"avg_pool{dims}d"
        max_pool = lambda t, dims=dims, **a: getattr(F, f"max_pool{dims}d")(t, return_indices=True, **with_stride(a))
        avg_pool = lambda t, dims=dims, **a: getattr(F, f"avg_pool{dims}d")(t, **with_stride(a))
        base = {"kernel_size": each(2), "stride": each(2), "padding": each(0), "ceil_mode": False}
        variants = [{}, {"ceil_mode": True}, {"kernel_size": ([3, 2, 1])[:dims], "stride": ([1, 2, 3])[:dims]},
                    {"kernel_size": each(3), "padding": ([1, 0, 1])[:dims], "ceil_mode": True}, {"stride": []}]
        for changes in variants:
            attrs = {**base, **changes}
            for dilation in (each(1), ([2, 1, 2])[:dims]):
                fam.case(maxima, d(1, 2, *sizes), fn=max_pool, dilation=dilation, **attrs)
                fam.case(maxima, d(1, 2, *sizes).channels_last, fn=max_pool, dilation=dilation, **attrs)
            more = {"divisor_override": 3 if changes else None} if dims == 3 else {}
            for include in (True, False):
                fam.case(average, u(1, 2, *sizes), fn=avg_pool, count_include_pad=include, **more, **attrs)
                fam.case(average, u(1, 2, *sizes).channels_last, fn=avg_pool, count_include_pad=include, **more, **attrs)
        fam.case(maxima, d(2, *sizes, dtype=f64), fn=max_pool, dilation=each(1), **base)
        fam.case(average, u(2, *sizes, dtype=f64), fn=avg_pool, count_include_pad=True, **more, **base)
        more = {"divisor_override": None} if dims == 3 else {}
        for x in ((), (4,), (4, 4), (0, 2, *sizes), (2, 0, *sizes), (0, *sizes), (2, 2, *each(1)), (1, 2, 0, *sizes[1:])):
            ask(fam, maxima, d(*x), fn=max_pool, dilation=each(1), **base)
            ask(fam, average, d(*x), fn=avg_pool, count_include_pad=True, **more, **base)
        for wrong in ({"padding": each(2)}, {"kernel_size": each(0)}, {"padding": each(-1)}, {"kernel_size": [2, 2]}):
            ask(fam, maxima, d(1, 2, *sizes), fn=max_pool, dilation=each(1), **{**base, **wrong})
            ask(fam, average, d(1, 2, *sizes), fn=avg_pool, count_include_pad=True, **more, **{**base, **wrong})
        fam.case(maxima, d(1, 2, *sizes, dtype=bf16), fn=max_pool, dilation=each(1), **base)
        for op, fn in (("adaptive_avg_pool", {}), ("adaptive_max_pool", {"return_indices": True})):
            call = lambda t, output_size, op=op, dims=dims, fn=fn: getattr(F, f"{op}{dims}d")(t, output_size, **fn)
            for size in (each(1), ([2, 3, 4])[:dims], ([7, 4, 9])[:dims]):
                for x in (d(1, 2, *sizes), d(1, 2, *sizes).channels_last, d(2, *sizes, dtype=f64)):
                    fam.case(f"{op}{dims}d", x, fn=call, output_size=size)
            for x in ((4,), (0, 2, *sizes), (2, 0, *sizes), (1, 2, 0, *sizes[1:])):
                ask(fam, f"{op}{dims}d", d(*x), fn=call, output_size=each(2))
            ask(fam, f"{op}{dims}d", d(1, 2, *sizes), fn=call, output_size=each(-1))
            ask(fam, f"{op}{dims}d", d(1, 2, *sizes), fn=call, output_size=each(0))
    # Taps on both sides of the input. PyTorch's gradient is written out of bounds.
    for sizes, attrs in (((5,), dict(kernel_size=[2], padding=[1], dilation=[6])),
                         ((2, 5), dict(kernel_size=[1, 2], padding=[0, 1], dilation=[1, 6])),
                         ((3, 2, 5), dict(kernel_size=[2, 1, 2], padding=[0, 0, 1], dilation=[1, 1, 6])),
                         ((2, 3, 3), dict(kernel_size=[2, 2, 1], padding=[1, 0, 0], dilation=[3, 1, 1]))):
        dims = len(sizes)
        name = "max_pool2d" if dims == 2 else f"max_pool{dims}d_indices"
        call = lambda t, dims=dims, **a: getattr(F, f"max_pool{dims}d")(t, return_indices=True, **a)
        for dtype in (f32, f64, i32, i64, u8):
            x = d(1, 2, *sizes, dtype=dtype).const
            # Of channels-last volumes, PyTorch's places lack the slice.
            for sp in (x,) if dims == 3 else (x, x.channels_last):
                fam.case(name, sp, fn=call, stride=[1] * dims, ceil_mode=False, grad=False, **attrs)
    for pad in ([1, 2, 0, 1, 1, 1], [-1, 1, 1, 0, 0, -1]):
        for mode in ("reflect", "replicate", "circular"):
            for x in (u(1, 2, 4, 3, 3), u(2, 3, 4, 3)):
                ask(fam, "pad", x, fn=F.pad, pad=pad, mode=mode)


def add_numbers(fam):
    """Every dtype, and NaN, infinities and ties in lines and volumes."""
    volume = lambda dtype: v([(i * 7) % 5 - (0 if dtype in (u8, b8) else 2) for i in range(32 * (1 + dtype.is_complex))],
                             dtype=dtype, shape=[1, 2, 2, 2, 4])
    cube = dict(kernel_size=[2, 1, 2], stride=[1, 1, 2], padding=[1, 0, 0], ceil_mode=False)
    maxima = lambda name: lambda t, **a: getattr(F, name)(t, return_indices=True, **a)
    every(fam, "max_pool3d_indices", volume, fn=maxima("max_pool3d"), dilation=[1, 1, 1], **cube)
    # PyTorch has this one of no half types.
    every(fam, "avg_pool3d", volume, fn=F.avg_pool3d, count_include_pad=True, divisor_override=None,
          dtypes=[dtype for dtype in DTYPES if dtype not in (f16, bf16)], **cube)
    every(fam, "adaptive_avg_pool3d", volume, fn=F.adaptive_avg_pool3d, output_size=[2, 1, 3])
    every(fam, "adaptive_max_pool3d", volume, fn=maxima("adaptive_max_pool3d"), output_size=[2, 1, 3])
    nan, inf = float("nan"), float("inf")
    for values in ([nan if i % 17 == 5 else inf if i % 19 == 3 else -inf if i % 7 == 1 else (i * 5) % 3 for i in range(64)],
                   [0.0, -0.0] * 8 + [1.0] * 24 + [-inf] * 24):
        for shape in ([1, 1, 64], [1, 1, 4, 4, 4]):
            dims = len(shape) - 2
            x = v(values, dtype=f32, shape=shape)
            window = dict(kernel_size=[3] * dims, stride=[2] * dims, padding=[1] * dims, ceil_mode=False)
            fam.case(f"max_pool{dims}d_indices", x, fn=maxima(f"max_pool{dims}d"), dilation=[1] * dims, **window)
            fam.case(f"avg_pool{dims}d", x, fn=getattr(F, f"avg_pool{dims}d"), count_include_pad=True,
                     **({"divisor_override": None} if dims == 3 else {}), **window)


def add(fam):
    add_pad(fam)
    add_pool(fam)
    add_dims(fam)
    add_numbers(fam)
    add_edges(fam)
