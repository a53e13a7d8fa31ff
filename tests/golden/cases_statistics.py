# SPDX-License-Identifier: Apache-2.0
"""Medians, modes and quantiles; unique, searchsorted and isin; histograms, covariance, differences,
integrals and distances."""

import math

import torch

from edges import ask, edges
from every_type import every, first, second, small
from golden import b8, bf16, c64, c128, d, f16, f32, f64, i32, i64, s, u, u8, v
from special_points import LINES, lines

inf, nan = math.inf, math.nan
aten = torch.ops.aten
MODES = ("linear", "lower", "higher", "midpoint", "nearest")


def add_selection(fam):
    for op in ("median", "nanmedian"):
        fn = getattr(torch, op)
        along = lambda t, dim, keepdim, fn=fn: fn(t, dim, keepdim)
        for x in (d(7), d(2, 3, 4), d(5, 4).T, d(5, 3, dtype=f64).sliced, d(9, dtype=bf16), d(8, dtype=i64)):
            fam.case(op, x, fn=fn)
        fam.case(op, v([1, 3, 3, 1, 3], dtype=f32), fn=fn)
        fam.case(op, d(3000).const, fn=fn)
        for x in (u(), u(0), u(0, dtype=i64)):
            fam.case(op, x.const, fn=fn, tag="edge")
        for x in (u(3, dtype=b8), u(3, dtype=c64)):
            fam.case(op, x.const, fn=fn, throws=True)
        for dim in (0, 1, -1):
            for keepdim in (False, True):
                fam.case(op + "_dim", d(3, 4, 5), fn=along, dim=dim, keepdim=keepdim)
            fam.case(op + "_dim", d(5, 4, 3).T, fn=along, dim=dim, keepdim=False)
            fam.case(op + "_dim", d(2000, 2).T.const if dim else d(2, 1500).T.const, fn=along, dim=dim, keepdim=False)
        for x, dim in ((u(), 0), (u(0, 3), 1), (u(3, 0), 0)):
            ask(fam, op + "_dim", x, fn=along, dim=dim, keepdim=False)
        for x, dim in ((u(0, 3), 0), (u(3), 1)):
            fam.case(op + "_dim", x, fn=along, dim=dim, keepdim=False, throws=True)
        for line in LINES:
            fam.case(op, v(line, dtype=f32), fn=fn)
        # Which of equal elements is chosen is nobody's business.
        values = lambda t, dim, keepdim, along=along: along(t, dim, keepdim)[0]
        fam.case(op + "_values", lines(f32).const, fn=values, dim=1, keepdim=False, grad=False)
        fam.case(op + "_values", lines(f64).const, fn=values, dim=1, keepdim=False, grad=False)
        every(fam, op, small, fn=fn)
    fam.case("median_dim", d(3, 5), fn=lambda t, dim, keepdim: torch.median(t, dim, keepdim), dim=1, keepdim=False,
             tag="lines")
    kth = lambda t, k, dim, keepdim: torch.kthvalue(t, k, dim, keepdim)
    for k in (1, 3, 4):
        for x in (d(3, 4, 5), d(5, 4, 3).T, d(4, 4, 3, dtype=f64).sliced, d(4, 4, dtype=i32), d(2, 4, dtype=f16)):
            fam.case("kthvalue", x, fn=kth, k=k, dim=1, keepdim=k == 3)
    for k in (1, 17, 1999, 2000):
        for dtype in (f32, f64, i64, i32, bf16):
            n = 2000 if dtype != bf16 else 200
            x = d(n, dtype=dtype) if k <= n else None
            if x:
                fam.case("kthvalue", x.const, fn=kth, k=k, dim=0, keepdim=False)
    for k, dim in ((0, 0), (4, 0), (1, 1)):
        fam.case("kthvalue", u(3), fn=kth, k=k, dim=dim, keepdim=False, throws=True)
    mode = lambda t, dim, keepdim: torch.mode(t, dim, keepdim)
    for x in (v([[1, 2, 2, 3], [4, 3, 2, 1], [5, 5, 1, 1]], dtype=f32), v([[0, 2], [1, 0], [1, 1], [0, 2]], dtype=i64),
              u(4, 6, dtype=b8), u(3, 8, dtype=i64, lo=0, hi=2).T, u(9, 2, dtype=u8, lo=0, hi=2)):
        for dim in (0, 1):
            fam.case("mode", x, fn=mode, dim=dim, keepdim=dim == 1)
    for x, dim in ((u(), 0), (u(0, 3), 1), (u(3, 1), 1)):
        ask(fam, "mode", x, fn=mode, dim=dim, keepdim=False)
    fam.case("mode", u(0), fn=mode, dim=0, keepdim=False, throws=True)


def add_quantiles(fam):
    for op in ("quantile", "nanquantile"):
        run = lambda t, q, dim, keepdim, interpolation, op=op: getattr(torch, op)(t, q, dim, keepdim,
                                                                               interpolation=interpolation)
        for how in MODES:
            fam.case(op, d(2, 3, 4), v([0.1, 0.5, 0.77, 1.0], dtype=f32).const, fn=run, dim=1, keepdim=False,
                     interpolation=how)
            fam.case(op, d(11, dtype=f64), v([0.0, 0.31], dtype=f64).const, fn=run, dim=None, keepdim=False,
                     interpolation=how)
            for q in (0.0, 0.25, 0.6, 1.0):
                number = lambda t, q, dim, keepdim, interpolation, run=run: run(t, q, dim, keepdim, interpolation)
                fam.case(op + "_number", d(3, 5).T, fn=number, q=q, dim=0, keepdim=True, interpolation=how)
            lines_of = lines(f32).const
            fam.case(op, lines_of, v([0.0, 0.2, 0.5, 0.75, 1.0], dtype=f32).const, fn=run, dim=1, keepdim=False,
                     interpolation=how)
        for dim in (None, 0, -1):
            for keepdim in (False, True):
                for q in ([0.3], 0.3, []):
                    fam.case(op, d(3, 4), v(q, dtype=f32).const, fn=run, dim=dim, keepdim=keepdim,
                             interpolation="linear")
        fam.case(op, u(), v(0.5, dtype=f32).const, fn=run, dim=0, keepdim=False, interpolation="linear")
        fam.case(op, d(6), v([0.4, 0.7], dtype=f32), fn=run, dim=None, keepdim=False, interpolation="linear",
                 tag="grad of q")
        bad = ((u(3), v([1.5], dtype=f32), "linear"), (u(3), v([0.5], dtype=f64), "linear"), (u(0), v([0.5], dtype=f32), "linear"),
               (u(3), v([[0.5]], dtype=f32), "linear"), (u(3), v([0.5], dtype=f32), "none"), (u(3, dtype=f16), v([0.5], dtype=f16), "linear"),
               (u(3, dtype=i64), v([0.5], dtype=f32), "linear"))
        for x, q, how in bad:
            fam.case(op, x, q, fn=run, dim=None, keepdim=False, interpolation=how, throws=True)


def add_sums(fam):
    nansum = lambda t, dim, keepdim, dtype=None: torch.nansum(t, dim or None, keepdim, dtype=dtype)
    nanmean = lambda t, dim, keepdim, dtype=None: torch.nanmean(t, dim or None, keepdim, dtype=dtype)
    for op, fn in (("nansum", nansum), ("nanmean", nanmean)):
        for dim in ([], [1], [0, 2]):
            fam.case(op, u(2, 3, 4), fn=fn, dim=dim, keepdim=bool(dim))
            fam.case(op, s(2, 40).const if dim else s(60), fn=fn, dim=dim[:1], keepdim=False)
        for dtype in (f32, f64):
            fam.case(op, lines(dtype), fn=fn, dim=[1], keepdim=False)
        for x in edges(u):
            ask(fam, op, x, fn=fn, dim=[-1], keepdim=False)
        fam.case(op, u(3, 4), fn=fn, dim=[1], keepdim=False, dtype=f64)
        every(fam, op, small, fn=fn, dim=[0], keepdim=False)
    fam.case("nansum", u(3, 4, dtype=i64), fn=nansum, dim=[1], keepdim=False, dtype=f32)
    for dim in (0, 1, -1):
        for x in (u(3, 4, 5), u(5, 4, 3).T, u(3, 4, 2, dtype=f64).sliced, u(3, 4, 2, dtype=c64), u(2, 3, 4, dtype=c128),
                  u(3, 4, 2, dtype=bf16), u(3, 4, 2, dtype=f16)):
            fam.case("logcumsumexp", x, dim=dim, tol=4 if x.dtype.is_complex else 1)
    fam.case("logcumsumexp", u(3, 4, lo=-300, hi=300), dim=1)
    fam.case("logcumsumexp", v([[1, 2, 1000], [-1000, 1, 2], [5, -1000, 3]], dtype=f32), dim=1)
    fam.case("logcumsumexp", u(4, 3, dtype=f64), dim=0, second=True, tag="second")
    fam.case("logcumsumexp", u(4, 3, dtype=c128), dim=0, second=True, tag="second")
    for dtype in (f32, f64):
        fam.case("logcumsumexp", lines(dtype).const, dim=1, grad=False)
        # With PyTorch's logarithms, the gradient of 1e30 drowns.
        finite = [line for line in LINES if all(abs(x) < 1e20 for x in line)]
        fam.case("logcumsumexp", lines(dtype, of=finite), dim=1)
    for x in edges(u):
        for dim in (0, -1, 1):
            ask(fam, "logcumsumexp", x, dim=dim)
    every(fam, "logcumsumexp", first, dim=0)
    fam.case("logcumsumexp", u(3), dim=1, throws=True)


def add_unique(fam):
    ties = (v([3, 1, 2, 1, 3, 3], dtype=f32), v([[3, 1], [1, 1]], dtype=i64), u(40, dtype=i64, lo=-3, hi=3),
            u(300, dtype=u8), u(9, dtype=b8), u(5, 60, dtype=i32, lo=-40, hi=40).T, v([nan, 2, nan, -inf, inf, 2], dtype=f64),
            u(30, dtype=f16).const, u(250, dtype=bf16, lo=-1, hi=1).const, u(), u(0), u(0, 3, dtype=i64))
    for x in ties:
        x = x.const
        for how in ({}, {"return_inverse": True}, {"return_counts": True}, {"return_inverse": True, "return_counts": True}):
            flags = dict(return_inverse=False, return_counts=False) | how
            fam.case("unique", x, fn=lambda t, **kw: aten._unique2(t, True, *kw.values()), grad=False, **flags)
            fam.case("unique_consecutive", x, fn=lambda t, **kw: aten.unique_consecutive(t, *kw.values()), grad=False, **flags)
    for x in (v([3, 3, 2, 2, 2], dtype=f32), v([[1, 1], [1, 1]]), v([[2], [2], [3]])):
        for dim in (None, 0, -1):  # -1 of a vector is not 0
            for flags in ((False, False), (True, False), (False, True)):
                fam.case("unique_consecutive", x.const, fn=lambda t, **kw: aten.unique_consecutive(t, *kw.values()), grad=False,
                         return_inverse=flags[0], return_counts=flags[1], dim=dim)
    for op, fn in (("unique_dim", lambda t, dim: aten.unique_dim(t, dim, True, True, True)),
                   ("unique_dim_consecutive", lambda t, dim: aten.unique_dim_consecutive(t, dim, True, True))):
        for x in (u(12, 2, dtype=i64, lo=0, hi=1), u(2, 9, 2, dtype=i64, lo=0, hi=1), u(3, 20, dtype=b8),
                  v([[3, nan], [3, nan], [1, 2], [1, 2]], dtype=f32), v([[2, 1], [2, 1], [2, 0]], dtype=f64), u(6, 1, dtype=u8, lo=0, hi=2)):
            for dim in (0, 1, -1):
                fam.case(op, x.const, fn=fn, dim=dim, grad=False)
        for x, dim in ((u(0, 3), 0), (u(0, 3), 1), (u(), 0), (u(2, 2, dtype=c64), 0), (u(2), 1)):
            ask(fam, op, x.const, fn=fn, dim=dim)
    for op, fn in (("unique", lambda t, **kw: aten._unique2(t, True, *kw.values())),
                   ("unique_consecutive", lambda t, **kw: aten.unique_consecutive(t, *kw.values()))):
        every(fam, op, lambda dtype: small(dtype).const, fn=fn, grad=False, return_inverse=True, return_counts=True)


def in_order(spec):
    return spec.copy(values=sorted(spec.values))


def add_search(fam):
    run = lambda seq, x, sorter, out_int32, right: torch.searchsorted(seq, x, out_int32=out_int32, right=right, sorter=sorter)
    for right in (False, True):
        flags = dict(out_int32=right, right=right)
        ordered = v([-1, 0, 0, 0.5, 1, 1, 2], dtype=f32)
        fam.case("searchsorted", ordered.const, u(3, 4).const, None, fn=run, grad=False, **flags)
        fam.case("searchsorted", ordered.const, v([-2, -1, -0.0, 0, 0.5, 1, 2, 3, nan, inf, -inf], dtype=f32).const, None, fn=run,
                 grad=False, **flags)
        fam.case("searchsorted", v([-inf, 0, inf, nan, nan], dtype=f64).const, v([-inf, inf, nan, 1], dtype=f64).const, None, fn=run,
                 grad=False, **flags)
        fam.case("searchsorted", v([[1, 3, 5], [2, 2, 9]], dtype=i64), v([[1, 2, 5, 6], [2, 9, 10, 0]], dtype=i64), None, fn=run, **flags)
        fam.case("searchsorted", v([[1, 3, 5], [2, 2, 9]], dtype=i64), v([[1, 2, 5, 6], [2, 9, 10, 0]], dtype=f32).const, None, fn=run,
                 grad=False, **flags)
        fam.case("searchsorted", v([5, 1, 3], dtype=f32).const, u(2, 3, lo=0, hi=6).const, v([1, 2, 0]), fn=run, grad=False, **flags)
        fam.case("searchsorted", v([[5, 1, 3], [2, 9, 0]], dtype=f32).const, u(2, 3, lo=0, hi=9).const, v([[1, 2, 0], [2, 0, 1]]), fn=run,
                 grad=False, **flags)
        fam.case("searchsorted", ordered.const, u().const, None, fn=run, grad=False, **flags)
        for seq, x in ((u(0), u(3)), (u(2, 0), u(2, 3)), (u(4), u(0, 3)), (u(2, 3), u(2, 0))):
            fam.case("searchsorted", seq.const, x.const, None, fn=run, grad=False, **flags)
        fam.case("bucketize", u(3, 4).const, ordered.const, fn=lambda x, b, out_int32, right: torch.bucketize(
            x, b, out_int32=out_int32, right=right), grad=False, **flags)
        every(fam, "searchsorted", lambda dtype: in_order(small(dtype)).const, lambda dtype: second(dtype).const, lambda dtype: None, fn=run,
              grad=False, **flags)
    for seq, x, sorter in ((u(2, 3), u(3, 3), None), (u(), u(3), None), (u(2, 3), u(), None), (u(3), u(3), v([0, 1])),
                           (u(3), u(3), v([0, 1, 3])), (u(3), u(3), v([0, 1, 2], dtype=i32)), (u(3, dtype=b8), u(3, dtype=b8), None)):
        fam.case("searchsorted", seq.const, x.const, sorter, fn=run, grad=False, throws=True, out_int32=False, right=False)
    fam.case("bucketize", u(3).const, u(2, 2).const, fn=lambda x, b, out_int32, right: torch.bucketize(x, b), grad=False,
             throws=True, out_int32=False, right=False)
    isin = lambda x, t, invert: torch.isin(x, t, invert=invert)
    for x, t in ((u(4, 5, dtype=i64), u(3, dtype=i64)), (u(40, dtype=i64), u(2, 12, dtype=i64)), (u(50, dtype=u8), u(20, dtype=i64)),
                 (v([1, nan, 0.0, -inf], dtype=f32), v([nan, -0.0, -inf], dtype=f32)),
                 (v([1, nan, 0.0, -inf], dtype=f32), v([nan, -0.0, -inf, 2, 3, 4, 5, 6, 7, 8, 9, 10], dtype=f32)),
                 (u(3), u(0)), (u(0), u(3)), (u(3, dtype=i64), v([1, 2.5], dtype=f32)), (u(), u(3))):
        for invert in (False, True):
            fam.case("isin", x.const, t.const, fn=isin, grad=False, invert=invert)
    every(fam, "isin", lambda dtype: small(dtype).const, lambda dtype: second(dtype).const, fn=isin, grad=False, invert=False)


def add_histograms(fam):
    bincount = lambda x, w, minlength: torch.bincount(x, w, minlength)
    for dtype in (i64, i32, u8):
        fam.case("bincount", u(30, dtype=dtype, lo=0, hi=6), None, fn=bincount, minlength=0)
        fam.case("bincount", u(30, dtype=dtype, lo=0, hi=6).sliced, u(30).const, fn=bincount, minlength=10, grad=False)
    for w in (u(30, dtype=f64), u(30, dtype=i64), u(30, dtype=f16)):
        fam.case("bincount", u(30, dtype=i64, lo=0, hi=6), w.const, fn=bincount, minlength=3, grad=False)
    fam.case("bincount", u(0, dtype=i64), None, fn=bincount, minlength=3)
    for x, w, n in ((u(3), None, 0), (v([1, -2]), None, 0), (v([[1, 2]]), None, 0), (v([1, 2]), None, -1), (v([1, 2]), u(3), 0),
                    (u(3, dtype=b8), None, 0)):
        fam.case("bincount", x.const if x.dtype == f32 else x, w and w.const, fn=bincount, minlength=n, throws=True)
    histc = lambda t, bins, min, max: torch.histc(t, bins, min, max)
    for dtype in (f32, f64, f16, bf16):
        for bins, lo, hi in ((4, 0, 0), (7, -1, 1), (3, -2, 2), (10, 0, 5)):
            fam.case("histc", u(60, dtype=dtype).const, fn=histc, grad=False, bins=bins, min=lo, max=hi)
    fam.case("histc", v([1, 2, 3, 4, nan], dtype=f32).const, fn=histc, grad=False, bins=4, min=1, max=4)
    fam.case("histc", v([2, 2], dtype=f32).const, fn=histc, grad=False, bins=4, min=0, max=0)
    # where rounding tells how places are computed
    fam.case("histc", v([0, 5e-6, 1e-5, 1.2e-5], dtype=f64).const, fn=histc, grad=False, bins=1000, min=0, max=1e-5)
    for bins in (75, 80, 100):
        fam.case("histc", u(200, dtype=bf16, lo=-4, hi=9).const, fn=histc, grad=False, bins=bins, min=0, max=8)
    fam.case("histc", u(3, 5).T.const, fn=histc, grad=False, bins=3, min=-1, max=1)
    for x in (u(0), u()):
        fam.case("histc", x.const, fn=histc, grad=False, bins=3, min=0, max=0)
    for x, bins, lo, hi in ((u(3), 0, 0, 1), (u(3), 3, 5, 1), (v([1, nan], dtype=f32), 3, 0, 0), (v([1, inf], dtype=f32), 3, 0, 0)):
        fam.case("histc", x.const, fn=histc, grad=False, bins=bins, min=lo, max=hi, throws=True)
    edges_of = lambda t, e, w, density: torch.histogram(t, e, weight=w, density=density)
    even = lambda t, w, bins, range, density: torch.histogram(t, bins, range=range or None, weight=w, density=density)
    many = lambda t, w, bins, range, density: [h for x in torch.histogramdd(t, bins, range=range or None, weight=w, density=density)
                                               for h in (x if isinstance(x, (list, tuple)) else [x])]
    for density in (False, True):
        for dtype in (f32, f64):
            e = v([-2, -1, -0.5, 0.5, 2], dtype=dtype).const
            fam.case("histogram_edges", u(50, dtype=dtype).const, e, None, fn=edges_of, grad=False, density=density)
            fam.case("histogram_edges", u(5, 10, dtype=dtype).const, e, u(5, 10, dtype=dtype, lo=0).const, fn=edges_of, grad=False,
                     density=density)
            for span in ([], [-1.0, 1.0], [0.0, 0.0]):
                fam.case("histogram", u(50, dtype=dtype).const, None, fn=even, grad=False, bins=5, range=span, density=density)
            fam.case("histogramdd", u(40, 2, dtype=dtype).const, None, fn=many, grad=False, bins=[3, 4], range=[], density=density)
            fam.case("histogramdd", u(2, 20, 3, dtype=dtype).const, u(2, 20, dtype=dtype, lo=0).const, fn=many, grad=False, bins=[2, 3, 2],
                     range=[-1.0, 1.0, -2.0, 2.0, 0.0, 1.0], density=density)
    for x, w, bins, span in ((u(4, dtype=f16), None, 3, []), (u(4), u(3), 3, []), (u(4), None, 0, []), (u(4), None, 3, [1.0]),
                             (v([1, nan], dtype=f32), None, 3, [])):
        fam.case("histogram", x.const, w and w.const, fn=even, grad=False, throws=True, bins=bins, range=span, density=False)


def add_statistics(fam):
    cov = lambda t, f, a, correction: torch.cov(t, correction=correction, fweights=f, aweights=a)
    for x in (u(3, 6), u(6, 3).T, u(5), u(3, 4, dtype=c128), u(3, 6, dtype=f64)):
        fam.case("cov", x, None, None, fn=cov, correction=1, tol=4)
    n6 = v([1, 2, 1, 0, 3, 1])
    for f, a in ((n6, None), (None, u(6, lo=0).const), (n6, u(6, lo=0).const), (None, u(6, lo=0.1))):
        for correction in (0, 1):
            fam.case("cov", u(3, 6), f, a, fn=cov, correction=correction, tol=4)
    fam.case("cov", u(3, 5, dtype=i64), None, None, fn=cov, correction=0)
    for x in (u(), u(2, 0), u(0, 3)):
        fam.case("cov", x.const, None, None, fn=cov, correction=1, grad=False)
    for x, f, a in ((u(2, 2, 2), None, None), (u(3, dtype=b8), None, None), (u(2, 3), v([1, 2]), None), (u(2, 3), u(3).const, None),
                    (u(2, 3), v([1, -1, 1]), None), (u(2, 3), None, v([1, 1, 1])), (u(2, 3), v([0, 0, 0]), None)):
        fam.case("cov", x, f, a, fn=cov, correction=1, throws=True)
    for x in (u(3, 6), u(5), u(3, 4, dtype=c128), u(3, 5, dtype=i64), u(6, 3, dtype=f64).T):
        fam.case("corrcoef", x, tol=4)
    fam.case("corrcoef", u().const, grad=False)

    diff = lambda t, p, a, n, dim: torch.diff(t, n=n, dim=dim, prepend=p, append=a)
    for n in (0, 1, 2, 5):
        for dim in (0, 1, -1):
            fam.case("diff", u(3, 4, 2), None, None, fn=diff, n=n, dim=dim)
    fam.case("diff", u(3, 4), u(3, 1), u(3, 2), fn=diff, n=2, dim=1)
    fam.case("diff", u(4, 3).T, None, u(4, 1).T, fn=diff, n=1, dim=1)
    for dtype in (b8, i64, u8, c64, bf16):
        fam.case("diff", u(6, dtype=dtype), None, None, fn=diff, n=2, dim=0)
    fam.case("diff", u(0, 3), None, None, fn=diff, n=1, dim=0)
    for x, p, n in ((u(), None, 1), (u(3), None, -1), (u(3), u(), 1), (u(2, 3), u(3, 1), 1)):
        fam.case("diff", x, p, None, fn=diff, n=n, dim=-1, throws=True)
    for op in ("trapezoid", "cumulative_trapezoid"):
        fn = getattr(torch, op)
        for dim in (0, 1, -1):
            fam.case(op, u(3, 4, 3), None, fn=lambda y, x, dim, dx, fn=fn: fn(y, dx=dx, dim=dim), dim=dim, dx=0.5)
            fam.case(op, u(3, 3, 3).T, u(3), fn=lambda y, x, dim, fn=fn: fn(y, x, dim=dim), dim=dim)
            fam.case(op, u(2, 3, 3), u(2, 3, 3), fn=lambda y, x, dim, fn=fn: fn(y, x, dim=dim), dim=dim)
        fam.case(op, u(2, 3, 4), u(3, 4), fn=lambda y, x, dim, fn=fn: fn(y, x, dim=dim), dim=-1)
        for y in (u(5, dtype=i64), u(5, dtype=c64), u(1), u(0), u(2, 0), u(4, dtype=bf16)):
            fam.case(op, y, None, fn=lambda y, x, dim, dx, fn=fn: fn(y, dx=dx, dim=dim), dim=-1, dx=2)
        for y, x in ((u(), None), (u(3, dtype=b8), None)):
            fam.case(op, y, x, fn=lambda y, x, dim, dx, fn=fn: fn(y, dx=dx, dim=dim), dim=0, dx=1, throws=True)
        fam.case(op, u(2, 3), u(2), fn=lambda y, x, dim, fn=fn: fn(y, x, dim=dim), dim=-1, throws=True)

    for p in (2.0, 1.0, 0.0, inf, -inf, 3.0, 0.5):
        # PyTorch's gradient of p = 0 fails.
        fam.case("dist", d(3, 4), d(3, 4, lo=-1, hi=3), p=p, grad=p != 0)
    fam.case("dist", u(3, 4), u(4), p=2.0)
    fam.case("dist", u(3, 4, dtype=f64), u(3, 4).const, p=2.0)
    fam.case("dist", u(3, dtype=c64), u(3, dtype=c64), p=2.0)
    fam.case("dist", v([1, 2], dtype=f32), v([1, 2], dtype=f32), p=2.0)
    fam.case("dist", u(3, dtype=i64), u(3, dtype=i64), p=2.0, throws=True)
    renorm = lambda t, p, dim, maxnorm: torch.renorm(t, p, dim, maxnorm)
    for p in (2.0, 1.0, 3.0, inf, 0.5):
        for dim in (0, 1, -1):
            fam.case("renorm", u(3, 4, 2), fn=renorm, p=p, dim=dim, maxnorm=1.5)
    for x in (u(5, 3).T, u(3, 4, dtype=c64), u(3, 4, dtype=f64), u(3, 4, dtype=f16), u(3, 4, dtype=bf16)):
        fam.case("renorm", x, fn=renorm, p=2.0, dim=0, maxnorm=1.0)
    fam.case("renorm", v([[0, 0], [3, 4], [0.6, 0.8], [nan, 1], [inf, 1]], dtype=f32).const, fn=renorm, p=2.0, dim=0, maxnorm=1.0, grad=False)
    for x, p, m in ((u(3), 2.0, 1.0), (u(3, 3), 0.0, 1.0), (u(3, 3), -1.0, 1.0), (u(3, 3), 2.0, -1.0)):
        fam.case("renorm", x, fn=renorm, p=p, dim=0, maxnorm=m, throws=True)
    for dim in (-1, 0, 1, 2):
        fam.case("norm_except_dim", u(3, 4, 2), fn=lambda t, pow, dim: torch.norm_except_dim(t, pow, dim), pow=2, dim=dim)


def add(fam):
    add_selection(fam)
    add_quantiles(fam)
    add_sums(fam)
    add_unique(fam)
    add_search(fam)
    add_histograms(fam)
    add_statistics(fam)
