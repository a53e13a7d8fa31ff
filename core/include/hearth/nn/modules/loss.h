// SPDX-License-Identifier: Apache-2.0
// Losses as functions and modules; shapes and errors as those of the functions in
// hearth/ops/loss.h. `reduction` is kMean, kSum or kNone throughout.
#pragma once

#include <concepts>
#include <optional>

#include "hearth/base/arg.h"
#include "hearth/nn/enum.h"
#include "hearth/nn/pimpl.h"

namespace hearth::nn {

// Options that consist of little else can be made from a reduction: `mse_loss(x, y, kSum)`.
/// Options of L1Loss and F::l1_loss.
struct L1LossOptions {
  using reduction_t = nn::reduction_t;
  template <std::convertible_to<reduction_t> R = enumtype::kMean>
  L1LossOptions(R reduction = {}) : reduction_(reduction) {}
  HEARTH_ARG(reduction_t, reduction);
};
/// Options of MSELoss and F::mse_loss.
struct MSELossOptions {
  using reduction_t = nn::reduction_t;
  template <std::convertible_to<reduction_t> R = enumtype::kMean>
  MSELossOptions(R reduction = {}) : reduction_(reduction) {}
  HEARTH_ARG(reduction_t, reduction);
};

/// Targets are 1 and -1.
struct SoftMarginLossOptions {
  using reduction_t = nn::reduction_t;
  template <std::convertible_to<reduction_t> R = enumtype::kMean>
  SoftMarginLossOptions(R reduction = {}) : reduction_(reduction) {}
  HEARTH_ARG(reduction_t, reduction);
};

/// beta: where the squared error ends and the absolute one begins; 1 if not set.
struct SmoothL1LossOptions {
  using reduction_t = nn::reduction_t;
  template <std::convertible_to<reduction_t> R = enumtype::kMean>
  SmoothL1LossOptions(R reduction = {}) : reduction_(reduction) {}
  HEARTH_ARG(reduction_t, reduction);
  HEARTH_ARG(std::optional<double>, beta) = std::nullopt;
};
/// delta: where the squared error ends and the absolute one, times delta, begins.
struct HuberLossOptions {
  using reduction_t = nn::reduction_t;
  template <std::convertible_to<reduction_t> R = enumtype::kMean>
  HuberLossOptions(R reduction = {}) : reduction_(reduction) {}
  HEARTH_ARG(reduction_t, reduction);
  HEARTH_ARG(double, delta) = 1.0;
};

/// weight: a factor for each element of the batch.
struct BCELossOptions {
  using reduction_t = nn::reduction_t;
  HEARTH_ARG(Tensor, weight) = {};
  HEARTH_ARG(reduction_t, reduction) = kMean;
};
/// pos_weight: a factor for positive examples, per class.
struct BCEWithLogitsLossOptions {
  using reduction_t = nn::reduction_t;
  HEARTH_ARG(Tensor, weight) = {};
  HEARTH_ARG(reduction_t, reduction) = kMean;
  HEARTH_ARG(Tensor, pos_weight) = {};
};

/// weight: a factor per class; targets equal to ignore_index do not count.
struct NLLLossOptions {
  using reduction_t = nn::reduction_t;
  HEARTH_ARG(Tensor, weight) = {};
  HEARTH_ARG(int64_t, ignore_index) = -100;
  HEARTH_ARG(reduction_t, reduction) = kMean;
};
/// As NLLLossOptions; label_smoothing in [0, 1] mixes targets with the uniform distribution.
struct CrossEntropyLossOptions {
  using reduction_t = nn::reduction_t;
  HEARTH_ARG(Tensor, weight) = {};
  HEARTH_ARG(int64_t, ignore_index) = -100;
  HEARTH_ARG(reduction_t, reduction) = kMean;
  HEARTH_ARG(double, label_smoothing) = 0.0;
};

/// log_target: whether the target is given as logarithms. kBatchMean divides by the batch size.
struct KLDivLossOptions {
  using reduction_t =
      std::variant<enumtype::kNone, enumtype::kBatchMean, enumtype::kSum, enumtype::kMean>;
  template <std::convertible_to<reduction_t> R = enumtype::kMean>
  KLDivLossOptions(R reduction = {}) : reduction_(reduction) {}
  HEARTH_ARG(reduction_t, reduction);
  HEARTH_ARG(bool, log_target) = false;
};

#define HEARTH_LOSS(Name, ...)                                 \
  class HEARTH_API Name##Impl : public Module {                \
   public:                                                     \
    explicit Name##Impl(const Name##Options& options_ = {});   \
    HEARTH_BUILTIN_MODULE(Name##Impl)                          \
    Tensor forward(const Tensor& input, const Tensor& target); \
    Name##Options options;                                     \
    __VA_ARGS__                                                \
  };                                                           \
  HEARTH_MODULE(Name);
HEARTH_LOSS(L1Loss)
HEARTH_LOSS(MSELoss)
HEARTH_LOSS(SmoothL1Loss)
HEARTH_LOSS(HuberLoss)
HEARTH_LOSS(KLDivLoss)
HEARTH_LOSS(SoftMarginLoss)
// Weights are buffers, so that they move with the module.
HEARTH_LOSS(BCELoss, Tensor weight;)
HEARTH_LOSS(BCEWithLogitsLoss, Tensor weight; Tensor pos_weight;)
HEARTH_LOSS(NLLLoss, Tensor weight;)
HEARTH_LOSS(CrossEntropyLoss, Tensor weight;)
#undef HEARTH_LOSS

namespace functional {

using L1LossFuncOptions = L1LossOptions;
using MSELossFuncOptions = MSELossOptions;
using SmoothL1LossFuncOptions = SmoothL1LossOptions;
using HuberLossFuncOptions = HuberLossOptions;
using BinaryCrossEntropyFuncOptions = BCELossOptions;
using BinaryCrossEntropyWithLogitsFuncOptions = BCEWithLogitsLossOptions;
using NLLLossFuncOptions = NLLLossOptions;
using CrossEntropyFuncOptions = CrossEntropyLossOptions;
using KLDivFuncOptions = KLDivLossOptions;
using SoftMarginLossFuncOptions = SoftMarginLossOptions;

/// |input - target|; the target is of the input's shape, or broadcasts with a warning.
HEARTH_API Tensor l1_loss(const Tensor& input, const Tensor& target,
                          const L1LossFuncOptions& options = {});
/// (input - target)^2.
HEARTH_API Tensor mse_loss(const Tensor& input, const Tensor& target,
                           const MSELossFuncOptions& options = {});
/// d^2 / (2 beta) for d = |input - target| below beta, d - beta / 2 above.
HEARTH_API Tensor smooth_l1_loss(const Tensor& input, const Tensor& target,
                                 const SmoothL1LossFuncOptions& options = {});
HEARTH_API Tensor smooth_l1_loss(const Tensor& input, const Tensor& target,
                                 const SmoothL1LossFuncOptions& options, double beta);
/// d^2 / 2 for d = |input - target| up to delta, delta (d - delta / 2) above.
HEARTH_API Tensor huber_loss(const Tensor& input, const Tensor& target,
                             const HuberLossFuncOptions& options = {});
/// -(target log(input) + (1 - target) log(1 - input)), of probabilities; logarithms end at -100.
HEARTH_API Tensor binary_cross_entropy(const Tensor& input, const Tensor& target,
                                       const BinaryCrossEntropyFuncOptions& options = {});
/// binary_cross_entropy of sigmoid(input), exact for large inputs too.
HEARTH_API Tensor
binary_cross_entropy_with_logits(const Tensor& input, const Tensor& target,
                                 const BinaryCrossEntropyWithLogitsFuncOptions& options = {});
/// -input[target] of log-probabilities: input [N, C, ...] or [C], target of class indices [N, ...]
/// or
/// []. The mean is weighted.
HEARTH_API Tensor nll_loss(const Tensor& input, const Tensor& target,
                           const NLLLossFuncOptions& options = {});
/// nll_loss of log_softmax(input, 1); the target holds class indices, or probabilities of the
/// input's shape.
HEARTH_API Tensor cross_entropy(const Tensor& input, const Tensor& target,
                                const CrossEntropyFuncOptions& options = {});
/// target (log(target) - input): the divergence of log-probabilities `input` from `target`.
HEARTH_API Tensor kl_div(const Tensor& input, const Tensor& target,
                         const KLDivFuncOptions& options = {});
/// log(1 + exp(-target * input)).
HEARTH_API Tensor soft_margin_loss(const Tensor& input, const Tensor& target,
                                   const SoftMarginLossFuncOptions& options = {});

}  // namespace functional
}  // namespace hearth::nn
