# SPDX-License-Identifier: Apache-2.0
"""Special points of each operator (see special_points.py)."""

import itertools

import torch
import torch.nn.functional as F

import cases_norm
import cases_special_functions
from cases_pointwise import BINARY, CLASSES, COMPARE, LOGICAL, UNARY
from golden import f32, f64, v
from special_points import (FINITE, HUGE, LINES, TINY, binary, inf, lines, nan, pairs, pointwise, stable, unary,
                            usual)

# Where PyTorch's answer is not the function's: trigamma at negative integers is the rounding of pi,
# Bessel functions are NaN at infinity and lose the sign of zero, some products overflow by their
# order.
WITHOUT = {
    "digamma": (-1.0, -20.0, -100.0, -inf, "huge"), "i0": (inf, -inf), "special_i1": (inf, -inf, 0.0, 100.0, -100.0),
    "special_i1e": (0.0,), "special_log_ndtr": (-inf, -100.0, "huge"),
}


def add_unary(fam):
    for op, (_, _, _, *knots) in UNARY.items():
        unary(fam, op, knots=knots or (1.5, 20.0), without=WITHOUT.get(op, ()))
    unary(fam, "nan_to_num", knots=(1.5, 20.0))
    for op in (*CLASSES, "logical_not"):
        unary(fam, op, grad=False)


def add_activations(fam):
    for op, knots, options in (
            ("leaky_relu", (), [{"negative_slope": 0.2}, {"negative_slope": 0.0}, {"negative_slope": -0.5}]),
            ("elu", (), [{"alpha": 0.5}, {"alpha": 0.0}]), ("selu", (), [{}]),
            ("celu", (), [{"alpha": 0.5}, {"alpha": 2.0}]),
            ("gelu", (5.0, 14.0), [{}, {"approximate": "tanh"}]), ("silu", (88.0, 200.0), [{}]),
            ("mish", (20.0, 200.0), [{}]), ("softsign", (), [{}]), ("tanhshrink", (), [{}]),
            ("hardswish", (3.0, 2.9999998), [{}]), ("hardsigmoid", (3.0,), [{}]), ("relu6", (6.0,), [{}]),
            ("hardtanh", (0.75,), [{"min_val": -0.5, "max_val": 0.75}]),
            ("hardshrink", (), [{"lambd": 0.5}, {"lambd": 0.0}]),
            ("softshrink", (), [{"lambd": 0.5}, {"lambd": 0.0}]),
            ("softplus", (20.0, 20.5, 88.0), [{}, {"beta": 2.0, "threshold": 5.0}]),
            ("threshold", (0.1,), [{"threshold": 0.1, "value": -3.0}, {"threshold": -0.0, "value": 0.0}]),
            ("logsigmoid", (88.0, 104.0), [{}])):
        for attrs in options:
            # PyTorch's slope of hardsigmoid is a float32 number even in float64.
            unary(fam, op, knots, fn=getattr(F, op), tol=100 if op == "hardsigmoid" else 1, **attrs)
    binary(fam, "prelu", fn=lambda x, w: torch.cat([F.prelu(a[None], b[None]) for a, b in zip(x, w)]))
    binary(fam, "glu", fn=lambda a, b: F.glu(torch.cat([a, b]), 0))


def add_binary(fam):
    for op, (_, flags, *knots) in BINARY.items():
        if op != "ldexp":
            binary(fam, op, knots, grad="g" not in flags)
    pointwise(fam, "ldexp", lambda dtype: [r for r in pairs(dtype) if HUGE[dtype] not in r])
    for mode in ("floor", "trunc"):
        binary(fam, "div", rounding_mode=mode)
    for op in COMPARE + LOGICAL:
        binary(fam, op, grad=False)
    scalars = (0.0, -0.0, 1.0, -1.0, 2.0, 0.5, inf, -inf, nan)
    scalar_form = lambda op: lambda t, **attrs: getattr(torch, op)(t, *attrs.values())
    for op in ("add", "sub", "mul", "div", "remainder", "fmod"):
        for scalar in scalars:
            unary(fam, op, fn=scalar_form(op), other=scalar)
    for exponent in (*scalars, 0, 1, 2, 3, -1, -2, -0.5, 1.5, 3.0, 4.0, -3.0):
        # PyTorch takes roots for some powers, whose answer for -inf is another, or for -0 its gradient.
        without = (-inf,) if exponent in (0.5, 1.5) else (-inf, 0.0) if exponent == -0.5 else ()
        unary(fam, "pow", fn=scalar_form("pow"), without=without, exponent=exponent)
    for base in (0, 1, 2, 0.0, -0.0, -1.0, -2.0, 0.5, inf, -inf, nan):
        unary(fam, "rpow", fn=lambda t, base: torch.pow(base, t), base=base)
    for name, fn in (("rsub", lambda t, other: other - t), ("rdiv", lambda t, other: other / t)):
        for scalar in (0.0, -0.0, 1.0, inf, nan):
            # PyTorch divides by multiplying with the reciprocal, which may overflow.
            unary(fam, name, fn=fn, without=("tiny", "huge", 1e-30, -1e-30), other=scalar)


def add_bounds(fam):
    for attrs in ({"min": -0.5}, {"max": 0.5}, {"min": -0.5, "max": 0.5}, {"min": 1.0, "max": -1.0},
                  {"min": 0.5, "max": 0.5}, {"min": nan}, {"max": nan}, {"min": nan, "max": 1.0},
                  {"min": 0.0, "max": nan}, {"min": -inf, "max": inf}, {"min": 0.0}, {"max": 0.0}):
        unary(fam, "clamp", **attrs)
    few = (nan, inf, -inf, 0.0, -0.0, 1.0, -1.0)
    triples = lambda dtype: list(itertools.product(few, few, few))
    pointwise(fam, "clamp_tensor", triples, fn=torch.clamp, dtypes=(f32,))
    binary(fam, "clamp_min_tensor", fn=lambda x, lo: torch.clamp(x, min=lo))
    binary(fam, "clamp_max_tensor", fn=lambda x, hi: torch.clamp(x, max=hi))
    finite = lambda dtype: list(itertools.product((*few, 2.0, -2.5, TINY[dtype]), repeat=2))
    for weight in (0.0, 0.5, 1.0, -1.0, 2.0, inf, nan):
        pointwise(fam, "lerp", finite, weight=weight, dtypes=(f32,))
    pointwise(fam, "lerp_tensor", lambda dtype: list(itertools.product((nan, inf, 0.0, -1.0), (-inf, -0.0, 2.0),
                                                                       (nan, inf, 0.0, -0.0, 0.5, 1.0))),
              fn=torch.lerp)
    for op in ("addcmul", "addcdiv"):
        for value in (0.0, 1.0, inf):
            pointwise(fam, op, triples, value=value, dtypes=(f32,))


def add_losses(fam):
    losses = {"mse_loss": [{}], "l1_loss": [{}], "smooth_l1_loss": [{"beta": 1.0}, {"beta": 0.0}],
              "huber_loss": [{"delta": 1.0}], "kl_div": [{"log_target": False}, {"log_target": True}]}
    for op, options in losses.items():
        for attrs in options:
            # PyTorch's gradient by kl_div's target multiplies with it, then divides by it; products of
            # huge numbers overflow or not by their order.
            without = (*TINY.values(), *HUGE.values()) if op == "kl_div" else ()
            rows = lambda dtype: [r for r in pairs(dtype) if not set(r) & set(without)]
            pointwise(fam, op, rows, fn=getattr(F, op), reduction="none", **attrs)
    logits = lambda a, b, reduction: F.binary_cross_entropy_with_logits(a, b, reduction=reduction)
    probabilities = (0.0, -0.0, 1.0, 0.5, 1e-30, 1 - 2.0**-24)
    bce = lambda a, b, reduction: F.binary_cross_entropy(a, b, reduction=reduction)
    for dtype in (f32, f64):
        for op, fn, rows in (
                ("binary_cross_entropy", bce, itertools.product(probabilities, probabilities)),
                ("binary_cross_entropy_with_logits", logits,
                 itertools.product(usual(dtype), (0.0, 1.0, 0.5, nan, inf)))):
            rows = stable(lambda a, b: fn(a, b, "none"), list(rows), dtype, True)
            a, b = (v(list(c), dtype=dtype) for c in zip(*rows))
            extra = [None] if op == "binary_cross_entropy" else [None, None]
            fam.case(op, a, b, *extra, fn=lambda a, b, *w, reduction: fn(a, b, reduction), reduction="none",
                     signed_zeros=True)
    rows = list(itertools.product((nan, inf, -inf, 0.0, 100.0, -100.0), (0.0, 1.0, 0.5), (0.0, 1.0, 2.0)))
    x, t, p = (v(list(c), dtype=f32).const for c in zip(*rows))
    x.requires_grad = True
    fam.case("binary_cross_entropy_with_logits", x, t, None, p,
             fn=lambda x, t, w, p, reduction: F.binary_cross_entropy_with_logits(x, t, pos_weight=p, reduction=reduction),
             reduction="none", tag="pos_weight")


def add_reductions(fam):
    norm = lambda t, p, dim, keepdim: torch.linalg.vector_norm(t, p, dim=dim or None, keepdim=keepdim)
    for dtype in (f32, f64):
        x = lines(dtype)
        for op in ("sum", "mean", "amax", "amin"):
            fam.case(op, x, fn=getattr(torch, op), dim=[1], keepdim=False, signed_zeros=True)
        for op in ("var", "std"):
            for correction in (0, 1, 4, 5):
                fam.case(op, x, fn=getattr(torch, op), dim=[1], keepdim=False, correction=correction)
        fam.case("prod", lines(dtype, of=FINITE), dim=1, keepdim=False)
        fam.case("prod", x.const, dim=1, keepdim=False)
        fam.case("logsumexp", x, dim=[1], keepdim=False)
        for op in ("max", "min"):
            fam.case(op + "_dim", x, fn=getattr(torch, op), dim=1, keepdim=False, signed_zeros=True)
        for p in (2.0, 1.0, 3.0, 0.0, inf, -inf, 0.5, -1.0, 1.5, -2.0):
            fam.case("norm", x, fn=norm, p=p, dim=[1], keepdim=False)
        fam.case("cumsum", x, dim=1)
        fam.case("cumprod", lines(dtype, of=FINITE), dim=1)
        fam.case("cumprod", x.const, dim=1)
        for op in ("cummax", "cummin"):
            fam.case(op, x, dim=1)
        for op in ("argmax", "argmin"):
            fam.case(op, x.const, fn=getattr(torch, op), dim=1, keepdim=False)
        for line in LINES:
            one = v(line, dtype=dtype)
            for op in ("max", "min"):
                fam.case(op, one, fn=getattr(torch, op))
            if line in FINITE:
                fam.case("prod", one, fn=lambda t, dim: torch.prod(t), dim=None)
        for line in ([3, 1, 3, 3], [0, 0, 0, 0], [nan, 1, nan, 2], [inf, -inf, inf, 0]):
            fam.case("norm", v(line, dtype=dtype), fn=norm, p=2.0, dim=[], keepdim=False)
        for op in ("softmax", "log_softmax"):
            fam.case(op, x, dim=1)
            fam.case(op, lines(dtype).T, dim=0)
        for op in ("any", "all", "count_nonzero"):
            fam.case(op, x.const, fn=getattr(torch, op), dim=1, **({} if op == "count_nonzero" else {"keepdim": False}))
        for op, fn in (("cross_entropy", F.cross_entropy), ("nll_loss", F.nll_loss)):
            attrs = {"label_smoothing": 0.0} if op == "cross_entropy" else {}
            for target in (0, 3):
                fam.case(op, x, v([target] * len(LINES)), None, fn=lambda x, t, w, **kw: fn(x, t, **kw), reduction="none",
                         ignore_index=-100, **attrs)
        fam.case("cross_entropy", x, v([1] * len(LINES)), None, fn=lambda x, t, w, **kw: F.cross_entropy(x, t, **kw),
                 reduction="none", ignore_index=-100, label_smoothing=0.25)
        for target in (lines(dtype).const, v([[0, 1, 0, 0]] * len(LINES), dtype=dtype).const):
            fam.case("cross_entropy_probabilities", x, target, None, fn=lambda x, t, w, **kw: F.cross_entropy(x, t, **kw),
                     reduction="none", ignore_index=-100, label_smoothing=0.0)


def add_order(fam):
    for dtype in (f32, f64):
        x = lines(dtype)
        for descending in (False, True):
            fam.case("sort", x, fn=torch.sort, stable=True, dim=1, descending=descending, signed_zeros=True)
            # Where equal numbers end up is only fixed for the values.
            fam.case("topk_values", x, fn=lambda t, k, dim, largest: torch.topk(t, k, dim, largest)[0], k=3, dim=1,
                     largest=descending, grad=False)
        fam.case("kthvalue_values", x, fn=lambda t, k, dim: torch.kthvalue(t, k, dim)[0], k=2, dim=1, grad=False)


def add_windows(fam):
    for dtype in (f32, f64):
        x = v([nan if i % 17 == 5 else inf if i % 19 == 3 else -inf if i % 7 == 1 else (i * 5) % 3 for i in range(64)],
              dtype=dtype, shape=[1, 1, 8, 8])
        ties = v([0.0, -0.0] * 8 + [1.0] * 24 + [-inf] * 24, dtype=dtype, shape=[1, 1, 8, 8])
        for sp in (x, ties):
            for window in (dict(kernel_size=[2, 2], stride=[2, 2], padding=[0, 0]),
                           dict(kernel_size=[3, 3], stride=[2, 2], padding=[1, 1])):
                fam.case("max_pool2d", sp, fn=lambda t, **a: F.max_pool2d(t, return_indices=True, **a), dilation=[1, 1],
                         ceil_mode=False, **window)
                fam.case("avg_pool2d", sp, fn=F.avg_pool2d, ceil_mode=False, count_include_pad=True, divisor_override=None,
                         **window)
            fam.case("adaptive_max_pool2d", sp, fn=lambda t, **a: F.adaptive_max_pool2d(t, return_indices=True, **a), output_size=[3, 3])
            fam.case("adaptive_avg_pool2d", sp, fn=F.adaptive_avg_pool2d, output_size=[3, 3])
            for mode in ("nearest", "bilinear"):
                align = {} if mode == "nearest" else {"align_corners": False}
                fam.case("interpolate", sp, fn=F.interpolate, size=[5, 11], mode=mode, **align)


def add_products(fam):
    for dtype in (f32, f64):
        fam.case("dropout", lines(dtype), fn=F.dropout, p=1.0, training=True)
        fam.case("matmul", lines(dtype), v([[0, 1], [1, 0], [0, 2], [0, 0]], dtype=dtype))
        fam.case("linear", lines(dtype), v([[0, 1, 0, 1], [1, 0, 0, 2]], dtype=dtype), v([0, inf], dtype=dtype), fn=F.linear)


def add(fam):
    add_unary(fam)
    add_activations(fam)
    add_binary(fam)
    add_bounds(fam)
    add_losses(fam)
    add_reductions(fam)
    add_order(fam)
    add_windows(fam)
    cases_norm.add_special(fam)
    cases_special_functions.add_special(fam)
    add_products(fam)
