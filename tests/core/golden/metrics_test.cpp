// SPDX-License-Identifier: Apache-2.0
#include "core/golden/metrics.h"

#include "hearth/metrics/classification/confusion_matrix.h"
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
    {"classification_report", report},
};

HEARTH_GOLDEN_FAMILY(GoldenMetrics, "metrics", kTable);

}  // namespace
}  // namespace hearth::golden
