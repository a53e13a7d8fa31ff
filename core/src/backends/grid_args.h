// SPDX-License-Identifier: Apache-2.0
// Kernel header: what sampling by a grid is given, besides tensors.
#pragma once

#include <stdint.h>

namespace hearth {

struct GridArgs {
  static constexpr int kBorder = 1, kReflection = 2;
  int dims;     ///< 2 or 3
  int taps;     ///< along each dim: 1, 2 or 4
  int padding;  ///< as ops::GridPadding
  bool align;
  int64_t size[3];  ///< of the dims, the last first, as the grid names them
  int64_t channels;
  int64_t channel, pixel;  ///< strides of the input
  int64_t out_channel;     ///< stride of the result
};

}  // namespace hearth
