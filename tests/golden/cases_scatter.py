# SPDX-License-Identifier: Apache-2.0
"""Scattering with a reduction, writes into views of a copy, segments, put, nonzero_static."""

import torch

from edges import ask, edges
from every_type import every, first, second, small
from golden import DTYPES, b8, bf16, c64, d, f16, f32, f64, i32, i64, u, u8, v

inf, nan = float("inf"), float("nan")
REDUCES = ("sum", "prod", "mean", "amax", "amin")


def scatter_reduce(t, index, src, dim, reduce, include_self):
    return torch.scatter_reduce(t, dim, index, src, reduce, include_self=include_self)


def index_reduce(t, index, source, dim, reduce, include_self):
    return torch.index_reduce(t, dim, index, source, reduce, include_self=include_self)


def scatter(t, index, src, dim, reduce):
    return torch.scatter(t, dim, index, src, reduce=reduce)


def scatter_value(t, index, dim, reduce, value):
    return torch.scatter(t, dim, index, value, reduce=reduce)


def add_scatter_reduce(fam):
    for reduce in REDUCES:
        for include_self in (True, False):
            how = dict(reduce=reduce, include_self=include_self)
            for dim in (0, 1, -1):
                shape = {0: (5, 3, 2), 1: (4, 6, 2), -1: (3, 2, 7)}[dim]
                hi = {0: 3, 1: 2, -1: 1}[dim]
                index = u(*shape, dtype=i64, lo=0, hi=hi)
                fam.case("scatter_reduce", d(4, 3, 2), index, d(*shape), fn=scatter_reduce, dim=dim, **how)
                fam.case("scatter_reduce", d(4, 3, 2, dtype=f64).T, index.T, d(*shape, dtype=f64).sliced,
                         fn=scatter_reduce, dim=dim, second=reduce != "amax", **how)
            fam.case("scatter_reduce", d(4), v([1, 1, 3, 1, 0, 3], dtype=i32), d(6), fn=scatter_reduce, dim=0, **how)
            fam.case("scatter_reduce", d(3, 4), u(2, 3, dtype=i64, lo=0, hi=2), d(4, 5), fn=scatter_reduce, dim=0,
                     grad=False, **how)
            fam.case("scatter_reduce", u(), v(0, shape=[]), u(), fn=scatter_reduce, dim=0, **how)
            fam.case("scatter_reduce", u(3), v([]), u(0), fn=scatter_reduce, dim=0, **how)
            fam.case("scatter_reduce", u(3), v([1]), u(1), fn=scatter_reduce, dim=0, tag="expanded", **how)
            fam.case("scatter_reduce", d(4, 3), v([2, 0, 2, 1, 2]).copy(shape=[5, 3], strides=[1, 0]), d(5, 3),
                     fn=scatter_reduce, dim=0, tag="expanded", **how)
            # Ties, zeros (one, two, self's), NaN and infinities. Of two zeros PyTorch has no second derivative.
            fam.case("scatter_reduce", v([2, 0, 1, 3, -1], dtype=f64), v([0, 0, 1, 1, 2, 2, 2, 3, 3, 4]),
                     v([2, 1, 5, 2, 0, 4, 3, 0, 0, 1], dtype=f64), fn=scatter_reduce, dim=0, **how)
            fam.case("scatter_reduce", v([2, 0, 1, 3, -1], dtype=f64), v([0, 0, 1, 1, 2, 2, 2, 3, 3, 4]),
                     v([2, 1, 5, 2, 0, 4, 3, 4, 1, 1], dtype=f64), fn=scatter_reduce, dim=0, second=True, tag="no pair", **how)
            points = [nan, 1, inf, -inf, 1, 1, 3e38, -0.0]
            fam.case("scatter_reduce", v(points, dtype=f32), v([0, 1, 1, 2, 3, 3, 4, 5, 6, 6, 7]),
                     v([1, nan, 2, 1, inf, 2, -inf, inf, 3e38, 1, 0.0], dtype=f32), fn=scatter_reduce, dim=0, **how)
    for include_self in (True, False):
        for reduce in REDUCES:
            every(fam, "scatter_reduce", small, lambda dtype: v([0, 0, 1, 3, 3, 3, 7, 7]), second, fn=scatter_reduce,
                  dtypes=[t for t in DTYPES if not (reduce == "mean" and t.is_complex)], dim=0, reduce=reduce,
                  include_self=include_self, grad=reduce != "prod")
    how = dict(dim=0, reduce="prod", include_self=True, fn=scatter_reduce, throws=True)
    for t, i, s in ((u(3), v([3]), u(1)), (u(3), v([-1]), u(1)), (u(3), v([[0]]), u(1)), (u(3), v([0, 1]), u(1)),
                    (u(3), u(1), u(1)), (u(3), v([0]), u(1, dtype=f64)), (u(2, 3), v([[0] * 4]), u(1, 4))):
        fam.case("scatter_reduce", t, i, s, **how)
    fam.case("scatter_reduce", u(3), v([0]), u(1), **{**how, "reduce": "median"})
    fam.case("scatter_reduce", u(3), v([0]), u(1), **{**how, "dim": 1})


def add_index_reduce(fam):
    for reduce in REDUCES[1:]:
        for include_self in (True, False):
            how = dict(reduce=reduce, include_self=include_self)
            for dim in (0, 1, -1):
                shape = {0: (5, 3, 2), 1: (4, 5, 2), -1: (4, 3, 5)}[dim]
                index = v([0, 1, 1, 0, 1])
                fam.case("index_reduce", d(4, 3, 2), index, d(*shape), fn=index_reduce, dim=dim, **how)
                fam.case("index_reduce", d(4, 3, 2, dtype=f64).T, index, d(*shape, dtype=f64).T, fn=index_reduce,
                         dim=dim, second=reduce != "amax", **how)
            fam.case("index_reduce", v([2, 0, 1, 3, -1], dtype=f64), v([0, 0, 1, 1, 2, 2, 2, 3, 3, 4]),
                     v([2, 1, 5, 2, 0, 4, 3, 4, 1, 1], dtype=f64), fn=index_reduce, dim=0, **how)
            fam.case("index_reduce", u(3, 2), v([]), u(0, 2), fn=index_reduce, dim=0, **how)
            every(fam, "index_reduce", small, lambda dtype: v([0, 0, 1, 3, 3, 3, 7, 7]), second, fn=index_reduce,
                  dtypes=[t for t in DTYPES if t != b8 and not t.is_complex], dim=0, grad=reduce != "prod", **how)
    how = dict(dim=0, reduce="prod", include_self=True, fn=index_reduce, throws=True)
    for t, i, s in ((u(3), v([3]), u(1)), (u(3), v([-1]), u(1)), (u(3), v([0, 1]), u(1)), (u(3), u(1), u(1)),
                    (u(3), v([0]), u(1, dtype=f64)), (u(2, 3), v([0]), u(1, 4)), (u(2, 3), v([[0]]), u(1, 3))):
        fam.case("index_reduce", t, i, s, **how)
    fam.case("index_reduce", u(3), v([0]), u(1), **{**how, "reduce": "sum"})


def add_scatter(fam):
    for reduce in ("add", "multiply"):
        for dtype in (f32, f64, i64, bf16, c64, b8, u8):
            index = v([[0, 1, 2, 0, 1], [2, 0, 0, 1, 2]])
            fam.case("scatter_into", u(3, 5, dtype=dtype).const, index, u(2, 5, dtype=dtype).const, fn=scatter, dim=0,
                     reduce=reduce)
            fam.case("scatter_value_into", u(3, 5, dtype=dtype).const, index, fn=scatter_value, dim=1, reduce=reduce,
                     value=2)
    fam.case("scatter_into", u(3), v([0]), u(1), fn=scatter, dim=0, reduce="sum", throws=True)


def put(t, index, source, accumulate):
    return torch.put(t, index, source, accumulate)


def add_put(fam):
    torch.use_deterministic_algorithms(False)  # or put_ refuses
    for accumulate in (False, True):
        for sp in (u(3, 4), u(3, 4, dtype=f64).T, u(3, 4, dtype=i64), u(3, 4, dtype=bf16), u(3, 4, dtype=c64).sliced):
            fam.case("put", sp, v([0, -1, 5, 7]), u(4, dtype=sp.dtype), fn=put, accumulate=accumulate)
            fam.case("put", sp, v([[2], [-3]]), u(2, dtype=sp.dtype), fn=put, accumulate=accumulate)
        fam.case("put", u(3, 4), v([]), u(0), fn=put, accumulate=accumulate)
        fam.case("put", u(), v([0]), u(1), fn=put, accumulate=accumulate)
    fam.case("put", u(4), v([2, 2, 0]), u(3), fn=put, accumulate=True)
    for t, i, s in ((u(3), v([3]), u(1)), (u(3), v([-4]), u(1)), (u(3), v([0, 1]), u(1)), (u(3), u(1), u(1)),
                    (u(3), v([0]), u(1, dtype=f64)), (u(0), v([0]), u(1))):
        fam.case("put", t, i, s, fn=put, accumulate=False, throws=True)
    torch.use_deterministic_algorithms(True)


def add_view_scatters(fam):
    for x in (u(3, 4, 2), u(3, 4, 2, dtype=f64).T, u(3, 4, 2, dtype=i64), u(3, 4, 2, dtype=c64).const, u(3, 4, 2).expanded(0)):
        part = lambda *shape: u(*shape, dtype=x.dtype).copy(requires_grad=x.requires_grad)
        for dim, index, shape in ((0, 1, (4, 2)), (1, -1, (3, 2)), (-1, 0, (3, 4))):
            fam.case("select_scatter", x, part(*shape), dim=dim, index=index)
        for dim, start, end, step, shape in ((0, 1, 3, 1, (2, 4, 2)), (1, None, None, 2, (3, 2, 2)), (1, -3, 100, 1, (3, 3, 2)),
                                             (1, 3, 1, 1, (3, 0, 2))):
            fam.case("slice_scatter", x, part(*shape), dim=dim, start=start, end=end, step=step)
        for offset, dim1, dim2, shape in ((0, 0, 1, (2, 3)), (1, 1, 0, (2, 2)), (-1, 0, 2, (4, 2))):
            fam.case("diagonal_scatter", x, part(*shape), offset=offset, dim1=dim1, dim2=dim2)
    fam.case("slice_scatter", u(3, 4), u(3, 2, dtype=f64), dim=1, start=0, end=2, step=1)
    strided = lambda t, s, size, stride, storage_offset: torch.as_strided_scatter(t, s, size, stride, storage_offset)
    for x in (u(3, 4, dtype=i64),):  # PyTorch's gradient of self is that of what was overwritten
        fam.case("as_strided_scatter", x, u(2, 3, dtype=x.dtype), fn=strided, size=[2, 3], stride=[4, 1], storage_offset=1)
        fam.case("as_strided_scatter", x, u(2, dtype=x.dtype), fn=strided, size=[2], stride=[5], storage_offset=None)
    fam.case("select_scatter", u(3, 4), u(1), dim=0, index=0, throws=True)
    fam.case("select_scatter", u(3, 4), u(4), dim=0, index=3, throws=True)
    fam.case("slice_scatter", u(3, 4), u(1, 4), dim=0, start=0, end=2, step=1, throws=True)
    fam.case("diagonal_scatter", u(3, 4), u(2), offset=0, dim1=0, dim2=1, throws=True)
    fam.case("as_strided_scatter", u(3, 4), u(2), fn=strided, size=[2], stride=[0], storage_offset=0, throws=True)
    fill = lambda t, value, wrap: t.clone().fill_diagonal_(value, wrap)
    for x in (u(3, 4), u(7, 2), u(9, 3).T, u(8, 1), u(2, 2, dtype=i64), u(0, 3), u(3, 3, 3), u(5, 2).sliced, u(12, 2)):
        for wrap in (False,) if x.layout == "^10" else (False, True):  # PyTorch leaves the storage of a transposed one
            fam.case("fill_diagonal_", x, fn=fill, value=2, wrap=wrap)
    for x in (u(3), u(2, 2, 3)):
        fam.case("fill_diagonal_", x, fn=fill, value=2, wrap=False, throws=True)


def add_nonzero(fam):
    static = lambda t, size, fill_value: torch.nonzero_static(t, size=size, fill_value=fill_value)
    for x in (u(3, 4, dtype=i64, lo=-1, hi=1), u(5, dtype=b8), u(2, 3, 2, dtype=b8), u(0, 2), u(1, 1, 300, dtype=b8),
              u(3, 200, 4, dtype=i64, lo=0, hi=1).T):
        for size in (0, 2, 20):
            fam.case("nonzero_static", x.const, fn=static, size=size, fill_value=-1)
        fam.case("nonzero_static", x.const, fn=static, size=3, fill_value=7)
        fam.case("nonzero_numpy", x.const, fn=lambda t: list(torch.nonzero(t, as_tuple=True)))
    fam.case("nonzero_numpy", v(3, shape=[]), fn=lambda t: list(torch.nonzero(t, as_tuple=True)))
    fam.case("nonzero_static", u(3, dtype=i64), fn=static, size=-1, fill_value=0, throws=True)
    unravel = lambda t, shape: list(torch.unravel_index(t, tuple(shape)))
    fam.case("unravel_index", v([0, 5, 22, 23]), fn=unravel, shape=[2, 3, 4])
    fam.case("unravel_index", v([[0, 5], [1, 2]], dtype=i32), fn=unravel, shape=[3, 2])
    fam.case("unravel_index", u(3), fn=unravel, shape=[3, 2], throws=True)


def segment(data, given, reduce, kind, axis, unsafe, initial):
    return torch.segment_reduce(data, reduce, axis=axis, unsafe=unsafe, initial=initial, **{kind: given})


def add_segments(fam):
    for reduce in ("sum", "mean", "max", "min", "prod"):
        for initial in (None, 2):
            how = dict(fn=segment, reduce=reduce, initial=initial)
            fam.case("segment_reduce", d(6, 2), v([1, 0, 3, 2]), kind="lengths", axis=0, unsafe=False, **how)
            fam.case("segment_reduce", d(6, dtype=f64).sliced, v([4, 2], dtype=i32), kind="lengths", axis=0, unsafe=False,
                     **how)
            fam.case("segment_reduce", d(2, 4, 3), v([[1, 3], [2, 2]]), kind="lengths", axis=1, unsafe=False, **how)
            fam.case("segment_reduce", d(6, 2), v([0, 2, 2, 6]), kind="offsets", axis=0, unsafe=False, **how)
        fam.case("segment_reduce", v([1, 1, 2, 2, 0, 3], dtype=f32), v([2, 2, 2]), fn=segment, reduce=reduce, initial=None,
                 kind="lengths", axis=0, unsafe=False)
    for given in (v([1, 2]), v([1, -1, 3]), u(2), v([[1, 2]])):
        fam.case("segment_reduce", u(3 + (given.shape == [2]), 2), given, fn=segment, reduce="sum", initial=None,
                 kind="lengths", axis=0, unsafe=False, throws=True)


def add_edges(fam):
    whole = lambda *shape, hi=0: u(*shape, dtype=i64, lo=0, hi=hi)
    for x in edges(d):
        for dim in (0, 1, -1):
            rows = list(x.shape)
            if rows and dim < len(rows):
                rows[dim] = 2
            for reduce in REDUCES:
                how = dict(dim=dim, reduce=reduce, include_self=False)
                ask(fam, "scatter_reduce", x, whole(*rows), d(*rows), fn=scatter_reduce, **how)
            if rows and dim < len(rows) and x.shape[dim]:
                ask(fam, "index_reduce", x, whole(2), d(*rows), dim=dim, reduce="amin", include_self=True, fn=index_reduce)
        ask(fam, "put", x, whole(2), d(2), fn=put, accumulate=True)
        ask(fam, "select_scatter", x, d(*x.shape[1:]), dim=0, index=0)


def add(fam):
    add_scatter_reduce(fam)
    add_index_reduce(fam)
    add_scatter(fam)
    add_put(fam)
    add_view_scatters(fam)
    add_nonzero(fam)
    add_segments(fam)
    add_edges(fam)
