// SPDX-License-Identifier: Apache-2.0
#include "hearth/metrics/classification/confusion_matrix.h"

#include <cmath>

#include "hearth/ops/creation.h"
#include "hearth/ops/histogram.h"
#include "hearth/ops/view.h"

#include "metrics/classification/inputs.h"
#include "metrics/value_of.h"

namespace hearth::metrics {

ConfusionMatrixMetric::ConfusionMatrixMetric(const char* name, const BinaryOptions& o)
    : TensorMetric(name,
                   cat_str("confusion matrix (binary, threshold ", o.threshold(), ", ignore_index ",
                           text_of(o.ignore_index()), ", logits ", text_of(o.logits()), ")")),
      task_(Binary),
      classes_(2),
      threshold_(o.threshold()),
      ignore_index_(o.ignore_index()),
      logits_(o.logits()) {
  check_threshold(name, threshold_);
  add_state("confmat", zeros({2, 2}, kLong), Merge::Sum);
}

ConfusionMatrixMetric::ConfusionMatrixMetric(const char* name, const MulticlassOptions& o)
    : TensorMetric(name, cat_str("confusion matrix (classes ", o.num_classes(), ", ignore_index ",
                                 text_of(o.ignore_index()), ")")),
      task_(Multiclass),
      classes_(o.num_classes()),
      threshold_(0.5),
      ignore_index_(o.ignore_index()) {
  check_count(name, "num_classes", classes_);
  add_state("confmat", zeros({classes_, classes_}, kLong), Merge::Sum);
}

ConfusionMatrixMetric::ConfusionMatrixMetric(const char* name, const MultilabelOptions& o)
    : TensorMetric(name, cat_str("confusion matrices (labels ", o.num_labels(), ", threshold ",
                                 o.threshold(), ", ignore_index ", text_of(o.ignore_index()),
                                 ", logits ", text_of(o.logits()), ")")),
      task_(Multilabel),
      classes_(o.num_labels()),
      threshold_(o.threshold()),
      ignore_index_(o.ignore_index()),
      logits_(o.logits()) {
  check_count(name, "num_labels", classes_);
  check_threshold(name, threshold_);
  add_state("confmat", zeros({classes_, 2, 2}, kLong), Merge::Sum);
}

void ConfusionMatrixMetric::accumulate(const Tensor& preds, const Tensor& target) {
  if (task_ == Multiclass) {
    const auto in = class_inputs(name(), preds, target, classes_, ignore_index_);
    add(0, bincount(in.kept(in.target * classes_ + in.preds), {}, classes_ * classes_)
               .reshape({classes_, classes_}));
    return;
  }
  std::optional<int64_t> labels;
  if (multilabel()) labels = classes_;
  const auto in = label_inputs(name(), preds, target, labels, threshold_, ignore_index_, logits_);
  const auto count = [&](const Tensor& which) {
    return (in.keep.defined() ? which.logical_and(in.keep) : which).sum({0, 2});
  };
  const Tensor no = in.target.logical_not(), not_said = in.preds.logical_not();
  const Tensor counts =
      stack({count(not_said.logical_and(no)), count(in.preds.logical_and(no)),
             count(not_said.logical_and(in.target)), count(in.preds.logical_and(in.target))},
            1);
  add(0, counts.reshape(confmat().sizes()));
}

Tensor ConfusionMatrix::value() const {
  if (normalize_ == Normalize::None) return confmat();
  const Tensor whole = normalize_ == Normalize::True   ? confmat().sum({-1}, true)
                       : normalize_ == Normalize::Pred ? confmat().sum({-2}, true)
                                                       : confmat().sum({-2, -1}, true);
  return safe_divide(confmat(), whole);
}

Tensor JaccardIndex::value() const {
  const Tensor counts = confmat().to(kDouble);
  if (!average_)
    return safe_divide(counts[1][1], counts[0][1] + counts[1][0] + counts[1][1], zero_division_);
  Tensor part, whole, support, occurs;
  if (multilabel()) {
    const Tensor pairs = counts.flatten(1);
    part = pairs.select(1, 3);
    whole = pairs.slice(1, 1).sum(1);
    support = pairs.slice(1, 2).sum(1);
    occurs = ones_like(part);
  } else {
    part = counts.diagonal();
    support = counts.sum(1);
    whole = counts.sum(0) + support - part;
    occurs = (counts.sum(0) + support).ne(0).to(kDouble);
  }
  const std::optional<int64_t> ignored = ignore_index();
  const bool one_less = ignored && *ignored >= 0 && *ignored < counts.size(0);
  if (average_ == Average::Micro) {
    const Tensor all = whole.sum();
    return safe_divide(part.sum(), one_less ? all - whole[*ignored] : all, zero_division_);
  }
  const Tensor each = safe_divide(part, whole, zero_division_);
  if (average_ == Average::None) return each;
  Tensor weights = average_ == Average::Weighted ? support : occurs;
  if (average_ == Average::Macro && one_less) {
    weights = weights.clone();
    weights[*ignored].fill_(0);
  }
  return (weights * each / weights.sum()).sum();
}

Tensor CohenKappa::value() const {
  const Tensor counts = confmat().to(kDouble);
  const int64_t n = counts.size(0);
  const Tensor expected = counts.sum({1}, true).matmul(counts.sum({0}, true)) / counts.sum();
  const Tensor places = arange(n, counts.options());
  const Tensor apart = places.unsqueeze(0) - places.unsqueeze(1);
  const Tensor cost = weights_ == KappaWeights::None     ? apart.ne(0).to(kDouble)
                      : weights_ == KappaWeights::Linear ? apart.abs()
                                                         : apart.square();
  return 1 - (cost * counts).sum() / (cost * expected).sum();
}

Tensor MatthewsCorrCoef::value() const {
  Tensor counts = confmat().to(kDouble);
  if (counts.dim() == 3) counts = counts.sum(0);
  const auto result = [&](double v) { return scalar_tensor(v, counts.options()); };
  const Tensor truth = counts.sum(1), said = counts.sum(0), all = counts.sum();
  const auto covariance = (counts.trace() * all - (truth * said).sum()).item<double>();
  const auto variances =
      ((all * all - (said * said).sum()) * (all * all - (truth * truth).sum())).item<double>();
  if (counts.numel() != 4) return result(variances == 0 ? 0 : covariance / std::sqrt(variances));
  const Tensor host = counts.cpu().flatten();
  const auto* c = host.const_data_ptr<double>();
  const double tn = c[0], fp = c[1], fn = c[2], tp = c[3];
  if (fp + fn == 0 && tp + tn != 0) return result(1);
  if (tp + tn == 0 && fp + fn != 0) return result(-1);
  if (variances != 0) return result(covariance / std::sqrt(variances));
  if (tp + tn + fp + fn == 0) return result(0);
  // One side holds a single class: the limit when what is 0 goes to 0.
  const double eps = 1.1920928955078125e-07;
  const double excess = fn == 0 && tn == 0   ? tp - fp
                        : fp == 0 && tn == 0 ? tp - fn
                        : tp == 0 && fn == 0 ? tn - fp
                                             : tn - fn;
  return result(std::sqrt(eps) * excess /
                std::sqrt((tp + fp + eps) * (tp + fn + eps) * (tn + fp + eps) * (tn + fn + eps)));
}

namespace functional {

Tensor binary_confusion_matrix(const Tensor& preds, const Tensor& target,
                               const BinaryOptions& options, Normalize normalize) {
  return value_of(BinaryConfusionMatrix(options, normalize), preds, target);
}
Tensor multiclass_confusion_matrix(const Tensor& preds, const Tensor& target,
                                   const MulticlassOptions& options, Normalize normalize) {
  return value_of(MulticlassConfusionMatrix(options, normalize), preds, target);
}
Tensor multilabel_confusion_matrix(const Tensor& preds, const Tensor& target,
                                   const MultilabelOptions& options, Normalize normalize) {
  return value_of(MultilabelConfusionMatrix(options, normalize), preds, target);
}
Tensor binary_jaccard_index(const Tensor& preds, const Tensor& target, const BinaryOptions& options,
                            double zero_division) {
  return value_of(BinaryJaccardIndex(options, zero_division), preds, target);
}
Tensor multiclass_jaccard_index(const Tensor& preds, const Tensor& target,
                                const MulticlassOptions& options, Average average,
                                double zero_division) {
  return value_of(MulticlassJaccardIndex(options, average, zero_division), preds, target);
}
Tensor multilabel_jaccard_index(const Tensor& preds, const Tensor& target,
                                const MultilabelOptions& options, Average average,
                                double zero_division) {
  return value_of(MultilabelJaccardIndex(options, average, zero_division), preds, target);
}
Tensor binary_cohen_kappa(const Tensor& preds, const Tensor& target, const BinaryOptions& options,
                          KappaWeights weights) {
  return value_of(BinaryCohenKappa(options, weights), preds, target);
}
Tensor multiclass_cohen_kappa(const Tensor& preds, const Tensor& target,
                              const MulticlassOptions& options, KappaWeights weights) {
  return value_of(MulticlassCohenKappa(options, weights), preds, target);
}
Tensor binary_matthews_corrcoef(const Tensor& preds, const Tensor& target,
                                const BinaryOptions& options) {
  return value_of(BinaryMatthewsCorrCoef(options), preds, target);
}
Tensor multiclass_matthews_corrcoef(const Tensor& preds, const Tensor& target,
                                    const MulticlassOptions& options) {
  return value_of(MulticlassMatthewsCorrCoef(options), preds, target);
}
Tensor multilabel_matthews_corrcoef(const Tensor& preds, const Tensor& target,
                                    const MultilabelOptions& options) {
  return value_of(MultilabelMatthewsCorrCoef(options), preds, target);
}

}  // namespace functional
}  // namespace hearth::metrics
