// SPDX-License-Identifier: Apache-2.0
// Losses as modules. Each computes the function of nn::functional of the same name.
#pragma once

#include "hearth/nn/options/loss.h"
#include "hearth/nn/pimpl.h"

namespace hearth::nn {

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
// Weights are buffers, so that they move with the module.
HEARTH_LOSS(BCELoss, Tensor weight;)
HEARTH_LOSS(BCEWithLogitsLoss, Tensor weight; Tensor pos_weight;)
HEARTH_LOSS(NLLLoss, Tensor weight;)
HEARTH_LOSS(CrossEntropyLoss, Tensor weight;)
#undef HEARTH_LOSS

}  // namespace hearth::nn
