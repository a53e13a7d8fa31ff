# SPDX-License-Identifier: Apache-2.0
"""torch.special and its kin: functions with numbers among their arguments, rare ones that share a
row, several results; numerical gradients. The others are in cases_pointwise.py."""

import itertools
import math

import torch
import torch.nn.functional as F

from every_type import every, first, positive, second, small
from golden import bf16, f16, f32, f64, function_of, i32, i64, u, v
from special_points import unary

inf, nan = math.inf, math.nan

BESSEL = ["bessel_j0", "bessel_j1", "bessel_y0", "bessel_y1", "modified_bessel_i0", "modified_bessel_i1",
          "modified_bessel_k0", "modified_bessel_k1"]
BESSEL_LIKE = ["scaled_modified_bessel_k0", "scaled_modified_bessel_k1", "spherical_bessel_j0", "airy_ai"]
POLYNOMIALS = [f"{s}chebyshev_polynomial_{k}" for s in ("", "shifted_") for k in "tuvw"] + [
    "hermite_polynomial_h", "hermite_polynomial_he", "laguerre_polynomial_l", "legendre_polynomial_p"]
ALIASES = ["digamma", "psi", "gammaln", "erf", "erfc", "erfinv", "exp2", "expm1", "expit", "log1p", "i0", "sinc"]


def polygamma(x, n):
    return torch.polygamma(n, x)


def add_numbers(fam):
    for n in (0, 1, 2, 3, 5):
        fam.case("polygamma", u(20, lo=0.1, hi=5), fn=polygamma, n=n)
        fam.case("polygamma", u(20, lo=-4.9, hi=5, dtype=f64), fn=polygamma, n=n, second=True)
    fam.case("polygamma", u(5, dtype=i64, lo=1), fn=polygamma, n=1)
    fam.case("polygamma", u(5), fn=polygamma, n=-1, throws=True)
    for p in (1, 2, 5):
        for op in ("mvlgamma", "special_multigammaln"):
            fam.case(op, u(3, 4, lo=2.5, hi=6), p=p)
        fam.case("mvlgamma", u(3, 4, lo=2.5, hi=6, dtype=f64).T, p=p, second=True)
    fam.case("mvlgamma", u(5, dtype=i64, lo=4, hi=9), p=3)
    fam.case("mvlgamma", u(5), p=0, throws=True)
    for op in ("logit", "special_logit"):
        for eps in (0.2, 0.0, 0.6):
            fam.case(op, u(20, lo=-0.3, hi=1.3), eps=eps)
            fam.case(op, u(20, lo=-0.3, hi=1.3, dtype=f64).sliced, eps=eps, second=True)
    for decimals in (0, 1, 3, -1, -2):
        for dtype in (f32, f64, f16, bf16):
            fam.case("round", u(20, lo=-300, hi=300, dtype=dtype), decimals=decimals)
        fam.case("special_round", u(20, lo=-300, hi=300), decimals=decimals)
    fam.case("round", u(5, dtype=i64), decimals=1, throws=True)
    fam.case("rrelu_eval", u(3, 5), fn=lambda t, lower, upper: F.rrelu(t, lower, upper), lower=0.1, upper=0.3)
    for dim in (0, 1, -1):
        fam.case("glu_dim", u(4, 6, 2), fn=F.glu, dim=dim)
    fam.case("glu_dim", u(3), fn=F.glu, dim=0, throws=True)
    for dtype in (f32, f64, f16, bf16):
        fam.case("frexp", u(40, lo=-300, hi=300, dtype=dtype))
    fam.case("frexp", u(5, dtype=i64), throws=True)
    for dim in (0, 1):
        fam.case("special_logsumexp", u(3, 4), dim=dim)
        fam.case("special_softmax", u(3, 4), dim=dim)
        fam.case("special_log_softmax", u(3, 4), dim=dim)


def add_gamma(fam):
    for op in ("igamma", "igammac", "special_gammainc", "special_gammaincc"):
        for lo, hi in ((0.05, 3), (0.5, 40)):
            fam.case(op, u(60, lo=lo, hi=hi).const, u(60, lo=lo, hi=hi))
            fam.case(op, u(60, lo=lo, hi=hi, dtype=f64).const, u(60, lo=lo, hi=hi, dtype=f64), second=True)
            fam.case(op, u(4, 1, lo=lo, hi=hi, dtype=f64).const, u(5, lo=lo, hi=hi, dtype=f64).const)
        for dtype in (f16, bf16):
            fam.case(op, u(20, lo=0.05, hi=3, dtype=dtype).const, u(20, lo=0.05, hi=3, dtype=dtype))
        large = [(1000.0, 1000.0), (1000.0, 900.0), (1e6, 1.001e6), (1e6, 9.99e5), (1e-8, 0.3), (250.0, 200.0), (30.0, 90.0)]
        fam.case(op, *(v(list(c), dtype=f64).const for c in zip(*large)))
    fam.case("special_zeta", u(40, lo=1.1, hi=9).const, u(40, lo=0.1, hi=9))
    fam.case("special_zeta", u(40, lo=1.1, hi=9, dtype=f64).const, u(40, lo=0.1, hi=9, dtype=f64), second=True)
    fam.case("special_zeta", v([2, 3, 4, 5, 6], dtype=f64).const, v([-0.5, -1.25, -3.75, -20.5, -40.5], dtype=f64))
    fam.case("special_zeta", u(9, dtype=i64, lo=2).const, u(9, dtype=i64, lo=1))
    fam.case("special_zeta", u(9, lo=0.2), fn=lambda t, input: torch.special.zeta(input, t), input=2.5)
    fam.case("special_zeta", u(9, lo=1.2).const, fn=lambda t, other: torch.special.zeta(t, other), other=2.5)


def add_rare(fam):
    for op in BESSEL + BESSEL_LIKE:
        name, positive = "special_" + op, "_k" in op or "_y" in op
        grad = op in BESSEL
        lo, hi = (0.1, 12) if positive else (-12, 12)
        fam.case(name, u(60, lo=lo, hi=hi), grad=grad)
        # From 3 on, and of Airy's function around -2.5, PyTorch's have seven to ten digits.
        low, high = {"airy_ai": (-2, 4.9)}.get(op, (max(lo, -2.5), 2.5))
        fam.case(name, u(12, 5, lo=low, hi=high, dtype=f64).T, grad=grad, second=grad)
        fam.case(name, u(7, dtype=i64, lo=1), grad=False)
    for op in POLYNOMIALS:
        name = "special_" + op
        numbers = list(itertools.product((-1.5, -1.0, -0.4, 0.0, 0.3, 0.5, 1.0, 1.7, nan), (-1, 0, 1, 2, 3, 5.7, 8, 12)))
        fam.case(name, *(v(list(c), dtype=f64).const for c in zip(*numbers)), grad=False)
        fam.case(name, u(6, 1).const, u(4, dtype=i64, lo=0).const, grad=False)
        fam.case(name, u(9), fn=lambda t, other, name=name: function_of(name)(t, other), other=4, grad=False)
        fam.case(name, u(9, dtype=i64, lo=0), fn=lambda t, input, name=name: function_of(name)(input, t), input=0.25,
                 grad=False)
    for op in ALIASES:
        fam.case("special_" + op, u(30, lo=0.1, hi=0.9))
    fam.case("special_xlogy", u(9, lo=0.1), u(9, lo=0.1))


def add_gradient(fam):
    def run(t, spacing, dim, edge_order):
        attrs = {} if dim is None else {"dim": dim}
        return torch.gradient(t, spacing=1 if spacing is None else spacing[0] if len(spacing) == 1 else spacing, edge_order=edge_order, **attrs)
    for edge_order in (1, 2):
        for dim in (None, 1, [0, 2], [-1]):
            for spacing in (None, [0.5]):
                fam.case("gradient", u(4, 5, 3), fn=run, spacing=spacing, dim=dim, edge_order=edge_order)
        fam.case("gradient", u(4, 5), fn=run, spacing=[0.5, 2.0], dim=None, edge_order=edge_order)
        fam.case("gradient", u(7, dtype=i64), fn=run, spacing=None, dim=None, edge_order=edge_order)
        at = lambda t, x, y, edge_order: torch.gradient(t, spacing=(x, y), edge_order=edge_order)
        fam.case("gradient_at", u(5, 4), v([0, 1, 1.5, 4, 4.25], dtype=f32), v([-1, 0, 2, 3], dtype=f32), fn=at,
                 edge_order=edge_order)
    fam.case("gradient", u(2, 5), fn=run, spacing=None, dim=None, edge_order=2, throws=True)
    fam.case("gradient", u(5, 5), fn=run, spacing=None, dim=None, edge_order=3, throws=True)
    fam.case("gradient", u(5, 5), fn=run, spacing=None, dim=[0, 0], edge_order=1, throws=True)
    fam.case("gradient", u(5, 5), fn=run, spacing=[1.0, 2.0, 3.0], dim=None, edge_order=1, throws=True)


def add_special(fam):
    # At negative integers PyTorch's trigamma is the rounding of pi; at infinity PyTorch has no zeta.
    for n, without in ((0, ("huge", -inf, -100.0, -1.0)), (1, ("huge", inf, -inf, -100.0, -1.0)), (2, ("huge", inf)), (3, ("huge", inf))):
        unary(fam, "polygamma", fn=polygamma, without=without, n=n)
    for eps in (0.25, 0.0):
        unary(fam, "logit", knots=(0.25, 0.75), eps=eps)
    for decimals in (0, 2, -1):
        unary(fam, "round", knots=(0.125, 15.0), without=("huge",), decimals=decimals)
    unary(fam, "frexp_mantissa", fn=lambda t: torch.frexp(t)[0], without=(inf, -inf, nan))
    for op in BESSEL + BESSEL_LIKE:
        without = {"i0": (inf, -inf), "i1": (inf, -inf, 0.0, 100.0, -100.0)}.get(op[-2:], ("tiny",)) if "modified" in op else ()
        unary(fam, "special_" + op, without=("huge", *without), grad=op in BESSEL)
    for op in ("special_i1", "special_i1e"):
        fam.case(op, v([0.0, -0.0], dtype=f64))
    few = (nan, inf, 0.0, 1.0, 2.5, 30.0, -1.0)
    # Beside 0 and infinity PyTorch does not see a NaN.
    rows = [r for r in itertools.product(few, few) if not any(x != x for x in r) or not {0.0, inf} & set(r)]
    orders, places = (nan, 1.0, 2.0, 3.0, 2.5, 0.5, -1.0), (nan, 0.0, 1.0, 2.5, 30.0, -1.0, -2.5)
    of_zeta = [(s, q) for s, q in itertools.product(orders, places)
               if not (s != s and q in (0.0, -1.0)) and not (s == 1 and q != q)]
    for dtype in (f32, f64):
        for op, points in (("igamma", rows), ("igammac", rows), ("special_zeta", of_zeta)):
            a, b = (v(list(c), dtype=dtype) for c in zip(*points))
            fam.case(op, a.const, b, tag="special")


def add_types(fam):
    for n in (1, 2):
        every(fam, "polygamma", positive, fn=polygamma, n=n)
    every(fam, "mvlgamma", small, p=2)
    every(fam, "round", first, decimals=1)
    every(fam, "logit", first, eps=0.25)
    every(fam, "igamma", second, second, grad=False)
    every(fam, "frexp", first)
    every(fam, "glu_dim", small, fn=F.glu, dim=0)
    wide = [f32, f64, i32, i64]
    every(fam, "special_zeta", second, second, dtypes=wide, grad=False)
    every(fam, "special_bessel_j0", small, dtypes=wide)
    every(fam, "special_legendre_polynomial_p", small, small, dtypes=wide, grad=False)


def add(fam):
    add_numbers(fam)
    add_gamma(fam)
    add_rare(fam)
    add_gradient(fam)
