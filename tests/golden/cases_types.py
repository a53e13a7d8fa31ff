# SPDX-License-Identifier: Apache-2.0
"""Every operator with every dtype (see every_type.py)."""

import math

import torch
import torch.nn.functional as F

import cases_norm
import cases_special_functions
from cases_pointwise import BINARY, BITWISE, CLASSES, COMPARE, DIVISORS, LOGICAL, SHIFTS, UNARY, dtypes_of
from every_type import every, first, positive, second, small
from golden import DTYPES, b8, c64, f16, f32, i64, is_float, u8, v

inf = math.inf


def scalar_form(op):
    return lambda t, **attrs: getattr(torch, op)(t, *attrs.values())


def add_pointwise(fam):
    for op in (*UNARY, *CLASSES, "signbit", "positive", "logical_not", "bitwise_not", "nan_to_num"):
        every(fam, op, positive if op == "digamma" else first, dtypes=dtypes_of(op))
    for op, attrs in (("leaky_relu", {"negative_slope": 0.25}), ("elu", {"alpha": 0.5}), ("selu", {}),
                      ("celu", {"alpha": 0.5}), ("gelu", {}), ("gelu", {"approximate": "tanh"}), ("silu", {}), ("mish", {}),
                      ("softsign", {}), ("tanhshrink", {}), ("hardswish", {}), ("hardsigmoid", {}), ("relu6", {}),
                      ("hardtanh", {"min_val": -1, "max_val": 2}), ("hardtanh", {"min_val": -0.5, "max_val": 0.75}),
                      ("hardshrink", {"lambd": 0.5}), ("softshrink", {"lambd": 0.5}), ("softplus", {}),
                      ("threshold", {"threshold": 0.6, "value": 3.0}), ("threshold", {"threshold": 1, "value": 20}),
                      ("logsigmoid", {})):
        every(fam, op, first, fn=getattr(F, op), tol=100 if op == "hardsigmoid" else 1, **attrs)
    for op, (_, flags, *_) in BINARY.items():
        every(fam, op, first, second, grad="t" not in flags)
    for op in COMPARE + LOGICAL + BITWISE + SHIFTS:
        every(fam, op, first, second)
    for op in DIVISORS:  # of the least integer PyTorch divides by -1
        every(fam, op, small, second)
    for mode in ("floor", "trunc"):
        every(fam, "div", first, second, rounding_mode=mode)
    for op in ("add", "sub", "mul", "div", "pow", "remainder", "fmod", "eq", "lt", "bitwise_and"):
        for other in (2, 2.5):
            every(fam, op, first, fn=scalar_form(op), tol=4 if op == "pow" else 1, other=other)
    every(fam, "add", first, second, alpha=2)
    every(fam, "add", first, second, alpha=0.5)
    every(fam, "sub", first, second, alpha=2)
    for base in (2, 2.5):
        every(fam, "rpow", second, fn=lambda t, base: torch.pow(base, t), base=base)
    for other in (2, 2.5):
        every(fam, "rsub", first, fn=lambda t, other: other - t, other=other)
        every(fam, "rdiv", second, fn=lambda t, other: other / t, other=other)
    for attrs in ({"min": 0}, {"max": 2}, {"min": 0, "max": 2}, {"min": -0.5, "max": 1.5}):
        every(fam, "clamp", first, **attrs)
    every(fam, "clamp_tensor", first, second, small, fn=torch.clamp)
    mask = v([1, 0, 0, 1, 1, 0, 1, 0], dtype=b8)
    every(fam, "where", lambda dtype: mask, first, second, fn=torch.where)
    every(fam, "where", first, second, second, fn=torch.where)
    every(fam, "masked_fill", first, lambda dtype: mask, fn=torch.masked_fill, value=2)
    every(fam, "masked_fill", first, lambda dtype: mask, fn=torch.masked_fill, value=2.5)
    every(fam, "lerp", first, second, weight=0.25)
    every(fam, "lerp_tensor", first, second, second, fn=torch.lerp)
    for op in ("addcmul", "addcdiv"):
        for value in (2, 0.5):
            every(fam, op, small, second, second, value=value)


def add_reductions(fam):
    line = lambda dtype: small(dtype, (2, 4))
    for op in ("sum", "mean", "amax", "amin", "logsumexp"):
        every(fam, op, line, fn=getattr(torch, op), dim=[1], keepdim=False)
    for op in ("any", "all"):
        every(fam, op, line, fn=getattr(torch, op), dim=1, keepdim=False)
    for dtype in DTYPES:
        for op in ("sum", "mean", "prod"):
            for to in (f32, i64, f16, b8, c64):
                run = lambda t, dim, keepdim, dtype, op=op: getattr(torch, op)(t, dim=dim, keepdim=keepdim, dtype=dtype)
                if op != "prod":
                    every(fam, op, line, fn=run, dtypes=(dtype,), grad=False, dim=[1], keepdim=False, dtype=to)
    every(fam, "prod", line, dim=1, keepdim=False)
    every(fam, "prod", small, fn=lambda t, dim: torch.prod(t), dim=None)
    every(fam, "count_nonzero", line, dim=1)
    for op in ("max", "min"):
        every(fam, op, first, fn=getattr(torch, op))
        every(fam, op + "_dim", line, fn=getattr(torch, op), dim=1, keepdim=False)
        every(fam, "arg" + op, line, fn=getattr(torch, "arg" + op), dim=1, keepdim=False)
    for op in ("var", "std", "var_mean", "std_mean"):
        every(fam, op, line, fn=getattr(torch, op), dim=[1], keepdim=False, correction=1)
    norm = lambda t, p, dim, keepdim: torch.linalg.vector_norm(t, p, dim=dim or None, keepdim=keepdim)
    for p in (2.0, 1.0, 0.0, inf, -inf, 3.0, 0.5):
        every(fam, "norm", lambda dtype: second(dtype, (2, 4)), fn=norm, p=p, dim=[1], keepdim=False)
    for op in ("cumsum", "cumprod", "cummax", "cummin"):
        every(fam, op, line, dim=1)
    for op in ("softmax", "log_softmax"):
        every(fam, op, line, dim=1)
    every(fam, "sort", line, fn=torch.sort, stable=True, dim=1, descending=False)
    every(fam, "topk_values", first, fn=lambda t, k, dim, largest: torch.topk(t, k, dim, largest)[0], k=3, dim=0,
          largest=True, grad=False)
    every(fam, "kthvalue_values", first, fn=lambda t, k, dim: torch.kthvalue(t, k, dim)[0], k=2, dim=0, grad=False)


def add_losses(fam):
    for op, attrs in (("mse_loss", {}), ("l1_loss", {}), ("smooth_l1_loss", {"beta": 1.0}), ("huber_loss", {"delta": 1.0}),
                      ("kl_div", {"log_target": True})):
        for reduction in ("none", "mean", "sum"):
            every(fam, op, first, second, fn=getattr(F, op), reduction=reduction, **attrs)
    every(fam, "binary_cross_entropy_with_logits", first, second, lambda dtype: None, lambda dtype: None,
          fn=lambda x, t, w, p, reduction: F.binary_cross_entropy_with_logits(x, t, reduction=reduction), reduction="mean")
    target = lambda dtype: v([1, 3])
    rows = lambda dtype: small(dtype, (2, 4))
    every(fam, "nll_loss", rows, target, lambda dtype: None, fn=lambda x, t, w, **kw: F.nll_loss(x, t, **kw),
          reduction="mean", ignore_index=-100)
    every(fam, "cross_entropy", rows, target, lambda dtype: None, fn=lambda x, t, w, **kw: F.cross_entropy(x, t, **kw),
          reduction="mean", ignore_index=-100, label_smoothing=0.0)


def add_layers(fam):
    image = lambda dtype: v([(i * 7) % 5 - (0 if dtype in (u8, b8) else 2) for i in range(32 * (1 + dtype.is_complex))],
                            dtype=dtype, shape=[1, 2, 4, 4])
    window = dict(kernel_size=[2, 2], stride=[2, 2], padding=[0, 0])
    every(fam, "max_pool2d", image, fn=lambda t, **a: F.max_pool2d(t, return_indices=True, **a), dilation=[1, 1],
          ceil_mode=False, **window)
    every(fam, "avg_pool2d", image, fn=F.avg_pool2d, ceil_mode=False, count_include_pad=True, divisor_override=None, **window)
    every(fam, "adaptive_avg_pool2d", image, fn=F.adaptive_avg_pool2d, output_size=[3, 3])
    every(fam, "adaptive_max_pool2d", image, fn=lambda t, **a: F.adaptive_max_pool2d(t, return_indices=True, **a),
          output_size=[3, 3])
    every(fam, "pad", image, fn=F.pad, pad=[1, 1], mode="constant", value=1.0)
    every(fam, "interpolate", image, fn=F.interpolate, size=[5, 3], mode="nearest")
    # PyTorch interpolates bytes in fixed point.
    every(fam, "interpolate", image, fn=F.interpolate, size=[5, 3], mode="bilinear", align_corners=False,
          dtypes=[dtype for dtype in DTYPES if dtype != u8])
    rows = lambda dtype: small(dtype, (2, 4))
    cases_norm.add_types(fam)
    cases_special_functions.add_types(fam)
    signal = lambda dtype: image(dtype).copy(shape=[2, 2, 8], strides=[16, 8, 1])
    kernel = lambda shape: lambda dtype: v([(i * 3) % 4 for i in range(math.prod(shape) * (1 + dtype.is_complex))],
                                           dtype=dtype, shape=list(shape))
    conv = lambda name: lambda x, w, b, **kw: getattr(F, name)(x, w, b, **kw)
    one = dict(stride=[2], padding=[1], dilation=[1], groups=1)
    two = dict(stride=[1, 2], padding=[0, 1], dilation=[1, 1], groups=2)
    every(fam, "conv1d", signal, kernel((3, 2, 3)), kernel((3,)), fn=conv("conv1d"), **one)
    every(fam, "conv2d", image, kernel((4, 1, 2, 3)), lambda dtype: None, fn=conv("conv2d"), **two)
    wide = [d for d in DTYPES if is_float(d) or d in (b8, i64)]  # PyTorch has these of fewer integers
    every(fam, "conv2d", image, kernel((3, 2, 2, 2)), kernel((3,)), fn=conv("conv2d"), dtypes=wide,
          stride=[1, 1], padding=[1, 1], dilation=[2, 2], groups=1)
    every(fam, "conv_transpose1d", signal, kernel((2, 3, 3)), kernel((3,)), fn=conv("conv_transpose1d"), dtypes=wide,
          output_padding=[1], **one)
    every(fam, "conv_transpose2d", image, kernel((2, 2, 2, 3)), lambda dtype: None, fn=conv("conv_transpose2d"),
          dtypes=wide, output_padding=[0, 1], **two)
    every(fam, "matmul", rows, lambda dtype: second(dtype, (4, 2)))
    every(fam, "linear", rows, lambda dtype: second(dtype, (2, 4)), lambda dtype: None, fn=F.linear)


def add(fam):
    add_pointwise(fam)
    add_reductions(fam)
    add_losses(fam)
    add_layers(fam)
