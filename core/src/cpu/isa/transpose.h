// SPDX-License-Identifier: Apache-2.0
#pragma once

// Between rows and lines: a line is a register with a number of each of as many rows as a register
// has lanes.
#include <utility>

#include "cpu/isa/vector.h"

namespace hearth::cpu {
namespace HEARTH_ISA {
namespace {

/// Elements of a 16-byte part of a register; shuffles inside of these are cheap.
template <class T>
inline constexpr int kBlock = 16 / sizeof(T);

/// A shuffle of two registers that does the same in every block: `at` gives element i of block 0,
/// counting those of b from kBlock on.
template <class T, class At, int... I>
inline Vector<T> in_blocks(Vector<T> a, Vector<T> b, At at, std::integer_sequence<int, I...>) {
  constexpr int n = kBlock<T>;
  return __builtin_shufflevector(a, b,
                                 (I / n * n + at(I % n) % n + (at(I % n) < n ? 0 : kLanes<T>))...);
}
template <class T, class At>
inline Vector<T> in_blocks(Vector<T> a, Vector<T> b, At at) {
  return in_blocks<T>(a, b, at, std::make_integer_sequence<int, kLanes<T>>());
}

inline constexpr auto kLow = [](int i) { return i / 2 + i % 2 * 4; };
inline constexpr auto kHigh = [](int i) { return 2 + i / 2 + i % 2 * 4; };
inline constexpr auto kFirstHalves = [](int i) { return i < 2 ? i : i + 2; };
inline constexpr auto kSecondHalves = [](int i) { return i < 2 ? i + 2 : i + 4; };
inline constexpr auto kFirsts = [](int i) { return 2 * i; };
inline constexpr auto kSeconds = [](int i) { return 2 * i + 1; };

/// Transposes kBlock x kBlock elements in every block of kBlock registers.
inline void transpose(Vector<float> (&v)[4]) {
  const Vector<float> a = in_blocks<float>(v[0], v[1], kLow),
                      b = in_blocks<float>(v[2], v[3], kLow),
                      c = in_blocks<float>(v[0], v[1], kHigh),
                      d = in_blocks<float>(v[2], v[3], kHigh);
  v[0] = in_blocks<float>(a, b, kFirstHalves);
  v[1] = in_blocks<float>(a, b, kSecondHalves);
  v[2] = in_blocks<float>(c, d, kFirstHalves);
  v[3] = in_blocks<float>(c, d, kSecondHalves);
}
inline void transpose(Vector<double> (&v)[2]) {
  const Vector<double> a = v[0], b = v[1];
  v[0] = in_blocks<double>(a, b, kFirsts);
  v[1] = in_blocks<double>(a, b, kSeconds);
}

template <class V, int... I>
inline auto joined(V a, V b, std::integer_sequence<int, I...>) {
  return __builtin_shufflevector(a, b, I...);
}
/// The blocks at `first` of every kBlock-th lane, as one register.
template <int count, class T>
inline auto load_blocks(const T* const* p, int64_t first) {
  if constexpr (count == 1) {
    typedef T Block __attribute__((vector_size(16)));
    return load<Block>(p[0] + first);
  } else {
    constexpr int n = kBlock<T>;
    return joined(load_blocks<count / 2>(p, first),
                  load_blocks<count / 2>(p + count / 2 * n, first),
                  std::make_integer_sequence<int, count * n>());
  }
}
/// Scalars first .. first + kBlock of all lanes, where they follow each other.
template <class T>
inline void load_lines(const T* const* lane, int64_t first, Vector<T> (&v)[kBlock<T>]) {
#pragma GCC unroll 4
  for (int i = 0; i < kBlock<T>; ++i) v[i] = load_blocks<kLanes<T> / kBlock<T>>(lane + i, first);
  transpose(v);
}
template <int kFrom, class T, int... I>
inline void store_block(T* to, Vector<T> v, std::integer_sequence<int, I...>) {
  store(to, __builtin_shufflevector(v, v, (kFrom + I)...));
}
template <class T, int... G>
inline void store_blocks(T* const* p, int64_t first, Vector<T> v,
                         std::integer_sequence<int, G...>) {
  constexpr int n = kBlock<T>;
  (store_block<G * n>(p[G * n] + first, v, std::make_integer_sequence<int, n>()), ...);
}
template <class T>
inline void store_lines(T* const* lane, int64_t first, Vector<T> (&v)[kBlock<T>]) {
  transpose(v);
#pragma GCC unroll 4
  for (int i = 0; i < kBlock<T>; ++i)
    store_blocks<T>(lane + i, first, v[i],
                    std::make_integer_sequence<int, kLanes<T> / kBlock<T>>());
}

}  // namespace
}  // namespace HEARTH_ISA
}  // namespace hearth::cpu
