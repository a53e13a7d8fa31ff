// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "cpu/activation.h"
#include "cpu/isa_select.h"

namespace hearth::cpu {

/// What becomes of the sums of a convolution: activation(sum * scale + shift + residual), each
/// channel by its own numbers.
struct ConvFinish {
  const float* scale = nullptr;  ///< or null: 1
  const float* shift = nullptr;  ///< or null: 0
  Activation activation = Activation::None;
};

/// One table per instruction-set level.
struct ConvFinishKernels {
  /// y [n][channels]; the residual, which lies as y does, may be null.
  void (*pixels)(const ConvFinish& finish, int64_t channels, int64_t n, const float* residual,
                 float* y);
  /// n pixels of one channel, next to each other.
  void (*plane)(const ConvFinish& finish, int64_t channel, int64_t n, const float* residual,
                float* y);
};

HEARTH_DECLARE_ISA(const ConvFinishKernels&, conv_finish_kernels)

}  // namespace hearth::cpu
