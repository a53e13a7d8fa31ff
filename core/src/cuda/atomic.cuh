// SPDX-License-Identifier: Apache-2.0
// Changing an element from many threads. They come in any order, so floating results may differ in
// their last bits.
#pragma once

#include "backends/combine.h"
#include "cuda/element.cuh"

namespace hearth::cuda {

/// Whether atomic_update() can change such an element.
template <class T>
inline constexpr bool kAtomic = sizeof(T) <= 8;

/// The element whose bits these are, and back.
template <class To, class From>
__device__ __forceinline__ To same_bits(const From& from) {
  static_assert(sizeof(To) == sizeof(From));
  To to;
  memcpy(static_cast<void*>(&to), &from, sizeof(To));
  return to;
}

/// *to = f(*to), where T has 1, 2, 4 or 8 bytes.
template <class T, class F>
__device__ __forceinline__ void atomic_update(T* to, const F& f) {
  static_assert(kAtomic<T>);
  using Word = std::conditional_t<sizeof(T) == 8, unsigned long long, unsigned>;
  if constexpr (sizeof(T) >= 4) {
    auto* word = reinterpret_cast<Word*>(to);
    Word seen = *word, expected;
    do {
      expected = seen;
      const Word next = same_bits<Word>(f(same_bits<T>(expected)));
      if (next == expected) return;
      seen = atomicCAS(word, expected, next);
    } while (seen != expected);
  } else {
    // One of the numbers of a word.
    using Part = std::conditional_t<sizeof(T) == 1, uint8_t, uint16_t>;
    const auto address = reinterpret_cast<uintptr_t>(to);
    auto* word = reinterpret_cast<Word*>(address & ~uintptr_t{3});
    const auto at = static_cast<unsigned>(address & 3) * 8;
    const Word mask = Word{static_cast<Part>(-1)} << at;
    Word seen = *word, expected;
    do {
      expected = seen;
      const Part part = same_bits<Part>(f(same_bits<T>(static_cast<Part>(expected >> at))));
      const Word next = (expected & ~mask) | Word{part} << at;
      if (next == expected) return;
      seen = atomicCAS(word, expected, next);
    } while (seen != expected);
  }
}

template <class T>
__device__ __forceinline__ void atomic_add(T* to, T v) {
  if constexpr (std::is_same_v<T, bool>) {
    if (v) *to = true;
  } else if constexpr (kIsComplex<T>) {
    atomicAdd(&to->real_, v.real_);
    atomicAdd(&to->imag_, v.imag_);
  } else if constexpr (std::is_same_v<T, int64_t>) {
    atomicAdd(reinterpret_cast<unsigned long long*>(to), static_cast<unsigned long long>(v));
  } else if constexpr (sizeof(T) < 4) {
    atomic_update(to, [v](T seen) { return sum_of(seen, v); });
  } else {
    atomicAdd(to, v);
  }
}

}  // namespace hearth::cuda
