// SPDX-License-Identifier: Apache-2.0
// Options of losses. `reduction` is kMean, kSum or kNone throughout.
#pragma once

#include <optional>

#include "hearth/base/arg.h"
#include "hearth/nn/enum.h"
#include "hearth/tensor/tensor.h"

namespace hearth::nn {

struct L1LossOptions {
  L1LossOptions(reduction_t reduction = kMean) : reduction_(reduction) {}
  HEARTH_ARG(reduction_t, reduction);
};
struct MSELossOptions {
  MSELossOptions(reduction_t reduction = kMean) : reduction_(reduction) {}
  HEARTH_ARG(reduction_t, reduction);
};

/// beta: where the squared error ends and the absolute one begins; 1 if not set.
struct SmoothL1LossOptions {
  SmoothL1LossOptions(reduction_t reduction = kMean) : reduction_(reduction) {}
  HEARTH_ARG(reduction_t, reduction);
  HEARTH_ARG(std::optional<double>, beta) = std::nullopt;
};
struct HuberLossOptions {
  HuberLossOptions(reduction_t reduction = kMean) : reduction_(reduction) {}
  HEARTH_ARG(reduction_t, reduction);
  HEARTH_ARG(double, delta) = 1.0;
};

/// weight: a factor for each element of the batch.
struct BCELossOptions {
  HEARTH_ARG(Tensor, weight) = {};
  HEARTH_ARG(reduction_t, reduction) = kMean;
};
/// pos_weight: a factor for positive examples, per class.
struct BCEWithLogitsLossOptions {
  HEARTH_ARG(Tensor, weight) = {};
  HEARTH_ARG(reduction_t, reduction) = kMean;
  HEARTH_ARG(Tensor, pos_weight) = {};
};

/// weight: a factor per class; targets equal to ignore_index do not count.
struct NLLLossOptions {
  HEARTH_ARG(Tensor, weight) = {};
  HEARTH_ARG(int64_t, ignore_index) = -100;
  HEARTH_ARG(reduction_t, reduction) = kMean;
};
/// As NLLLossOptions; label_smoothing in [0, 1] mixes targets with the uniform distribution.
struct CrossEntropyLossOptions {
  HEARTH_ARG(Tensor, weight) = {};
  HEARTH_ARG(int64_t, ignore_index) = -100;
  HEARTH_ARG(reduction_t, reduction) = kMean;
  HEARTH_ARG(double, label_smoothing) = 0.0;
};

/// log_target: whether the target is given as logarithms. kBatchMean divides by the batch size.
struct KLDivLossOptions {
  using reduction_t =
      std::variant<enumtype::kNone, enumtype::kBatchMean, enumtype::kSum, enumtype::kMean>;
  KLDivLossOptions(reduction_t reduction = kMean) : reduction_(reduction) {}
  HEARTH_ARG(reduction_t, reduction);
  HEARTH_ARG(bool, log_target) = false;
};

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
}  // namespace functional

}  // namespace hearth::nn
