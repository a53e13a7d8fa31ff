// SPDX-License-Identifier: Apache-2.0
#include "core/golden/metrics.h"

#include "hearth/metrics/classification/confidence.h"
#include "hearth/metrics/classification/confusion_matrix.h"
#include "hearth/metrics/classification/curves.h"
#include "hearth/metrics/classification/exact_match.h"
#include "hearth/metrics/classification/ranking.h"
#include "hearth/metrics/classification/stat_scores.h"

#include "core/golden/tables.h"

namespace hearth::golden {
namespace {

using namespace hearth::metrics;

Average average(Args& a) {
  const std::string& name = a.s("average");
  return name == "micro"      ? Average::Micro
         : name == "macro"    ? Average::Macro
         : name == "weighted" ? Average::Weighted
                              : Average::None;
}

template <typename Options>
Options filled(Args& a, Options o) {
  if constexpr (requires { o.threshold(); })
    if (a.has("threshold")) o.threshold(a.f("threshold"));
  if constexpr (requires { o.average(); })
    if (a.has("average")) o.average(average(a));
  if constexpr (requires { o.top_k(); }) o.top_k(a.i("top_k", 1));
  if constexpr (requires { o.multidim_average(); })
    if (a.has("multidim_average")) o.multidim_average(MultidimAverage::Samplewise);
  if constexpr (requires { o.zero_division(); }) o.zero_division(a.f("zero_division", 0.));
  if constexpr (requires { o.thresholds(); })
    if (a.has("thresholds")) o.thresholds(Thresholds(a.i("thresholds")));
  return o.ignore_index(a.maybe_i("ignore_index"));
}

/// The options of a task, from the case's attributes.
template <typename Options>
Options options(Args& a) {
  if constexpr (std::is_default_constructible_v<Options>) {
    return filled(a, Options());
  } else {
    return filled(a, Options(a.i(a.has("num_labels") ? "num_labels" : "num_classes")));
  }
}

template <typename M>
Outputs run(Args& a, const M& metric) {
  return {as_float(value_by_parts(metric, a.b("whole", false), a[0], a[1]))};
}

template <typename M, typename Options>
Outputs of(Args& a) {
  return run(a, M(options<Options>(a)));
}
template <typename M, typename Options>
Outputs of_beta(Args& a) {
  return run(a, M(a.f("beta"), options<Options>(a)));
}

template <typename M, typename Options>
Outputs of_normalized(Args& a) {
  const std::string& name = a.s("normalize");
  return run(a, M(options<Options>(a), name == "true"   ? Normalize::True
                                       : name == "pred" ? Normalize::Pred
                                       : name == "all"  ? Normalize::All
                                                        : Normalize::None));
}
template <typename M, typename Options>
Outputs of_jaccard(Args& a) {
  return run(a, M(options<Options>(a), average(a), a.f("zero_division")));
}
template <typename M, typename Options>
Outputs of_kappa(Args& a) {
  const std::string& name = a.s("weights");
  return run(a, M(options<Options>(a), name == "linear"      ? KappaWeights::Linear
                                       : name == "quadratic" ? KappaWeights::Quadratic
                                                             : KappaWeights::None));
}

template <typename M, typename Options>
Outputs of_average(Args& a) {
  return run(a, M(options<Options>(a), average(a)));
}

template <typename M, typename Options>
Outputs of_log_area(Args& a) {
  return run(a, M(options<Options>(a), {a.f("low"), a.f("high")}, average(a)));
}

std::vector<Tensor> coordinates(const PrecisionRecall& c) {
  return {c.precision, c.recall, c.thresholds};
}
std::vector<Tensor> coordinates(const RocPoints& c) { return {c.fpr, c.tpr, c.thresholds}; }
std::vector<Tensor> coordinates(const OperatingPoint& p) { return {p.value, p.threshold}; }
/// Of several curves: all first coordinates, then all second ones, then all thresholds.
template <typename Curve>
std::vector<Tensor> coordinates(const std::vector<Curve>& curves) {
  std::vector<Tensor> all;
  for (size_t i = 0; i < 3; ++i)
    for (const Curve& c : curves) all.push_back(coordinates(c)[i]);
  return all;
}

/// As run, of metrics whose value is no tensor.
template <typename M>
Outputs run_points(Args& a, const M& metric) {
  M all = metric, first = metric, second = metric;
  all.update(a[0], a[1]);
  Outputs out = coordinates(all.compute());
  if (!a.b("whole", false)) {
    const int64_t half = a[0].size(0) / 2;
    first.update(a[0].slice(0, 0, half), a[1].slice(0, 0, half));
    second.update(a[0].slice(0, half), a[1].slice(0, half));
    first.merge_state(second);
    const auto merged = coordinates(first.compute());
    for (size_t i = 0; i < out.size(); ++i) expect_same(merged[i], out[i], "merged");
  }
  for (Tensor& t : out) t = as_float(t);
  return out;
}
template <typename M, typename Options>
Outputs of_curve(Args& a) {
  return run_points(a, M(options<Options>(a)));
}
template <typename M, typename Options>
Outputs of_curves(Args& a) {
  return run_points(a, M(options<Options>(a), average(a)));
}
template <typename M, typename Options>
Outputs of_point(Args& a) {
  double least = 0;
  for (const char* name : {"min_precision", "min_recall", "min_specificity", "min_sensitivity"})
    if (a.has(name)) least = a.f(name);
  return run_points(a, M(least, options<Options>(a)));
}

MultidimAverage multidim(Args& a) {
  return a.s("multidim_average") == "global" ? MultidimAverage::Global
                                             : MultidimAverage::Samplewise;
}
template <typename M, typename Options>
Outputs of_match(Args& a) {
  return run(a, M(options<Options>(a), multidim(a)));
}
template <typename M, typename Options>
Outputs of_calibration(Args& a) {
  const CalibrationNorm norm = a.s("norm") == "l1"   ? CalibrationNorm::L1
                               : a.s("norm") == "l2" ? CalibrationNorm::L2
                                                     : CalibrationNorm::Max;
  return run(a, M(options<Options>(a), a.i("n_bins"), norm));
}

/// Compares the text itself; the values of the case are its inputs.
Outputs report(Args& a) {
  std::string want;
  for (int i = 0; a.has(cat_str("text", i)); ++i) want += a.s(cat_str("text", i));
  const Tensor counts =
      functional::multiclass_confusion_matrix(a[0], a[1], MulticlassOptions(a.i("num_classes")));
  EXPECT_EQ(
      classification_report(
          counts,
          ClassificationReportOptions().digits(a.i("digits")).zero_division(a.f("zero_division"))),
      want);
  return {a[1]};
}

#define STAT_SCORES(name, Name, how)                                               \
  {"binary_" #name, how<Binary##Name, BinaryStatScoresOptions>},                   \
      {"multiclass_" #name, how<Multiclass##Name, MulticlassStatScoresOptions>}, { \
    "multilabel_" #name, how<Multilabel##Name, MultilabelStatScoresOptions>        \
  }

#define OF_CURVES(name, Name, how)                                            \
  {"binary_" #name, how<Binary##Name, BinaryCurveOptions>},                   \
      {"multiclass_" #name, how<Multiclass##Name, MulticlassCurveOptions>}, { \
    "multilabel_" #name, how<Multilabel##Name, MultilabelCurveOptions>        \
  }

const Table kTable = {
    STAT_SCORES(stat_scores, StatScores, of),
    STAT_SCORES(accuracy, Accuracy, of),
    STAT_SCORES(precision, Precision, of),
    STAT_SCORES(recall, Recall, of),
    STAT_SCORES(fbeta_score, FBetaScore, of_beta),
    STAT_SCORES(f1_score, F1Score, of),
    STAT_SCORES(specificity, Specificity, of),
    STAT_SCORES(negative_predictive_value, NegativePredictiveValue, of),
    STAT_SCORES(hamming_distance, HammingDistance, of),
    {"binary_confusion_matrix", of_normalized<BinaryConfusionMatrix, BinaryOptions>},
    {"multiclass_confusion_matrix", of_normalized<MulticlassConfusionMatrix, MulticlassOptions>},
    {"multilabel_confusion_matrix", of_normalized<MultilabelConfusionMatrix, MultilabelOptions>},
    {"binary_jaccard_index",
     [](Args& a) {
       return run(a, BinaryJaccardIndex(options<BinaryOptions>(a), a.f("zero_division")));
     }},
    {"multiclass_jaccard_index", of_jaccard<MulticlassJaccardIndex, MulticlassOptions>},
    {"multilabel_jaccard_index", of_jaccard<MultilabelJaccardIndex, MultilabelOptions>},
    {"binary_cohen_kappa", of_kappa<BinaryCohenKappa, BinaryOptions>},
    {"multiclass_cohen_kappa", of_kappa<MulticlassCohenKappa, MulticlassOptions>},
    {"binary_matthews_corrcoef", of<BinaryMatthewsCorrCoef, BinaryOptions>},
    {"multiclass_matthews_corrcoef", of<MulticlassMatthewsCorrCoef, MulticlassOptions>},
    {"multilabel_matthews_corrcoef", of<MultilabelMatthewsCorrCoef, MultilabelOptions>},
    {"binary_precision_recall_curve", of_curve<BinaryPrecisionRecallCurve, BinaryCurveOptions>},
    {"multiclass_precision_recall_curve",
     of_curves<MulticlassPrecisionRecallCurve, MulticlassCurveOptions>},
    {"multilabel_precision_recall_curve",
     of_curve<MultilabelPrecisionRecallCurve, MultilabelCurveOptions>},
    {"binary_roc", of_curve<BinaryROC, BinaryCurveOptions>},
    {"multiclass_roc", of_curves<MulticlassROC, MulticlassCurveOptions>},
    {"multilabel_roc", of_curve<MultilabelROC, MultilabelCurveOptions>},
    {"binary_auroc",
     [](Args& a) {
       return run(a, BinaryAUROC(options<BinaryCurveOptions>(a), a.maybe_f("max_fpr")));
     }},
    {"multiclass_auroc", of_average<MulticlassAUROC, MulticlassCurveOptions>},
    {"multilabel_auroc", of_average<MultilabelAUROC, MultilabelCurveOptions>},
    {"binary_average_precision", of<BinaryAveragePrecision, BinaryCurveOptions>},
    {"multiclass_average_precision",
     of_average<MulticlassAveragePrecision, MulticlassCurveOptions>},
    {"multilabel_average_precision",
     of_average<MultilabelAveragePrecision, MultilabelCurveOptions>},
    OF_CURVES(eer, EER, of),
    {"binary_logauc",
     [](Args& a) {
       return run(a, BinaryLogAUC(options<BinaryCurveOptions>(a), {a.f("low"), a.f("high")}));
     }},
    {"multiclass_logauc", of_log_area<MulticlassLogAUC, MulticlassCurveOptions>},
    {"multilabel_logauc", of_log_area<MultilabelLogAUC, MultilabelCurveOptions>},
    OF_CURVES(recall_at_fixed_precision, RecallAtFixedPrecision, of_point),
    OF_CURVES(precision_at_fixed_recall, PrecisionAtFixedRecall, of_point),
    OF_CURVES(sensitivity_at_specificity, SensitivityAtSpecificity, of_point),
    OF_CURVES(specificity_at_sensitivity, SpecificityAtSensitivity, of_point),
    {"multiclass_exact_match", of_match<MulticlassExactMatch, MulticlassOptions>},
    {"multilabel_exact_match", of_match<MultilabelExactMatch, MultilabelOptions>},
    {"binary_calibration_error", of_calibration<BinaryCalibrationError, BinaryOptions>},
    {"multiclass_calibration_error", of_calibration<MulticlassCalibrationError, MulticlassOptions>},
    {"binary_hinge_loss",
     [](Args& a) { return run(a, BinaryHingeLoss(options<BinaryOptions>(a), a.b("squared"))); }},
    {"multiclass_hinge_loss",
     [](Args& a) {
       return run(a, MulticlassHingeLoss(options<MulticlassOptions>(a), a.b("squared"),
                                         a.s("multiclass_mode") == "one-vs-all"
                                             ? HingeMode::OneVsAll
                                             : HingeMode::CrammerSinger));
     }},
    {"multilabel_coverage_error", of<MultilabelCoverageError, MultilabelOptions>},
    {"multilabel_ranking_average_precision",
     of<MultilabelRankingAveragePrecision, MultilabelOptions>},
    {"multilabel_ranking_loss", of<MultilabelRankingLoss, MultilabelOptions>},
    {"classification_report", report},
};

HEARTH_GOLDEN_FAMILY(GoldenMetrics, "metrics", kTable);

}  // namespace
}  // namespace hearth::golden
