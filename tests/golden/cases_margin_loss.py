# SPDX-License-Identifier: Apache-2.0
"""Losses with margins, CTC, likelihoods, distances and bags of embeddings."""

import torch
import torch.nn.functional as F

from golden import bf16, f16, f32, f64, i32, i64, u, v

inf, nan = float("inf"), float("nan")
REDUCTIONS = ("mean", "sum", "none")


def signs(*shape, dtype=f32):
    n = torch.Size(shape).numel()
    return v([1 if (i * 5) % 7 < 3 else -1 for i in range(n)], dtype=dtype, shape=list(shape)).const


def add_pairs(fam):
    cosine, hinge, ranking, soft = (F.cosine_embedding_loss, F.hinge_embedding_loss, F.margin_ranking_loss,
                                    F.soft_margin_loss)
    for reduction in REDUCTIONS:
        for margin in (0.0, 0.3):
            r = dict(reduction=reduction, margin=margin)
            for a, b, t in ((u(4, 5), u(4, 5), signs(4)), (u(4, 5).T, u(4, 5).sliced, signs(4, dtype=i64)),
                            (u(5), u(5), signs()), (u(4, 5, dtype=f64), u(4, 5, dtype=f64), signs(4, dtype=f64)),
                            (u(1, 5), u(4, 5), signs(4))):
                fam.case("cosine_embedding_loss", a, b, t, fn=cosine, tol=4, **r)
            for x, t in ((u(3, 4), signs(3, 4)), (u(3, 4).T, signs(4)), (u(3, dtype=f64), signs(3, dtype=i64)),
                         (u(), signs())):
                fam.case("hinge_embedding_loss", x, t, fn=hinge, **r)
            for a, b, t in ((u(3, 4), u(3, 4), signs(3, 4)), (u(3, 4).T, u(1, 4), signs(3, 1)), (u(), u(), signs()),
                            (u(3, dtype=f64), u(3, dtype=f64), signs(3, dtype=f64))):
                fam.case("margin_ranking_loss", a, b, t, fn=ranking, **r)
        for x, t in ((u(3, 4), signs(3, 4)), (u(3, 4).T, signs(4)), (u(3, dtype=f64), signs(3, dtype=f64)),
                     (u(4, dtype=bf16), signs(4, dtype=bf16)), (u(0), signs(0)), (u(3, 4, lo=-30, hi=30), u(3, 4).const)):
            fam.case("soft_margin_loss", x, t, fn=soft, grad=x.shape != [0], tol=2, reduction=reduction)
    points = v([nan, inf, -inf, 0.0, -0.0, 1.0, -1.0, 0.5], dtype=f32)
    for t in (1, -1, 0):
        target = v([t] * 8, dtype=f32).const
        fam.case("hinge_embedding_loss", points, target, fn=hinge, reduction="none", margin=0.5)
        fam.case("margin_ranking_loss", points, v([0.5] * 8, dtype=f32), target, fn=ranking, reduction="none", margin=0.5)
        fam.case("soft_margin_loss", points, target, fn=soft, reduction="none")
        fam.case("cosine_embedding_loss", v([[0, 0], [1, 0], [1, 1], [nan, 1]], dtype=f32),
                 v([[1, 2], [1, 0], [1, -1], [1, 1]], dtype=f32), v([t] * 4, dtype=f32).const, fn=cosine,
                 reduction="none", margin=0.0)
    fam.case("soft_margin_loss", v([-200, 200, -80, 0], dtype=f32), v([1, 1, 1, 1], dtype=f32).const, fn=soft, grad=False,
             reduction="none")
    r = dict(reduction="mean", margin=0.0, throws=True)
    for a, b, t in ((u(4, 5), u(4, 5), signs(4, 1)), (u(4, 5), u(4, 5), signs()), (u(5), u(5), signs(5)),
                    (u(4, 5), u(4, 6), signs(4))):
        fam.case("cosine_embedding_loss", a, b, t, fn=cosine, **r)
    fam.case("margin_ranking_loss", u(2, 3), u(3), signs(3), fn=ranking, **r)
    fam.case("hinge_embedding_loss", u(2, 3), signs(4), fn=hinge, **r)


def add_classes(fam):
    multi = lambda x, t, w, **kw: F.multi_margin_loss(x, t, weight=w, **kw)
    label = F.multilabel_margin_loss
    soft = lambda x, t, w, **kw: F.multilabel_soft_margin_loss(x, t, w, **kw)
    for reduction in REDUCTIONS:
        for p in (1, 2):
            for margin in (1.0, 0.4):
                r = dict(reduction=reduction, p=p, margin=margin)
                for w in (None, u(5, lo=0.5, hi=2).const):
                    fam.case("multi_margin_loss", u(4, 5), v([0, 3, 1, 4]), w, fn=multi, **r)
                fam.case("multi_margin_loss", u(4, 5).T, v([0, 3, 1, 4]), None, fn=multi, **r)
                fam.case("multi_margin_loss", u(5, dtype=f64), v(2, shape=[]), None, fn=multi, **r)
                fam.case("multi_margin_loss", u(5), v([2]), None, fn=multi, **r)
        r = dict(reduction=reduction)
        lists = [[0, 2, -1, 3, -1], [-1, 1, 2, 3, 4], [4, 3, 2, 1, 0], [1, 1, 3, -1, 0]]
        for x, t in ((u(4, 5), v(lists)), (u(4, 5).T, v(lists)), (u(5, dtype=f64), v(lists[0])), (u(1), v([0])),
                     (u(), v(0, shape=[])),
                     (v([[0, 1, 1, 1, 2], [nan, 1, 2, 3, 4], [inf, 0, 1, 2, -inf], [0, 0, 0, 0, 0]], dtype=f32), v(lists))):
            fam.case("multilabel_margin_loss", x, t, fn=label, **r)
        fam.case("multilabel_margin_loss", u(30, 40), u(30, 40, dtype=i64, lo=-1, hi=39), fn=label, tol=4, **r)
        for x, t, w in ((u(4, 5), u(4, 5, lo=0, hi=1).const, None), (u(4, 5).T, u(4, 5, lo=0, hi=1).const, u(5).const),
                        (u(5, dtype=f64), u(5, dtype=f64, lo=0, hi=1), None),
                        (u(2, 3, 4), u(2, 3, 4, lo=0, hi=1).const, u(3, 4).const)):
            fam.case("multilabel_soft_margin_loss", x, t, w, fn=soft, tol=2, **r)
    r = dict(reduction="none", p=1, margin=1.0)
    knots = v([[0, 1, 1, -1], [2, 1, 1, 3], [nan, 0, 0, 0], [0, nan, inf, -inf], [0, 0, 0, 0]], dtype=f32)
    for p in (1, 2):
        fam.case("multi_margin_loss", knots, v([1, 0, 0, 0, 3]), None, fn=multi, **{**r, "p": p})
    for x, t, w, changes in ((u(4, 5), v([0, 5, 1, 1]), None, {}), (u(4, 5), v([0, 1]), None, {}),
                             (u(4, 5), v([0, 1, 2, 3]), u(4).const, {}), (u(4, 5), v([0, 1, 2, 3]), None, {"p": 3}),
                             (u(4, 0), v([0, 1, 2, 3]), None, {}), (u(2, 2, 5), v([0, 1]), None, {}),
                             (u(4, 5), v([0, 1, 2, 3], dtype=i32), None, {}), (u(4, 5, dtype=i64), v([0, 1, 2, 3]), None, {})):
        fam.case("multi_margin_loss", x, t, w, fn=multi, throws=True, **{**r, **changes})
    for x, t in ((u(2, 3), v([[0, 3, 1], [0, 1, 2]])), (u(2, 3), v([0, 1, 2])), (u(2, 2, 3), v([0, 1, 2])),
                 (u(2, 3), v([[0, 1], [1, 0]])), (u(2, 3), u(2, 3))):
        fam.case("multilabel_margin_loss", x, t, fn=label, throws=True, reduction="mean")


def add_triplets(fam):
    plain = F.triplet_margin_loss
    for reduction in REDUCTIONS:
        for swap in (False, True):
            for p in (2.0, 1.0, 3.0):
                r = dict(reduction=reduction, swap=swap, p=p, margin=0.7, eps=1e-6)
                fam.case("triplet_margin_loss", u(4, 3), u(4, 3), u(4, 3), fn=plain, tol=4, **r)
            for a, b, c in ((u(4, 3).T, u(1, 3), u(4, 3)), (u(3), u(3), u(3)),
                            (u(2, 2, 3, dtype=f64), u(2, 2, 3, dtype=f64), u(2, 2, 3, dtype=f64))):
                fam.case("triplet_margin_loss", a, b, c, fn=plain, tol=4, reduction=reduction, swap=swap, p=2.0, margin=1.0,
                         eps=1e-3)
            with_distance = lambda a, b, c, own, **kw: F.triplet_margin_with_distance_loss(
                a, b, c, distance_function=(lambda x, y: (x - y).abs().sum(-1)) if own else None, **kw)
            for own in (False, True):
                fam.case("triplet_margin_with_distance_loss", u(4, 3), u(4, 3), u(4, 3), fn=with_distance, tol=4,
                         reduction=reduction, swap=swap, margin=0.5, own=own)
    fam.case("triplet_margin_loss", u(4, 3), u(4, 3), u(3), fn=plain, reduction="mean", swap=False, p=2.0, margin=1.0,
             eps=1e-6, throws=True)


def add_likelihoods(fam):
    gaussian = F.gaussian_nll_loss
    for reduction in REDUCTIONS:
        for full in (False, True):
            for log_input in (False, True):
                r = dict(reduction=reduction, full=full, log_input=log_input, eps=1e-8)
                for x, t in ((u(3, 4, lo=0.1, hi=3), u(3, 4, lo=0, hi=5)), (u(3, 4, lo=0.1, hi=3).T, u(4, lo=0, hi=5).const),
                             (u(4, dtype=f64, lo=0.1, hi=3), u(4, dtype=f64, lo=0, hi=5))):
                    fam.case("poisson_nll_loss", x, t.const, fn=F.poisson_nll_loss, tol=4, **r)
                fam.case("poisson_nll_loss", v([0, 0, 1, 2, inf], dtype=f32), v([0, 1, 1, 2, 3], dtype=f32).const,
                         fn=F.poisson_nll_loss, tol=2, **r)
            r = dict(reduction=reduction, full=full, eps=1e-6)
            positive = lambda *shape, **kw: u(*shape, lo=0.1, hi=2, **kw)
            for x, t, var in ((u(3, 4), u(3, 4), positive(3, 4)), (u(3, 4).T, u(3, 4).const, positive(3)),
                              (u(3, 4), u(3, 4), positive(3, 1)), (u(3, 4), u(3, 4), positive(1, 4)),
                              (u(3, 4, dtype=f64), u(4, dtype=f64), positive(3, 4, dtype=f64)),
                              (u(4), u(4), v([0, 1e-9, 1e-6, 1], dtype=f32))):
                fam.case("gaussian_nll_loss", x, t, var, fn=gaussian, tol=4, **r)
    r = dict(reduction="mean", full=False, eps=1e-6, throws=True)
    for x, t, var in ((u(3, 4), u(3, 4), u(3, 4)), (u(3, 4), u(3, 4), u(3, 2, lo=0.1, hi=1)),
                      (u(3, 4), u(3, 4), u(1, 1, lo=0.1, hi=1)), (u(3, 4), u(3, 4), u(2, lo=0.1, hi=1))):
        fam.case("gaussian_nll_loss", x, t, var, fn=gaussian, **r)


def add_ctc(fam):
    def ctc(x, t, il, tl, **kw):
        return F.ctc_loss(x.log_softmax(-1), t, il, tl, **kw)

    padded = v([[1, 2, 2, 3], [3, 0, 0, 0], [1, 1, 1, 0]])
    joined = v([1, 2, 2, 3, 3, 1, 1, 1])
    for reduction in REDUCTIONS:
        for zero_infinity in (False, True):
            r = dict(reduction=reduction, blank=0, zero_infinity=zero_infinity, tol=8, fn=ctc)
            for x in (u(8, 3, 5), u(8, 3, 5).T, u(8, 3, 5, dtype=f64), u(8, 3, 5, lo=-40, hi=40)):
                fam.case("ctc_loss", x, padded, v([8, 6, 7]), v([4, 1, 3]), **r)
            fam.case("ctc_loss", u(8, 3, 5), joined, v([8, 6, 7]), v([4, 1, 3]), **r)
            fam.case("ctc_loss", u(8, 3, 5), v([[1, 2, 2, 3], [3, 0, 0, 0], [1, 1, 1, 0]], dtype=i32), v([8, 6, 7], dtype=i32),
                     v([4, 1, 0], dtype=i32), **r)
            fam.case("ctc_loss", u(8, 5), v([1, 2, 2]), v(8, shape=[]), v(3, shape=[]), **r)
            # Targets that do not fit: four labels with a repeat need five steps.
            fam.case("ctc_loss", u(8, 3, 5), padded, v([4, 6, 3]), v([4, 1, 3]), **r)
            fam.case("ctc_loss", u(8, 3, 5), padded, v([0, 6, 0]), v([4, 1, 0]), **r)
            fam.case("ctc_loss", u(8, 2, 1), v([[0], [0]]), v([8, 6]), v([0, 0]), **r)
        r = dict(reduction=reduction, zero_infinity=False, tol=8, fn=ctc)
        fam.case("ctc_loss", u(8, 3, 5), v([[1, 2, 2, 3], [3, 0, 0, 0], [1, 1, 0, 0]]), v([8, 6, 7]), v([4, 1, 3]), blank=4,
                 **r)
    fam.case("ctc_loss", u(60, 4, 12), u(4, 20, dtype=i64, lo=1, hi=11), v([60, 55, 50, 60]), v([20, 15, 18, 1]),
             reduction="mean", blank=0, zero_infinity=False, tol=30, fn=ctc)
    r = dict(reduction="mean", zero_infinity=False, throws=True, fn=ctc)
    for x, t, il, tl, blank in ((u(8, 3, 5), padded, v([8, 6]), v([4, 1, 3]), 0), (u(8, 3, 5), padded, v([8, 6, 9]), v([4, 1, 3]), 0),
                                (u(8, 3, 5), padded, v([8, 6, 7]), v([5, 1, 3]), 0), (u(8, 3, 5), padded, v([8, 6, 7]), v([4, 1]), 0),
                                (u(8, 3, 5), joined, v([8, 6, 7]), v([4, 1, 4]), 0), (u(8, 3, 5), padded, v([8, 6, 7]), v([4, 1, 3]), 5),
                                (u(8, 3, 5), padded, v([8, 6, 7]), v([4, 1, 3]), -1), (u(8, 3, 5), padded, v([8, 6, -1]), v([4, 1, 3]), 0),
                                (u(8, 3, 5), padded, u(3), v([4, 1, 3]), 0), (u(8, 0, 5), padded, v([]), v([]), 0),
                                (u(2, 8, 3, 5), padded, v([8, 6, 7]), v([4, 1, 3]), 0)):
        fam.case("ctc_loss", x, t, il, tl, blank=blank, **r)


def add_distances(fam):
    for p in (2.0, 1.0, 3.0, inf):
        for keepdim in (False, True):
            r = dict(p=p, eps=1e-6, keepdim=keepdim)
            for a, b in ((u(3, 4), u(3, 4)), (u(3, 4).T, u(4)), (u(4, dtype=f64), u(4, dtype=f64))):
                fam.case("pairwise_distance", a, b, fn=F.pairwise_distance, tol=4, **r)
    for dim in (0, 1, -1):
        for a, b in ((u(3, 4), u(3, 4)), (u(3, 4).T, u(3, 1)), (u(2, 3, 2, dtype=f64), u(2, 3, 2, dtype=f64)),
                     (v([[0, 0, 1], [0, 0, 1e-9]], dtype=f32), v([[1, 2, 3], [0, 1, 1]], dtype=f32))):
            fam.case("cosine_similarity", a, b, fn=F.cosine_similarity, tol=4, dim=dim, eps=1e-8)


def add_bags(fam):
    def bag(w, i, o, p, **kw):
        return F.embedding_bag(i, w, o, per_sample_weights=p, **kw)

    usual = dict(mode="mean", scale_grad_by_freq=False, include_last_offset=False, padding_idx=None, fn=bag, tol=2)
    indices = v([0, 2, 1, 1, 4, 3, 1, 5])
    for mode in ("sum", "mean", "max"):
        for padding_idx in (None, 1, -1):
            for freq in (False, True) if mode != "max" else (False,):
                r = {**usual, "mode": mode, "padding_idx": padding_idx, "scale_grad_by_freq": freq}
                for w in (u(6, 3), u(6, 3).T):
                    fam.case("embedding_bag", w, indices, v([0, 3, 3, 6]), None, **r)
                fam.case("embedding_bag", u(6, 3), v([[0, 2, 1], [1, 1, 5]]), None, None, **r)
                if mode == "sum":
                    fam.case("embedding_bag", u(6, 3), indices, v([0, 3, 3, 6]), u(8), **r)
                    fam.case("embedding_bag", u(6, 3), v([[0, 2, 1], [1, 1, 5]]), None, u(2, 3), **r)
        r = {**usual, "mode": mode}
        fam.case("embedding_bag", u(6, 3), indices, v([0, 3, 3, 8]), None, **{**r, "include_last_offset": True})
        fam.case("embedding_bag", u(6, 3, dtype=f64), v([0, 2, 1], dtype=i32), v([0, 1], dtype=i32), None, **r)
        for dtype in (f16, bf16):
            fam.case("embedding_bag", u(6, 3, dtype=dtype), indices, v([0, 3, 3, 6]), None, grad=False, **r)
        fam.case("embedding_bag", u(6, 3), v([]), v([0, 0]), None, **r)
        fam.case("embedding_bag", v([[nan, 1, inf], [0, nan, -inf], [2, -0.0, inf]], dtype=f32), v([0, 1, 2, 1]), v([0, 2]), None,
                 **r)
        fam.case("embedding_bag", u(50, 40), u(300, dtype=i64, lo=0, hi=49), v([0, 10, 100, 250]), None, **r)
    for w, i, o, p, changes in ((u(6, 3), v([0, 6]), v([0]), None, {}), (u(6, 3), v([0, -1]), v([0]), None, {}),
                                (u(6, 3), v([0, 1]), v([1]), None, {}), (u(6, 3), v([0, 1]), v([0, 3]), None, {}),
                                (u(6, 3), v([0, 1]), None, None, {}), (u(6, 3), v([[0, 1]]), v([0]), None, {}),
                                (u(6, 3), v([0, 1]), v([0]), u(2), {}), (u(6, 3), v([0, 1]), v([0]), u(3), {"mode": "sum"}),
                                (u(6, 3), v([0, 1]), v([0]), u(2, dtype=f64), {"mode": "sum"}), (u(6), v([0, 1]), v([0]), None, {}),
                                (u(6, 3), v([[[0]]]), v([0]), None, {}), (u(6, 3), u(2), v([0]), None, {}),
                                (u(6, 3), v([0, 1]), v([0]), None, {"mode": "max", "scale_grad_by_freq": True}),
                                (u(6, 3), v([0, 1]), v([0]), None, {"padding_idx": 6}), (u(6, 3, dtype=i64), v([0, 1]), v([0]), None, {}),
                                (u(6, 3), v([0, 1]), v([]), None, {"include_last_offset": True})):
        fam.case("embedding_bag", w, i, o, p, throws=True, **{**usual, **changes})

    def renormed(w, i, max_norm, norm_type):
        return torch.embedding_renorm_(w.clone(), i, max_norm, norm_type)

    for norm_type in (2.0, 1.0, inf):
        fam.case("embedding_renorm_", u(6, 3), v([0, 2, 2, 5]), fn=renormed, grad=False, max_norm=1.0, norm_type=norm_type)
        fam.case("embedding_renorm_", u(6, 3).T, v([[0, 2], [1, 5]]), fn=renormed, grad=False, max_norm=0.5, norm_type=norm_type)


def add(fam):
    add_pairs(fam)
    add_classes(fam)
    add_triplets(fam)
    add_likelihoods(fam)
    add_ctc(fam)
    add_distances(fam)
    add_bags(fam)
