// SPDX-License-Identifier: Apache-2.0
// What the loops of max and average pooling share.
#pragma once

#include "cpu/pool_kernels.h"

namespace hearth::cpu {
namespace HEARTH_ISA {

/// Where row i of slice k of a window begins in a volume.
inline int64_t row_at(const PoolArgs& p, const PoolWindow& s, int64_t k, const PoolWindow& r,
                      int64_t i) {
  return ((s.begin + k * p.slice_step) * p.height + r.begin + i * p.row_step) * p.width;
}
/// Calls f(window of slices, window of rows, first output) for every row of outputs.
template <class F>
inline void for_each_row(const PoolArgs& p, const F& f) {
  for (int64_t od = 0, row = 0; od < p.out_depth; ++od)
    for (int64_t oh = 0; oh < p.out_height; ++oh, row += p.out_width)
      f(p.slices[od], p.rows[oh], row);
}

template <class T>
inline void fill(T* p, T value, int64_t n) {
  for (int64_t i = 0; i < n; ++i) p[i] = value;
}

template <class T>
inline void clear(const PoolArgs& p, T* gx) {
  const int64_t pixels = p.depth * p.height * p.width;
  if (p.channels == 0) return fill(gx, T(0), pixels);
  for (int64_t i = 0; i < pixels; ++i) fill(gx + i * p.pixel, T(0), p.channels);
}

}  // namespace HEARTH_ISA
}  // namespace hearth::cpu
