// SPDX-License-Identifier: Apache-2.0
// [N, C, spatial...] with one to three spatial dims in either layout, by the place of an element in
// memory. Dims that are missing before the last have size 1.
#pragma once

#include "cuda/offset_calculator.cuh"
#include "tensor/image_layout.h"

namespace hearth::cuda {

/// Where element `i` in memory's order lies.
struct Pixel {
  int64_t plane;  ///< offset of (n, c, 0, 0, 0) in a tensor of as many pixels as was asked for
  int64_t d, h, w;
};

/// A dense image tensor: how its elements follow one another.
struct Image {
  int64_t channels, depth = 1, height = 1, width;
  bool last;  ///< channels-last
  bool small;
  Divisor by_channels, by_width, by_height, by_depth;

  Image(const TensorImpl& t, bool channels_last)
      : channels(t.sizes[1]),
        width(t.sizes.back()),
        last(channels_last),
        small(t.numel < (int64_t{1} << 31)) {
    const size_t n = t.sizes.size();
    if (n > 3) height = t.sizes[n - 2];
    if (n > 4) depth = t.sizes[n - 3];
    if (!small || t.numel == 0) return;
    by_channels = Divisor(static_cast<uint32_t>(channels));
    by_width = Divisor(static_cast<uint32_t>(width));
    by_height = Divisor(static_cast<uint32_t>(height));
    by_depth = Divisor(static_cast<uint32_t>(depth));
  }

  __device__ __forceinline__ static int64_t split(int64_t& i, int64_t n, const Divisor& by,
                                                  bool is_small) {
    const int64_t q = is_small ? by.divide(static_cast<uint32_t>(i)) : i / n;
    const int64_t rest = i - q * n;
    i = q;
    return rest;
  }
  /// Element i, with `plane` for a tensor of the same N and C and so many pixels.
  __device__ __forceinline__ Pixel at(int64_t i, int64_t other_pixels) const {
    Pixel p{};
    int64_t c;
    if (last) c = split(i, channels, by_channels, small);
    p.w = split(i, width, by_width, small);
    p.h = split(i, height, by_height, small);
    if (depth > 1) p.d = split(i, depth, by_depth, small);
    if (!last) {
      p.plane = i * other_pixels;
    } else {
      p.plane = i * other_pixels * channels + c;
    }
    return p;
  }
  __host__ __device__ int64_t pixels() const { return depth * height * width; }
  /// Elements between neighbouring pixels.
  __host__ __device__ int64_t step() const { return last ? channels : 1; }
};

}  // namespace hearth::cuda
