// SPDX-License-Identifier: Apache-2.0
#include "hearth/nn/functional/loss.h"

#include "hearth/ops/loss.h"

namespace hearth::nn::functional {

using enumtype::reduction_get_enum;

namespace {
std::optional<Tensor> given(const Tensor& t) {
  return t.defined() ? std::optional<Tensor>(t) : std::nullopt;
}
}  // namespace

Tensor l1_loss(const Tensor& input, const Tensor& target, const L1LossFuncOptions& options) {
  return hearth::l1_loss(input, target, reduction_get_enum(options.reduction()));
}
Tensor mse_loss(const Tensor& input, const Tensor& target, const MSELossFuncOptions& options) {
  return hearth::mse_loss(input, target, reduction_get_enum(options.reduction()));
}
Tensor smooth_l1_loss(const Tensor& input, const Tensor& target,
                      const SmoothL1LossFuncOptions& options) {
  return hearth::smooth_l1_loss(input, target, reduction_get_enum(options.reduction()),
                                options.beta().value_or(1.0));
}
Tensor smooth_l1_loss(const Tensor& input, const Tensor& target,
                      const SmoothL1LossFuncOptions& options, double beta) {
  HEARTH_CHECK_AS(ValueError, !options.beta().has_value(),
                  "[smooth_l1_loss] expected beta not to be provided in 'options', but got ",
                  options.beta().value_or(0));
  return smooth_l1_loss(input, target, SmoothL1LossFuncOptions(options).beta(beta));
}
Tensor huber_loss(const Tensor& input, const Tensor& target, const HuberLossFuncOptions& options) {
  return hearth::huber_loss(input, target, reduction_get_enum(options.reduction()),
                            options.delta());
}
Tensor binary_cross_entropy(const Tensor& input, const Tensor& target,
                            const BinaryCrossEntropyFuncOptions& options) {
  HEARTH_CHECK_AS(ShapeError, input.sizes() == target.sizes(),
                  "[binary_cross_entropy] Using a target size (", target.sizes(),
                  ") that is different to the input size (", input.sizes(),
                  ") is deprecated. Please ensure they have the same size.");
  return hearth::binary_cross_entropy(input, target, given(options.weight()),
                                      reduction_get_enum(options.reduction()));
}
Tensor binary_cross_entropy_with_logits(const Tensor& input, const Tensor& target,
                                        const BinaryCrossEntropyWithLogitsFuncOptions& options) {
  return hearth::binary_cross_entropy_with_logits(input, target, given(options.weight()),
                                                  given(options.pos_weight()),
                                                  reduction_get_enum(options.reduction()));
}
Tensor nll_loss(const Tensor& input, const Tensor& target, const NLLLossFuncOptions& options) {
  return hearth::nll_loss_nd(input, target, given(options.weight()),
                             reduction_get_enum(options.reduction()), options.ignore_index());
}
Tensor cross_entropy(const Tensor& input, const Tensor& target,
                     const CrossEntropyFuncOptions& options) {
  return hearth::cross_entropy_loss(input, target, given(options.weight()),
                                    reduction_get_enum(options.reduction()), options.ignore_index(),
                                    options.label_smoothing());
}
Tensor kl_div(const Tensor& input, const Tensor& target, const KLDivFuncOptions& options) {
  const auto& choice = options.reduction();
  const bool batch_mean = std::holds_alternative<enumtype::kBatchMean>(choice);
  const int64_t reduction = std::holds_alternative<enumtype::kNone>(choice)   ? Reduction::None
                            : std::holds_alternative<enumtype::kMean>(choice) ? Reduction::Mean
                                                                              : Reduction::Sum;
  const Tensor loss = hearth::kl_div(input, target, reduction, options.log_target());
  return batch_mean && input.dim() != 0 ? loss / input.size(0) : loss;
}

}  // namespace hearth::nn::functional
