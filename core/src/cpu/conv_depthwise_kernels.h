// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "cpu/isa_select.h"

namespace hearth::cpu {

/// A run of pixels of a depthwise convolution's result, whose taps all lie in the source. Each
/// channel is convolved for itself; all strides are in elements.
struct DepthwiseRun {
  int64_t channels;
  int64_t rows, taps;           ///< of the kernel that are used
  const float* const* sources;  ///< [rows]: what the first tap of the first pixel reads
  int64_t source_tap, source_pixel;
  const float* const* weights;  ///< [rows]: the first tap's [channels]
  int64_t weight_tap;
  const float* bias;  ///< [channels], or null
  float* result;      ///< the first pixel
  int64_t result_pixel, pixels;
};

/// Depthwise convolutions of channels-last images. One table per instruction-set level.
struct DepthwiseKernels {
  void (*forward)(const DepthwiseRun& run);
  /// sums [taps][channels] += the run's source times grads [pixels], `grad_pixel` apart, for one
  /// row of the kernel.
  void (*weight_grad)(int64_t channels, int64_t taps, const float* source, int64_t source_tap,
                      int64_t source_pixel, const float* grads, int64_t grad_pixel, int64_t pixels,
                      float* sums);
};

HEARTH_DECLARE_ISA(const DepthwiseKernels&, depthwise_kernels)

}  // namespace hearth::cpu
