# SPDX-License-Identifier: Apache-2.0
"""Softmax, normalisation, losses, attention and dropout as functions."""

import torch
import torch.nn.functional as F

from golden import b8, bf16, c64, d, f16, f32, f64, i64, s, u, u8, v


def positive(*shape, dtype=f32):
    return u(*shape, dtype=dtype, lo=0.2, hi=2)


def add_softmax(fam):
    for op in ("softmax", "log_softmax"):
        for dim in (0, 1, -1):
            for sp in (u(2, 3, 5), u(5, 3, 2).T, u(3, 4, 2).sliced, u(2, 3, 4, dtype=f64), u(2, 3, 3, dtype=bf16),
                       u(2, 3, 3, dtype=f16)):
                fam.case(op, sp, dim=dim)
        fam.case(op, u(2, 3, 2, 4).channels_last, dim=1)
        fam.case(op, u(3, 100, lo=-20, hi=20), dim=1)
        fam.case(op, u(100, 3), dim=0)
        for sp in (u(), u(1), u(0, 3), u(3, 0)):
            fam.case(op, sp, dim=-1)
        inf, nan = float("inf"), float("nan")
        fam.case(op, v([[-inf, 0, 1], [inf, 0, 1], [nan, 0, 1], [-inf] * 3, [1000, 0, -1000]], dtype=f32), dim=1,
                 grad=False)
        fam.case(op, v([[-inf, 0, 1], [1000, 0, -1000]], dtype=f32), dim=1)
        fam.case(op, u(3, 4), dim=1, dtype=f64)
        fam.case(op, u(3, 4), dim=2, throws=True)
        fam.case(op, u(3, 4, dtype=i64), dim=1, throws=True)


def add_batch_norm(fam):
    def run(x, weight, bias, mean, var, **attrs):
        y = F.batch_norm(x, mean, var, weight, bias, **attrs)
        return [y] + [t for t in (mean, var) if t is not None]

    for shape in ((4, 3), (2, 3, 5), (2, 3, 4, 5), (1, 3, 2, 2)):
        stats = lambda dtype=f32: (u(3, dtype=dtype).const, positive(3, dtype=dtype).const)
        for training in (True, False):
            attrs = dict(training=training, momentum=0.1, eps=1e-5)
            fam.case("batch_norm", u(*shape), u(3), u(3), *stats(), fn=run, **attrs)
            fam.case("batch_norm", u(*shape), None, None, *stats(), fn=run, **attrs)
            fam.case("batch_norm", u(*shape, dtype=f64), u(3, dtype=f64), u(3, dtype=f64), *stats(f64), fn=run, **attrs)
            if len(shape) == 4:
                fam.case("batch_norm", u(*shape).channels_last, u(3), u(3), *stats(), fn=run, **attrs)
            fam.case("batch_norm", u(*shape).T, u(3), u(3), *stats(), fn=run, **attrs)
        fam.case("batch_norm", u(*shape), u(3), u(3), None, None, fn=run, training=True, momentum=0.3, eps=1e-3)
    fam.case("batch_norm", u(2, 3, 4, dtype=bf16), u(3), u(3), u(3).const, positive(3).const, fn=run, training=False,
             momentum=0.1, eps=1e-5)
    fam.case("batch_norm", u(300, 3, lo=10, hi=11), u(3), u(3), u(3).const, positive(3).const, fn=run, training=True,
             momentum=0.1, eps=1e-5, grad=False, tol=30)
    for x, w, training in (((1, 3), (3,), True), ((2, 4), (3,), True), ((2, 3), (4,), False), ((3,), (3,), True)):
        fam.case("batch_norm", u(*x), u(*w), u(*w), u(3).const, positive(3).const, fn=run, training=training,
                 momentum=0.1, eps=1e-5, throws=True)
    fam.case("batch_norm", u(2, 3), None, None, None, None, fn=run, training=False, momentum=0.1, eps=1e-5, throws=True)


def add_norms(fam):
    layer = lambda x, w, b, normalized_shape, eps: F.layer_norm(x, normalized_shape, w, b, eps)
    rms = lambda x, w, normalized_shape, eps: F.rms_norm(x, normalized_shape, w, eps)
    for shape, normalized in (((2, 3, 8), [8]), ((2, 3, 4), [3, 4]), ((5,), [5]), ((0, 4), [4]), ((2, 37), [37])):
        for dtype in (f32, f64, bf16):
            w = lambda: u(*normalized, dtype=dtype)
            fam.case("layer_norm", u(*shape, dtype=dtype), w(), w(), fn=layer, normalized_shape=normalized, eps=1e-5)
            fam.case("rms_norm", u(*shape, dtype=dtype), w(), fn=rms, normalized_shape=normalized, eps=1e-6)
        fam.case("layer_norm", u(*shape).T, u(*normalized), None, fn=layer, normalized_shape=normalized, eps=1e-5)
        fam.case("layer_norm", u(*shape).sliced, None, None, fn=layer, normalized_shape=normalized, eps=1e-2)
        fam.case("rms_norm", u(*shape).T, None, fn=rms, normalized_shape=normalized, eps=None)
    fam.case("layer_norm", u(3, 64, lo=100, hi=101), u(64), u(64), fn=layer, normalized_shape=[64], eps=1e-5, tol=100)
    for normalized, w in (([4], 4), ([3], 4), ([], None)):
        fam.case("layer_norm", u(2, 3), u(w) if w else None, None, fn=layer, normalized_shape=normalized, eps=1e-5,
                 throws=True)
    fam.case("rms_norm", u(2, 3), None, fn=rms, normalized_shape=[4], eps=None, throws=True)
    group = lambda x, w, b, num_groups, eps: F.group_norm(x, num_groups, w, b, eps)
    for shape in ((2, 4, 3), (2, 4, 2, 3), (3, 4)):
        for groups in (1, 2, 4):
            if shape == (3, 4) and groups == 4:
                continue
            fam.case("group_norm", u(*shape), u(4), u(4), fn=group, num_groups=groups, eps=1e-5)
            fam.case("group_norm", u(*shape, dtype=f64), None, None, fn=group, num_groups=groups, eps=1e-5)
    fam.case("group_norm", u(2, 4, 2, 3).channels_last, u(4), u(4), fn=group, num_groups=2, eps=1e-5)
    fam.case("group_norm", u(2, 4, 3).T, u(4), u(4), fn=group, num_groups=2, eps=1e-5)
    fam.case("group_norm", u(2, 4, 3), u(4), u(4), fn=group, num_groups=3, eps=1e-5, throws=True)
    fam.case("group_norm", u(2, 4, 3), u(3), u(4), fn=group, num_groups=2, eps=1e-5, throws=True)


def add_losses(fam):
    for op in ("mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss"):
        options = {"smooth_l1_loss": [{"beta": 1.0}, {"beta": 0.3}, {"beta": 0.0}],
                   "huber_loss": [{"delta": 1.0}, {"delta": 0.4}]}.get(op, [{}])
        for attrs in options:
            for reduction in ("mean", "sum", "none"):
                for a, b in ((u(3, 4), u(3, 4)), (u(3, 4).T, u(3, 4).const), (u(5, dtype=f64), u(5, dtype=f64)),
                             (u(4, dtype=bf16), u(4, dtype=bf16))):
                    fam.case(op, a, b, reduction=reduction, **attrs)
            fam.case(op, u(0), u(0), reduction="mean", grad=False, **attrs)
            fam.case(op, u(0), u(0), reduction="sum", **attrs)
        fam.case(op, u(3), u(4), reduction="mean", throws=True)
    probability = lambda *shape, **kw: u(*shape, lo=0.02, hi=0.98, **kw)
    for reduction in ("mean", "sum", "none"):
        for target in (probability(3, 4), u(3, 4, dtype=f32, lo=0, hi=1).const):
            bce = lambda x, t, w, reduction: F.binary_cross_entropy(x, t, w, reduction=reduction)
            fam.case("binary_cross_entropy", probability(3, 4), target.const, None, fn=bce, reduction=reduction)
            fam.case("binary_cross_entropy", probability(3, 4).T, target.const, positive(4).const, fn=bce,
                     reduction=reduction)
        logits = lambda x, t, w, p, reduction: F.binary_cross_entropy_with_logits(x, t, w, reduction=reduction, pos_weight=p)
        for w, p in ((None, None), (positive(3, 1).const, None), (None, positive(4).const),
                     (positive(4).const, positive(4).const)):
            fam.case("binary_cross_entropy_with_logits", u(3, 4, lo=-6, hi=6), probability(3, 4), w, p, fn=logits,
                     reduction=reduction)
        fam.case("binary_cross_entropy_with_logits", v([-200, 200, 0, 90], dtype=f32), v([0, 0, 1, 1], dtype=f32).const,
                 None, None, fn=logits, reduction=reduction)
    fam.case("binary_cross_entropy", v([0, 1, 0, 1], dtype=f32), v([0, 1, 1, 0], dtype=f32).const, None, fn=bce,
             reduction="none")
    fam.case("binary_cross_entropy", probability(3), probability(4).const, None, fn=bce, reduction="mean", throws=True)
    fam.case("binary_cross_entropy", v([1.5], dtype=f32), v([1], dtype=f32).const, None, fn=bce, reduction="mean",
             throws=True)

    classes = lambda *shape: u(*shape, dtype=i64, lo=0, hi=4)
    ignored = v([1, -100, 4, 2, -100, 0])
    nll = lambda x, t, w, **kw: F.nll_loss(x, t, w, **kw)
    cross = lambda x, t, w, **kw: F.cross_entropy(x, t, w, **kw)
    for op, fn in (("nll_loss", nll), ("cross_entropy", cross)):
        smoothings = (0.0, 0.2) if op == "cross_entropy" else (None,)
        for reduction in ("mean", "sum", "none"):
            for smoothing in smoothings:
                attrs = dict(reduction=reduction, ignore_index=-100)
                if smoothing is not None:
                    attrs["label_smoothing"] = smoothing
                for w in (None, positive(5).const):
                    fam.case(op, u(6, 5), classes(6), w, fn=fn, **attrs)
                    fam.case(op, u(6, 5).T, ignored, w, fn=fn, **attrs)
                    fam.case(op, u(2, 5, 3, 2), classes(2, 3, 2), w, fn=fn, **attrs)
                fam.case(op, u(6, 5), classes(6), positive(5).const, fn=fn, **{**attrs, "ignore_index": 2})
                fam.case(op, u(5), v(3, shape=[]), None, fn=fn, **attrs)
                fam.case(op, u(4, 5, dtype=f64), classes(4), None, fn=fn, **attrs)
                if op == "cross_entropy":
                    soft = u(6, 5, lo=0, hi=0.4)
                    fam.case("cross_entropy_probabilities", u(6, 5), soft, None, fn=fn, **attrs)
                    fam.case("cross_entropy_probabilities", u(2, 5, 3), u(2, 5, 3, lo=0, hi=0.4).const,
                             positive(5).const, fn=fn, **attrs)
                    fam.case(op, u(4, 5, dtype=bf16), classes(4), None, fn=fn, **attrs)
        usual = dict(reduction="mean", ignore_index=-100)
        if op == "cross_entropy":
            usual["label_smoothing"] = 0.0
        fam.case(op, u(3, 5), v([-100] * 3), None, fn=fn, **usual)
        fam.case(op, u(3, 5), v([-100] * 3), None, fn=fn, **{**usual, "reduction": "sum"})
        fam.case(op, u(0, 5), v([]), None, fn=fn, **usual, grad=False)
        fam.case(op, u(40, 30), u(40, dtype=i64, lo=0, hi=29), None, fn=fn, **usual)
        for x, t, w in ((u(3, 5), v([5, 0, 0]), None), (u(3, 5), v([-1, 0, 0]), None), (u(3, 5), classes(4), None),
                        (u(3, 5), classes(3), positive(4).const), (u(3, 5), u(3), None), (u(), v(0, shape=[]), None)):
            fam.case(op, x, t, w, fn=fn, throws=True, **usual)
    fam.case("cross_entropy", v([[1000, 0, -1000], [0, float("-inf"), 1]], dtype=f32), v([0, 2]), None, fn=cross, **usual)
    for log_target in (False, True):
        for reduction in ("mean", "sum", "batchmean", "none"):
            fam.case("kl_div", u(3, 4, lo=-3, hi=-0.1), u(3, 4, lo=0.1, hi=0.9), reduction=reduction,
                     log_target=log_target, fn=F.kl_div)


def add_attention(fam):
    def run(q, k, v, mask, **attrs):
        return F.scaled_dot_product_attention(q, k, v, mask, **attrs)

    usual = dict(dropout_p=0.0, is_causal=False, scale=None)
    q, k, val = (2, 2, 3, 4), (2, 2, 5, 4), (2, 2, 5, 4)
    for dtype in (f32, f64, bf16):
        make = lambda shape: u(*shape, dtype=dtype)
        fam.case("scaled_dot_product_attention", make(q), make(k), make(val), None, fn=run, **usual)
        fam.case("scaled_dot_product_attention", make(q), make(k), make(val), u(3, 5, dtype=dtype).const, fn=run, **usual)
    for shape in ((3, 5), (2, 1, 3, 5), (2, 1, 1, 5)):
        mask = v([1, 0, 1, 1, 1] * (shape[0] * 3 if shape[0] == 2 and shape[2] == 3 else shape[0]), dtype=b8,
                 shape=list(shape))
        fam.case("scaled_dot_product_attention", u(*q), u(*k), u(*val), mask, fn=run, **usual)
    fam.case("scaled_dot_product_attention", u(2, 2, 4, 4), u(2, 2, 4, 4), u(2, 2, 4, 4), None, fn=run,
             **{**usual, "is_causal": True})
    fam.case("scaled_dot_product_attention", u(*q), u(*k), u(*val), None, fn=run, **{**usual, "is_causal": True})
    fam.case("scaled_dot_product_attention", u(*q), u(*k), u(*val), None, fn=run, **{**usual, "scale": 0.3})
    fam.case("scaled_dot_product_attention", u(2, 3, 4), u(2, 5, 4), u(2, 5, 6), None, fn=run, **usual)
    fam.case("scaled_dot_product_attention", u(*q).permuted(0, 2, 1, 3), u(*k).permuted(0, 2, 1, 3),
             u(*val).permuted(0, 2, 1, 3), None, fn=run, **usual)
    fam.case("scaled_dot_product_attention", u(1, 1, 40, 8), u(1, 1, 40, 8), u(1, 1, 40, 8), None, fn=run,
             **{**usual, "is_causal": True})
    fam.case("scaled_dot_product_attention", u(2, 2, 3, 4), u(2, 2, 5, 3), u(2, 2, 5, 3), None, fn=run, throws=True, **usual)
    fam.case("scaled_dot_product_attention", u(*q), u(*k), u(*val), u(3, 5).const, fn=run, throws=True,
             **{**usual, "is_causal": True})
    fam.case("scaled_dot_product_attention", u(*q), u(*k), u(*val), u(3, 4).const, fn=run, throws=True, **usual)


def add_dropout(fam):
    for p, training in ((0.0, True), (0.5, False), (1.0, True)):
        fam.case("dropout", u(3, 4), fn=F.dropout, p=p, training=training)
    for p in (-0.1, 1.1):
        fam.case("dropout", u(3, 4), fn=F.dropout, p=p, training=True, throws=True)
    for p in (2.0, 1.0):
        fam.case("normalize", u(3, 4), fn=F.normalize, p=p, dim=1)
    fam.case("cosine_similarity", u(3, 4), u(3, 4), fn=F.cosine_similarity, dim=1)
    fam.case("pixel_shuffle", u(1, 8, 2, 3), fn=F.pixel_shuffle, upscale_factor=2)


def add(fam):
    add_softmax(fam)
    add_batch_norm(fam)
    add_norms(fam)
    add_losses(fam)
    add_attention(fam)
    add_dropout(fam)
