// SPDX-License-Identifier: Apache-2.0
#include "hearth/metrics/classification/confidence.h"

#include <limits>

#include "hearth/ops/creation.h"
#include "hearth/ops/histogram.h"
#include "hearth/ops/index.h"
#include "hearth/ops/searchsorted.h"
#include "hearth/ops/view.h"

#include "metrics/classification/inputs.h"
#include "metrics/value_of.h"

namespace hearth::metrics {
namespace {

std::string settings_of(const BinaryOptions& o) {
  return cat_str("binary, ignore_index ", text_of(o.ignore_index()), ", logits ",
                 text_of(o.logits()));
}
std::string settings_of(const MulticlassOptions& o) {
  return cat_str("classes ", o.num_classes(), ", ignore_index ", text_of(o.ignore_index()),
                 ", logits ", text_of(o.logits()));
}

Tensor hinge(const Tensor& margins, bool squared) {
  const Tensor losses = (1 - margins.to(kDouble)).clamp_min(0);
  return squared ? losses.square() : losses;
}

Tensor rows_in(const Tensor& scores) {
  return scalar_tensor(scores.size(0), TensorOptions(kLong).device(scores.device()));
}

}  // namespace

CalibrationError::CalibrationError(const char* name, const std::string& settings, int64_t n_bins,
                                   CalibrationNorm norm)
    : TensorMetric(name, cat_str("calibration (", settings, ", n_bins ", n_bins, ")")),
      n_bins_(n_bins),
      norm_(norm) {
  HEARTH_CHECK_AS(ValueError, n_bins >= 1, "[", name, "] n_bins should be at least 1, it is ",
                  n_bins);
  // Rows: count, sum of confidences, sum of what is right. The last bin is that of confidence 1.
  add_state("bins", zeros({3, n_bins + 1}, kDouble), Merge::Sum);
}

void CalibrationError::add_bins(const Tensor& confidences, const Tensor& right) {
  const bool inside = !confidences.lt(0).logical_or(confidences.gt(1)).any().item<bool>();
  HEARTH_CHECK_AS(ValueError, inside, "[", name(), "] probabilities should lie in [0, 1]");
  const Tensor edges = linspace(0, 1, n_bins_ + 1, confidences.options());
  const Tensor bin = bucketize(confidences, edges, false, /*right=*/true) - 1;
  const auto sums = [&](const Tensor& weights) {
    return bincount(bin, weights.to(kDouble), n_bins_ + 1);
  };
  add(0, stack({sums(ones_like(confidences)), sums(confidences), sums(right)}));
}

Tensor CalibrationError::value() const {
  const Tensor& bins = state(0);
  const Tensor counts = bins[0];
  const Tensor gaps = safe_divide(bins[2] - bins[1], counts).abs();
  const Tensor shares = counts / counts.sum();
  if (norm_ == CalibrationNorm::L1) return (gaps * shares).sum();
  if (norm_ == CalibrationNorm::L2) return (gaps.square() * shares).sum().sqrt();
  return gaps.max();
}

BinaryCalibrationError::BinaryCalibrationError(const BinaryOptions& options, int64_t n_bins,
                                               CalibrationNorm norm)
    : CalibrationError("BinaryCalibrationError", settings_of(options), n_bins, norm),
      options_(options) {}
void BinaryCalibrationError::accumulate(const Tensor& preds, const Tensor& target) {
  const auto in = binary_scores(name(), preds, target, options_.ignore_index(), options_.logits());
  add_bins(in.scores, in.target);
}

MulticlassCalibrationError::MulticlassCalibrationError(const MulticlassOptions& options,
                                                       int64_t n_bins, CalibrationNorm norm)
    : CalibrationError("MulticlassCalibrationError", settings_of(options), n_bins, norm),
      options_(options) {
  check_count("MulticlassCalibrationError", "num_classes", options.num_classes());
}
void MulticlassCalibrationError::accumulate(const Tensor& preds, const Tensor& target) {
  const auto in = multiclass_scores(name(), preds, target, options_.num_classes(),
                                    options_.ignore_index(), options_.logits());
  if (in.scores.size(0) == 0) return;
  const auto [confidences, classes] = in.scores.max(1);
  // Float, as TorchMetrics': at the edge of a bin rounding decides.
  add_bins(confidences.to(kFloat), classes.eq(in.target));
}

BinaryHingeLoss::BinaryHingeLoss(const BinaryOptions& options, bool squared)
    : TensorMetric("BinaryHingeLoss",
                   cat_str("hinge (", settings_of(options), ", squared ", squared, ")")),
      options_(options),
      squared_(squared) {
  add_state("measures", zeros({}, kDouble), Merge::Sum);
  add_state("total", zeros({}, kLong), Merge::Sum);
}
void BinaryHingeLoss::accumulate(const Tensor& preds, const Tensor& target) {
  const auto in = binary_scores(name(), preds, target, options_.ignore_index(), options_.logits());
  add(0, hinge(in.scores * (in.target * 2 - 1), squared_).sum());
  add(1, rows_in(in.scores));
}
Tensor BinaryHingeLoss::value() const { return state(0) / state(1); }

MulticlassHingeLoss::MulticlassHingeLoss(const MulticlassOptions& options, bool squared,
                                         HingeMode multiclass_mode)
    : TensorMetric("MulticlassHingeLoss",
                   cat_str("hinge (", settings_of(options), ", squared ", squared, ", mode ",
                           static_cast<int>(multiclass_mode), ")")),
      options_(options),
      squared_(squared),
      mode_(multiclass_mode) {
  check_count("MulticlassHingeLoss", "num_classes", options.num_classes());
  add_state(
      "measures",
      mode_ == HingeMode::OneVsAll ? zeros({options.num_classes()}, kDouble) : zeros({}, kDouble),
      Merge::Sum);
  add_state("total", zeros({}, kLong), Merge::Sum);
}
void MulticlassHingeLoss::accumulate(const Tensor& preds, const Tensor& target) {
  const auto in = multiclass_scores(name(), preds, target, options_.num_classes(),
                                    options_.ignore_index(), options_.logits());
  if (in.scores.size(0) == 0) return;
  const Tensor chosen = one_hot(in.target, options_.num_classes());
  if (mode_ == HingeMode::OneVsAll) {
    add(0, hinge(in.scores * (chosen * 2 - 1), squared_).sum(0));
  } else {
    const Tensor others =
        in.scores.masked_fill(chosen.eq(1), -std::numeric_limits<double>::infinity());
    const Tensor own = in.scores.gather(1, in.target.unsqueeze(1)).squeeze(1);
    add(0, hinge(own - others.amax(1), squared_).sum());
  }
  add(1, rows_in(in.scores));
}
Tensor MulticlassHingeLoss::value() const { return state(0) / state(1); }

namespace functional {
Tensor binary_calibration_error(const Tensor& preds, const Tensor& target,
                                const BinaryOptions& options, int64_t n_bins,
                                CalibrationNorm norm) {
  return value_of(BinaryCalibrationError(options, n_bins, norm), preds, target);
}
Tensor multiclass_calibration_error(const Tensor& preds, const Tensor& target,
                                    const MulticlassOptions& options, int64_t n_bins,
                                    CalibrationNorm norm) {
  return value_of(MulticlassCalibrationError(options, n_bins, norm), preds, target);
}
Tensor binary_hinge_loss(const Tensor& preds, const Tensor& target, const BinaryOptions& options,
                         bool squared) {
  return value_of(BinaryHingeLoss(options, squared), preds, target);
}
Tensor multiclass_hinge_loss(const Tensor& preds, const Tensor& target,
                             const MulticlassOptions& options, bool squared, HingeMode mode) {
  return value_of(MulticlassHingeLoss(options, squared, mode), preds, target);
}
}  // namespace functional
}  // namespace hearth::metrics
