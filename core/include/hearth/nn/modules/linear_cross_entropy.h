// SPDX-License-Identifier: Apache-2.0
// A last linear layer and the cross entropy of what it gives, as one: for many classes, whose
// logits need not all be in memory.
#pragma once

#include <optional>
#include <vector>

#include "hearth/nn/modules/linear.h"
#include "hearth/nn/modules/loss.h"

namespace hearth::nn {

/// num_classes and out_features: the classes, and the dims of what is classified for each input.
/// weight, reduction and label_smoothing as CrossEntropyLossOptions; ignore_index is -100 unless
/// set, and may be set for class indices alone. batch_chunk_size as LinearCrossEntropyFuncOptions.
struct LinearCrossEntropyLossOptions {
  using reduction_t = nn::reduction_t;
  LinearCrossEntropyLossOptions(int64_t in_features, int64_t num_classes)
      : in_features_(in_features), num_classes_(num_classes) {}
  HEARTH_ARG(int64_t, in_features);
  HEARTH_ARG(int64_t, num_classes);
  HEARTH_ARG(std::vector<int64_t>, out_features) = {};
  HEARTH_ARG(bool, bias) = false;
  HEARTH_ARG(Tensor, weight) = {};
  HEARTH_ARG(reduction_t, reduction) = kMean;
  HEARTH_ARG(std::optional<int64_t>, ignore_index) = std::nullopt;
  HEARTH_ARG(double, label_smoothing) = 0.0;
  HEARTH_ARG(std::optional<int64_t>, batch_chunk_size) = std::nullopt;
};

namespace functional {

/// linear_bias [classes, ...]: added to the logits. batch_chunk_size: how many inputs' logits are
/// in memory at a time, in forward and in backward, which computes them once more; all unless set,
/// and 0 for as many as take the room of the inputs. It wants backward(), not autograd::grad().
struct LinearCrossEntropyFuncOptions {
  using reduction_t = nn::reduction_t;
  HEARTH_ARG(Tensor, linear_bias) = {};
  HEARTH_ARG(Tensor, weight) = {};
  HEARTH_ARG(reduction_t, reduction) = kMean;
  HEARTH_ARG(std::optional<int64_t>, ignore_index) = std::nullopt;
  HEARTH_ARG(double, label_smoothing) = 0.0;
  HEARTH_ARG(std::optional<int64_t>, batch_chunk_size) = std::nullopt;
};

/// cross_entropy(linear(input, linear_weight, linear_bias), target): input [in_features] or
/// [N, in_features]; linear_weight [classes, ..., in_features]; target class indices [N, ...] or
/// probabilities [N, classes, ...]. Throws ShapeError for others, ValueError for an ignore_index of
/// probabilities.
HEARTH_API Tensor linear_cross_entropy(const Tensor& input, const Tensor& linear_weight,
                                       const Tensor& target,
                                       const LinearCrossEntropyFuncOptions& options = {});

}  // namespace functional

/// linear_cross_entropy with a layer of its own, `linear`.
class HEARTH_API LinearCrossEntropyLossImpl : public Module {
 public:
  LinearCrossEntropyLossImpl(int64_t in_features, int64_t num_classes);
  explicit LinearCrossEntropyLossImpl(const LinearCrossEntropyLossOptions& options_);
  HEARTH_BUILTIN_MODULE(LinearCrossEntropyLossImpl)
  /// input [in_features] or [N, in_features].
  Tensor forward(const Tensor& input, const Tensor& target);

  LinearCrossEntropyLossOptions options;
  Linear linear{nullptr};  ///< to num_classes times the product of out_features
  Tensor weight;           ///< [num_classes], undefined unless given
};
HEARTH_MODULE(LinearCrossEntropyLoss);

}  // namespace hearth::nn
