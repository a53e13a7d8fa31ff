// SPDX-License-Identifier: Apache-2.0
// What the kernels of attention share: where operands lie, and how scores are scaled and masked.
#pragma once

#include "cuda/attention_operands.h"
#include "cuda/element.cuh"
#include "cuda/vmath.cuh"

namespace hearth::cuda::attention {

/// Calls f(pointer) with memory of T or, for float, of a half type.
template <class T, class F>
__device__ __forceinline__ void visit(const void* data, ScalarType type, const F& f) {
  if constexpr (std::is_same_v<T, float>) {
    if (type == kHalf) return f(static_cast<const Half*>(data));
    if (type == kBFloat16) return f(static_cast<const BFloat16*>(data));
  }
  f(static_cast<const T*>(data));
}

/// Where entry `index` of a batch begins.
__device__ __forceinline__ int64_t offset_of(const Batch& batch, int64_t index,
                                             const int64_t (&strides)[kBatchDims]) {
  int64_t offset = 0;
#pragma unroll
  for (int d = kBatchDims - 1; d >= 0; --d) {
    if (d >= batch.dims) continue;
    offset += index % batch.sizes[d] * strides[d];
    index /= batch.sizes[d];
  }
  return offset;
}

/// Keys that queries before `end` see.
__device__ __forceinline__ int keys_before(const Problem& p, int end) {
  return p.causal && end < p.keys ? end : p.keys;
}

inline constexpr double kLog2E = 1.4426950408889634, kLn2 = 0.6931471805599453;

/// Scores as powers of two take them: `scaled` ones are multiplied by scale already. Those that are
/// masked must be, and, so that the largest stays the largest, those with a scale that is not
/// positive.
template <class T>
struct Scaling {
  bool scaled;
  T scale, factor;
  __device__ __forceinline__ explicit Scaling(const Problem& p)
      : scaled(p.mask.data || !(p.scale > 0)),
        scale(static_cast<T>(p.scale)),
        factor(static_cast<T>(scaled ? kLog2E : p.scale * kLog2E)) {}
};

/// An exponent of two with the mask at `at` applied.
template <class T>
__device__ __forceinline__ T masked_exponent(T e, const Mask& mask, int64_t at) {
  if (!mask.data) return e;
  if (mask.type == kBool) return static_cast<const bool*>(mask.data)[at] ? e : -vmath::inf(T());
  visit<T>(mask.data, mask.type,
           [&](const auto* data) { e += convert<T>(data[at]) * static_cast<T>(kLog2E); });
  return e;
}

/// Calls f(row slot, col slot, query, key) for the scores of a thread; kOfKeys: rows are keys.
template <class E, bool kOfKeys, int kSlots, class F>
__device__ __forceinline__ void each_score(int first_row, int first_col, const F& f) {
#pragma unroll
  for (int i = 0; i < E::kRowSlots; ++i) {
#pragma unroll
    for (int j = 0; j < kSlots; ++j) {
      const int row = first_row + E::row(i), col = first_col + E::col(j);
      kOfKeys ? f(i, j, col, row) : f(i, j, row, col);
    }
  }
}

/// Scales and masks a tile of scores with `keys` keys, whose first are of query i0 and key j0 of a
/// batch entry.
template <class E, bool kOfKeys, int kSlots, class T>
__device__ __forceinline__ void mask_scores(T (&s)[E::kRowSlots][kSlots], const Problem& p,
                                            const Scaling<T>& scaling, int64_t mask_at, int i0,
                                            int j0, int keys) {
  const int row0 = kOfKeys ? j0 : i0, col0 = kOfKeys ? i0 : j0;
  if (scaling.scaled) {
    each_score<E, kOfKeys, kSlots>(row0, col0,
                                   [&](int i, int j, int, int) { s[i][j] *= scaling.scale; });
  }
  const T none = -vmath::inf(T());
  if (p.mask.data) {
    const auto apply = [&](const auto* data) {
      each_score<E, kOfKeys, kSlots>(row0, col0, [&](int i, int j, int query, int key) {
        if (query >= p.queries || key >= p.keys) return;
        const auto m = data[mask_at + query * p.mask.row + key * p.mask.col];
        if constexpr (std::is_same_v<std::remove_cv_t<decltype(m)>, bool>) {
          s[i][j] = m ? s[i][j] : none;
        } else {
          s[i][j] += convert<T>(m);
        }
      });
    };
    if (p.mask.type == kBool) {
      apply(static_cast<const bool*>(p.mask.data));
    } else {
      visit<T>(p.mask.data, p.mask.type, apply);
    }
  }
  // Only tiles at the end, or on the diagonal, have scores that are none.
  if (j0 + keys > p.keys || (p.causal && j0 + keys > i0 + 1)) {
    each_score<E, kOfKeys, kSlots>(row0, col0, [&](int i, int j, int query, int key) {
      if (key >= p.keys || (p.causal && key > query)) s[i][j] = none;
    });
  }
}

}  // namespace hearth::cuda::attention
