// SPDX-License-Identifier: Apache-2.0
// Padding of [N, C, L] (1d) and [N, C, H, W] (2d), with or without N.
#pragma once

#include "hearth/nn/options/padding.h"
#include "hearth/nn/pimpl.h"

namespace hearth::nn {

#define HEARTH_PAD(Name, D)                                                                    \
  class HEARTH_API Name##Impl : public Module {                                                \
   public:                                                                                     \
    explicit Name##Impl(ExpandingArray<D * 2> padding) : Name##Impl(Name##Options(padding)) {} \
    explicit Name##Impl(const Name##Options& options_);                                        \
    HEARTH_BUILTIN_MODULE(Name##Impl)                                                          \
    Tensor forward(const Tensor& input);                                                       \
    Name##Options options;                                                                     \
  };                                                                                           \
  HEARTH_MODULE(Name);
HEARTH_PAD(ZeroPad1d, 1)
HEARTH_PAD(ZeroPad2d, 2)
HEARTH_PAD(ReflectionPad1d, 1)
HEARTH_PAD(ReflectionPad2d, 2)
HEARTH_PAD(ReplicationPad1d, 1)
HEARTH_PAD(ReplicationPad2d, 2)
#undef HEARTH_PAD

#define HEARTH_PAD(Name, D)                                 \
  class HEARTH_API Name##Impl : public Module {             \
   public:                                                  \
    Name##Impl(ExpandingArray<D * 2> padding, double value) \
        : Name##Impl(Name##Options(padding, value)) {}      \
    explicit Name##Impl(const Name##Options& options_);     \
    HEARTH_BUILTIN_MODULE(Name##Impl)                       \
    Tensor forward(const Tensor& input);                    \
    Name##Options options;                                  \
  };                                                        \
  HEARTH_MODULE(Name);
HEARTH_PAD(ConstantPad1d, 1)
HEARTH_PAD(ConstantPad2d, 2)
#undef HEARTH_PAD

}  // namespace hearth::nn
