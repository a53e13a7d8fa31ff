// SPDX-License-Identifier: Apache-2.0
// [N, C, H, W] in either layout, by the place of an element in memory.
#pragma once

#include "cuda/offset_calculator.cuh"
#include "tensor/image_layout.h"

namespace hearth::cuda {

/// Where element `i` in memory's order lies.
struct Pixel {
  int64_t plane;  ///< offset of (n, c, 0, 0) in a tensor of `other` height and width
  int64_t h, w;
};

/// A dense image tensor: how its elements follow one another.
struct Image {
  int64_t channels, height, width;
  bool last;  ///< channels-last
  bool small;
  Divisor by_channels, by_width, by_height;

  Image(const TensorImpl& t, bool channels_last)
      : channels(t.sizes[1]),
        height(t.sizes[2]),
        width(t.sizes[3]),
        last(channels_last),
        small(t.numel < (int64_t{1} << 31)) {
    if (!small || t.numel == 0) return;
    by_channels = Divisor(static_cast<uint32_t>(channels));
    by_width = Divisor(static_cast<uint32_t>(width));
    by_height = Divisor(static_cast<uint32_t>(height));
  }

  __device__ __forceinline__ static int64_t split(int64_t& i, int64_t n, const Divisor& by,
                                                  bool is_small) {
    const int64_t q = is_small ? by.divide(static_cast<uint32_t>(i)) : i / n;
    const int64_t rest = i - q * n;
    i = q;
    return rest;
  }
  /// Element i, with `plane` for a tensor of the same N and C and another height and width.
  __device__ __forceinline__ Pixel at(int64_t i, int64_t other_height, int64_t other_width) const {
    Pixel p;
    int64_t c;
    if (last) c = split(i, channels, by_channels, small);
    p.w = split(i, width, by_width, small);
    p.h = split(i, height, by_height, small);
    if (!last) {
      p.plane = i * other_height * other_width;
    } else {
      p.plane = i * other_height * other_width * channels + c;
    }
    return p;
  }
  /// Elements between neighbouring pixels.
  __host__ __device__ int64_t step() const { return last ? channels : 1; }
};

}  // namespace hearth::cuda
