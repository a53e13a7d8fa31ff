// SPDX-License-Identifier: Apache-2.0
// Reduction loops over any reducer: a type with In, Acc, identity(), load(x, c) and merge(a, b).
#pragma once

#include "hearth/base/complex.h"
#include "hearth/base/dtype.h"

#include "cpu/isa/loop.h"
#include "cpu/reduce_kernels.h"

namespace hearth::cpu::HEARTH_ISA {
namespace {

template <class T>
struct real_of {
  using type = T;
};
template <class T>
struct real_of<complex<T>> {
  using type = T;
};
/// The type a T is accumulated in when its range is enough.
template <class T>
struct wide_of {
  using type = T;
};
template <>
struct wide_of<Half> {
  using type = float;
};
template <>
struct wide_of<BFloat16> {
  using type = float;
};
template <class T>
using wide_t = typename wide_of<T>::type;

/// x as an accumulator; of Half without a branch, so that loops vectorize.
template <class Acc, class T>
inline Acc widen(T x) {
  return static_cast<Acc>(x);
}
template <class Acc>
inline Acc widen(Half x) {
  const uint32_t magnitude = static_cast<uint32_t>(x.bits & 0x7fff) << 13;
  const float finite = __builtin_bit_cast(float, magnitude) * 0x1p112f;
  const uint32_t special = magnitude >= 0x0f800000u ? 0x7f800000u : 0u;
  const uint32_t sign = static_cast<uint32_t>(x.bits & 0x8000) << 16;
  return __builtin_bit_cast(float, __builtin_bit_cast(uint32_t, finite) | special | sign);
}
template <class T>
using real_t = typename real_of<wide_t<T>>::type;

/// Accumulators that one row runs in parallel: four registers of the widest level.
template <class Acc>
inline constexpr int kAccumulators = 256 / sizeof(Acc);
/// Rows shorter than this are reduced one element after the other, several rows at a time.
constexpr int64_t kShortRow = 32;
constexpr int kRowsAtOnce = 8;

template <class R>
inline typename R::Acc number(const void* c, int64_t i) {
  if constexpr (R::kUsesNumber) return static_cast<const typename R::Acc*>(c)[i];
  return typename R::Acc(0);
}

template <class R>
inline typename R::Acc reduce_row(const typename R::In* x, int64_t n, typename R::Acc c) {
  using Acc = typename R::Acc;
  constexpr int kLanes = kAccumulators<Acc>;
  // The number once per lane: GCC does not vectorize what tests a loop's invariants.
  Acc lane[kLanes], numbers[kLanes];
  for (int l = 0; l < kLanes; ++l) {
    lane[l] = R::identity();
    numbers[l] = c;
  }
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes)
    for (int l = 0; l < kLanes; ++l) lane[l] = R::merge(lane[l], R::load(x[i + l], numbers[l]));
  const int rest = static_cast<int>(n - i);
  for (int l = 0; l < rest; ++l) lane[l] = R::merge(lane[l], R::load(x[i + l], numbers[l]));
  for (int half = kLanes / 2; half > 0; half /= 2)
    for (int l = 0; l < half; ++l) lane[l] = R::merge(lane[l], lane[l + half]);
  return lane[0];
}

template <class R>
void rows(const void* input, int64_t stride, int64_t m, int64_t n, const void* c, void* out,
          int64_t*, int64_t) {
  using Acc = typename R::Acc;
  const auto* x = static_cast<const typename R::In*>(input);
  auto* acc = static_cast<Acc*>(out);
  if (n >= kShortRow) {
    for (int64_t r = 0; r < m; ++r) acc[r] = reduce_row<R>(x + r * stride, n, number<R>(c, r));
    return;
  }
  int64_t r = 0;
  for (; r + kRowsAtOnce <= m; r += kRowsAtOnce) {
    Acc a[kRowsAtOnce], p[kRowsAtOnce];
    for (int k = 0; k < kRowsAtOnce; ++k) {
      a[k] = R::identity();
      p[k] = number<R>(c, r + k);
    }
    const auto* row = x + r * stride;
    for (int64_t i = 0; i < n; ++i)
      for (int k = 0; k < kRowsAtOnce; ++k)
        a[k] = R::merge(a[k], R::load(row[k * stride + i], p[k]));
    for (int k = 0; k < kRowsAtOnce; ++k) acc[r + k] = a[k];
  }
  for (; r < m; ++r) {
    Acc a = R::identity();
    const Acc p = number<R>(c, r);
    for (int64_t i = 0; i < n; ++i) a = R::merge(a, R::load(x[r * stride + i], p));
    acc[r] = a;
  }
}

template <class R>
[[gnu::noinline]] void add_columns(const typename R::In* x, int64_t stride, int64_t m, int64_t n,
                                   const void* c, typename R::Acc* acc) {
  int64_t r = 0;
  for (; r + 4 <= m; r += 4) {
    const auto *x0 = x + r * stride, *x1 = x0 + stride, *x2 = x1 + stride, *x3 = x2 + stride;
    HEARTH_IVDEP
    for (int64_t j = 0; j < n; ++j) {
      const auto p = number<R>(c, j);
      acc[j] = R::merge(acc[j], R::merge(R::merge(R::load(x0[j], p), R::load(x1[j], p)),
                                         R::merge(R::load(x2[j], p), R::load(x3[j], p))));
    }
  }
  for (; r < m; ++r) {
    HEARTH_IVDEP
    for (int64_t j = 0; j < n; ++j)
      acc[j] = R::merge(acc[j], R::load(x[r * stride + j], number<R>(c, j)));
  }
}

template <class R>
void columns(const void* input, int64_t stride, int64_t m, int64_t n, const void* c, void* out,
             int64_t*, int64_t) {
  using Acc = typename R::Acc;
  const auto* x = static_cast<const typename R::In*>(input);
  auto* acc = static_cast<Acc*>(out);
  for (int64_t j = 0; j < n; ++j) acc[j] = R::identity();
  // A few packed columns: several rows are one long one, folded at the end.
  constexpr int64_t kWide = 128;
  if (stride == n && n <= kWide / 4 && m >= kWide / n) {
    const int64_t folds = kWide / n;
    Acc wide[kWide], numbers[kWide];
    for (int64_t j = 0; j < folds * n; ++j) {
      wide[j] = R::identity();
      numbers[j] = number<R>(c, j % n);
    }
    const int64_t long_rows = m / folds;
    add_columns<R>(x, folds * n, long_rows, folds * n, numbers, wide);
    for (int64_t f = 0; f < folds; ++f)
      for (int64_t j = 0; j < n; ++j) acc[j] = R::merge(acc[j], wide[f * n + j]);
    x += long_rows * folds * n;
    m -= long_rows * folds;
  }
  add_columns<R>(x, stride, m, n, c, acc);
}

template <class R>
void merge(void* to, int64_t*, const void* from, const int64_t*, int64_t n) {
  using Acc = typename R::Acc;
  auto* acc = static_cast<Acc*>(to);
  const auto* other = static_cast<const Acc*>(from);
  HEARTH_IVDEP
  for (int64_t j = 0; j < n; ++j) acc[j] = R::merge(acc[j], other[j]);
}

template <class R>
constexpr ReduceKernels kernels() {
  return {dtype_of<typename R::Acc>, &rows<R>, &columns<R>, &merge<R>};
}

}  // namespace
}  // namespace hearth::cpu::HEARTH_ISA
