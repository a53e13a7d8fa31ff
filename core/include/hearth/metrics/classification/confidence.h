// SPDX-License-Identifier: Apache-2.0
// What the scores themselves are worth: calibration errors and hinge losses. Inputs are scores, as
// in curves.h.
#pragma once

#include "hearth/metrics/classification/options.h"

namespace hearth::metrics {

/// How the gaps of bins become one: l1 their mean, l2 the root of their mean square, the largest.
enum class CalibrationNorm { L1, L2, Max };

/// How far confidence is from accuracy, over equal bins of confidence. State: sums of each bin, so
/// memory does not grow with the data.
class HEARTH_API CalibrationError : public TensorMetric {
 protected:
  CalibrationError(const char* name, const std::string& settings, int64_t n_bins,
                   CalibrationNorm norm);
  void add_bins(const Tensor& confidences, const Tensor& right);
  Tensor value() const override;

 private:
  int64_t n_bins_;
  CalibrationNorm norm_;
};
/// The confidence is the score, and right is what is positive.
class HEARTH_API BinaryCalibrationError final : public CalibrationError {
 public:
  explicit BinaryCalibrationError(const BinaryOptions& options = {}, int64_t n_bins = 15,
                                  CalibrationNorm norm = CalibrationNorm::L1);

 private:
  void accumulate(const Tensor& preds, const Tensor& target) override;
  BinaryOptions options_;
};
/// The confidence is the largest probability.
class HEARTH_API MulticlassCalibrationError final : public CalibrationError {
 public:
  explicit MulticlassCalibrationError(const MulticlassOptions& options, int64_t n_bins = 15,
                                      CalibrationNorm norm = CalibrationNorm::L1);

 private:
  void accumulate(const Tensor& preds, const Tensor& target) override;
  MulticlassOptions options_;
};

/// The mean of max(0, 1 - margin), or of its square; the margin is the score, negative for a target
/// of 0. Scores outside [0, 1] go through a sigmoid first, as in TorchMetrics, unless
/// `options.logits(false)` says that they are margins.
class HEARTH_API BinaryHingeLoss final : public TensorMetric {
 public:
  explicit BinaryHingeLoss(const BinaryOptions& options = {}, bool squared = false);

 private:
  void accumulate(const Tensor& preds, const Tensor& target) override;
  Tensor value() const override;
  BinaryOptions options_;
  bool squared_;
};

/// CrammerSinger: the margin of the true class over the best other one. OneVsAll: a loss for each
/// class against all others.
enum class HingeMode { CrammerSinger, OneVsAll };
class HEARTH_API MulticlassHingeLoss final : public TensorMetric {
 public:
  explicit MulticlassHingeLoss(const MulticlassOptions& options, bool squared = false,
                               HingeMode multiclass_mode = HingeMode::CrammerSinger);

 private:
  void accumulate(const Tensor& preds, const Tensor& target) override;
  Tensor value() const override;
  MulticlassOptions options_;
  bool squared_;
  HingeMode mode_;
};

namespace functional {
HEARTH_API Tensor binary_calibration_error(const Tensor& preds, const Tensor& target,
                                           const BinaryOptions& options = {}, int64_t n_bins = 15,
                                           CalibrationNorm norm = CalibrationNorm::L1);
HEARTH_API Tensor multiclass_calibration_error(const Tensor& preds, const Tensor& target,
                                               const MulticlassOptions& options,
                                               int64_t n_bins = 15,
                                               CalibrationNorm norm = CalibrationNorm::L1);
HEARTH_API Tensor binary_hinge_loss(const Tensor& preds, const Tensor& target,
                                    const BinaryOptions& options = {}, bool squared = false);
HEARTH_API Tensor multiclass_hinge_loss(const Tensor& preds, const Tensor& target,
                                        const MulticlassOptions& options, bool squared = false,
                                        HingeMode multiclass_mode = HingeMode::CrammerSinger);
}  // namespace functional
}  // namespace hearth::metrics
