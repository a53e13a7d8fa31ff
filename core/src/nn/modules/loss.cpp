// SPDX-License-Identifier: Apache-2.0
#include "hearth/nn/modules/loss.h"

#include "hearth/nn/functional/loss.h"

#include "nn/builtin.h"

namespace hearth::nn {

namespace F = functional;

// `options_now`: the options, with weights where they are now; `printed`: how LibTorch prints it.
#define HEARTH_LOSS(Name, function, options_now, printed)                                        \
  Name##Impl::Name##Impl(const Name##Options& options_) : options(options_) {                    \
    Name##Impl::reset();                                                                         \
  }                                                                                              \
  Name##Impl::~Name##Impl() = default;                                                           \
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
void BCELossImpl::reset() { weight = register_buffer("weight", options.weight()); }
void BCEWithLogitsLossImpl::reset() {
  weight = register_buffer("weight", options.weight());
  pos_weight = register_buffer("pos_weight", options.pos_weight());
}
void NLLLossImpl::reset() { weight = register_buffer("weight", options.weight()); }
void CrossEntropyLossImpl::reset() { weight = register_buffer("weight", options.weight()); }

}  // namespace hearth::nn
