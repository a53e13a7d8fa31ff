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

/// How scores become exponents of two. `scaled` ones are multiplied by scale already: those that
/// are masked must be, and, so that the largest stays the largest, those with a scale that is not
/// positive. They may be as low as numbers get, so what is subtracted must be subtracted first.
template <class T>
struct Scaling {
  bool scaled;
  T scale, factor;
  __device__ __forceinline__ explicit Scaling(const Problem& p)
      : scaled(p.mask.data || !(p.scale > 0)),
        scale(static_cast<T>(p.scale)),
        factor(static_cast<T>(scaled ? kLog2E : p.scale * kLog2E)) {}
  /// What to subtract, of a score and of the logarithm of a sum.
  __device__ __forceinline__ T base(T score) const { return scaled ? score : score * factor; }
  __device__ __forceinline__ T base_of_log(T log_sum) const {
    return scaled ? log_sum : log_sum * static_cast<T>(kLog2E);
  }
  /// The logarithm of a sum of powers without that base.
  __device__ __forceinline__ T log_sum(T base, T sum) const {
    return (scaled ? base : base * static_cast<T>(kLn2)) + vmath::log2(sum) * static_cast<T>(kLn2);
  }
  /// Exponents of a row of scores; base(j) is subtracted.
  template <int n, class F>
  __device__ __forceinline__ void exponents(T (&s)[n], const F& base) const {
    if (scaled) {
#pragma unroll
      for (int j = 0; j < n; ++j) s[j] = (s[j] - base(j)) * factor;
    } else {
#pragma unroll
      for (int j = 0; j < n; ++j) s[j] = s[j] * factor - base(j);
    }
  }
};

/// A scaled score with the mask at `at` applied.
template <class T>
__device__ __forceinline__ T masked_score(T s, const Mask& mask, int64_t at) {
  if (!mask.data) return s;
  if (mask.type == kBool) return static_cast<const bool*>(mask.data)[at] ? s : -vmath::inf(T());
  visit<T>(mask.data, mask.type, [&](const auto* data) { s += convert<T>(data[at]); });
  return s;
}

/// Masks a tile of scores whose first ones are of query i0 and key j0; kOfKeys: its rows are keys.
/// Scores past the end take what the last ones take.
template <class E, bool kOfKeys, int kSlots, class T, class M>
__device__ __forceinline__ void apply_mask(T (&s)[E::kRowSlots][kSlots], const Problem& p,
                                           const M* mask, int i0, int j0) {
  const auto last = [](int i, int n) { return i < n ? i : n - 1; };
  const auto query = [&](int i, int j) {
    return last(i0 + (kOfKeys ? E::col(j) : E::row(i)), p.queries);
  };
  const auto key = [&](int i, int j) {
    return last(j0 + (kOfKeys ? E::row(i) : E::col(j)), p.keys);
  };
  const auto apply = [&](int i, int j, M m) {
    if constexpr (std::is_same_v<M, bool>) {
      s[i][j] = m ? s[i][j] : -vmath::inf(T());
    } else {
      s[i][j] += convert<T>(m);
    }
  };
  if (p.mask.row != 0) {
#pragma unroll
    for (int i = 0; i < E::kRowSlots; ++i)
#pragma unroll
      for (int j = 0; j < kSlots; ++j)
        apply(i, j, mask[int64_t{query(i, j)} * p.mask.row + int64_t{key(i, j)} * p.mask.col]);
    return;
  }
  // One number for each key, as padding has it.
#pragma unroll
  for (int k = 0; k < (kOfKeys ? E::kRowSlots : kSlots); ++k) {
    const M m = mask[int64_t{key(k, k)} * p.mask.col];
#pragma unroll
    for (int other = 0; other < (kOfKeys ? kSlots : E::kRowSlots); ++other)
      kOfKeys ? apply(k, other, m) : apply(other, k, m);
  }
}

/// Scales and masks a tile of scores with `keys` keys, whose first are of query i0 and key j0 of a
/// batch entry.
template <class E, bool kOfKeys, int kSlots, class T>
__device__ __forceinline__ void mask_scores(T (&s)[E::kRowSlots][kSlots], const Problem& p,
                                            const Scaling<T>& scaling, int64_t mask_at, int i0,
                                            int j0, int keys) {
  if (scaling.scaled) {
#pragma unroll
    for (int i = 0; i < E::kRowSlots; ++i)
#pragma unroll
      for (int j = 0; j < kSlots; ++j) s[i][j] *= scaling.scale;
  }
  if (p.mask.data) {
    if (p.mask.type == kBool) {
      apply_mask<E, kOfKeys>(s, p, static_cast<const bool*>(p.mask.data) + mask_at, i0, j0);
    } else {
      visit<T>(p.mask.data, p.mask.type,
               [&](const auto* data) { apply_mask<E, kOfKeys>(s, p, data + mask_at, i0, j0); });
    }
  }
  // Only tiles at the end, or on the diagonal, have scores that are none.
  if (j0 + keys > p.keys || (p.causal && j0 + keys > i0 + 1)) {
#pragma unroll
    for (int i = 0; i < E::kRowSlots; ++i)
#pragma unroll
      for (int j = 0; j < kSlots; ++j) {
        const int query = i0 + (kOfKeys ? E::col(j) : E::row(i));
        const int key = j0 + (kOfKeys ? E::row(i) : E::col(j));
        if (key >= p.keys || (p.causal && key > query)) s[i][j] = -vmath::inf(T());
      }
  }
}

}  // namespace hearth::cuda::attention
