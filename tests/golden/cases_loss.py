# SPDX-License-Identifier: Apache-2.0
"""Softmax, losses and dropout as functions."""

import torch
import torch.nn.functional as F

from edges import ask, edges
from golden import bf16, f16, f32, f64, i64, u, v


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
        for reduction in ("mean", "sum", "none"):
            fam.case("kl_div", u(3, 4, lo=-3, hi=-0.1), u(3, 4, lo=0.1, hi=0.9), reduction=reduction,
                     log_target=log_target, fn=F.kl_div)


def add_dropout(fam):
    for p, training in ((0.0, True), (0.5, False), (1.0, True)):
        fam.case("dropout", u(3, 4), fn=F.dropout, p=p, training=training)
    for p in (-0.1, 1.1):
        fam.case("dropout", u(3, 4), fn=F.dropout, p=p, training=True, throws=True)


def add_edges(fam):
    probability = lambda *shape: u(*shape, lo=0.02, hi=0.98)
    for x in edges(u):
        for op in ("softmax", "log_softmax"):
            for dim in (0, 1, -1):
                ask(fam, op, x, dim=dim)
        for reduction in ("mean", "sum", "none"):
            for op, attrs in (("mse_loss", {}), ("l1_loss", {}), ("smooth_l1_loss", {"beta": 0.5}),
                              ("huber_loss", {"delta": 0.5}), ("kl_div", {"log_target": False})):
                target = x.copy(low=0.1, high=0.9) if op == "kl_div" else x.T
                ask(fam, op, x, target, fn=getattr(F, op), reduction=reduction, **attrs)
    for x in edges(probability):
        for reduction in ("mean", "sum", "none"):
            ask(fam, "binary_cross_entropy", x, x.T.const, None, reduction=reduction,
                fn=lambda x, t, w, reduction: F.binary_cross_entropy(x, t, w, reduction=reduction))
            ask(fam, "binary_cross_entropy_with_logits", x, x.T.const, None, None, reduction=reduction,
                fn=lambda x, t, w, p, reduction: F.binary_cross_entropy_with_logits(x, t, w, reduction=reduction, pos_weight=p))
    classes = lambda *shape: u(*shape, dtype=i64, lo=0, hi=2)
    for x, t in ((u(), classes()), (u(3), classes()), (u(0), classes()), (u(0, 3), classes(0)), (u(2, 0), classes(2)),
                 (u(0, 0), classes(0)), (u(2, 3, 0), classes(2, 0)), (u(0, 3, 4, 5), classes(0, 4, 5)),
                 (u(2, 3, 4, 5).channels_last, classes(2, 4, 5))):
        for op, extra in (("nll_loss", {}), ("cross_entropy", {"label_smoothing": 0.0}),
                          ("cross_entropy", {"label_smoothing": 0.2})):
            for reduction in ("mean", "sum", "none"):
                if extra.get("label_smoothing") and x.shape[-1:] == [0] and reduction == "sum":
                    continue
                ask(fam, op, x, t, None, reduction=reduction, ignore_index=-100, **extra,
                    fn=lambda x, t, w, op=op, **kw: getattr(F, op)(x, t, w, **kw))


def add(fam):
    add_softmax(fam)
    add_losses(fam)
    add_dropout(fam)
    add_edges(fam)
