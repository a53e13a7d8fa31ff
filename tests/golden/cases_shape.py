# SPDX-License-Identifier: Apache-2.0
"""Creation, views, joins and copies."""

import torch

from edges import ask, edges
from golden import b8, bf16, c64, d, f16, f32, f64, i32, i64, s, u, u8, v


def add_creation(fam):
    make = lambda op: lambda **a: getattr(torch, op)(**a)
    for end in (5, 0, 2.5):
        fam.case("arange", fn=lambda end: torch.arange(end), end=end)
    for start, end, step in ((1, 10, 3), (10, 1, -4), (0.5, 3, 0.5), (0, 1, 0.1), (-2, 2, 0.7)):
        for dtype in (None, f64):
            fam.case("arange_range", fn=lambda start, end, step, dtype:
                     torch.arange(start, end, step, dtype=dtype), start=start, end=end, step=step,
                     dtype=dtype)
    fam.case("arange_range", fn=lambda start, end, step, dtype: torch.arange(start, end, step),
             start=0, end=5, step=-1, dtype=None, throws=True)
    for start, end, steps in ((0, 1, 5), (-3, 3, 12), (2, 2, 1), (1, 5, 0), (5, -1, 4)):
        for dtype in (f32, f64):
            fam.case("linspace", fn=make("linspace"), start=float(start), end=float(end),
                     steps=steps, dtype=dtype)
    fam.case("linspace", fn=make("linspace"), start=0.0, end=1.0, steps=-1, dtype=f32, throws=True)
    for n, m in ((3, 3), (2, 4), (4, 2), (0, 3)):
        for dtype in (f32, i64):
            fam.case("eye", fn=lambda n, m, dtype: torch.eye(n, m, dtype=dtype), n=n, m=m, dtype=dtype)
    for size in ([2, 3], [], [0, 2]):
        for dtype in (f32, i64, b8, bf16, c64):
            fam.case("full", fn=lambda size, value, dtype: torch.full(size, value, dtype=dtype),
                     size=size, value=1, dtype=dtype)
        for op in ("zeros", "ones"):
            fam.case(op, fn=make(op), size=size, dtype=f32)
    fam.case("zeros", fn=make("zeros"), size=[2, -1], dtype=f32, throws=True)
    fam.case("zeros", fn=make("zeros"), size=[1 << 40, 1 << 40], dtype=f32, throws=True)
    for op in ("zeros_like", "ones_like"):
        fam.case(op, u(2, 3, dtype=f64), grad=False)
        fam.case(op, u(2, 3, dtype=i32).T)
    fam.case("full_like", u(2, 3), grad=False, fn=lambda t, value: torch.full_like(t, value), value=2.5)


def add_views(fam):
    x = u(2, 3, 4)

    def method(name):
        return lambda t, **a: getattr(t, name)(*a.values())

    for shape in ([6, 4], [-1], [2, -1, 2], [24, 1], [2, 3, 2, 2]):
        fam.case("reshape", x, fn=torch.reshape, shape=shape)
        fam.case("view", x, fn=lambda t, shape: t.view(shape), shape=shape)
        fam.case("reshape", u(4, 6).T, fn=torch.reshape, shape=shape)
    fam.case("reshape", u(0, 3), fn=torch.reshape, shape=[3, 0])
    fam.case("reshape", u(), fn=torch.reshape, shape=[1, 1])
    for shape in ([5, 5], [-1, -1], [-1, 7], [-2, 12]):
        fam.case("reshape", x, fn=torch.reshape, shape=shape, throws=True)
    fam.case("view", u(4, 6).T, fn=lambda t, shape: t.view(shape), shape=[24], throws=True)
    fam.case("view", u(2, 3, 4).permuted(1, 0, 2), fn=lambda t, shape: t.view(shape), shape=[2, 3, 2, 2])
    for dims in ([2, 0, 1], [-1, 0, 1], [0, 1, 2]):
        fam.case("permute", x, fn=torch.permute, dims=dims)
    for dims in ([0, 0, 1], [0, 1], [0, 1, 3]):
        fam.case("permute", x, fn=torch.permute, dims=dims, throws=True)
    for dims in ((0, 1), (-1, 0), (1, 1)):
        fam.case("transpose", x, dim0=dims[0], dim1=dims[1])
    fam.case("transpose", u(), dim0=0, dim1=-1)
    fam.case("transpose", x, dim0=0, dim1=3, throws=True)
    for sp in (u(3, 4), u(5), u(), u(3, 4).T):
        fam.case("t", sp)
    fam.case("t", x, throws=True)
    for size in ([2, 3, 4], [5, 2, 3, 4], [-1, 3, 4]):
        fam.case("expand", u(2, 3, 1) if size[0] == 2 else x, fn=lambda t, size: t.expand(size),
                 size=size)
    fam.case("expand", u(1), fn=lambda t, size: t.expand(size), size=[0])
    for size in ([2, 3, 5], [3, 4], [-1, 2, 3, 4]):
        fam.case("expand", x, fn=lambda t, size: t.expand(size), size=size, throws=True)
    fam.case("expand_as", u(3, 1), u(2, 3, 4), fn=lambda a, b: a.expand_as(b))
    fam.case("broadcast_to", u(3, 1), size=[2, 3, 4])
    for dim in (None, 0, 1, -1):
        sp = u(1, 3, 1)
        fam.case("squeeze", sp, fn=lambda t, dim: t.squeeze() if dim is None else t.squeeze(dim),
                 dim=dim)
    fam.case("squeeze", u(1), fn=lambda t, dim: t.squeeze(dim), dim=1, throws=True)
    for dim in (0, 1, -1, 3):
        fam.case("unsqueeze", x, dim=dim)
    fam.case("unsqueeze", x, dim=5, throws=True)
    for a, b in ((0, -1), (1, 2), (0, 1), (1, 1)):
        fam.case("flatten", x, start_dim=a, end_dim=b)
    fam.case("flatten", u(), start_dim=0, end_dim=-1)
    fam.case("flatten", x, start_dim=2, end_dim=1, throws=True)
    fam.case("unflatten", u(2, 12), dim=1, sizes=[3, -1])
    for dim, start, length in ((0, 0, 1), (1, 1, 2), (-1, 2, 2), (2, 0, 0)):
        fam.case("narrow", x, dim=dim, start=start, length=length)
    fam.case("narrow", x, dim=1, start=2, length=2, throws=True)
    for dim, index in ((0, 1), (1, -1), (-1, 0)):
        fam.case("select", x, dim=dim, index=index)
        fam.case("select", u(4, 3, 2).T, dim=dim, index=index)
    fam.case("select", x, dim=1, index=3, throws=True)
    fam.case("select", u(), dim=0, index=0, throws=True)
    for dim, start, end, step in ((0, 0, 1, 1), (1, -2, None, 1), (2, None, None, 3), (2, 1, 100, 2),
                                  (1, 2, 1, 1), (-1, -100, 3, 2)):
        fam.case("slice", x, fn=lambda t, dim, start, end, step:
                 t.movedim(dim, 0)[start:end:step].movedim(0, dim),
                 dim=dim, start=start, end=end, step=step)
    for dim in (0, 1, -1):
        fam.case("unbind", x, dim=dim)
        fam.case("split", x, fn=lambda t, split_size, dim: t.split(split_size, dim), split_size=2, dim=dim)
        for chunks in (2, 3):
            fam.case("chunk", u(4, 5, 3), chunks=chunks, dim=dim)
    fam.case("chunk", x, chunks=0, dim=0, throws=True)
    fam.case("split_with_sizes", u(2, 6), split_sizes=[1, 2, 3], dim=1,
             fn=lambda t, split_sizes, dim: t.split(split_sizes, dim))
    fam.case("split_with_sizes", u(2, 6), split_sizes=[1, 2], dim=1, throws=True,
             fn=lambda t, split_sizes, dim: t.split(split_sizes, dim))
    for offset, a, b in ((0, 0, 1), (1, 0, 1), (-1, 1, 2), (0, 2, 0)):
        fam.case("diagonal", u(3, 4, 5), offset=offset, dim1=a, dim2=b)
    for diagonal in (0, 1, -1):
        fam.case("diag", u(4), diagonal=diagonal)
        fam.case("diag", u(3, 4), diagonal=diagonal)
    fam.case("movedim", x, source=[0, 2], destination=[2, 0])
    for size, step in ((2, 1), (3, 2), (4, 1)):
        fam.case("unfold", u(3, 6), fn=lambda t, dim, size, step: t.unfold(dim, size, step),
                 dim=1, size=size, step=step)
    fam.case("as_strided", u(12), size=[3, 2], stride=[2, 1], storage_offset=1)
    fam.case("as_strided", u(6), size=[3, 3], stride=[1, 1], storage_offset=0)
    fam.case("as_strided", u(6), size=[3, 3], stride=[3, 1], storage_offset=0, throws=True)
    fam.case("view_as_real", u(3, dtype=c64))
    fam.case("view_as_complex", u(3, 2))
    for op in ("real", "imag"):
        fam.case(op, u(3, dtype=c64))


def add_copies(fam):
    for sp in (u(3, 4), u(3, 4).T, u(3, 4).sliced, u(3, 4).expanded(0), u(), u(0, 2), s(20),
               u(5, dtype=bf16), u(5, dtype=i64), u(5, dtype=b8), u(5, dtype=c64),
               u(2, 3, 2, 2).channels_last):
        fam.case("clone", sp)
        fam.case("contiguous", sp, fn=lambda t: t.contiguous())
    for source in (f32, f64, bf16, f16, i64, i32, u8, b8):
        for target in (f32, f64, bf16, f16, i64, i32, u8, b8, c64):
            fam.case("to", u(7, dtype=source, lo=0, hi=1 if source == b8 else 5),
                     fn=lambda t, dtype: t.to(dtype), dtype=target)
    fam.case("to", s(20).copy(), fn=lambda t, dtype: t.to(dtype), dtype=bf16)
    fam.case("to", s(20), fn=lambda t, dtype: t.to(dtype), dtype=f16)
    fam.case("to", s(20), fn=lambda t, dtype: t.to(dtype), dtype=b8)
    fam.case("to", u(40, dtype=f32).T.sliced, fn=lambda t, dtype: t.to(dtype), dtype=f64)
    for dims in ([0], [1, 2], [-1], [0, 1, 2]):
        fam.case("flip", u(2, 3, 4), dims=dims)
    fam.case("flip", u(4, 3).T, dims=[0])
    fam.case("flip", u(4, 3), dims=[0, 0], throws=True)
    for shifts, dims in (([1], [0]), ([-2], [1]), ([1, 2], [0, 1]), ([7], [])):
        fam.case("roll", u(3, 5), shifts=shifts, dims=dims)
    fam.case("roll", u(3, 5).T, shifts=[2], dims=[1])
    for op in ("tril", "triu"):
        for k in (0, 1, -1, 5):
            fam.case(op, u(3, 4), diagonal=k)
            fam.case(op, u(2, 4, 3).T, diagonal=k)
        fam.case(op, u(3, 3, dtype=i64), diagonal=0)
        fam.case(op, u(3), diagonal=0, throws=True)
    for repeats in ([2, 3], [1, 2, 2], [0, 1]):
        fam.case("repeat", u(2, 3), fn=lambda t, repeats: t.repeat(repeats), repeats=repeats)
    fam.case("repeat", u(2, 3), fn=lambda t, repeats: t.repeat(repeats), repeats=[2], throws=True)
    for dim in (0, 1, None):
        fam.case("repeat_interleave", u(2, 3), repeats=2, dim=dim)


def joined(op):
    return lambda tensors, **a: getattr(torch, op)(tensors, **a)


def add_joins(fam):
    for dim in (0, 1, -1):
        fam.case("cat", [u(2, 3, 4), u(2, 3, 4).T], dim=dim)
        fam.case("stack", [u(2, 3), u(3, 2).T.copy(shape=[2, 3], strides=[1, 2]), u(2, 3).sliced], dim=dim)
    fam.case("cat", [u(2, 3), u(0), u(1, 3)], dim=0)
    fam.case("cat", [u(2, 3), u(2, 0), u(2, 1)], dim=1)
    fam.case("cat", [u(2, dtype=i64), u(3)], dim=0)
    fam.case("cat", [u(2, dtype=bf16), u(3, dtype=bf16)], dim=0)
    fam.case("cat", [u(2, 3, 2, 2).channels_last, u(2, 1, 2, 2).channels_last], dim=1)
    fam.case("cat", [u(2, dtype=b8), u(3, dtype=b8)], dim=0)
    fam.case("cat", [u(3)], dim=0)
    fam.case("cat", [u(2, 3), u(2, 4)], dim=0, throws=True)
    fam.case("cat", [u(2, 3), u(2)], dim=0, throws=True)
    fam.case("cat", [u(), u()], dim=0, throws=True)
    fam.case("cat", [], dim=0, throws=True)
    fam.case("stack", [u(), u()], dim=0)
    fam.case("stack", [u(2), u(3)], dim=0, throws=True)
    fam.case("hstack", [u(2, 3), u(2, 1)])
    fam.case("vstack", [u(3), u(2, 3)])
    fam.case("meshgrid", [u(2), u(3)], indexing="ij", fn=lambda t, indexing: torch.meshgrid(t, indexing=indexing))


def add_edges(fam):
    for x in edges(u):
        for dims in ([0], [1], [-1], []):
            ask(fam, "flip", x, dims=dims)
            if all(-1 <= dim < len(x.shape) for dim in dims):
                ask(fam, "roll", x, shifts=[1] * max(len(dims), 1), dims=dims)
        for diagonal in (0, 1, -1):
            for op in ("tril", "triu", "diag"):
                ask(fam, op, x, diagonal=diagonal)
        for repeats in ([], [2], [0], [2, 1, 0], [1, 2, 1, 2]):
            ask(fam, "repeat", x, fn=lambda t, repeats: t.repeat(repeats), repeats=repeats)
        for repeats in (0, 2):
            for dim in (None, 0, 1, -1) if x.shape else (None,):
                ask(fam, "repeat_interleave", x, repeats=repeats, dim=dim)
        for dim in (0, 1, -1):
            for tensors in ([x], [x, x], [x, u(0, dtype=f64)], [u(0, dtype=f64), x]):
                ask(fam, "cat", tensors, dim=dim)
                ask(fam, "stack", tensors, dim=dim)
        for op in ("hstack", "vstack"):
            ask(fam, op, [x, x])


def add(fam):
    add_creation(fam)
    add_views(fam)
    add_copies(fam)
    add_joins(fam)
    add_edges(fam)
