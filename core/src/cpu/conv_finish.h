// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "cpu/isa_select.h"

namespace hearth::cpu {

/// What becomes of the sums of a convolution: activation(sum * scale + shift + residual), each
/// channel by its own numbers.
struct ConvFinish {
  enum Activation : int8_t { kNone, kRelu, kRelu6, kSilu, kHardswish };  // as ops::ConvActivation
  const float* scale = nullptr;                                          ///< or null: 1
  const float* shift = nullptr;                                          ///< or null: 0
  Activation activation = kNone;

  bool does_more_than_shift() const { return scale || activation != kNone; }
};

/// One table per instruction-set level.
struct ConvFinishKernels {
  /// y [n][channels], `pixel` elements between pixels, from the finish's channel `first` on; the
  /// residual, which lies as y does, may be null.
  void (*pixels)(const ConvFinish& finish, int64_t first, int64_t channels, int64_t n,
                 int64_t pixel, const float* residual, float* y);
  /// n pixels of one channel, next to each other.
  void (*plane)(const ConvFinish& finish, int64_t channel, int64_t n, const float* residual,
                float* y);
};

HEARTH_DECLARE_ISA(const ConvFinishKernels&, conv_finish_kernels)

#ifndef HEARTH_ISA
const ConvFinishKernels& conv_finish();
#endif

}  // namespace hearth::cpu
