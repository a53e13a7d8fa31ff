// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/nn/options/upsampling.h"
#include "hearth/nn/pimpl.h"

namespace hearth::nn {

#define HEARTH_RESIZE(Name, ...)                                    \
  class HEARTH_API Name##Impl : public Module {                     \
   public:                                                          \
    explicit Name##Impl(const Name##Options& options_ __VA_ARGS__); \
    HEARTH_BUILTIN_MODULE(Name##Impl)                               \
    Tensor forward(const Tensor& input);                            \
    Name##Options options;                                          \
  };                                                                \
  HEARTH_MODULE(Name);
/// Resizes signals [N, C, L] or images [N, C, H, W]; see functional::interpolate.
HEARTH_RESIZE(Upsample, = {})
/// Turns channels into pixels: [..., C r^2, H, W] to [..., C, H r, W r].
HEARTH_RESIZE(PixelShuffle)
/// Turns pixels into channels: [..., C, H r, W r] to [..., C r^2, H, W].
HEARTH_RESIZE(PixelUnshuffle)
#undef HEARTH_RESIZE

}  // namespace hearth::nn
