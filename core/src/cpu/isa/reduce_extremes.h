// SPDX-License-Identifier: Apache-2.0
// Extremes of any ordered type, and where they are.
#pragma once

#include "cpu/isa/loop.h"
#include "cpu/isa/reduce.h"

namespace hearth::cpu::HEARTH_ISA {
namespace {

/// The number below (or above) all others of a type.
template <class T>
struct Bounds {
  static constexpr bool kSigned = T(-1) < T(0);
  static constexpr T kLow = kSigned ? static_cast<T>(T(1) << (8 * sizeof(T) - 1)) : T(0);
  static constexpr T kHigh = static_cast<T>(~kLow);
};
template <>
struct Bounds<float> {
  static constexpr float kHigh = __builtin_inff(), kLow = -kHigh;
};
template <>
struct Bounds<double> {
  static constexpr double kHigh = __builtin_inf(), kLow = -kHigh;
};

template <class T, bool kMax>
struct Extreme {
  using In = T;
  using Acc = wide_t<T>;
  static constexpr bool kUsesNumber = false;
  static Acc identity() { return kMax ? Bounds<Acc>::kLow : Bounds<Acc>::kHigh; }
  static Acc load(T x, Acc) { return widen<Acc>(x); }
  /// Whether b, which comes later, replaces a: a NaN does, unless a is one already.
  static bool wins(Acc b, Acc a) {
    const bool beyond = kMax ? b > a : b < a;
    return beyond | ((b != b) & (a == a));
  }
  static Acc merge(Acc a, Acc b) {
    const bool beyond = kMax ? b > a : b < a;
    return beyond | (b != b) ? b : a;
  }
};

/// The first i with x[i] equal to v, or NaN when v is.
template <class R>
inline int64_t find(const typename R::In* x, int64_t n, typename R::Acc v) {
  constexpr int64_t kBlock = 64;
  const auto matches = [v](typename R::In e) {
    const auto w = widen<typename R::Acc>(e);
    return (w == v) | ((w != w) & (v != v));
  };
  int64_t i = 0;
  for (; i + kBlock <= n; i += kBlock) {
    uint8_t hit = 0;
    for (int64_t k = 0; k < kBlock; ++k) hit |= static_cast<uint8_t>(matches(x[i + k]));
    if (hit) break;
  }
  while (i < n && !matches(x[i])) ++i;
  return i;
}

template <class R>
void arg_rows(const void* input, int64_t stride, int64_t m, int64_t n, const void* c, void* out,
              int64_t* index, int64_t first) {
  const auto* x = static_cast<const typename R::In*>(input);
  rows<R>(input, stride, m, n, c, out, nullptr, 0);
  for (int64_t r = 0; r < m; ++r)
    index[r] = first + find<R>(x + r * stride, n, static_cast<const typename R::Acc*>(out)[r]);
}

/// An integer as wide as T, so that values and positions fill the same number of registers.
template <int kBytes>
struct Position {
  using type = int64_t;
};
template <>
struct Position<1> {
  using type = int8_t;
};
template <>
struct Position<2> {
  using type = int16_t;
};
template <>
struct Position<4> {
  using type = int32_t;
};

template <class R>
void arg_columns(const void* input, int64_t stride, int64_t m, int64_t n, const void*, void* out,
                 int64_t* index, int64_t first) {
  using Acc = typename R::Acc;
  using Small = typename Position<sizeof(Acc)>::type;
  constexpr int64_t kTile = 256;
  for (int64_t begin = 0; begin < n; begin += kTile) {
    const int64_t width = n - begin < kTile ? n - begin : kTile;
    const auto* x = static_cast<const typename R::In*>(input) + begin;
    Acc* acc = static_cast<Acc*>(out) + begin;
    Small at[kTile];
    for (int64_t j = 0; j < width; ++j) {
      acc[j] = widen<Acc>(x[j]);
      at[j] = 0;
    }
    for (int64_t r = 1; r < m; ++r) {
      const auto* row = x + r * stride;
      const auto here = static_cast<Small>(r);
      HEARTH_IVDEP
      for (int64_t j = 0; j < width; ++j) {
        const Acc v = widen<Acc>(row[j]);
        const bool wins = R::wins(v, acc[j]);
        acc[j] = wins ? v : acc[j];
        at[j] = wins ? here : at[j];
      }
    }
    for (int64_t j = 0; j < width; ++j) index[begin + j] = first + at[j];
  }
}

template <class R>
void arg_merge(void* to, int64_t* index, const void* from, const int64_t* other_index, int64_t n) {
  auto* acc = static_cast<typename R::Acc*>(to);
  const auto* other = static_cast<const typename R::Acc*>(from);
  for (int64_t j = 0; j < n; ++j) {
    const bool wins = R::wins(other[j], acc[j]);
    acc[j] = wins ? other[j] : acc[j];
    index[j] = wins ? other_index[j] : index[j];
  }
}

template <class R>
constexpr ReduceKernels arg_kernels() {
  return {dtype_of<typename R::Acc>, &arg_rows<R>, &arg_columns<R>, &arg_merge<R>};
}

/// Enters the four reductions of elements T as those of `type`.
template <class T>
constexpr void add_extremes(ReduceTable& t, ScalarType type) {
  const int of = static_cast<int>(type);
  t.by[static_cast<int>(Reduction::Max)][of] = kernels<Extreme<T, true>>();
  t.by[static_cast<int>(Reduction::Min)][of] = kernels<Extreme<T, false>>();
  t.by[static_cast<int>(Reduction::ArgMax)][of] = arg_kernels<Extreme<T, true>>();
  t.by[static_cast<int>(Reduction::ArgMin)][of] = arg_kernels<Extreme<T, false>>();
}

}  // namespace
}  // namespace hearth::cpu::HEARTH_ISA
