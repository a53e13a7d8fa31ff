// SPDX-License-Identifier: Apache-2.0
// Element by element over several tensors of different strides.
#pragma once

#include <array>

#include "dispatch/op.h"

namespace hearth::cuda {

/// Dims that remain after neighbours were joined; more than any real tensor keeps.
inline constexpr int kMaxDims = 16;

/// Division by a number that is known before the launch: a multiplication and a shift, for
/// dividends below 2^31.
struct Divisor {
  uint32_t divisor = 1, magic = 1, shift = 0;

  Divisor() = default;
  explicit Divisor(uint32_t d) : divisor(d) {
    while (shift < 32 && (uint64_t{1} << shift) < d) ++shift;
    magic = static_cast<uint32_t>(((uint64_t{1} << 32) * ((uint64_t{1} << shift) - d)) / d + 1);
  }
  __device__ __forceinline__ uint32_t divide(uint32_t n) const {
    return (__umulhi(n, magic) + n) >> shift;
  }
};

/// Where elements lie in N tensors, by the index of the element in the first's order of memory.
template <int N>
struct OffsetCalculator {
  int dims = 0;
  bool small = true;  ///< fewer than 2^31 elements
  int64_t numel = 0;
  int64_t sizes[kMaxDims];
  Divisor divisors[kMaxDims];
  int64_t strides[kMaxDims][N];

  /// Offsets in elements.
  __device__ __forceinline__ void get(int64_t index, int64_t (&out)[N]) const {
#pragma unroll
    for (int k = 0; k < N; ++k) out[k] = 0;
    if (small) {
      auto rest = static_cast<uint32_t>(index);
      for (int d = 0; d < dims; ++d) {
        const uint32_t q = divisors[d].divide(rest);
        const auto at = static_cast<int64_t>(rest - q * divisors[d].divisor);
        rest = q;
#pragma unroll
        for (int k = 0; k < N; ++k) out[k] += at * strides[d][k];
      }
      return;
    }
    for (int d = 0; d < dims; ++d) {
      const int64_t q = index / sizes[d], at = index - q * sizes[d];
      index = q;
#pragma unroll
      for (int k = 0; k < N; ++k) out[k] += at * strides[d][k];
    }
  }
};

/// Sizes and N rows of strides, first dim outermost. keep_order: the index counts in logical order
/// (last dim fastest); else in the first row's order of memory, which coalesces.
template <int N>
OffsetCalculator<N> make_offset_calculator(const DimVector& sizes,
                                           const std::array<DimVector, N>& strides,
                                           bool keep_order = false);

/// Strides of `t` seen as a tensor of `sizes` (broadcast: 0).
DimVector broadcast_strides(const Tensor& t, const DimVector& sizes);

/// The offsets of tensors broadcast to the first one's sizes.
template <int N>
OffsetCalculator<N> make_offset_calculator(const std::array<const Tensor*, N>& tensors,
                                           bool keep_order = false) {
  const DimVector& sizes = impl(*tensors[0]).sizes;
  std::array<DimVector, N> strides;
  for (size_t k = 0; k < N; ++k) strides[k] = broadcast_strides(*tensors[k], sizes);
  return make_offset_calculator<N>(sizes, strides, keep_order);
}

inline DimVector broadcast_strides(const Tensor& t, const DimVector& sizes) {
  const TensorImpl& i = impl(t);
  DimVector strides(sizes.size(), 0);
  const size_t lead = sizes.size() - i.sizes.size();
  for (size_t d = 0; d < i.sizes.size(); ++d)
    strides[lead + d] = i.sizes[d] == 1 ? 0 : i.strides[d];
  return strides;
}

template <int N>
OffsetCalculator<N> make_offset_calculator(const DimVector& sizes,
                                           const std::array<DimVector, N>& strides,
                                           bool keep_order) {
  OffsetCalculator<N> offsets;
  offsets.numel = checked_numel(sizes);
  offsets.small = offsets.numel < (int64_t{1} << 31);
  // Fastest first; dims of size 1 say nothing.
  InlineVector<size_t, 8> order;
  for (size_t d = sizes.size(); d-- > 0;)
    if (sizes[d] != 1) order.push_back(d);
  if (!keep_order)
    for (size_t i = 1; i < order.size(); ++i)
      for (size_t j = i; j > 0; --j) {
        const int64_t a = strides[0][order[j - 1]], b = strides[0][order[j]];
        if (a <= b) break;
        std::swap(order[j - 1], order[j]);
      }
  for (const size_t d : order) {
    const int last = offsets.dims - 1;
    bool joins = last >= 0;
    for (size_t k = 0; k < N && joins; ++k)
      joins = strides[k][d] == offsets.strides[last][k] * offsets.sizes[last];
    if (joins) {
      offsets.sizes[last] *= sizes[d];
      continue;
    }
    HEARTH_CHECK_AS(NotImplementedError, offsets.dims < kMaxDims, "[cuda] more than ", kMaxDims,
                    " dims that cannot be joined; make the tensors contiguous first");
    offsets.sizes[offsets.dims] = sizes[d];
    for (size_t k = 0; k < N; ++k) offsets.strides[offsets.dims][k] = strides[k][d];
    ++offsets.dims;
  }
  for (int d = 0; d < offsets.dims; ++d)
    if (offsets.small && offsets.sizes[d] > 0)
      offsets.divisors[d] = Divisor(static_cast<uint32_t>(offsets.sizes[d]));
  return offsets;
}

}  // namespace hearth::cuda
