# SPDX-License-Identifier: Apache-2.0
"""Metrics of classification, with the values of torchmetrics and scikit-learn."""

import warnings

import sklearn.metrics as sk
import torch
import torchmetrics.functional.classification as tm

from golden import b8, f16, f32, f64, i32, i64, u, v

warnings.simplefilter("ignore")
nan = float("nan")
AVERAGES = ("micro", "macro", "weighted", "none")
SCORES = ("stat_scores", "accuracy", "precision", "recall", "fbeta_score", "f1_score", "specificity",
          "negative_predictive_value", "hamming_distance")


def floats(t):
    return t.float() if t.is_floating_point() else t


def metric(name, *, batched=True, **fixed):
    """torchmetrics' function; not `batched` marks results that depend on how batches are cut."""
    def run(preds, target, **attrs):
        attrs.pop("whole", None)
        if "thresholds" in attrs and isinstance(attrs["thresholds"], tuple):
            attrs["thresholds"] = list(attrs["thresholds"])
        out = getattr(tm, name)(preds, target, **fixed, **attrs)
        flat = []
        for one in out if isinstance(out, (tuple, list)) else [out]:
            flat += one if isinstance(one, (tuple, list)) else [one]
        return [floats(t) for t in flat]
    return run


def case(fam, name, preds, target, **attrs):
    fam.case(name, preds, target, fn=metric(name), grad=False, **attrs)


def labels(n, k, *shape, dtype=i64, ignored=False):
    return u(n, *shape, dtype=dtype, lo=-1 if ignored else 0, hi=k - 1)


def add_stat_scores(fam):
    A = v([0, 2, 2, 2, 1, 1]), v([0, 1, 2, 2, 1, 0])
    B = v([.2, .9, .4, .7, .6], dtype=f32), v([0, 1, 0, 1, 0])
    ML = (v([[.75, .05, .35], [.45, .75, .05], [.05, .55, .75], [.05, .65, .05]], dtype=f32),
          v([[1, 0, 1], [0, 0, 0], [0, 1, 1], [1, 1, 1]]))
    for name in SCORES:
        extra = {"beta": 2.0} if name == "fbeta_score" else {}
        # what 0 / 0 is can be chosen where TorchMetrics has it
        zero = [{}, {"zero_division": 1.0}] if name in ("precision", "recall", "fbeta_score", "f1_score") else [{}]
        op = f"binary_{name}"
        for preds, target in (B, (u(9, lo=0, hi=1), labels(9, 2)), (u(9, dtype=f64, lo=0, hi=1), labels(9, 2)),
                              (labels(9, 2), labels(9, 2)), (u(4, 5, lo=0, hi=1).T, labels(4, 2, 5)),
                              (v([.5, .5, 1, .7], dtype=f32), v([0, 1, 1, 1])),
                              (u(6, dtype=f16, lo=0, hi=1), labels(6, 2, dtype=i32))):
            case(fam, op, preds, target, **extra)
        case(fam, op, u(9, lo=-3, hi=3), labels(9, 2), whole=True, **extra)
        case(fam, op, u(9, lo=0, hi=1), labels(9, 2), threshold=0.3, **extra)
        case(fam, op, u(12, lo=0, hi=1), labels(12, 2, ignored=True), ignore_index=-1, **extra)
        case(fam, op, u(4, 5, lo=0, hi=1), labels(4, 2, 5, ignored=True), ignore_index=-1,
             multidim_average="samplewise", **extra)
        for target in (v([0, 0, 0]), v([1, 1, 1])):
            for preds in (v([.1, .2, .3], dtype=f32), v([.6, .7, .8], dtype=f32), v([.1, .7, .3], dtype=f32)):
                for z in zero:
                    case(fam, op, preds, target, **extra, **z)
        op = f"multiclass_{name}"
        for average in AVERAGES:
            r = dict(num_classes=3, average=average, **extra)
            case(fam, op, *A, **r)
            case(fam, op, u(20, 3), labels(20, 3), **r)
            case(fam, op, u(20, 3, dtype=f64).T, labels(20, 3, dtype=i32), **r)
            case(fam, op, u(20, 3, dtype=f16), labels(20, 3), **r)
            case(fam, op, u(6, 3, 5), labels(6, 3, 5), **r)
            case(fam, op, u(6, 3, 5), labels(6, 3, 5), multidim_average="samplewise", **r)
            case(fam, op, u(20, 3), labels(20, 3, ignored=True), ignore_index=-1, **r)
            case(fam, op, labels(20, 3), labels(20, 3), ignore_index=1, **r)
            case(fam, op, u(6, 3, 5), labels(6, 3, 5, ignored=True), ignore_index=-1, multidim_average="samplewise", **r)
            case(fam, op, v([0, 0, 0]), v([1, 1, 1]), **r)
            case(fam, op, v([1, 1, 1]), v([1, 1, 1]), **r)
            case(fam, op, v([[nan, .1, .2], [.3, nan, .1], [.1, .2, .7]], dtype=f32), v([0, 0, 2]), **r)
            for z in zero:
                case(fam, op, v([0, 0, 1]), v([0, 1, 1]), **{**r, **z, "num_classes": 4})
            case(fam, op, u(30, 5), labels(30, 5), **{**r, "num_classes": 5}, top_k=2)
            case(fam, op, u(30, 5), labels(30, 3), **{**r, "num_classes": 5}, top_k=3)
        op = f"multilabel_{name}"
        for average in AVERAGES:
            r = dict(num_labels=3, average=average, **extra)
            case(fam, op, *ML, **r)
            case(fam, op, labels(9, 2, 3), labels(9, 2, 3), **r)
            case(fam, op, u(7, 3, 4, lo=0, hi=1).T, labels(7, 2, 3, 4), **r)
            case(fam, op, u(7, 3, lo=0, hi=1), labels(7, 2, 3, ignored=True), ignore_index=-1, **r)
            case(fam, op, u(7, 3, lo=-2, hi=2), labels(7, 2, 3), whole=True, **r)
            case(fam, op, v([[.9, .2, .1], [.8, .7, .3]], dtype=f32), v([[1, 0, 0], [1, 1, 0]]), **r)
            if name != "stat_scores" or average != "weighted":  # TorchMetrics' weights are of all samples there
                case(fam, op, u(4, 3, 5, lo=0, hi=1), labels(4, 2, 3, 5), multidim_average="samplewise", **r)


def add_confusion(fam):
    B = u(12, lo=0, hi=1), labels(12, 2)
    for normalize in ("none", "true", "pred", "all"):
        r = dict(normalize=normalize)
        case(fam, "binary_confusion_matrix", *B, **r)
        case(fam, "binary_confusion_matrix", u(12, lo=0, hi=1), labels(12, 2, ignored=True), ignore_index=-1, **r)
        case(fam, "multiclass_confusion_matrix", u(20, 4), labels(20, 3), num_classes=4, **r)
        case(fam, "multiclass_confusion_matrix", u(6, 4, 3), labels(6, 4, 3, ignored=True), num_classes=4, ignore_index=-1, **r)
        case(fam, "multiclass_confusion_matrix", labels(20, 4), labels(20, 4), num_classes=4, ignore_index=2, **r)
        case(fam, "multilabel_confusion_matrix", u(9, 3, lo=0, hi=1), labels(9, 2, 3), num_labels=3, **r)
        case(fam, "multilabel_confusion_matrix", u(9, 3, 2, lo=0, hi=1), labels(9, 2, 3, 2, ignored=True), num_labels=3,
             ignore_index=-1, **r)
    for zero in (0.0, 1.0):
        for preds, target in (B, (v([0, 0, 0]), v([0, 0, 0])), (v([0, 1, 0]), v([0, 0, 0]))):
            case(fam, "binary_jaccard_index", preds, target, zero_division=zero)
        for average in AVERAGES:
            r = dict(average=average, zero_division=zero)
            case(fam, "multiclass_jaccard_index", u(20, 4), labels(20, 4), num_classes=4, **r)
            case(fam, "multiclass_jaccard_index", labels(20, 3), labels(20, 3), num_classes=4, **r)
            case(fam, "multiclass_jaccard_index", labels(20, 4), labels(20, 4), num_classes=4, ignore_index=2, **r)
            case(fam, "multiclass_jaccard_index", labels(20, 4), labels(20, 4, ignored=True), num_classes=4, ignore_index=-1, **r)
            case(fam, "multilabel_jaccard_index", u(9, 3, lo=0, hi=1), labels(9, 2, 3), num_labels=3, **r)
            case(fam, "multilabel_jaccard_index", v([[1, 0, 0], [1, 0, 0]]), v([[1, 0, 0], [1, 1, 0]]), num_labels=3, **r)
    for weights in ("none", "linear", "quadratic"):
        r = dict(weights=weights)
        case(fam, "binary_cohen_kappa", *B, **r)
        case(fam, "multiclass_cohen_kappa", v([0, 2, 2, 2, 1, 1]), v([0, 1, 2, 2, 1, 0]), num_classes=3, **r)
        case(fam, "multiclass_cohen_kappa", u(30, 4), labels(30, 4, ignored=True), num_classes=4, ignore_index=-1, **r)
        case(fam, "multiclass_cohen_kappa", v([1, 1, 1]), v([1, 1, 1]), num_classes=3, **r)
    for preds, target in (B, (v([0, 0, 0]), v([0, 0, 0])), (v([1, 1, 1]), v([0, 0, 0])), (v([1, 1, 1]), v([1, 0, 1])),
                          (v([0, 0, 0]), v([1, 0, 0])), (v([0, 1, 1]), v([1, 1, 1])), (v([0, 1, 0]), v([0, 0, 0]))):
        fam.case("binary_matthews_corrcoef", preds, target, fn=lambda p, t: [tm.binary_matthews_corrcoef(p, t).float()], grad=False)
    for preds, target in ((u(20, 4), labels(20, 4)), (v([1, 1, 1]), v([1, 1, 1])), (v([1, 1, 2]), v([1, 1, 1]))):
        fam.case("multiclass_matthews_corrcoef", preds, target, grad=False, num_classes=4,
                 fn=lambda p, t, **kw: [tm.multiclass_matthews_corrcoef(p, t, **kw).float()])
    case(fam, "multilabel_matthews_corrcoef", u(9, 3, lo=0, hi=1), labels(9, 2, 3), num_labels=3)


def curves(name):
    """All first coordinates, then all second ones, then all thresholds."""
    def run(preds, target, **attrs):
        attrs.pop("whole", None)
        if attrs.get("average") == "none":
            attrs["average"] = None
        x, y, t = getattr(tm, name)(preds, target, **attrs)
        if isinstance(x, torch.Tensor) and x.dim() == 2:
            x, y, t = list(x), list(y), [t] * len(x)
        if isinstance(x, torch.Tensor):
            x, y, t = [x], [y], [t]
        return [floats(one) for one in [*x, *y, *t]]
    return run


def add_curves(fam):
    B = ((v([.1, .4, .35, .8], dtype=f32), v([0, 0, 1, 1])), (u(20, lo=0, hi=1), labels(20, 2)),
         (u(20, dtype=f64, lo=0, hi=1), labels(20, 2)), (v([.5, .5, .2, .2, .5, .8], dtype=f32), v([0, 1, 0, 1, 1, 0])),
         (v([.3, .1, .3], dtype=f32), v([1, 1, 1])), (v([.3, .1, .3], dtype=f32), v([0, 0, 0])),
         (v([.25, .25, .25], dtype=f32), v([0, 1, 0])), (u(10, dtype=f16, lo=0, hi=1), labels(10, 2)),
         (v([0, .25, .5, .75, 1, .5], dtype=f32), v([0, 1, 0, 1, 1, 0])))
    M = ((u(30, 4, lo=0, hi=1), labels(30, 4)), (u(30, 4, lo=0, hi=1), labels(30, 3)), (u(12, 4, 3, lo=0, hi=1), labels(12, 4, 3)),
         (v([[.5, .3, .2], [.5, .25, .25], [.25, .5, .25], [.5, .5, 0]], dtype=f32), v([0, 1, 2, 0])))
    L = ((u(30, 3, lo=0, hi=1), labels(30, 2, 3)), (u(8, 3, 4, lo=0, hi=1), labels(8, 2, 3, 4)),
         (v([[.5, .3, .2], [.5, .25, .25], [.25, .5, .25], [.5, .5, 0]], dtype=f32), v([[1, 0, 1], [0, 0, 1], [1, 0, 1], [0, 0, 1]])))
    each = ("precision_recall_curve", "roc", "auroc", "average_precision", "eer")
    points = {"recall_at_fixed_precision": "min_precision", "precision_at_fixed_recall": "min_recall",
              "sensitivity_at_specificity": "min_specificity", "specificity_at_sensitivity": "min_sensitivity"}

    def add(name, preds, target, **attrs):
        short = name.split("_", 1)[1]
        fam.case(name, preds, target, fn=(curves if short in each[:2] else metric)(name), grad=False, **attrs)

    for thresholds in (None, 5, 11):
        r = {} if thresholds is None else {"thresholds": thresholds}
        for name in each:
            # of two points equally near to the equal error rate, rounding decides
            for preds, target in B[:8] if name == "eer" else B:
                add(f"binary_{name}", preds, target, **r)
            add(f"binary_{name}", u(20, lo=0, hi=1), labels(20, 2, ignored=True), ignore_index=-1, **r)
            add(f"binary_{name}", u(20, lo=-3, hi=3), labels(20, 2), whole=True, **r)
            averages = {"auroc": ("macro", "weighted", "none"), "average_precision": ("macro", "weighted", "none"), "eer": ("none",)}
            for average in averages.get(name, ("none", "micro", "macro")):
                a = {**r, "num_classes": 4, "average": average}
                if name == "eer":
                    a.pop("average")
                for preds, target in (M[0], M[2]) if name == "eer" else M[:3]:
                    if average == "macro" and name == "precision_recall_curve" and target is M[1][1]:
                        continue  # TorchMetrics' mean with an absent class is NaN, sorted by chance
                    add(f"multiclass_{name}", preds, target, **a)
                if average != "macro" or name != "precision_recall_curve":
                    add(f"multiclass_{name}", *M[3], **{**a, "num_classes": 3})
                add(f"multiclass_{name}", u(30, 4, lo=0, hi=1), labels(30, 4, ignored=True), ignore_index=-1, **a)
                add(f"multiclass_{name}", u(30, 4, lo=-3, hi=3), labels(30, 4), whole=True, **a)
            for average in ("macro", "weighted", "none", "micro") if name in averages and name != "eer" else (None,):
                a = {**r, "num_labels": 3} if average is None else {**r, "num_labels": 3, "average": average}
                for preds, target in L:
                    add(f"multilabel_{name}", preds, target, **a)
                add(f"multilabel_{name}", u(30, 3, lo=0, hi=1), labels(30, 2, 3, ignored=True), ignore_index=-1, **a)
        for name, what in points.items():
            for least in (0.0, 0.41, 0.72, 1.0):  # between the values that occur: TorchMetrics compares floats
                for preds, target in B[:4] + (() if r else B[4:6]):  # TorchMetrics fails at NaN
                    add(f"binary_{name}", preds, target, **{what: least}, **r)
                add(f"multiclass_{name}", *M[0], **{what: least}, num_classes=4, **r)
                add(f"multilabel_{name}", *L[0], **{what: least}, num_labels=3, **r)
    def log_area(name, preds, target, low, high, **attrs):
        fam.case(name, preds, target, grad=False, low=low, high=high, tol=4, **attrs,
                 fn=lambda p, t, low, high, **kw: [getattr(tm, name)(p, t, fpr_range=(low, high), **kw)])

    for low, high in ((0.001, 0.1), (0.05, 0.5), (0.01, 1.0)):
        for thresholds in (None, 11):
            r = {} if thresholds is None else {"thresholds": thresholds}
            log_area("binary_logauc", u(200, lo=0, hi=1), labels(200, 2), low, high, **r)
            log_area("binary_logauc", u(20, dtype=f64, lo=0, hi=1), labels(20, 2), low, high, **r)
            for average in ("macro", "none"):
                log_area("multiclass_logauc", u(90, 4, lo=0, hi=1), labels(90, 4), low, high, num_classes=4, average=average, **r)
                log_area("multilabel_logauc", u(90, 3, lo=0, hi=1), labels(90, 2, 3), low, high, num_labels=3, average=average, **r)
    for max_fpr in (0.1, 0.5, 1.0):
        for preds, target in B[:6]:
            add("binary_auroc", preds, target, max_fpr=max_fpr)


def add_others(fam):
    for average in ("global", "samplewise"):
        r = dict(multidim_average=average)
        for preds, target in ((labels(8, 2, 3), labels(8, 2, 3)), (u(8, 2, 3), labels(8, 2, 3)), (labels(8, 2, 3, 2), labels(8, 2, 3, 2))):
            case(fam, "multiclass_exact_match", preds, target, num_classes=2, **r)
        case(fam, "multiclass_exact_match", labels(8, 2, 3), labels(8, 2, 3, ignored=True), num_classes=2, ignore_index=-1, **r)
        for shape in ((9, 3), (9, 3, 4)) if average == "global" else ((9, 3, 4),):
            case(fam, "multilabel_exact_match", u(*shape, lo=0, hi=1), labels(9, 2, *shape[1:]), num_labels=3, **r)
            case(fam, "multilabel_exact_match", u(*shape, lo=0, hi=1), labels(9, 2, *shape[1:], ignored=True), num_labels=3,
                 ignore_index=-1, **r)
    for norm in ("l1", "l2", "max"):
        for n_bins in (1, 2, 10, 15):
            r = dict(norm=norm, n_bins=n_bins)
            for preds, target in ((v([.25, .25, .55, .75, .75], dtype=f32), v([0, 0, 1, 1, 1])), (u(40, lo=0, hi=1), labels(40, 2)),
                                  (v([0, 1, 1, .5, .5], dtype=f32), v([0, 1, 0, 1, 0]))):
                case(fam, "binary_calibration_error", preds, target, **r)
            case(fam, "binary_calibration_error", u(40, lo=0, hi=1), labels(40, 2, ignored=True), ignore_index=-1, **r)
            case(fam, "multiclass_calibration_error", u(30, 4, lo=0, hi=1), labels(30, 4), num_classes=4, **r)
            case(fam, "multiclass_calibration_error", u(30, 4, lo=-3, hi=3), labels(30, 4, ignored=True), num_classes=4,
                 ignore_index=-1, whole=True, **r)
    for squared in (False, True):
        r = dict(squared=squared)
        case(fam, "binary_hinge_loss", u(20, lo=0, hi=1), labels(20, 2), **r)
        case(fam, "binary_hinge_loss", u(20, lo=-2, hi=2), labels(20, 2, ignored=True), ignore_index=-1, whole=True, **r)
        for mode in ("crammer-singer", "one-vs-all"):
            case(fam, "multiclass_hinge_loss", u(20, 4, lo=0, hi=1), labels(20, 4), num_classes=4, multiclass_mode=mode, **r)
            case(fam, "multiclass_hinge_loss", u(20, 4, lo=-2, hi=2), labels(20, 4), num_classes=4, multiclass_mode=mode,
                 whole=True, **r)
    ties = v([[.5, .5, .2, .2], [.1, .5, .5, .1], [.3, .3, .3, .3]], dtype=f32), v([[1, 0, 1, 0], [0, 1, 1, 0], [1, 1, 0, 0]])
    functions = {"coverage_error": sk.coverage_error, "ranking_average_precision": sk.label_ranking_average_precision_score,
                 "ranking_loss": sk.label_ranking_loss}
    for name, of_sk in functions.items():
        for preds, target in ((u(12, 4), labels(12, 2, 4)), (u(300, 9, dtype=f64), labels(300, 2, 9)), ties):
            fam.case(f"multilabel_{name}", preds, target, grad=False, num_labels=preds.shape[1],
                     fn=lambda p, t, **kw: [torch.tensor(of_sk(t.numpy(), p.numpy()), dtype=f32)])


def add_reports(fam):
    for preds, target, n in ((labels(30, 4), labels(30, 4), 4), (labels(30, 4), labels(30, 3), 4), (v([0, 1]), v([1, 1]), 2)):
        p, t = preds.copy(seed=1).build(False), target.copy(seed=2).build(False)
        for digits in (2, 4):
            for zero in (0.0, 1.0):
                text = sk.classification_report(t, p, labels=list(range(n)), digits=digits, zero_division=zero)
                # the last line of attributes holds at most 255 bytes
                parts = {f"text{i}": text[k:k + 200] for i, k in enumerate(range(0, len(text), 200))}
                fam.case("classification_report", v(p.numpy()), v(t.numpy()), fn=lambda p, t, **kw: [t], grad=False,
                         num_classes=n, digits=digits, zero_division=zero, **parts)


def add(fam):
    add_stat_scores(fam)
    add_confusion(fam)
    add_curves(fam)
    add_others(fam)
    add_reports(fam)
