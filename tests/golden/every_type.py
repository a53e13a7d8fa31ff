# SPDX-License-Identifier: Apache-2.0
"""An operator with every dtype: PyTorch's values, or an error where PyTorch has one."""

import torch

from golden import DTYPES, b8, function_of, i8, i16, i32, i64, is_float, short, u8, v

INTEGERS = {u8: [0, 1, 2, 3, 7, 128, 255, 250], i8: [0, 1, -1, 2, -3, 127, -128, -100],
            i16: [0, 1, -1, 2, -3, 32767, -32768, 300], i32: [0, 1, -1, 2, -3, 2**31 - 1, -2**31, 70000],
            i64: [0, 1, -1, 2, -3, 2**62, -2**63, 2**33]}
SMALL = {u8: [2, 1, 3, 5, 2, 3, 7, 2], b8: [1] * 8}
NUMBERS = [0.0, 0.5, -0.5, 1.0, -1.5, 2.25, 0.75, -3.0]
OTHERS = [2.0, 0.5, 3.0, -0.75, 1.5, 0.25, -2.0, 1.0]


def spec(real, dtype, shape, whole):
    """Numbers of a dtype; of complex ones, `real` are both parts in turn."""
    if dtype.is_complex:
        parts = [x for pair in zip(real, reversed(real)) for x in pair]
        return v(parts, dtype=dtype, shape=shape)
    return v(real if is_float(dtype) else whole, dtype=dtype, shape=shape)


def first(dtype, shape=(8,)):
    return spec(NUMBERS, dtype, shape, [0, 1, 1, 0, 1, 0, 1, 1] if dtype == b8 else INTEGERS.get(dtype))


def second(dtype, shape=(8,)):
    """No zeros, and nothing that the largest numbers cannot be divided by."""
    return spec(OTHERS, dtype, shape, SMALL.get(dtype, [2, 1, 3, -2, 2, 3, 7, -5]))


def small(dtype, shape=(8,)):
    """What reductions take: no integer is large enough to lose digits in a float."""
    return spec(NUMBERS, dtype, shape, SMALL.get(dtype, [2, 1, 3, -2, 2, 3, 7, -5]))


def positive(dtype, shape=(8,)):
    """Away from the poles of the gamma function's family, of which PyTorch's have wrong digits."""
    return spec([abs(x) for x in OTHERS], dtype, shape, SMALL.get(dtype, SMALL[u8]))


def every(fam, op, *inputs, fn=None, tol=1.0, dtypes=DTYPES, grad=True, **attrs):
    """One case for each dtype; `inputs` make one for a dtype."""
    fn = fn or function_of(op)
    for dtype in dtypes:
        specs = [make(dtype) for make in inputs]
        case = dict(fn=fn, tag=short(dtype), **attrs)
        try:
            out = fn(*[None if s is None else s.copy(seed=0).build(False) for s in specs], **attrs)
        except (RuntimeError, TypeError, ValueError, IndexError, NotImplementedError):
            fam.case(op, *specs, throws=True, **case)
            continue
        outs = [out] if isinstance(out, torch.Tensor) else list(out)
        if grad and is_float(dtype) and differentiable(fn, specs, attrs):
            fam.case(op, *specs, tol=tol, **case)
        else:
            fam.case(op, *[s and s.const for s in specs], tol=tol, grad=False, **case)


def differentiable(fn, specs, attrs):
    """Whether PyTorch has a gradient for this dtype."""
    leaves = [s and s.copy(seed=0).build(True) for s in specs]
    try:
        out = fn(*leaves, **attrs)
        out = out if isinstance(out, torch.Tensor) else out[0]
        torch.autograd.grad(out, [t for t in leaves if t is not None and t.requires_grad], torch.ones_like(out),
                            allow_unused=True)
        return True
    except (RuntimeError, NotImplementedError):
        return False
