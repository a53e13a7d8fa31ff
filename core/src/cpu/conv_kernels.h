// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "cpu/isa_select.h"

namespace hearth::cpu {

/// One image of a convolution of stride 1, plane by plane.
struct PlaneConv {
  int64_t in = 0, out = 0;  ///< planes of x and of y
  int64_t kernel[2] = {1, 1};
  int64_t dilation[2] = {1, 1};
  int64_t output[2] = {0, 0};      ///< height and width of a plane of y
  int64_t x_row = 0, x_plane = 0;  ///< elements from a row of x to the next, padding included
};

/// Convolutions of few channels, without unfolding; one table per instruction-set level. x may be
/// read for two registers behind its last row.
struct ConvKernels {
  int lanes;  ///< floats in a register

  /// y [out, height, width] = x correlated with w [out, in, kernel], plus bias [out] unless null.
  void (*forward)(const PlaneConv& c, const float* x, const float* w, const float* bias, float* y);
  /// sums [out, in, kernel, lanes] += gy times x, and bias_sums [out, lanes] += gy unless null, to
  /// be added up over the lanes. Rows of gy are `y_row` apart, a multiple of `lanes`, and zero
  /// behind the width.
  void (*weight_grad)(const PlaneConv& c, const float* x, const float* gy, int64_t y_row,
                      float* sums, float* bias_sums);
};

HEARTH_DECLARE_ISA(const ConvKernels&, conv_kernels)

}  // namespace hearth::cpu
