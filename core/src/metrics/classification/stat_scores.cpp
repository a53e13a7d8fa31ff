// SPDX-License-Identifier: Apache-2.0
#include "hearth/metrics/classification/stat_scores.h"

#include "hearth/ops/creation.h"
#include "hearth/ops/histogram.h"
#include "hearth/ops/shape.h"
#include "hearth/ops/view.h"

#include "metrics/classification/inputs.h"
#include "metrics/value_of.h"

namespace hearth::metrics {
namespace {

enum { kTp, kFp, kTn, kFn };

/// tp, fp, tn and fn, (L) or for each sample (N, L).
struct Counts {
  Tensor tp, fp, tn, fn;
};

Counts counts_of(const LabelInputs& in, bool samplewise) {
  const auto count = [&](const Tensor& which) {
    const Tensor kept = in.keep.defined() ? which.logical_and(in.keep) : which;
    return samplewise ? kept.sum(2) : kept.sum({0, 2});
  };
  const Tensor no = in.target.logical_not(), not_said = in.preds.logical_not();
  return {count(in.preds.logical_and(in.target)), count(in.preds.logical_and(no)),
          count(not_said.logical_and(no)), count(not_said.logical_and(in.target))};
}

/// Three histograms, of samples times classes bins; never a matrix of all pairs of classes.
Counts counts_of(const ClassInputs& in, int64_t classes, bool samplewise) {
  const int64_t n = in.target.size(0);
  const int64_t groups = samplewise ? n : 1;
  const Tensor first = samplewise ? arange(n, in.target.options()).mul(classes).unsqueeze(1)
                                  : zeros({1, 1}, in.target.options());
  const auto histogram = [&](const Tensor& bins) {
    return bincount(bins, {}, groups * classes).reshape({groups, classes});
  };
  const Tensor preds = in.kept(in.preds + first), target = in.kept(in.target + first);
  const Tensor tp = histogram(target.masked_select(preds.eq(target)));
  const Tensor fp = histogram(preds) - tp, fn = histogram(target) - tp;
  Counts c{tp, fp, (tp + fn).sum({1}, true) - tp - fp - fn, fn};
  if (!samplewise)
    for (Tensor* t : {&c.tp, &c.fp, &c.tn, &c.fn}) *t = t->squeeze(0);
  return c;
}

}  // namespace

StatScoresMetric::StatScoresMetric(Score score, const char* name, const BinaryStatScoresOptions& o,
                                   double beta)
    : StatScoresMetric(name,
                       {score, beta, Settings::Binary, 1, o.threshold(), Average::None, 1,
                        o.multidim_average(), o.ignore_index(), o.zero_division(), o.logits()}) {}

StatScoresMetric::StatScoresMetric(Score score, const char* name,
                                   const MulticlassStatScoresOptions& o, double beta)
    : StatScoresMetric(
          name, {score, beta, Settings::Multiclass, o.num_classes(), 0.5, o.average(), o.top_k(),
                 o.multidim_average(), o.ignore_index(), o.zero_division(), std::nullopt}) {
  check_count(name, "num_classes", o.num_classes());
  HEARTH_CHECK_AS(ValueError, o.top_k() >= 1 && o.top_k() <= o.num_classes(), "[", name,
                  "] top_k should be between 1 and the ", o.num_classes(), " classes, it is ",
                  o.top_k());
}

StatScoresMetric::StatScoresMetric(Score score, const char* name,
                                   const MultilabelStatScoresOptions& o, double beta)
    : StatScoresMetric(
          name, {score, beta, Settings::Multilabel, o.num_labels(), o.threshold(), o.average(), 1,
                 o.multidim_average(), o.ignore_index(), o.zero_division(), o.logits()}) {
  check_count(name, "num_labels", o.num_labels());
}

std::string StatScoresMetric::key_of(const Settings& s) {
  const char* task = s.task == Settings::Binary       ? "binary"
                     : s.task == Settings::Multiclass ? "multiclass"
                                                      : "multilabel";
  return cat_str(task, " stat scores (classes ", s.classes, ", threshold ", s.threshold, ", top_k ",
                 s.top_k, ", samplewise ", s.multidim_average == MultidimAverage::Samplewise,
                 ", ignore_index ", text_of(s.ignore_index), ", logits ", text_of(s.logits), ")");
}

StatScoresMetric::StatScoresMetric(const char* name, Settings settings)
    : TensorMetric(name, key_of(settings)), settings_(settings) {
  check_threshold(name, settings.threshold);
  HEARTH_CHECK_AS(ValueError, settings.zero_division == 0 || settings.zero_division == 1, "[", name,
                  "] zero_division should be 0 or 1, it is ", settings.zero_division);
  HEARTH_CHECK_AS(ValueError, settings.beta > 0, "[", name, "] beta should be above 0, it is ",
                  settings.beta);
  const bool samplewise = settings.multidim_average == MultidimAverage::Samplewise;
  for (const char* state : {"tp", "fp", "tn", "fn"}) {
    if (samplewise) {
      add_state(state, zeros({0, settings.classes}, kLong), Merge::Cat);
    } else {
      add_state(state, zeros({settings.classes}, kLong), Merge::Sum);
    }
  }
}

void StatScoresMetric::accumulate(const Tensor& preds, const Tensor& target) {
  const Settings& s = settings_;
  const bool samplewise = s.multidim_average == MultidimAverage::Samplewise;
  HEARTH_CHECK_AS(ShapeError,
                  !samplewise || target.dim() >= (s.task == Settings::Multilabel ? 3 : 2), "[",
                  name(), "] of each sample needs further dims to average over; target has ",
                  "shape ", target.sizes());
  Counts counts;
  if (s.task == Settings::Multiclass) {
    const auto in = class_inputs(name(), preds, target, s.classes, s.ignore_index, s.top_k);
    counts = counts_of(in, s.classes, samplewise);
  } else {
    std::optional<int64_t> labels;
    if (s.task == Settings::Multilabel) labels = s.classes;
    counts = counts_of(
        label_inputs(name(), preds, target, labels, s.threshold, s.ignore_index, s.logits),
        samplewise);
  }
  add(kTp, counts.tp);
  add(kFp, counts.fp);
  add(kTn, counts.tn);
  add(kFn, counts.fn);
}

Tensor StatScoresMetric::value() const {
  const Settings& s = settings_;
  Tensor tp = state(kTp), fp = state(kFp), tn = state(kTn), fn = state(kFn);
  const Tensor support = tp + fn;
  if (s.score == Score::StatScores) {
    const Tensor all = stack({tp, fp, tn, fn, support}, -1);
    if (s.task == Settings::Binary) return all.squeeze(-2);
    if (s.average == Average::Micro) return all.sum({-2});
    if (s.average == Average::Macro) return all.to(kDouble).mean({-2});
    if (s.average == Average::None) return all;
    const Tensor share = support.to(kDouble) / support.sum({-1}, true);
    return (all * share.unsqueeze(-1)).sum({-2});
  }
  // Of top_k, classes that are predicted only do not count either.
  const bool by_target = s.top_k > 1 && s.score != Score::FBeta &&
                         s.score != Score::HammingDistance && s.score != Score::Specificity;
  const Tensor occurs = by_target ? support : support + fp;
  if (s.average == Average::Micro)
    for (Tensor* t : {&tp, &fp, &tn, &fn}) *t = t->sum({-1}, true);
  const double beta2 = s.beta * s.beta;
  Tensor part, whole;
  switch (s.score) {
    case Score::Precision:
      part = tp, whole = tp + fp;
      break;
    case Score::FBeta:
      part = tp * (1 + beta2), whole = part + fn * beta2 + fp;
      break;
    case Score::Specificity:
      part = tn, whole = tn + fp;
      break;
    case Score::NegativePredictiveValue:
      part = tn, whole = tn + fn;
      break;
    case Score::Accuracy:
    case Score::HammingDistance:
      if (s.task != Settings::Multiclass) {
        part = tp + tn, whole = tp + tn + fp + fn;
        break;
      }
      [[fallthrough]];
    default:
      part = tp, whole = tp + fn;
  }
  Tensor score = safe_divide(part, whole, s.zero_division);
  if (s.score == Score::HammingDistance) score = 1 - score;
  if (s.task == Settings::Binary || s.average == Average::Micro) return score.squeeze(-1);
  if (s.average == Average::None) return score;
  const Tensor weights = s.average == Average::Weighted   ? support
                         : s.task == Settings::Multilabel ? ones_like(support)
                                                          : occurs.ne(0).to(kLong);
  return safe_divide(weights * score, weights.sum({-1}, true)).sum({-1});
}

namespace functional {

Tensor binary_stat_scores(const Tensor& preds, const Tensor& target,
                          const BinaryStatScoresOptions& options) {
  return value_of(BinaryStatScores(options), preds, target);
}
Tensor multiclass_stat_scores(const Tensor& preds, const Tensor& target,
                              const MulticlassStatScoresOptions& options) {
  return value_of(MulticlassStatScores(options), preds, target);
}
Tensor multilabel_stat_scores(const Tensor& preds, const Tensor& target,
                              const MultilabelStatScoresOptions& options) {
  return value_of(MultilabelStatScores(options), preds, target);
}
Tensor binary_accuracy(const Tensor& preds, const Tensor& target,
                       const BinaryStatScoresOptions& options) {
  return value_of(BinaryAccuracy(options), preds, target);
}
Tensor multiclass_accuracy(const Tensor& preds, const Tensor& target,
                           const MulticlassStatScoresOptions& options) {
  return value_of(MulticlassAccuracy(options), preds, target);
}
Tensor multilabel_accuracy(const Tensor& preds, const Tensor& target,
                           const MultilabelStatScoresOptions& options) {
  return value_of(MultilabelAccuracy(options), preds, target);
}
Tensor binary_precision(const Tensor& preds, const Tensor& target,
                        const BinaryStatScoresOptions& options) {
  return value_of(BinaryPrecision(options), preds, target);
}
Tensor multiclass_precision(const Tensor& preds, const Tensor& target,
                            const MulticlassStatScoresOptions& options) {
  return value_of(MulticlassPrecision(options), preds, target);
}
Tensor multilabel_precision(const Tensor& preds, const Tensor& target,
                            const MultilabelStatScoresOptions& options) {
  return value_of(MultilabelPrecision(options), preds, target);
}
Tensor binary_recall(const Tensor& preds, const Tensor& target,
                     const BinaryStatScoresOptions& options) {
  return value_of(BinaryRecall(options), preds, target);
}
Tensor multiclass_recall(const Tensor& preds, const Tensor& target,
                         const MulticlassStatScoresOptions& options) {
  return value_of(MulticlassRecall(options), preds, target);
}
Tensor multilabel_recall(const Tensor& preds, const Tensor& target,
                         const MultilabelStatScoresOptions& options) {
  return value_of(MultilabelRecall(options), preds, target);
}
Tensor binary_specificity(const Tensor& preds, const Tensor& target,
                          const BinaryStatScoresOptions& options) {
  return value_of(BinarySpecificity(options), preds, target);
}
Tensor multiclass_specificity(const Tensor& preds, const Tensor& target,
                              const MulticlassStatScoresOptions& options) {
  return value_of(MulticlassSpecificity(options), preds, target);
}
Tensor multilabel_specificity(const Tensor& preds, const Tensor& target,
                              const MultilabelStatScoresOptions& options) {
  return value_of(MultilabelSpecificity(options), preds, target);
}
Tensor binary_negative_predictive_value(const Tensor& preds, const Tensor& target,
                                        const BinaryStatScoresOptions& options) {
  return value_of(BinaryNegativePredictiveValue(options), preds, target);
}
Tensor multiclass_negative_predictive_value(const Tensor& preds, const Tensor& target,
                                            const MulticlassStatScoresOptions& options) {
  return value_of(MulticlassNegativePredictiveValue(options), preds, target);
}
Tensor multilabel_negative_predictive_value(const Tensor& preds, const Tensor& target,
                                            const MultilabelStatScoresOptions& options) {
  return value_of(MultilabelNegativePredictiveValue(options), preds, target);
}
Tensor binary_hamming_distance(const Tensor& preds, const Tensor& target,
                               const BinaryStatScoresOptions& options) {
  return value_of(BinaryHammingDistance(options), preds, target);
}
Tensor multiclass_hamming_distance(const Tensor& preds, const Tensor& target,
                                   const MulticlassStatScoresOptions& options) {
  return value_of(MulticlassHammingDistance(options), preds, target);
}
Tensor multilabel_hamming_distance(const Tensor& preds, const Tensor& target,
                                   const MultilabelStatScoresOptions& options) {
  return value_of(MultilabelHammingDistance(options), preds, target);
}
Tensor binary_fbeta_score(const Tensor& preds, const Tensor& target, double beta,
                          const BinaryStatScoresOptions& options) {
  return value_of(BinaryFBetaScore(beta, options), preds, target);
}
Tensor multiclass_fbeta_score(const Tensor& preds, const Tensor& target, double beta,
                              const MulticlassStatScoresOptions& options) {
  return value_of(MulticlassFBetaScore(beta, options), preds, target);
}
Tensor multilabel_fbeta_score(const Tensor& preds, const Tensor& target, double beta,
                              const MultilabelStatScoresOptions& options) {
  return value_of(MultilabelFBetaScore(beta, options), preds, target);
}
Tensor binary_f1_score(const Tensor& preds, const Tensor& target,
                       const BinaryStatScoresOptions& options) {
  return value_of(BinaryF1Score(options), preds, target);
}
Tensor multiclass_f1_score(const Tensor& preds, const Tensor& target,
                           const MulticlassStatScoresOptions& options) {
  return value_of(MulticlassF1Score(options), preds, target);
}
Tensor multilabel_f1_score(const Tensor& preds, const Tensor& target,
                           const MultilabelStatScoresOptions& options) {
  return value_of(MultilabelF1Score(options), preds, target);
}

}  // namespace functional
}  // namespace hearth::metrics
