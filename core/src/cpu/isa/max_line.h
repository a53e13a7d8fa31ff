// SPDX-License-Identifier: Apache-2.0
// Maxima of lines, and where they are, several neighbours at a time.
#pragma once

#include "cpu/isa/vector.h"

namespace hearth::cpu {
namespace HEARTH_ISA {

template <class T>
constexpr T kLowest = T(-1) < T(0) ? T(T(1) << (8 * sizeof(T) - 1)) : T(0);
template <>
constexpr float kLowest<float> = -__builtin_inff();
template <>
constexpr double kLowest<double> = -__builtin_inf();

/// The larger one; NaN wins. Two selections, which become a max and a blend, where one with both
/// conditions would become branches.
template <class V>
inline V larger(V best, V v) {
  const V m = v > best ? v : best;
  return v != v ? v : m;
}
/// `place` where v is larger than best or NaN, else `at`.
template <class V, class At>
inline At larger_at(V best, V v, At at, At place) {
  const At p = v > best ? place : at;
  return v != v ? place : p;
}

/// Places of elements of T: as wide as a float, else 64 bits.
template <class T>
struct PlaceType {
  using type = int64_t;
};
template <>
struct PlaceType<float> {
  using type = int32_t;
};
template <class T>
using Place = typename PlaceType<T>::type;

/// Neighbours at a time: a register, four, or one.
template <class T>
struct Wide {
  using V = Vector<T>;
  using At = decltype(V{} > V{});
  using Element = T;
  static constexpr int kCount = kLanes<T>;
};
template <class T>
struct Four {
  using V = Quad<T>;
  using At = decltype(V{} > V{});
  using Element = T;
  static constexpr int kCount = 4;
};
template <class T>
struct Single {
  using V = T;
  using At = Place<T>;
  using Element = T;
  static constexpr int kCount = 1;
};
template <class T>
constexpr bool kHasVectors = T(0.5) != T(0);

/// Calls f(lanes, first, done before) on pieces of lanes L that cover n elements, n at least
/// L::kCount. The last piece may overlap the one before.
template <class L, class F>
inline void for_pieces(int64_t n, const F& f) {
  int64_t k = 0;
  for (; k + L::kCount <= n; k += L::kCount) f(L{}, k, k);
  if (k < n) f(L{}, n - L::kCount, k);
}
/// The same with the widest lanes that fit.
template <class T, class F>
inline void for_lanes(int64_t n, const F& f) {
  if constexpr (kHasVectors<T>) {
    if (n >= kLanes<T>) return for_pieces<Wide<T>>(n, f);
    if (n >= 4) return for_pieces<Four<T>>(n, f);
  }
  for_pieces<Single<T>>(n, f);
}
/// The same with at most four lanes.
template <class T, class F>
inline void for_quads(int64_t n, const F& f) {
  if constexpr (kHasVectors<T>) {
    if (n >= 4) return for_pieces<Four<T>>(n, f);
  }
  for_pieces<Single<T>>(n, f);
}

/// Elements 0, 2, 4 ... of x, without reading past the last of them.
template <class L>
inline typename L::V load_even(const typename L::Element* x) {
  if constexpr (L::kCount == 1) {
    return *x;
  } else {
    return __builtin_shufflevector(load<typename L::V>(x), load<typename L::V>(x + 3), 0, 2, 5, 7);
  }
}
template <class L>
inline typename L::V load_strided(const typename L::Element* x, int64_t stride) {
  if constexpr (L::kCount == 4 || L::kCount == 1) {
    if (stride == 2) return load_even<L>(x);
  }
  return load<typename L::V>(x);
}

/// best[i] = max(best[i], x[i * stride]); NaN wins. Doing an element twice changes nothing, so
/// pieces may overlap.
template <class T>
inline void max_line(const T* x, int64_t stride, int64_t n, T* __restrict best) {
  const auto piece = [&](auto l, int64_t k, int64_t) {
    using L = decltype(l);
    const auto v = load_strided<L>(x + k * stride, stride);
    store(best + k, larger(load<typename L::V>(best + k), v));
  };
  if (stride == 1) return for_lanes<T>(n, piece);
  if (stride == 2) return for_quads<T>(n, piece);
  for (int64_t i = 0; i < n; ++i) best[i] = larger(best[i], x[i * stride]);
}

/// The same, with the place of x[i * stride], place + i * stride, kept where it wins.
template <class T>
inline void max_place_line(const T* x, int64_t stride, int64_t n, int64_t place, T* __restrict best,
                           Place<T>* __restrict at) {
  const auto piece = [&](auto l, int64_t k, int64_t) {
    using L = decltype(l);
    using At = typename L::At;
    const auto v = load_strided<L>(x + k * stride, stride);
    const auto b = load<typename L::V>(best + k);
    At here = At{} + static_cast<Place<T>>(place + k * stride);
    if constexpr (L::kCount > 1) {
      for (int i = 1; i < L::kCount; ++i) here[i] += static_cast<Place<T>>(i * stride);
    }
    store(at + k, larger_at(b, v, load<At>(at + k), here));
    store(best + k, larger(b, v));
  };
  if (stride == 1) return for_lanes<T>(n, piece);
  if (stride == 2) return for_quads<T>(n, piece);
  for (int64_t i = 0; i < n; ++i) {
    const T v = x[i * stride];
    at[i] = larger_at(best[i], v, at[i], static_cast<Place<T>>(place + i * stride));
    best[i] = larger(best[i], v);
  }
}

}  // namespace HEARTH_ISA
}  // namespace hearth::cpu
