// SPDX-License-Identifier: Apache-2.0
#include "hearth/nn/modules/loss.h"

#include "hearth/ops/loss.h"
#include "hearth/ops/margin_loss.h"

#include "nn/builtin.h"

namespace hearth::nn {

namespace functional {

using enumtype::reduction_get_enum;

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

Tensor soft_margin_loss(const Tensor& input, const Tensor& target,
                        const SoftMarginLossFuncOptions& options) {
  return hearth::soft_margin_loss(input, target, reduction_get_enum(options.reduction()));
}

}  // namespace functional

namespace F = functional;

// `options_now`: the options, with weights where they are now; `printed`: how LibTorch prints it.
#define HEARTH_LOSS(Name, function, options_now, printed)                                        \
  Name##Impl::Name##Impl(const Name##Options& options_) : options(options_) {                    \
    Name##Impl::reset();                                                                         \
  }                                                                                              \
  Tensor Name##Impl::forward(const Tensor& input, const Tensor& target) {                        \
    return F::function(input, target, options_now);                                              \
  }                                                                                              \
  void Name##Impl::pretty_print(std::ostream& stream) const { stream << "torch::nn::" printed; } \
  HEARTH_DEFINE_CLONE(Name##Impl)

HEARTH_LOSS(L1Loss, l1_loss, options, "L1Loss()")
HEARTH_LOSS(MSELoss, mse_loss, options, "MSELoss()")
HEARTH_LOSS(SmoothL1Loss, smooth_l1_loss, options, "SmoothL1Loss")
HEARTH_LOSS(HuberLoss, huber_loss, options, "HuberLoss")
HEARTH_LOSS(KLDivLoss, kl_div, options, "KLDivLoss()")
HEARTH_LOSS(SoftMarginLoss, soft_margin_loss, options, "SoftMarginLoss()")
HEARTH_LOSS(BCELoss, binary_cross_entropy, BCELossOptions(options).weight(weight), "BCELoss()")
HEARTH_LOSS(BCEWithLogitsLoss, binary_cross_entropy_with_logits,
            BCEWithLogitsLossOptions(options).weight(weight).pos_weight(pos_weight),
            "BCEWithLogitsLoss()")
HEARTH_LOSS(NLLLoss, nll_loss, NLLLossOptions(options).weight(weight), "NLLLoss()")
HEARTH_LOSS(CrossEntropyLoss, cross_entropy, CrossEntropyLossOptions(options).weight(weight),
            "CrossEntropyLoss()")

void L1LossImpl::reset() {}
void MSELossImpl::reset() {}
void SmoothL1LossImpl::reset() {}
void HuberLossImpl::reset() {}
void KLDivLossImpl::reset() {}
void SoftMarginLossImpl::reset() {}
void BCELossImpl::reset() { weight = register_buffer("weight", options.weight()); }
void BCEWithLogitsLossImpl::reset() {
  weight = register_buffer("weight", options.weight());
  pos_weight = register_buffer("pos_weight", options.pos_weight());
}
void NLLLossImpl::reset() { weight = register_buffer("weight", options.weight()); }
void CrossEntropyLossImpl::reset() { weight = register_buffer("weight", options.weight()); }

}  // namespace hearth::nn
