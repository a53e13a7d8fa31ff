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
struct L1LossOptions {
  using reduction_t = nn::reduction_t;
  template <std::convertible_to<reduction_t> R = enumtype::kMean>
  L1LossOptions(R reduction = {}) : reduction_(reduction) {}
  HEARTH_ARG(reduction_t, reduction);
};
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

HEARTH_API Tensor l1_loss(const Tensor& input, const Tensor& target,
                          const L1LossFuncOptions& options = {});
HEARTH_API Tensor mse_loss(const Tensor& input, const Tensor& target,
                           const MSELossFuncOptions& options = {});
HEARTH_API Tensor smooth_l1_loss(const Tensor& input, const Tensor& target,
                                 const SmoothL1LossFuncOptions& options = {});
HEARTH_API Tensor smooth_l1_loss(const Tensor& input, const Tensor& target,
                                 const SmoothL1LossFuncOptions& options, double beta);
HEARTH_API Tensor huber_loss(const Tensor& input, const Tensor& target,
                             const HuberLossFuncOptions& options = {});
HEARTH_API Tensor binary_cross_entropy(const Tensor& input, const Tensor& target,
                                       const BinaryCrossEntropyFuncOptions& options = {});
HEARTH_API Tensor
binary_cross_entropy_with_logits(const Tensor& input, const Tensor& target,
                                 const BinaryCrossEntropyWithLogitsFuncOptions& options = {});
HEARTH_API Tensor nll_loss(const Tensor& input, const Tensor& target,
                           const NLLLossFuncOptions& options = {});
HEARTH_API Tensor cross_entropy(const Tensor& input, const Tensor& target,
                                const CrossEntropyFuncOptions& options = {});
HEARTH_API Tensor kl_div(const Tensor& input, const Tensor& target,
                         const KLDivFuncOptions& options = {});
/// log(1 + exp(-target * input)).
HEARTH_API Tensor soft_margin_loss(const Tensor& input, const Tensor& target,
                                   const SoftMarginLossFuncOptions& options = {});

}  // namespace functional
}  // namespace hearth::nn
