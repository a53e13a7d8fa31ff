// SPDX-License-Identifier: Apache-2.0
// Sorting lines of a tensor, by radix: all lines together, with the line as the highest digits.
#pragma once

#include "cuda/element.cuh"
#include "cuda/launch.cuh"
#include "cuda/lines.cuh"
#include "cuda/radix_sort.h"

namespace hearth::cuda {

template <int kBytes>
struct Bits {
  using type = uint64_t;
};
template <>
struct Bits<1> {
  using type = uint8_t;
};
template <>
struct Bits<2> {
  using type = uint16_t;
};
template <>
struct Bits<4> {
  using type = uint32_t;
};
template <class T>
using Key = typename Bits<sizeof(T)>::type;

/// An unsigned number with the order of x: NaN above all, both zeros equal.
template <class T>
__device__ __forceinline__ Key<T> key_of(T x) {
  constexpr Key<T> kSign = static_cast<Key<T>>(Key<T>{1} << (8 * sizeof(T) - 1));
  if constexpr (std::is_integral_v<T>) {
    return static_cast<Key<T>>(static_cast<Key<T>>(x) ^ (std::is_signed_v<T> ? kSign : Key<T>{0}));
  } else {
    const auto wide = convert<accumulate_t<T>>(x);
    if (wide != wide) return static_cast<Key<T>>(~Key<T>{0});
    if (wide == 0) return kSign;
    const auto bits = *reinterpret_cast<const Key<T>*>(&x);
    return static_cast<Key<T>>(bits & kSign ? ~bits : bits | kSign);
  }
}

/// Fewer than this many elements can be sorted.
inline constexpr int64_t kMostSorted = int64_t{1} << 31;

/// Sorts lines that are not empty; equal elements keep their order, and NaN counts as the largest.
/// Afterwards sorted.places()[line * n + rank] - line * n is the place in its line.
template <class T>
void sort_lines(const T* x, const Lines& lines, bool descending, RadixSort& sorted) {
  const int64_t n = lines.n, count = lines.count() * n;
  uint64_t* keys = sorted.keys();
  uint32_t* places = sorted.places();
  constexpr int kKeyBits = 8 * sizeof(T);
  constexpr bool kPacked = kKeyBits <= 32;  // the line fits above the key
  constexpr int kShift = kPacked ? kKeyBits : 0;
  for_each(count, "sort", [=] __device__(int64_t i) {
    const int64_t line = i / n;
    Key<T> key = key_of(x[lines.start(line, n) + i % n * lines.inner]);
    if (descending) key = static_cast<Key<T>>(~key);
    keys[i] = kPacked ? static_cast<uint64_t>(line) << kShift | key : key;
    places[i] = static_cast<uint32_t>(i);
  });
  const int line_bits = bits_for(lines.count());
  if (kPacked) return sorted.sort(kKeyBits + line_bits);
  sorted.sort(64);
  if (line_bits == 0) return;
  uint64_t* by_line = sorted.keys();
  const uint32_t* at = sorted.places();
  for_each(count, "sort", [=] __device__(int64_t i) { by_line[i] = at[i] / n; });
  sorted.sort(line_bits);
}

/// Calls f(T()) with an ordered type.
template <class F>
void with_ordered_type(const Call& call, const F& f) {
  const TensorImpl& x = impl(call.in[0]);
  HEARTH_CHECK_AS(NotImplementedError, !is_complex(x.dtype), "[", call.op.info.name,
                  "] no CUDA kernel for ", x.dtype);
  HEARTH_CHECK_AS(NotImplementedError, x.numel < kMostSorted, "[", call.op.info.name,
                  "] expected fewer than 2^31 elements on CUDA, got ", x.numel);
  with_type(x.dtype, [&]<class T>(T zero) {
    if constexpr (!kIsComplex<T>) f(zero);
  });
}

}  // namespace hearth::cuda
