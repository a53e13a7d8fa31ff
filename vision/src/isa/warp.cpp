// SPDX-License-Identifier: Apache-2.0
#include "transforms/warp_kernels.h"

namespace hearth::vision {
namespace HEARTH_ISA {
namespace {

void nearest(const AffineRead& read, int32_t row, int32_t* __restrict pixels) {
  const int32_t height = read.height, width = read.width;
  const float y = static_cast<float>(row) - static_cast<float>(height - 1) * 0.5f;
  const float first = static_cast<float>(width - 1) * -0.5f;
  const float half_width = static_cast<float>(width) * 0.5f;
  const float half_height = static_cast<float>(height) * 0.5f;
  const float xx = read.x[0], xy = read.x[1], x1 = read.x[2];
  const float yx = read.y[0], yy = read.y[1], y1 = read.y[2];
  for (int32_t i = 0; i < width; ++i) {
    // As a product of matrices sums it, without fused steps, and grid_sample then scales it.
    const float x = first + static_cast<float>(i);
    const float at_x = x * xx + y * xy + x1, at_y = x * yx + y * yy + y1;
    const auto px = static_cast<int32_t>(__builtin_rintf((at_x + 1.0f) * half_width - 0.5f));
    const auto py = static_cast<int32_t>(__builtin_rintf((at_y + 1.0f) * half_height - 0.5f));
    const bool inside = (px >= 0) & (px < width) & (py >= 0) & (py < height);
    pixels[i] = inside ? py * width + px : -1;
  }
}

}  // namespace

const WarpKernels& warp_kernels() {
  static constexpr WarpKernels all{nearest};
  return all;
}

}  // namespace HEARTH_ISA
}  // namespace hearth::vision
