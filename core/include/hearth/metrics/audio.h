// SPDX-License-Identifier: Apache-2.0
// How close signals come to those they should be, in decibels. Signals lie along the last dim;
// preds and target have one shape. The functional forms give a value for each signal in the type of
// the input (float for halves) and are differentiable, so they serve as losses; metrics average
// them over all signals.
#pragma once

#include "hearth/base/callable.h"
#include "hearth/metrics/metric.h"

namespace hearth::metrics {

namespace functional {

/// 10 log10(|target|^2 / |target - preds|^2)
HEARTH_API Tensor signal_noise_ratio(const Tensor& preds, const Tensor& target,
                                     bool zero_mean = false);
/// The ratio to the part of preds that is not a multiple of target.
HEARTH_API Tensor scale_invariant_signal_distortion_ratio(const Tensor& preds, const Tensor& target,
                                                          bool zero_mean = false);
/// The same without means.
HEARTH_API Tensor scale_invariant_signal_noise_ratio(const Tensor& preds, const Tensor& target);
/// Of spectra: complex (..., F, T), or (..., F, T, 2).
HEARTH_API Tensor complex_scale_invariant_signal_noise_ratio(const Tensor& preds,
                                                             const Tensor& target,
                                                             bool zero_mean = false);
/// One ratio for all speakers of (..., speakers, time).
HEARTH_API Tensor source_aggregated_signal_distortion_ratio(const Tensor& preds,
                                                            const Tensor& target,
                                                            bool scale_invariant = true,
                                                            bool zero_mean = false);
/// The ratio to the part of preds that no filter of `filter_length` taps makes of target (BSS
/// eval). Computed in double. load_diag is added to the diagonal of the equations.
HEARTH_API Tensor signal_distortion_ratio(const Tensor& preds, const Tensor& target,
                                          int64_t filter_length = 512, bool zero_mean = false,
                                          std::optional<double> load_diag = std::nullopt);

enum class EvalFunc { Max, Min };
/// The best assignment of predicted to true speakers, for preds and target (batch, speakers, ...).
struct BestPermutation {
  Tensor value;        ///< (batch), the mean over speakers
  Tensor permutation;  ///< (batch, speakers): which prediction belongs to each target
};
/// `metric_func(preds, target)` gives a value for each of the batch. Throws ValueError for more
/// than 16 speakers.
HEARTH_API BestPermutation
permutation_invariant_training(const Tensor& preds, const Tensor& target,
                               const Callable<Tensor(const Tensor&, const Tensor&)>& metric_func,
                               EvalFunc eval_func = EvalFunc::Max);
/// The predictions in the order of the targets.
HEARTH_API Tensor pit_permutate(const Tensor& preds, const Tensor& permutation);

}  // namespace functional

/// The mean over all signals of a ratio.
class HEARTH_API RatioMetric : public TensorMetric {
 protected:
  using Ratio = Callable<Tensor(const Tensor&, const Tensor&)>;
  RatioMetric(const char* name, const std::string& settings, Ratio ratio);
  void accumulate(const Tensor& preds, const Tensor& target) override;
  Tensor value() const override;

 private:
  Ratio ratio_;
};

class HEARTH_API SignalNoiseRatio final : public RatioMetric {
 public:
  explicit SignalNoiseRatio(bool zero_mean = false);
};
class HEARTH_API ScaleInvariantSignalNoiseRatio final : public RatioMetric {
 public:
  ScaleInvariantSignalNoiseRatio();
};
class HEARTH_API ScaleInvariantSignalDistortionRatio final : public RatioMetric {
 public:
  explicit ScaleInvariantSignalDistortionRatio(bool zero_mean = false);
};
class HEARTH_API ComplexScaleInvariantSignalNoiseRatio final : public RatioMetric {
 public:
  explicit ComplexScaleInvariantSignalNoiseRatio(bool zero_mean = false);
};
class HEARTH_API SourceAggregatedSignalDistortionRatio final : public RatioMetric {
 public:
  explicit SourceAggregatedSignalDistortionRatio(bool scale_invariant = true,
                                                 bool zero_mean = false);
};
class HEARTH_API SignalDistortionRatio final : public RatioMetric {
 public:
  explicit SignalDistortionRatio(int64_t filter_length = 512, bool zero_mean = false,
                                 std::optional<double> load_diag = std::nullopt);
};
/// The mean of the best assignments' values.
class HEARTH_API PermutationInvariantTraining final : public RatioMetric {
 public:
  /// `settings` names metric_func in saved states.
  explicit PermutationInvariantTraining(Callable<Tensor(const Tensor&, const Tensor&)> metric_func,
                                        functional::EvalFunc eval_func = functional::EvalFunc::Max,
                                        std::string settings = "");
};

}  // namespace hearth::metrics
