// SPDX-License-Identifier: Apache-2.0
// Kernel header.
#pragma once

#include "hearth/ops/frame_bands.h"

#include "backends/device_fn.h"

namespace hearth {

/// The sample of a signal of n that stands for number i, or -1 for a zero.
HEARTH_DEVICE_FN int64_t frame_sample(int64_t i, int64_t n, FrameEdge edge) {
  if (i >= 0 && i < n) return i;
  if (edge == FrameEdge::Zeros) return -1;
  const int64_t period = edge == FrameEdge::Mirror ? 2 * n : n > 1 ? 2 * n - 2 : 1;
  const int64_t turn = (i % period + period) % period;
  const int64_t back = 2 * n - (edge == FrameEdge::Mirror ? 1 : 2) - turn;
  return turn < back ? turn : back;
}

}  // namespace hearth
