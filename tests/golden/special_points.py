# SPDX-License-Identifier: Apache-2.0
"""Special points of operators: knots, ties, zeros of both signs, infinities, NaN, the largest and the
smallest numbers. Random inputs never hit them.

A point counts where PyTorch's answer does not depend on how it cuts a tensor into vectors. Zeros
are compared with their sign."""

import itertools
import math

import torch

from golden import f32, f64, function_of, v

inf, nan = math.inf, math.nan
HUGE = {f32: torch.finfo(f32).max, f64: torch.finfo(f64).max}
TINY = {f32: 2.0**-149, f64: 2.0**-1074}  # the smallest denormal number


def usual(dtype, knots=()):
    """What every function of one number is asked."""
    huge, tiny = HUGE[dtype], TINY[dtype]
    return [nan, inf, -inf, 0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 2.5, -3.5, huge, -huge, tiny, -tiny,
            1e-30, -1e-30, 100.0, -100.0, *knots, *(-k for k in knots)]


def pairs(dtype, knots=()):
    few = [nan, inf, -inf, 0.0, -0.0, 1.0, -1.0, 2.0, -2.5, HUGE[dtype], TINY[dtype], *knots]
    return list(itertools.product(few, few))


def answers(fn, columns, dtype, grad):
    """The value and the gradients by each column."""
    tensors = [torch.tensor(c, dtype=dtype).requires_grad_(grad) for c in columns]
    out = fn(*tensors)
    parts = [out]
    if grad and out.requires_grad:
        parts += torch.autograd.grad(out, tensors, torch.full_like(out, 0.75), allow_unused=True)
    return [t.detach() for t in parts if t is not None]


def agree(a, b):
    equal = (a == b) | ((a != a) & (b != b)) | torch.isclose(a, b, rtol=1e-4, atol=0)
    return bool((equal & ((a != 0) | (torch.signbit(a) == torch.signbit(b)))).all())


def stable(fn, rows, dtype, grad):
    """The rows whose answer is the same alone and in a long tensor, whose middle is in vectors."""
    def same(row):
        alone = answers(fn, [[x] for x in row], dtype, grad)
        among = answers(fn, [[x] * 67 for x in row], dtype, grad)
        return all(agree(a.expand(67), b) for a, b in zip(alone, among))
    return [row for row in rows if same(row)]


def pointwise(fam, op, rows, fn=None, grad=True, tol=1.0, dtypes=(f32, f64), **attrs):
    """One case of all the points for each dtype; rows(dtype) lists one number for each input."""
    fn = fn or function_of(op)
    for dtype in dtypes:
        kept = stable(lambda *t: fn(*t, **attrs), rows(dtype), dtype, grad)
        columns = [v(list(c), dtype=dtype) for c in zip(*kept)]
        fam.case(op, *columns, fn=fn, grad=grad, tol=tol, signed_zeros=True, tag=str(len(kept)), **attrs)


def unary(fam, op, knots=(), without=(), **kw):
    def rows(dtype):
        left_out = {"tiny": (TINY[dtype], -TINY[dtype]), "huge": (HUGE[dtype], -HUGE[dtype])}
        none = [n for w in without for n in left_out.get(w, (w,))]
        return [(x,) for x in usual(dtype, knots) if x not in none]
    pointwise(fam, op, rows, **kw)


def binary(fam, op, knots=(), **kw):
    pointwise(fam, op, lambda dtype: pairs(dtype, knots), **kw)


# Lines of a reduction: no special number, ties, zeros, NaN first, last and twice, infinities of one
# and of both signs, overflow, denormals.
LINES = [[1, 2, 3, 4], [3, 1, 3, 3], [0.0, -0.0, 0.0, -0.0], [-0.0, -0.0, -0.0, -0.0], [0, 2, 0, 3], [0, 2, 5, 3],
         [nan, 1, 2, 0], [1, 2, 3, nan], [1, nan, nan, 7], [nan] * 4, [inf, 1, 2, 3], [-inf, 1, 2, 3],
         [inf, -inf, 1, 2], [inf] * 4, [-inf] * 4, [inf, nan, 0, 1], [-inf, inf, nan, 0], [-2, 2, -2, 2],
         [1e30, 1e30, 1e30, -1e30], [1e-30, -1e-30, 1e-40, 0], [5, 5, 5, 5], [1000, 1001, -1000, 0]]


# PyTorch's gradient of a product divides by its factors, unless some are zero.
FINITE = [line for line in LINES if all(map(math.isfinite, line))]
# Squares that neither overflow nor vanish.
MODEST = [line for line in LINES if not any(0 < abs(x) < 1e-20 or 1e20 < abs(x) < inf for x in line)]


def lines(dtype, shape=None, of=LINES):
    return v(of, dtype=dtype, shape=shape)
