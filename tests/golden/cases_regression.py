# SPDX-License-Identifier: Apache-2.0
"""Metrics of numbers, with the values of torchmetrics."""

import warnings

import torch
import torchmetrics.functional as tm
import torchmetrics.functional.regression as tr

from golden import bf16, f16, f32, f64, i64, u, v

warnings.simplefilter("ignore")
nan, inf = float("nan"), float("inf")


def add(fam):
    def case(name, preds, target, tol=2, **attrs):
        def run(*both, **kw):
            preds, target = (t.double().contiguous() for t in both)
            kw.pop("num_outputs", None)
            if kw.get("reduction") == "none":
                kw["reduction"] = None
            # double, so that what is compared is the definition and not the sums of floats
            if name in ("mean_squared_error", "mean_absolute_error", "normalized_root_mean_squared_error"):
                kw["num_outputs"] = attrs.get("num_outputs", 1)
            out = getattr(tr, name)(preds, target, **kw).float()
            return [out.squeeze() if name == "concordance_corrcoef" else out]
        fam.case(name, preds, target, fn=run, grad=False, tol=tol, **attrs)

    usual = ((v([2.5, 0, 2, 8], dtype=f32), v([3, -.5, 2, 7], dtype=f32)), (u(20), u(20)), (u(20, dtype=f64), u(20, dtype=f64)),
             (u(20, dtype=f16), u(20, dtype=f16)), (u(30, dtype=bf16), u(30)), (u(5, 6).T, u(5, 6)))
    far = v([1000.01, 1000.02, 1000.05, 999.98, 999.99], dtype=f64), v([1000.02, 1000.01, 1000.04, 999.99, 999.97], dtype=f64)
    for preds, target in (*usual, far, (v([1, nan, 2], dtype=f32), v([1, 2, 2], dtype=f32)), (v([1, inf], dtype=f32), v([1, 2], dtype=f32)),
                          (v([0, 1, 2]), v([0, 2, 2])), (v([1.], dtype=f32), v([0.], dtype=f32))):
        for name in ("mean_absolute_error", "mean_absolute_percentage_error", "symmetric_mean_absolute_percentage_error",
                     "weighted_mean_absolute_percentage_error"):
            case(name, preds, target)
        for squared in (True, False):
            case("mean_squared_error", preds, target, squared=squared)
        for p in (1.0, 2.0, 3.5):
            case("minkowski_distance", preds, target, p=p)
        case("tweedie_deviance_score", preds, target, power=0.0)
    for preds, target in (*usual[:5], (u(3, 4), u(3, 4)), (v([30., -40.], dtype=f32), v([0., 0.], dtype=f32))):
        case("log_cosh_error", preds, target)
    for squared in (True, False):
        case("mean_squared_error", u(7, 3), u(7, 3), squared=squared, num_outputs=3)
    case("mean_absolute_error", u(7, 3), u(7, 3), num_outputs=3)
    positive = (u(20, lo=0.1, hi=3), u(20, lo=0.1, hi=3)), (u(20, dtype=f16, lo=0.1, hi=3), u(20, dtype=f16, lo=0.1, hi=3))
    for preds, target in positive:
        case("mean_squared_log_error", preds, target)
        for power in (-1.0, 1.0, 1.5, 2.0, 3.0, 2.5):
            case("tweedie_deviance_score", preds, target, power=power)
    case("tweedie_deviance_score", v([1, 2], dtype=f32), v([0, 1], dtype=f32), power=1.0)
    case("tweedie_deviance_score", v([1, 2], dtype=f32), v([0, 1], dtype=f32), power=1.5)
    for preds, target in usual[:3]:
        for threshold in (0.0, 0.5, 9.0):
            case("critical_success_index", preds, target, threshold=threshold)
        for normalization in ("mean", "std", "l2"):
            case("normalized_root_mean_squared_error", preds, target, normalization=normalization)
    for normalization in ("mean", "std", "l2"):
        case("normalized_root_mean_squared_error", u(7, 3), u(7, 3), normalization=normalization, num_outputs=3)
    several = u(9, 3), u(9, 3)
    constant = v([[1, 2, 3], [2, 2, 3], [3, 2, 4], [3, 2, 4]], dtype=f64), v([[1, 2, 5], [2, 2, 5], [4, 2, 5], [1, 2, 5]], dtype=f64)
    for preds, target in (*usual[:5], far, several, constant):
        for multioutput in ("uniform_average", "raw_values", "variance_weighted"):
            case("explained_variance", preds, target, multioutput=multioutput, tol=10)
            if preds is not far[0]:  # whose deviations TorchMetrics takes for zeros
                case("r2_score", preds, target, multioutput=multioutput, tol=10)
        if preds is not far[0]:
            case("r2_score", preds, target, adjusted=1, tol=10)
            case("r2_score", preds, target, adjusted=50, tol=10)
        if preds is not constant[0]:
            for squared in (True, False):
                case("relative_squared_error", preds, target, squared=squared, tol=10)
        case("pearson_corrcoef", preds, target)
        case("concordance_corrcoef", preds, target)
        # TorchMetrics adds 1e-6 to the denominator
        case("spearman_corrcoef", preds, target, tol=40)
    for preds, target in ((v([1, 1, 2, 3, 3, 3], dtype=f32), v([3, 1, 1, 2, 2, 5], dtype=f32)), (v([1, 1, 1], dtype=f32), v([1, 2, 3], dtype=f32)),
                          (v([1, 2, 3], dtype=f32), v([9, 4, 1], dtype=f32)), (u(200), u(200)), (u(11, 3), u(11, 3)),
                          (u(100, dtype=i64, lo=0, hi=5), u(100, dtype=i64, lo=0, hi=7))):
        if preds.dtype != i64:
            case("spearman_corrcoef", preds, target, tol=40)
        for variant in "abc":
            case("kendall_rank_corrcoef", preds, target, variant=variant)
    rows = (v([[1, 2], [3, 4]], dtype=f32), v([[2, 1], [3, 4]], dtype=f32)), (u(6, 5), u(6, 5)), (u(6, 5, dtype=f16).T, u(6, 5, dtype=f16)), \
        (v([[0, 0], [1, 1]], dtype=f32), v([[1, 2], [1, 2]], dtype=f32))
    for reduction in ("sum", "mean", "none"):
        for preds, target in rows:
            case("cosine_similarity", preds, target, reduction=reduction)
        for preds, target in ((v([[.36, .48, .16]], dtype=f64), v([[1 / 3, 1 / 3, 1 / 3]], dtype=f64)), (u(6, 5, lo=0, hi=1), u(6, 5, lo=.1, hi=1)),
                              (v([[0, .5, .5], [.2, .3, .5]], dtype=f32), v([[.1, .4, .5], [0, .5, .5]], dtype=f32)),
                              (v([[0, .5, .5]], dtype=f32), v([[0, .4, .5]], dtype=f32))):
            case("kl_divergence", preds, target, reduction=reduction)
            case("jensen_shannon_divergence", preds, target, reduction=reduction)
        case("kl_divergence", u(6, 5, lo=-3, hi=-1), u(6, 5, lo=-3, hi=-1), log_prob=True, reduction=reduction)
        case("jensen_shannon_divergence", u(6, 5, lo=-3, hi=-1), u(6, 5, lo=-3, hi=-1), log_prob=True, reduction=reduction)
