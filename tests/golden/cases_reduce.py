# SPDX-License-Identifier: Apache-2.0
"""Reductions and scans."""

import torch

from edges import ask, edges
from golden import b8, bf16, c64, c128, d, f16, f32, f64, i32, i64, s, u, u8, v

DIMS = [[], [0], [1], [-1], [0, 2], [0, 1, 2]]


def over(op):
    """torch's reduction with an empty list of dims meaning all of them."""
    def run(t, dim, keepdim=False, **attrs):
        fn = getattr(torch, op)
        if not dim:
            return fn(t, dim=tuple(range(t.dim())), keepdim=keepdim, **attrs)
        return fn(t, dim=dim, keepdim=keepdim, **attrs)
    return run


def add_sums(fam):
    for op in ("sum", "mean"):
        for dim in DIMS:
            for keepdim in (False, True):
                fam.case(op, u(2, 3, 5), fn=over(op), dim=dim, keepdim=keepdim)
            fam.case(op, u(2, 3, 5).T, fn=over(op), dim=dim, keepdim=False)
            fam.case(op, u(4, 3, 5).sliced, fn=over(op), dim=dim, keepdim=False)
            fam.case(op, u(4, 3, 5).expanded(1), fn=over(op), dim=dim, keepdim=False)
        for dtype in (f64, bf16, f16, c64):
            fam.case(op, u(3, 7, dtype=dtype), fn=over(op), dim=[1], keepdim=False)
            fam.case(op, u(3, 7, dtype=dtype), fn=over(op), dim=[], keepdim=False)
        fam.case(op, u(700), fn=over(op), dim=[0], keepdim=False)
        fam.case(op, u(3, 300), fn=over(op), dim=[0], keepdim=False, grad=False)
        for sp in (u(), u(0), u(0, 3), u(3, 0)):
            fam.case(op, sp, fn=over(op), dim=[-1] if sp.shape else [], keepdim=False)
        fam.case(op, s(20), fn=over(op), dim=[0], keepdim=False)
        fam.case(op, u(3), fn=over(op), dim=[1], keepdim=False, throws=True)
        fam.case(op, u(3, 3), fn=over(op), dim=[0, 0], keepdim=False, throws=True)
    for dtype in (i64, i32, u8, b8):
        fam.case("sum", u(3, 5, dtype=dtype), fn=over("sum"), dim=[1], keepdim=False)
        fam.case("sum", u(3, 5, dtype=dtype), fn=over("sum"), dim=[], keepdim=False)
    fam.case("sum", u(3, 5, dtype=i64), fn=over("sum"), dim=[1], keepdim=False, dtype=f32)
    fam.case("mean", u(3, 5, dtype=i64), fn=over("mean"), dim=[1], keepdim=False, throws=True)
    fam.case("mean", u(3, 5, dtype=i64), fn=over("mean"), dim=[1], keepdim=False, dtype=f64)
    prod = lambda t, dim, keepdim: torch.prod(t) if dim is None else torch.prod(t, dim, keepdim)
    for dim in (None, 0, 1, -1):
        for keepdim in (False, True):
            fam.case("prod", u(2, 3, 4, lo=0.5), fn=prod, dim=dim, keepdim=keepdim)
        fam.case("prod", u(4, 3, 2).T, fn=prod, dim=dim, keepdim=False)
    for dtype in (f64, bf16, i64, u8, b8):
        fam.case("prod", u(3, 4, dtype=dtype, lo=1, hi=2 if dtype != b8 else 1), fn=prod, dim=1, keepdim=False)
    fam.case("prod", v([[0, 2, 3], [0, 0, 2], [1, 2, 3]], dtype=f32), fn=prod, dim=1, keepdim=False)
    fam.case("prod", u(0, 2), fn=prod, dim=0, keepdim=False)
    fam.case("prod", v([2, 0, 3], dtype=f64), fn=prod, dim=None, keepdim=False)


def add_moments(fam):
    for op in ("var", "std"):
        for dim in DIMS:
            for correction in (1, 0):
                fam.case(op, u(3, 4, 5), fn=over(op), dim=dim, keepdim=False, correction=correction)
            fam.case(op, u(3, 4, 5).T, fn=over(op), dim=dim, keepdim=True, correction=1)
        for dtype in (f64, bf16, f16):
            fam.case(op, u(4, 9, dtype=dtype), fn=over(op), dim=[1], keepdim=False, correction=1)
        fam.case(op, u(300, lo=1000, hi=1001), fn=over(op), dim=[], keepdim=False, correction=1, grad=False, tol=30)
        fam.case(op, u(3, 1), fn=over(op), dim=[1], keepdim=False, correction=1, grad=False)
        fam.case(op, u(0, 3), fn=over(op), dim=[0], keepdim=False, correction=1, grad=False)
        fam.case(op, u(3, dtype=i64), fn=over(op), dim=[0], keepdim=False, correction=1, throws=True)
    for op in ("var_mean", "std_mean"):
        fam.case(op, u(3, 4, 5), fn=over(op), dim=[0, 2], keepdim=False, correction=1)


def add_extremes(fam):
    for op in ("max", "min"):
        fam.case(op, d(3, 4), fn=getattr(torch, op))
        fam.case(op, d(3, 4, dtype=i64).T, fn=getattr(torch, op))
        fam.case(op, s(20).const, fn=getattr(torch, op))
        fam.case(op, v([1, 3, 3, 1], dtype=f32), fn=getattr(torch, op))
        fam.case(op, u(0), fn=getattr(torch, op), throws=True)
        for dim in (0, 1, -1):
            for keepdim in (False, True):
                fam.case(op + "_dim", d(3, 4, 5), fn=getattr(torch, op), dim=dim, keepdim=keepdim)
            for sp in (d(5, 4, 3).T, d(3, 4, 5).sliced, d(3, 2, 4, dtype=f64), d(3, 5, 2, dtype=i64),
                       d(2, 4, 2, dtype=bf16)):
                fam.case(op + "_dim", sp, fn=getattr(torch, op), dim=dim, keepdim=False)
        nan = float("nan")
        fam.case(op + "_dim", v([[1, nan, 3], [nan, nan, 0], [1, 2, 3]], dtype=f32), fn=getattr(torch, op),
                 dim=1, keepdim=False)
        fam.case(op + "_dim", d(2, 77), fn=getattr(torch, op), dim=1, keepdim=False)
        fam.case(op + "_dim", u(), fn=getattr(torch, op), dim=0, keepdim=False)
        fam.case(op + "_dim", u(0, 3), fn=getattr(torch, op), dim=1, keepdim=False)
        fam.case(op + "_dim", u(0, 3), fn=getattr(torch, op), dim=0, keepdim=False, throws=True)
        fam.case(op + "_dim", u(3), fn=getattr(torch, op), dim=1, keepdim=False, throws=True)
    for op in ("amax", "amin"):
        for dim in DIMS:
            fam.case(op, d(3, 4, 5), fn=over(op), dim=dim, keepdim=False)
        fam.case(op, v([[1, 3, 3], [2, 2, 0]], dtype=f32), fn=over(op), dim=[1], keepdim=True)
        fam.case(op, s(20), fn=over(op), dim=[0], keepdim=False, grad=False)
    for op in ("argmax", "argmin"):
        arg = lambda t, dim, keepdim, op=op: getattr(torch, op)(t, dim, keepdim)
        for dim in (None, 0, 1, -1):
            for keepdim in (False, True):
                fam.case(op, d(3, 4, 5).const, fn=arg, dim=dim, keepdim=keepdim)
            fam.case(op, d(5, 4, 3).const.T, fn=arg, dim=dim, keepdim=False)
            fam.case(op, d(3, 6, 2, dtype=i64), fn=arg, dim=dim, keepdim=False)
        fam.case(op, s(20).const, fn=arg, dim=None, keepdim=False)
        fam.case(op, v([1, 3, 1, 3], dtype=f32).const, fn=arg, dim=0, keepdim=False)
        fam.case(op, u(0).const, fn=arg, dim=None, keepdim=False, throws=True)


def add_logic(fam):
    for op in ("any", "all"):
        run = lambda t, dim, keepdim, op=op: (getattr(torch, op)(t) if dim is None else
                                              getattr(torch, op)(t, dim=dim, keepdim=keepdim))
        for dim in (None, 0, 1, -1):
            for sp in (u(3, 4, dtype=b8), u(4, 5, dtype=i64, lo=0, hi=1).T, u(3, 2, 4, lo=0).const):
                fam.case(op, sp, fn=run, dim=dim, keepdim=False)
            fam.case(op, u(3, 4, dtype=b8), fn=run, dim=dim, keepdim=True)
        fam.case(op, s(20).const, fn=run, dim=None, keepdim=False)
        for sp in (u(0, dtype=b8), u(0, 2, dtype=b8), u(dtype=b8)):
            fam.case(op, sp, fn=run, dim=None, keepdim=False)
        fam.case(op, u(5, dtype=u8), fn=run, dim=0, keepdim=False)
    fam.case("count_nonzero", u(3, 4, dtype=i64, lo=-1, hi=1), dim=1)


def add_norms(fam):
    norm = lambda t, p, dim, keepdim: (torch.norm(t, p) if not dim else torch.norm(t, p, dim, keepdim))
    for p in (2.0, 1.0, 3.0, 0.0, float("inf"), float("-inf"), 0.5):
        for dim in ([], [1], [0, 2]):
            fam.case("norm", d(2, 3, 4), fn=norm, p=p, dim=dim, keepdim=False)
        fam.case("norm", d(4, 3, 2, dtype=f64).T, fn=norm, p=p, dim=[1], keepdim=True)
    fam.case("norm", v([0, 0, 0], dtype=f32), fn=norm, p=2.0, dim=[], keepdim=False)
    fam.case("norm", u(3, 5, dtype=bf16), fn=norm, p=2.0, dim=[1], keepdim=False)
    fam.case("norm", u(0), fn=norm, p=2.0, dim=[0], keepdim=False)
    fam.case("norm", u(3, dtype=i64), fn=norm, p=2.0, dim=[], keepdim=False, throws=True)
    for dim in ([0], [1], [-1], [0, 2], [0, 1, 2]):
        for keepdim in (False, True):
            fam.case("logsumexp", u(3, 4, 5), dim=dim, keepdim=keepdim)
        fam.case("logsumexp", u(5, 4, 3).T, dim=dim, keepdim=False)
    inf = float("inf")
    fam.case("logsumexp", v([[-inf, -inf], [1, -inf], [inf, 1], [1000, 1001]], dtype=f32), dim=[1], keepdim=False,
             grad=False)
    fam.case("logsumexp", u(3, 0), dim=[1], keepdim=False, grad=False)


def add_scans(fam):
    for op in ("cumsum", "cumprod"):
        for dim in (0, 1, -1):
            for sp in (u(2, 3, 5, lo=0.3), u(5, 3, 2, lo=0.3).T, u(2, 3, 4, lo=0.3).sliced, u(3, 4, dtype=f64, lo=0.3)):
                fam.case(op, sp, dim=dim)
        for dtype in (bf16, i64, i32, b8):
            fam.case(op, u(6, dtype=dtype), dim=0)
        for sp in (u(), u(0), u(200, lo=0.9, hi=1.1)):
            fam.case(op, sp, dim=0, tol=5)
        fam.case(op, u(3), dim=1, throws=True)
    fam.case("cumsum", u(4), dim=0, dtype=f64)


def add_edges(fam):
    for x in edges(u):
        for dim in ([], [0], [-1], [1], [0, 2, 3]):
            for op in ("sum", "mean", "amax", "amin", "logsumexp"):
                ask(fam, op, x, fn=over(op), dim=dim, keepdim=True)
            for op in ("var", "std", "var_mean", "std_mean"):
                ask(fam, op, x.const, fn=over(op), dim=dim, keepdim=False, correction=1)
            for p in (2.0, 0.0, float("inf"), float("-inf"), 3.0):
                ask(fam, "norm", x.const, dim=dim, p=p, keepdim=False,
                    fn=lambda t, p, dim, keepdim: torch.linalg.vector_norm(t, p, dim, keepdim) if dim else torch.norm(t, p))
        for op in ("max", "min"):
            ask(fam, op, x, fn=getattr(torch, op))
        for dim in (None, 0, -1, 1):
            for op in ("prod", "any", "all", "argmax", "argmin"):
                ask(fam, op, x if op == "prod" else x.const, dim=dim, keepdim=False, fn=lambda t, dim, keepdim, op=op: (
                    getattr(torch, op)(t) if dim is None else getattr(torch, op)(t, dim, keepdim)))
            ask(fam, "count_nonzero", x.const, dim=dim)
        for dim in (0, -1, 1):
            for op in ("max", "min"):
                ask(fam, op + "_dim", x, fn=getattr(torch, op), dim=dim, keepdim=False)
            for op in ("cumsum", "cumprod"):
                ask(fam, op, x, dim=dim)


def add(fam):
    add_sums(fam)
    add_moments(fam)
    add_extremes(fam)
    add_logic(fam)
    add_norms(fam)
    add_scans(fam)
    add_edges(fam)
