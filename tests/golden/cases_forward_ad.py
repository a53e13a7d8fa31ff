# SPDX-License-Identifier: Apache-2.0
"""Forward mode: tangents of operators' results, and (hvp) tangents of gradients.

The first half of a case's inputs is the operator's, the second half their tangents."""

import torch
import torch.autograd.forward_ad as fwAD
import torch.nn.functional as F

from golden import c64, c128, d, f32, f64, function_of, i64, u, v


def tangents(fn):
    def run(*all, hvp=False, **attrs):
        n = len(all) // 2
        with fwAD.dual_level():
            inputs = [x if t is None else fwAD.make_dual(x, t) for x, t in zip(all[:n], all[n:])]
            out = fn(*inputs, **attrs)
            out = [out] if isinstance(out, torch.Tensor) else list(out)
            out = [y for y in out if y.is_floating_point() or y.is_complex()]
            if hvp:
                wanted = [x for x in inputs if x is not None and x.requires_grad]
                out = torch.autograd.grad(sum((y * y).sum() for y in out), wanted, create_graph=True)
            pairs = [fwAD.unpack_dual(y) for y in out]
            results = [torch.zeros_like(p) if t is None or t._is_zerotensor() else t for p, t in pairs]
            return [t.detach() for t in results]
    return run


def add(fam):
    def case(op, *inputs, fn=None, hvp=True, along=None, **attrs):
        """`along`: which inputs have tangents, if not all that could."""
        chosen = range(len(inputs)) if along is None else along
        t = [u(*x.shape, dtype=x.dtype, lo=-1, hi=1).const if x and x.requires_grad and k in chosen else None
             for k, x in enumerate(inputs)]
        run = tangents(fn or function_of(op))
        fam.case(op, *inputs, *t, fn=run, **attrs)
        if hvp and not any(x and x.dtype.is_complex for x in inputs):
            fam.case(op, *inputs, *t, fn=run, hvp=True, **attrs)

    for dtype in (f64, f32, c128):
        w = lambda *shape, lo=0.2, hi=0.9: u(*shape, dtype=dtype, lo=lo, hi=hi)
        for op in ("exp", "sin", "tanh", "log", "sqrt", "sigmoid", "reciprocal", "square"):
            case(op, w(3, 4))
        for op in ("mul", "div", "sub", "pow"):
            case(op, w(3, 4), w(4))
            case(op, w(3, 1), w(1, 4), along=[1])
        case("matmul", w(2, 3, 4), w(4, 2))
        case("matmul", w(3, 4).T, w(4), along=[0])
        for dim in ([], [1]):
            case("sum", w(3, 4), dim=dim, keepdim=False, fn=reduced(torch.sum))
            case("mean", w(3, 4), dim=dim, keepdim=True, fn=reduced(torch.mean))
        case("prod", w(3, 4), dim=1, keepdim=False)
        case("cumprod", w(3, 4), dim=1)
        case("cumsum", w(3, 4), dim=0)
    for dtype in (c64, c128):
        for op in ("abs", "angle", "sgn"):
            case(op, u(3, 4, dtype=dtype), hvp=False)
    # Knots, zeros and ties.
    case("abs", v([-1, 0, 2], dtype=f64), hvp=False)
    case("relu", v([-1, 0, 2], dtype=f64), hvp=False)
    case("sqrt", v([0, 1, 4], dtype=f64), hvp=False)
    case("maximum", v([1, 2, 3], dtype=f64), v([3, 2, 1], dtype=f64), hvp=False)
    case("prod", v([[0, 2, 3], [0, 0, 2], [1, 2, 3]], dtype=f64), dim=1, keepdim=False, hvp=False)
    for op in ("softmax", "log_softmax"):
        case(op, u(3, 4, dtype=f64), dim=1)
        case(op, u(2, 3, 4).T, dim=0)
    case("logsumexp", u(3, 4, dtype=f64), dim=[1], keepdim=False)
    case("var", u(3, 4, dtype=f64), dim=[1], keepdim=False, correction=1)
    case("sort", d(3, 4, dtype=f64), dim=1, descending=True)
    case("topk", d(3, 5, dtype=f64), k=2, dim=1, largest=True)
    case("kthvalue", d(3, 5, dtype=f64), k=2, dim=1)
    index = v([2, 0, 2])
    case("index_select", u(4, 3, dtype=f64), index, fn=lambda t, i, dim: torch.index_select(t, dim, i), dim=0)
    case("gather", u(4, 3, dtype=f64), u(2, 3, dtype=i64, lo=0, hi=3), fn=lambda t, i, dim: torch.gather(t, dim, i), dim=0)
    case("scatter_add", u(4, 3, dtype=f64), u(2, 3, dtype=i64, lo=0, hi=3), u(2, 3, dtype=f64),
         fn=lambda t, i, s, dim: torch.scatter_add(t, dim, i, s), dim=0)
    case("embedding", u(7, 4, dtype=f64), u(2, 3, dtype=i64, lo=0, hi=6), hvp=False, padding_idx=2, fn=embedded)
    layer = lambda x, w, b, normalized_shape, eps: F.layer_norm(x, normalized_shape, w, b, eps)
    case("layer_norm", u(3, 4, dtype=f64), u(4, dtype=f64), u(4, dtype=f64), fn=layer, normalized_shape=[4], eps=1e-5)
    case("layer_norm", u(3, 4, dtype=f64), None, None, fn=layer, normalized_shape=[4], eps=1e-5)
    group = lambda x, w, b, num_groups, eps: F.group_norm(x, num_groups, w, b, eps)
    case("group_norm", u(2, 4, 3, dtype=f64), u(4, dtype=f64), u(4, dtype=f64), fn=group, num_groups=2, eps=1e-5)
    convolve = lambda x, w, b, **attrs: F.conv2d(x, w, b, **attrs)
    usual = {"stride": [2, 1], "padding": [1, 0], "dilation": [1, 1], "groups": 1}
    for along in (None, [0], [1], [2]):
        case("conv2d", u(2, 3, 5, 4, dtype=f64), u(2, 3, 3, 2, dtype=f64), u(2, dtype=f64), fn=convolve, along=along, **usual)
    case("conv2d", u(1, 2, 4, 4).channels_last, u(3, 2, 2, 2), None, fn=convolve, **usual)
    pool = {"kernel_size": [2, 2], "stride": [2, 2], "padding": [0, 0], "ceil_mode": False}
    case("avg_pool2d", u(2, 3, 4, 4, dtype=f64), count_include_pad=True, divisor_override=None, fn=averaged, **pool)
    for reduction in ("mean", "none"):
        case("mse_loss", u(3, 4, dtype=f64), u(3, 4, dtype=f64), reduction=reduction)
        case("huber_loss", u(3, 4, dtype=f64), u(3, 4, dtype=f64), hvp=False, reduction=reduction, delta=0.4)
        cross = lambda x, t, w, **kw: F.cross_entropy(x, t, w, **kw)
        case("cross_entropy", u(6, 5, dtype=f64), u(6, dtype=i64, lo=0, hi=4), None, fn=cross, reduction=reduction,
             ignore_index=-100, label_smoothing=0.2)


def reduced(fn):
    return lambda t, dim, keepdim: fn(t, dim=dim or tuple(range(t.dim())), keepdim=keepdim)


def embedded(w, i, padding_idx):
    return F.embedding(i, w, padding_idx)


def averaged(x, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override):
    return F.avg_pool2d(x, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)
