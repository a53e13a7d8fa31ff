# SPDX-License-Identifier: Apache-2.0
"""Complex numbers: values and gradients to second order, branch cuts, special points."""

import itertools
import math

import torch
import torch.nn.functional as F

import cases_norm
from golden import c64, c128, u, v
from special_points import agree

inf, nan = math.inf, math.nan
UNARY = ["exp", "expm1", "log", "log2", "log10", "log1p", "sqrt", "rsqrt", "reciprocal", "square", "neg", "sin", "cos",
         "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "sigmoid", "silu", "abs",
         "nan_to_num"]
NO_GRADIENT = {"silu"}  # in PyTorch
UNSIGNED = {"acos", "exp", "log1p", "silu"}  # zeros whose sign PyTorch loses on the way
PARTS = [0.0, -0.0, 0.5, -0.5, 1.0, -1.0, 2.0, -2.0, inf, -inf, nan, 30.0, -30.0, 1e-20, 1e12]


def given(numbers, dtype):
    return v([part for z in numbers for part in (z.real, z.imag)], dtype=dtype, shape=[len(numbers)])


def answers(fn, columns, dtype, grad):
    tensors = [torch.tensor(c, dtype=dtype).requires_grad_(grad) for c in columns]
    out = fn(*tensors)
    parts = [out.detach()]
    if grad and out.requires_grad:
        parts += torch.autograd.grad(out, tensors, torch.full_like(out, 0.75))
    return [torch.view_as_real(t) if t.is_complex() else t for t in parts]


def stable(fn, rows, dtype, grad):
    def same(row):
        alone = answers(fn, [[z] for z in row], dtype, grad)
        among = answers(fn, [[z] * 67 for z in row], dtype, grad)
        return all(agree(a.expand_as(b), b) if a.dtype.is_floating_point else bool((a == b).all())
                   for a, b in zip(alone, among))
    return [row for row in rows if same(row)]


def add_unary(fam):
    plane = [complex(x, y) for x, y in itertools.product(PARTS, PARTS)]
    finite = [z for z in plane if math.isfinite(abs(z))]
    for op in UNARY:
        fn = getattr(torch, op, None) or getattr(F, op)
        grad = op not in NO_GRADIENT
        for dtype in (c64, c128):
            fam.case(op, u(9, dtype=dtype, lo=-1.5, hi=1.5), grad=grad, second=grad)
            for x in (0.4, -0.4, 3.0, -3.0):  # both sides of every branch cut
                near = [complex(*((x, y) if along else (y, x))) for along in (0, 1) for y in (0.0, -0.0, 1e-8, -1e-8)]
                kept = [r[0] for r in stable(fn, [(z,) for z in near], dtype, grad)]
                fam.case(op, given(kept, dtype), fn=fn, grad=grad, tag=f"cut{x}", signed_zeros=op not in UNSIGNED)
            kept = [r[0] for r in stable(fn, [(z,) for z in (finite if op == "log1p" else plane)], dtype, False)]
            fam.case(op, given(kept, dtype).const, fn=fn, grad=False, signed_zeros=op not in UNSIGNED,
                     tag=str(len(kept)))
            kept = [r[0] for r in stable(fn, [(z,) for z in finite], dtype, grad)]
            fam.case(op, given(kept, dtype), fn=fn, grad=grad, tag=f"finite {len(kept)}")
    for op in ("isnan", "isinf", "isfinite"):
        for dtype in (c64, c128):
            fam.case(op, given(plane, dtype).const, grad=False)


def add_binary(fam):
    few = [complex(x, y) for x, y in itertools.product((0.0, -0.0, 1.0, -2.0, inf, nan), (0.0, 1.0, -inf))]
    for op in ("add", "sub", "mul", "div", "pow"):
        fn = getattr(torch, op)
        for dtype in (c64, c128):
            fam.case(op, u(9, dtype=dtype), u(9, dtype=dtype, lo=-1.5, hi=2), second=True)
            # PyTorch's 0 ** 0 is NaN when both are tensors, and 1 otherwise; what it makes of infinite
            # parts of a power follows its C library.
            usual = lambda a, b: b != 0 and math.isfinite(abs(a)) and math.isfinite(abs(b))
            rows = [(a, b) for a, b in itertools.product(few, few) if op != "pow" or usual(a, b)]
            rows = stable(fn, rows, dtype, False)
            fam.case(op, *[given(c, dtype).const for c in zip(*rows)], grad=False, tag=str(len(rows)))
        fam.case(op, u(9, dtype=c64), u(9, lo=0.5, hi=2), second=True)
        fam.case(op, u(9, lo=0.5, hi=2), u(9, dtype=c64), second=True)
    for exponent in (0, 1, 2, 3, -1, 0.5, -0.5, 1.5, -2.0):
        fn = lambda t, exponent: torch.pow(t, exponent)
        fam.case("pow", u(9, dtype=c128), fn=fn, exponent=exponent, second=True)
        zeros = [complex(0.0, 0.0), complex(-0.0, 0.0), complex(1, 0)]
        fam.case("pow", given(zeros, c128), fn=fn, exponent=exponent, tag="zero")
    for base in (0, 1, 2, 0.5, -1.5):
        fam.case("rpow", u(9, dtype=c128), fn=lambda t, base: torch.pow(base, t), base=base, second=True)


def add_reductions(fam):
    norm = lambda t, p, dim, keepdim: torch.linalg.vector_norm(t, p, dim=dim or None, keepdim=keepdim)
    zeros = v([0, 0, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0], dtype=c128, shape=[2, 3])
    ties = v([3, 4, -5, 0, 0, 5, 1, 0, 0, 1, -1, 0], dtype=c128, shape=[2, 3])
    for p in (2.0, 1.0, 3.0, 0.0, inf, -inf, 0.5, 1.5, -1.0, -2.0):
        for dtype in (c64, c128):
            for dim in ([], [0], [1]):
                fam.case("norm", u(3, 4, dtype=dtype), fn=norm, p=p, dim=dim, keepdim=False, second=True)
        for sp in (zeros, ties):
            fam.case("norm", sp, fn=norm, p=p, dim=[1], keepdim=False)
    for dtype in (c64, c128):
        for dim in ([0], [1], [0, 1]):
            fam.case("logsumexp", u(3, 4, dtype=dtype), dim=dim, keepdim=False, second=True)
            for op in ("var", "std"):
                fam.case(op, u(3, 4, dtype=dtype), fn=getattr(torch, op), dim=dim, keepdim=False, correction=1, second=True)
        fam.case("logsumexp", v([-inf, 0, -inf, 0, 1, 2, inf, 0, 1, 1, 2, 2, 500, 1, 800, 2], dtype=dtype, shape=[4, 2]),
                 dim=[1], keepdim=False, grad=False)
        for op in ("sum", "mean"):
            fam.case(op, u(3, 4, dtype=dtype), fn=getattr(torch, op), dim=[1], keepdim=False, second=True)
        fam.case("prod", u(3, 4, dtype=dtype), dim=1, keepdim=False, second=True)
        fam.case("prod", v([0, 0, 1, 2, 3, -1, 0, 0, 0, 0, 1, 1], dtype=dtype, shape=[2, 3]), dim=1, keepdim=False)
        for op in ("cumsum", "cumprod"):
            fam.case(op, u(3, 4, dtype=dtype), dim=1, second=True)
        for reduction in ("none", "mean", "sum"):
            fam.case("l1_loss", u(3, 4, dtype=dtype), u(3, 4, dtype=dtype), fn=F.l1_loss, reduction=reduction, second=True)
        same = v([1, 2, 0, 0, 3, 4], dtype=dtype, shape=[3])
        fam.case("l1_loss", same, v([1, 2, 0, 1, 3, 4], dtype=dtype, shape=[3]), fn=F.l1_loss, reduction="sum")
        cases_norm.add_complex(fam, dtype)
    fam.case("l1_loss", u(4, dtype=c64), u(4), fn=F.l1_loss, reduction="mean", second=True)


def add_convolutions(fam):
    def run(name):
        return lambda x, w, b, **attrs: getattr(F, name)(x, w, b, **attrs)

    for dtype in (c64, c128):
        for groups in (1, 2):
            for bias in (True, False):
                b = u(4, dtype=dtype) if bias else None
                one = dict(stride=[2], padding=[1], dilation=[1], groups=groups)
                two = dict(stride=[1, 2], padding=[1, 0], dilation=[2, 1], groups=groups)
                narrow, wide = u(4, 4 // groups, 3, dtype=dtype), u(4, 4 // groups, 2, 3, dtype=dtype)
                fam.case("conv1d", u(2, 4, 7, dtype=dtype), narrow, b, fn=run("conv1d"), second=True, **one)
                fam.case("conv2d", u(2, 4, 5, 6, dtype=dtype), wide, b, fn=run("conv2d"), second=True, **two)
                back = u(4, 4 // groups, 3, dtype=dtype), u(4, 4 // groups, 2, 3, dtype=dtype)
                b = u(4, dtype=dtype) if bias else None
                fam.case("conv_transpose1d", u(2, 4, 4, dtype=dtype), back[0], b, fn=run("conv_transpose1d"),
                         output_padding=[1], second=True, **one)
                fam.case("conv_transpose2d", u(2, 4, 3, 4, dtype=dtype), back[1], b, fn=run("conv_transpose2d"),
                         output_padding=[0, 1], second=True, **two)
        usual = dict(stride=[1, 1], padding=[1, 1], dilation=[1, 1], groups=1)
        plain = lambda x, w, b, **attrs: F.conv2d(x, w, b, **attrs)
        fam.case("conv2d", u(2, 2, 4, 4, dtype=dtype).channels_last, u(3, 2, 3, 3, dtype=dtype), None, fn=plain, **usual)
        fam.case("conv2d", u(2, 4, 4, dtype=dtype), u(3, 2, 3, 3, dtype=dtype), u(3, dtype=dtype), fn=plain, **usual)
        fam.case("conv2d", u(2, 2, 4, 4, dtype=dtype).const, u(3, 2, 3, 3, dtype=dtype), None, fn=plain, **usual)
        for padding in ("same", "valid"):
            fam.case("conv2d_mode", u(1, 2, 4, 5, dtype=dtype), u(3, 2, 2, 3, dtype=dtype), u(3, dtype=dtype),
                     fn=lambda x, w, b, padding: F.conv2d(x, w, b, padding=padding), padding=padding)


def add(fam):
    add_unary(fam)
    add_binary(fam)
    add_reductions(fam)
    add_convolutions(fam)
