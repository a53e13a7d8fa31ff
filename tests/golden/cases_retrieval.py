# SPDX-License-Identifier: Apache-2.0
"""Metrics of ranked lists, with the values of torchmetrics."""

import torch
import torchmetrics.retrieval as tr

from golden import f16, f32, f64, i64, u, v

NAMES = ("RetrievalMAP", "RetrievalMRR", "RetrievalPrecision", "RetrievalRecall", "RetrievalHitRate", "RetrievalRPrecision",
         "RetrievalFallOut", "RetrievalNormalizedDCG", "RetrievalAUROC")


def add(fam):
    def case(name, preds, target, indexes, **attrs):
        def run(p, t, i, **kw):
            m = getattr(tr, name)(**kw)
            m.update(p, t, indexes=i)
            return [m.compute()]
        fam.case(name, preds, target, indexes, fn=run, grad=False, **attrs)

    queries = u(40, dtype=i64, lo=0, hi=6)
    for name in NAMES:
        graded = name == "RetrievalNormalizedDCG"
        for preds, target, indexes in (
                (v([.2, .3, .5], dtype=f32), v([1, 0, 1]), v([0, 0, 0])), (u(40, lo=0, hi=1), u(40, dtype=i64, lo=0, hi=1), queries),
                (u(40, dtype=f64, lo=-1, hi=1), u(40, dtype=i64, lo=0, hi=1), queries),
                (u(5, 8, lo=0, hi=1), u(5, 8, dtype=i64, lo=0, hi=1), u(5, 8, dtype=i64, lo=-3, hi=3)),
                (v([.1, .2, .3, .4], dtype=f32), v([0, 0, 1, 1]), v([5, 5, 9, 9])),
                (v([.1, .2, .3, .4], dtype=f32), v([1, 1, 0, 1]), v([5, 5, 9, 9]))):
            case(name, preds, target, indexes)
            for action in ("pos", "skip"):
                case(name, preds, target, indexes, empty_target_action=action)
            if name != "RetrievalRPrecision":
                for top_k in (1, 2, 5, 50):
                    case(name, preds, target, indexes, top_k=top_k)
        for aggregation in ("median", "min", "max"):
            case(name, u(40, lo=0, hi=1), u(40, dtype=i64, lo=0, hi=1), queries, aggregation=aggregation)
        case(name, u(40, lo=0, hi=1), u(40, dtype=i64, lo=-1, hi=1), queries, ignore_index=-1)
    for top_k in (None, 2, 50):
        k = {} if top_k is None else {"top_k": top_k}
        case("RetrievalPrecision", u(40, lo=0, hi=1), u(40, dtype=i64, lo=0, hi=1), queries, adaptive_k=True, **k)
        case("RetrievalNormalizedDCG", u(40, lo=0, hi=1), u(40, dtype=i64, lo=0, hi=9), queries, **k)
        case("RetrievalNormalizedDCG", u(40, lo=0, hi=1), u(40, lo=0, hi=3), queries, **k)
        case("RetrievalNormalizedDCG", v([.5, .5, .5, .2, .2, .9], dtype=f32), v([1, 0, 3, 2, 0, 1]), v([0] * 6), **k)
    case("RetrievalNormalizedDCG", v([.1, .2, .3, 4, 70], dtype=f32), v([10, 0, 0, 1, 5]), v([0] * 5))
