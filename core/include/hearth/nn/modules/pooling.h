// SPDX-License-Identifier: Apache-2.0
// Pooling of [N, C, L] (1d) and [N, C, H, W] (2d), with or without N, as modules.
#pragma once

#include <tuple>

#include "hearth/nn/options/pooling.h"
#include "hearth/nn/pimpl.h"

namespace hearth::nn {

#define HEARTH_POOL(Name, Size, ...)                                    \
  class HEARTH_API Name##Impl : public Module {                         \
   public:                                                              \
    explicit Name##Impl(Size size) : Name##Impl(Name##Options(size)) {} \
    explicit Name##Impl(const Name##Options& options_);                 \
    HEARTH_BUILTIN_MODULE(Name##Impl)                                   \
    Tensor forward(const Tensor& input);                                \
    Name##Options options;                                              \
    __VA_ARGS__                                                         \
  };                                                                    \
  HEARTH_MODULE(Name);
// Also returns where each maximum was, as an index into the flattened image.
#define HEARTH_WITH_INDICES std::tuple<Tensor, Tensor> forward_with_indices(const Tensor& input);
HEARTH_POOL(MaxPool1d, ExpandingArray<1>, HEARTH_WITH_INDICES)
HEARTH_POOL(MaxPool2d, ExpandingArray<2>, HEARTH_WITH_INDICES)
HEARTH_POOL(AvgPool1d, ExpandingArray<1>)
HEARTH_POOL(AvgPool2d, ExpandingArray<2>)
HEARTH_POOL(AdaptiveAvgPool1d, ExpandingArray<1>)
HEARTH_POOL(AdaptiveAvgPool2d, ExpandingArrayWithOptionalElem<2>)
HEARTH_POOL(AdaptiveMaxPool1d, ExpandingArray<1>, HEARTH_WITH_INDICES)
HEARTH_POOL(AdaptiveMaxPool2d, ExpandingArrayWithOptionalElem<2>, HEARTH_WITH_INDICES)
#undef HEARTH_WITH_INDICES
#undef HEARTH_POOL

}  // namespace hearth::nn
