# SPDX-License-Identifier: Apache-2.0
"""Elementwise operators: arithmetic, comparison, logic, activations; and type promotion."""

import math

import torch
import torch.nn.functional as F

from golden import (DTYPES, b8, bf16, c64, c128, d, f16, f32, f64, function_of, i8, i16, i32, i64, is_float, s,
                    u, u8, v)

# An op a line; cases_special.py and cases_types.py read these tables, too.
#
# Of one input: the range of its ordinary values, flags, more special points than usual. Flags:
#   c  complex numbers too
#   i  integers stay integers (else they become floats); I  it takes no integers
#   f  few cases: how tensors are laid out is no matter of the op, and is asked of the others
UNARY = {
    "abs": (-2, 2, "ci"), "neg": (-2, 2, "ci"), "square": (-2, 2, "ci"),
    "exp": (-2, 2, "c", 1.5, 88.7, 709.7, 1e-45), "expm1": (-2, 2, "", 1.5, 88.7, 709.7, 1e-45),
    "log": (0.1, 4, "c"), "log2": (0.1, 4, ""),
    "log10": (0.1, 4, ""), "log1p": (-0.9, 3, ""), "sqrt": (0.01, 4, "c"),
    "rsqrt": (0.1, 4, ""), "reciprocal": (0.2, 3, "c"), "sin": (-6, 6, "c"), "cos": (-6, 6, "c"),
    "tan": (-1.4, 1.4, ""), "asin": (-0.9, 0.9, ""), "acos": (-0.9, 0.9, ""),
    "atan": (-3, 3, ""), "sinh": (-2, 2, "", 1.5, 88.7, 709.7, 1e-45),
    "cosh": (-2, 2, "", 1.5, 88.7, 709.7, 1e-45), "tanh": (-3, 3, "c"),
    "asinh": (-3, 3, "f"), "acosh": (1.1, 4, "f"), "atanh": (-0.9, 0.9, "f"),
    "erf": (-2.5, 2.5, ""), "erfc": (-2.5, 2.5, ""), "sigmoid": (-4, 4, ""),
    "sign": (-2, 2, "i"), "round": (-4, 4, "i"), "floor": (-4, 4, "i"), "ceil": (-4, 4, "i"),
    "trunc": (-4, 4, "i"), "frac": (-4, 4, "I"), "relu": (-2, 2, "i"),
    "exp2": (-3, 3, "cf", 1.5, 127.5, 1023.5), "deg2rad": (-200, 200, "f"), "rad2deg": (-3, 3, "f"),
    "sinc": (0.2, 3, "cf"), "lgamma": (0.1, 5, "f"), "digamma": (0.1, 5, "f"), "logit": (0.1, 0.9, "f"),
    "erfinv": (-0.9, 0.9, "f"), "i0": (-4, 4, "f"), "special_i0e": (-4, 4, "f"), "special_i1": (-4, 4, "f"),
    "special_i1e": (-4, 4, "f"), "special_entr": (0.1, 3, "f"), "special_erfcx": (-2, 3, "f"),
    "special_ndtr": (-2, 2, "f"), "special_log_ndtr": (-3, 3, "f"), "special_ndtri": (0.1, 0.9, "f"),
}
ACTIVATIONS = {
    "leaky_relu": [{}, {"negative_slope": 0.2}], "elu": [{}, {"alpha": 0.5}],
    "gelu": [{}, {"approximate": "tanh"}], "silu": [{}], "hardswish": [{}], "hardsigmoid": [{}],
    "softplus": [{}, {"beta": 2.0, "threshold": 1.5}], "relu6": [{}], "logsigmoid": [{}],
    "hardtanh": [{}, {"min_val": -0.5, "max_val": 0.75}],
    "threshold": [{"threshold": 0.1, "value": -3.0}],
}
# Of two inputs: the least ordinary value, flags, more special points. Further flags:
#   b  bool too
#   g  no gradient; t  none of some dtypes, or one that is an accident of how PyTorch is written
#   n  the other input may be a number; N  either may
BINARY = {
    "add": (-2, "cib"), "sub": (-2, "ci"), "mul": (-2, "cib"), "div": (0.2, "c"),
    "pow": (0.2, "i", 0.5, 3.0, -1.0, -2.0), "maximum": (-2, "ib"), "minimum": (-2, "ib"),
    "atan2": (-2, ""), "remainder": (0.2, "it"), "fmod": (0.2, "it"), "floor_divide": (0.2, "igt"),
    "hypot": (-2, "f"), "copysign": (-2, "fn"), "xlogy": (0.2, "fN"), "logaddexp": (-2, "cf"),
    "logaddexp2": (-2, "f"), "fmax": (-2, "bf"), "fmin": (-2, "bf"), "heaviside": (-2, "fg"),
    "nextafter": (-2, "f"), "special_xlog1py": (0.2, "fN"), "float_power": (0.2, "fN"), "ldexp": (-2, "f"),
}
# PyTorch has these on the CPU for float and double only.
HALF_MISSING = ["special_erfcx", "special_log_ndtr", "special_ndtri"]
COMPARE = ["eq", "ne", "lt", "le", "gt", "ge"]
LOGICAL = ["logical_and", "logical_or", "logical_xor"]
BITWISE = ["bitwise_and", "bitwise_or", "bitwise_xor"]
CLASSES = ["isnan", "isinf", "isfinite", "isposinf", "isneginf", "isreal"]
DIVISORS = ["gcd", "lcm"]
SHIFTS = ["bitwise_left_shift", "bitwise_right_shift"]


def dtypes_of(op):
    return [dtype for dtype in DTYPES if not (op in HALF_MISSING and dtype in (f16, bf16))]


def layouts(make):
    """One operand in every layout an elementwise kernel can meet."""
    return [make(2, 3, 5), make(4, 3, 5).T, make(3, 7).sliced, make(4, 3).expanded(0),
            make(2, 3, 4, 5).channels_last, make(), make(0, 3), make(1), make(137)]


def add_unary(fam):
    for op, (lo, hi, flags, *_) in UNARY.items():
        if "f" in flags:
            fam.case(op, u(137, lo=lo, hi=hi))
            # PyTorch's trigamma has nine digits.
            fam.case(op, u(2, 33, dtype=f64, lo=lo, hi=hi).T, second=True, tol=100 if op == "digamma" else 1)
            for dtype in (bf16, f16):
                if dtype in dtypes_of(op):
                    fam.case(op, u(11, dtype=dtype, lo=lo, hi=hi))
            for dtype in (c64, c128) if "c" in flags else ():
                fam.case(op, u(7, dtype=dtype, lo=lo, hi=hi), second=dtype == c128)
            continue
        for sp in layouts(lambda *n: u(*n, lo=lo, hi=hi)):
            fam.case(op, sp)
        for dtype in (f64, bf16, f16):
            fam.case(op, u(11, dtype=dtype, lo=lo, hi=hi))
        fam.case(op, u(2, 33, dtype=f64, lo=lo, hi=hi).T)
        fam.case(op, s(40, lo=lo, hi=hi), grad=False)
        fam.case(op, s(40, lo=lo, hi=hi, dtype=f64), grad=False)
        for dtype in (i64, i32, u8):
            if "I" in flags:
                continue
            fam.case(op, u(9, dtype=dtype, lo=0 if dtype == u8 or lo > 0 else -2, hi=3))
        if "c" in flags:
            for dtype in (c64, c128):
                fam.case(op, u(7, dtype=dtype, lo=lo, hi=hi), grad=op != "abs")
    for op in ("abs", "relu", "neg", "sign", "square"):
        fam.case(op, s(24))
    for op in CLASSES:
        for sp in (s(24), s(24, dtype=f64), s(20, dtype=f16), s(20, dtype=bf16), u(5, dtype=i64)):
            fam.case(op, sp)
    for dtype in (f32, f64, f16, bf16, i64):  # NaN has any sign
        fam.case("signbit", v([0.0, -0.0, math.inf, -math.inf, 1.0, -1.0], dtype=dtype) if is_float(dtype) else u(9, dtype=dtype))
    for op in ("logical_not", "bitwise_not"):
        for dtype in (b8, u8, i32, i64):
            fam.case(op, u(2, 5, dtype=dtype))
    fam.case("logical_not", s(20))
    fam.case("round", v([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 3.5], dtype=f32))
    fam.case("bitwise_not", u(3), throws=True)


def add_activations(fam):
    for op, options in ACTIVATIONS.items():
        fn = getattr(F, op)
        for attrs in options:
            for sp in (u(2, 3, 5), u(3, 7).T, u(3, 5).sliced, u(), u(0, 2), u(137, lo=-6, hi=6),
                       u(9, dtype=bf16), u(9, dtype=f16),
                       u(2, 3, 4, 5).channels_last):
                fam.case(op, sp, fn=fn, **attrs)
            # PyTorch's derivative of hardsigmoid is a float32 number even in float64.
            fam.case(op, u(9, dtype=f64), fn=fn, tol=100 if op == "hardsigmoid" else 1, **attrs)
            if op != "gelu":  # of infinity, PyTorch's depends on how it is vectorized
                fam.case(op, s(24), fn=fn, grad=False, **attrs)


def pairs(make):
    """Two operands in the layouts and broadcasts a binary kernel can meet."""
    return [(make(2, 3, 5), make(2, 3, 5)), (make(4, 5), make(5)), (make(4, 1, 3), make(5, 1)),
            (make(3, 4).T, make(3, 4)), (make(3, 5).sliced, make(3, 5).T), (make(6), make()),
            (make(), make()), (make(0, 3), make(3)), (make(2, 1), make(1, 0)),
            (make(4, 3).expanded(0), make(4, 3)), (make(137), make(137)),
            (make(2, 3, 2, 2).channels_last, make(2, 3, 2, 2)), (make(2, 3, 2, 2), make(3, 1, 1))]


def add_binary(fam):
    for op, (lo, flags, *_) in BINARY.items():
        grad = "g" not in flags
        if "f" in flags:
            fam.case(op, u(137, lo=lo, hi=3), u(137, lo=lo, hi=3), grad=grad)
            fam.case(op, u(3, 4, dtype=f64, lo=lo, hi=3).T, u(4, dtype=f64, lo=lo, hi=3), grad=grad, second=grad)
            for dtype in (bf16, f16):
                fam.case(op, u(11, dtype=dtype, lo=lo, hi=3), u(11, dtype=dtype, lo=lo, hi=3), grad=grad)
            if "c" in flags:
                fam.case(op, u(7, dtype=c128), u(7, dtype=c128), second=True)
            for number in (2, -0.5, 0.0) if set("nN") & set(flags) else ():
                fam.case(op, u(9, lo=lo, hi=3), fn=scalar_form(op), grad=grad, other=number)
            for number in (2, -0.5, 0.0) if "N" in flags else ():
                fam.case(op, u(9, lo=0.2, hi=3), fn=input_form(op), grad=grad, input=number)
            continue
        for a, b in pairs(lambda *n: u(*n, lo=lo, hi=3)):
            fam.case(op, a, b, grad=grad)
        for dtype in (f64, bf16, f16):
            fam.case(op, u(3, 4, dtype=dtype, lo=lo, hi=3), u(4, dtype=dtype, lo=lo, hi=3),
                     grad=grad)
        for dtype in (i64, i32, u8, i8):
            low = 1 if lo > 0 or dtype == u8 else -4
            fam.case(op, u(3, 4, dtype=dtype, lo=low, hi=5), u(4, dtype=dtype, lo=1, hi=4))
        if "b" in flags:
            fam.case(op, u(8, dtype=b8), u(8, dtype=b8))
        if "c" in flags:
            for dtype in (c64, c128):
                fam.case(op, u(3, 4, dtype=dtype), u(4, dtype=dtype))
            fam.case(op, u(3, 4, dtype=c64), u(4, lo=lo))
        fam.case(op, s(17), u(17, lo=lo), grad=False)
        fam.case(op, u(17, lo=lo), s(17), grad=False)
        fam.case(op, u(2, 3), u(4), throws=True)
        fam.case(op, u(2, 3), u(2, 1, 2), throws=True)
    for op in ("add", "sub"):
        for a, b in ((u(3, 4), u(4)), (u(5, dtype=i64), u(5, dtype=i64))):
            fam.case(op, a, b, alpha=3)
        fam.case(op, u(3, 4), u(4), alpha=-0.5)
        fam.case(op, u(5, dtype=i64), u(5, dtype=i64), alpha=0.5, throws=True)
    for mode in ("floor", "trunc"):
        fam.case("div", u(3, 4, lo=-5, hi=5), u(4, lo=0.5, hi=2), rounding_mode=mode, grad=False)
        fam.case("div", u(30, dtype=i64), u(30, dtype=i64, lo=1, hi=4), rounding_mode=mode)
        fam.case("div", u(30, dtype=i64), u(30, dtype=i64, lo=-4, hi=-1), rounding_mode=mode)
    for op in ("remainder", "fmod", "floor_divide"):
        fam.case(op, u(30, dtype=i64), u(30, dtype=i64, lo=-4, hi=-1))
        fam.case(op, u(30, lo=-5, hi=5), u(30, lo=-3, hi=-0.5), grad=False)
        fam.case(op, u(5, dtype=i64), v([0] * 5), throws=True)
    fam.case("pow", u(20, lo=-2, hi=2), v([0, 1, 2, 3, -1] * 4, dtype=f32), grad=False)
    fam.case("pow", v([0.0, 0.0, 1.0, 2.0], dtype=f32), v([0.0, 2.0, 0.0, 1.0], dtype=f32))
    fam.case("sub", u(3, dtype=b8), u(3, dtype=b8), throws=True)


def add_scalars(fam):
    for op in ("add", "sub", "mul", "div", "pow", "remainder"):
        for scalar in (2, 2.5, -3, 0.5):
            lo = 0.3 if op == "pow" else -2
            fam.case(op, u(2, 3, lo=lo), tag="scalar", fn=scalar_form(op), other=scalar)
            fam.case(op, u(2, 3, lo=lo, dtype=bf16), fn=scalar_form(op), other=scalar)
            fam.case(op, u(2, 3, lo=1, hi=5, dtype=c64 if op != "remainder" else f64),
                     fn=scalar_form(op), other=scalar)
            if not (op == "pow" and scalar < 0):
                fam.case(op, u(7, dtype=i64, lo=1), fn=scalar_form(op), other=scalar)
        fam.case(op, u(3, dtype=i32, lo=1), fn=scalar_form(op), other=2)
        if op != "sub":
            fam.case(op, u(3, dtype=b8, lo=1), fn=scalar_form(op), other=2)
            fam.case(op, u(3, dtype=b8, lo=1), fn=scalar_form(op), other=1.5)
    for exponent in (0, 1, 2, 3, -1, -2, 0.5, -0.5, 1.7):
        fam.case("pow", u(9, lo=0.3, hi=2), fn=scalar_form("pow"), exponent=exponent)
        fam.case("pow", s(24), grad=False, fn=scalar_form("pow"), exponent=exponent)
    fam.case("pow", u(9, lo=-2, hi=2), fn=scalar_form("pow"), exponent=3)
    fam.case("pow", u(9, lo=-2, hi=2), fn=scalar_form("pow"), exponent=2.0)
    fam.case("pow", u(5, dtype=i64, lo=1), fn=scalar_form("pow"), exponent=-1, throws=True)
    for base in (2, 0.5):
        fam.case("rpow", u(9), fn=lambda t, base: torch.pow(base, t), base=base)
    for op, fn in (("rsub", lambda t, other: other - t), ("rdiv", lambda t, other: other / t)):
        fam.case(op, u(5, lo=0.5), fn=fn, other=2)
        fam.case(op, u(5, dtype=i64, lo=1), fn=fn, other=2)
        fam.case(op, u(5, lo=0.5, dtype=bf16), fn=fn, other=1.5)
    for op in COMPARE:
        for scalar in (0, 1.5, -1):
            fam.case(op, u(3, 4), fn=getattr(torch, op), other=scalar, grad=False)
            fam.case(op, u(3, 4, dtype=i64), fn=getattr(torch, op), other=scalar)


def scalar_form(op):
    return lambda t, **attrs: function_of(op)(t, *attrs.values())


def input_form(op):
    return lambda t, input: function_of(op)(input, t)


def add_compare(fam):
    for op in COMPARE:
        for a, b in pairs(lambda *n: u(*n, dtype=i64, lo=-1, hi=1))[:8]:
            fam.case(op, a, b)
        for dtype in (f32, f64, bf16, u8, b8):
            fam.case(op, u(3, 4, dtype=dtype), u(4, dtype=dtype), grad=False)
        fam.case(op, s(17), u(17), grad=False)
        fam.case(op, s(17), s(17).sliced, grad=False)
        fam.case(op, u(5, dtype=i64), u(5), grad=False)
        fam.case(op, u(2, 3), u(4), throws=True)
    for op in ("eq", "ne"):
        fam.case(op, u(4, dtype=c64), u(4, dtype=c64), grad=False)
    for op in LOGICAL:
        for dtype in (b8, i64, f32):
            fam.case(op, u(3, 5, dtype=dtype, lo=0, hi=1), u(5, dtype=b8), grad=False)
        fam.case(op, s(17), u(17, dtype=b8), grad=False)
    for op in BITWISE:
        for dtype in (b8, u8, i32, i64):
            fam.case(op, u(3, 5, dtype=dtype), u(5, dtype=dtype))
        fam.case(op, u(3), u(3), throws=True)
    for op in DIVISORS:
        for dtype in (u8, i8, i16, i32, i64):
            fam.case(op, u(5, 7, dtype=dtype), u(7, dtype=dtype))
        fam.case(op, u(3, dtype=b8), u(3, dtype=b8), throws=True)
    for op in SHIFTS:
        for dtype in (u8, i8, i16, i32, i64):
            low = 0 if dtype == u8 else -3
            fam.case(op, u(70, dtype=dtype, lo=low, hi=100), d(70, dtype=dtype, lo=low))
            fam.case(op, u(9, dtype=dtype), fn=scalar_form(op), other=2)
            fam.case(op, u(9, dtype=dtype, lo=0, hi=9), fn=input_form(op), input=3)
        fam.case(op, u(3, dtype=b8), u(3, dtype=b8), throws=True)


def add_ternary(fam):
    for attrs in ({"min": -0.5}, {"max": 0.75}, {"min": -0.5, "max": 0.75}, {"min": 1.0, "max": -1.0}):
        fam.case("clamp", u(3, 5), **attrs)
        fam.case("clamp", u(3, 5).T, **attrs)
        fam.case("clamp", s(20), **attrs)
        for dtype in (f64, bf16, i64):
            fam.case("clamp", u(11, dtype=dtype), **attrs)
    fam.case("clamp", u(9, dtype=i64), min=-2, max=3)
    fam.case("clamp", u(3), throws=True)
    for lo, hi in ((u(5, lo=-1, hi=0), u(3, 5, lo=0, hi=1)), (None, u(5)), (u(3, 1), None)):
        fam.case("clamp_tensor", u(3, 5), lo, hi, fn=torch.clamp)
    for dtype in (f32, f64, bf16, i64, c64):
        fam.case("where", u(3, 4, dtype=b8), u(3, 4, dtype=dtype), u(4, dtype=dtype))
    fam.case("where", u(3, 1, dtype=b8), u(4).sliced, u(3, 4).T)
    fam.case("where", u(dtype=b8), u(2, 2), u())
    fam.case("where", u(0, 2, dtype=b8), u(2), u(0, 2))
    fam.case("where", u(4, dtype=b8), u(4, dtype=i64), u(4))
    fam.case("where", u(4, dtype=b8), s(4), u(4))
    fam.case("where", u(3, dtype=b8), u(4), u(4), throws=True)
    for dtype in (f32, f64, bf16):
        fam.case("lerp", u(3, 4, dtype=dtype), u(4, dtype=dtype), weight=0.3)
        fam.case("lerp", u(3, 4, dtype=dtype), u(3, 4, dtype=dtype), weight=0.8)
        fam.case("lerp_tensor", u(3, 4, dtype=dtype), u(4, dtype=dtype),
                 u(3, 1, dtype=dtype, lo=0, hi=1), fn=torch.lerp)
    fam.case("lerp", u(3), u(3, dtype=f64), weight=0.5, throws=True)
    for op in ("addcmul", "addcdiv"):
        for value in (1, -0.5):
            fam.case(op, u(3, 4), u(4, lo=0.5), u(3, 1, lo=0.5), value=value)
            fam.case(op, u(3, 4, dtype=f64).T, u(3, 4, dtype=f64), u(3, 4, dtype=f64, lo=0.5),
                     value=value)


def add_promotion(fam):
    for op in ("add", "mul", "div"):
        for a in DTYPES:
            for b in DTYPES:
                fam.case(op, u(3, dtype=a, lo=1, hi=3 if a != b8 else 1),
                         u(3, dtype=b, lo=1, hi=3 if b != b8 else 1), grad=False, tag="promotion")
    for a in DTYPES:
        for b in DTYPES:
            if not (a in (f16, bf16) and b.is_complex):  # complex32: Hearth has none
                fam.case("add", u(2, dtype=a, lo=0, hi=1), u(dtype=b, lo=0, hi=1), grad=False,
                         tag="promotion")
    fam.case("add", u(3), u(3, dtype=f64), tag="promotion with gradients")
    fam.case("mul", u(3, dtype=bf16), u(4, 3), tag="promotion with gradients")
    fam.case("mul", u(3, dtype=f16), u(3, dtype=bf16), tag="promotion with gradients")
    fam.case("mul", u(3), u(3, dtype=c64), tag="promotion with gradients")
    fam.case("add", u(3, dtype=i16), u(3, dtype=i8, lo=-128, hi=127))
    fam.case("mul", d(60, dtype=i8, lo=-30), d(60, dtype=i8, lo=-30), tag="wraps around")
    fam.case("add", u(5, dtype=u8, lo=200, hi=255), u(5, dtype=u8, lo=200, hi=255),
             tag="wraps around")


def add(fam):
    add_unary(fam)
    add_activations(fam)
    add_binary(fam)
    add_scalars(fam)
    add_compare(fam)
    add_ternary(fam)
    add_promotion(fam)
