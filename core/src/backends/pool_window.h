// SPDX-License-Identifier: Apache-2.0
// Kernel header: which positions pooling windows hold.
#pragma once

#include "backends/device_fn.h"

namespace hearth {

/// The part of one dim that an output looks at: `count` positions from `begin`, a step apart. Where
/// there is nothing but padding, `begin` is the first position behind what padding skips, which
/// PyTorch calls the place of the maximum.
template <class Int>
struct PoolWindow {
  Int begin, count;
  Int size;  ///< what a mean divides by: the product of all dims' sizes
};

/// The windows of one dim: those of a kernel, or (kernel 0) parts of equal length.
template <class Int>
struct PoolDim {
  Int in = 1, out = 1;
  Int kernel = 1, stride = 1, padding = 0, step = 1;
  bool count_padding = false;

  /// Window i. part(k, more) is (k * in + more) / out, in as many bits as that takes.
  template <class Part>
  HEARTH_DEVICE_FN PoolWindow<Int> window(Int i, const Part& part) const {
    if (kernel == 0) {
      const Int begin = part(i, Int(0)), count = part(i + 1, out - 1) - begin;
      return {begin, count, count};
    }
    const Int start = i * stride - padding;
    Int skipped = start < 0 ? -start : 0;
    if (step != 1) skipped = skipped / step + (skipped % step != 0);
    const Int begin = start + skipped * step;
    const Int room = begin >= in ? 0 : step == 1 ? in - begin : (in - 1 - begin) / step + 1;
    const Int left = kernel > skipped ? kernel - skipped : 0, count = left < room ? left : room;
    if (!count_padding) return {begin, count, count};
    const Int end = start + kernel, most = in + padding;
    return {begin, count, (end < most ? end : most) - start};
  }
};

}  // namespace hearth
