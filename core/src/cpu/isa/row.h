// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cpu/isa/vector.h"

// Reductions over contiguous rows. The order of additions depends on the length only.
namespace hearth::cpu::HEARTH_ISA {

template <class T>
static inline T lanes_sum(const Vector<T>& v) {
  T lanes[kLanes<T>];
  store(lanes, v);
  for (int step = kLanes<T> / 2; step > 0; step /= 2)
    for (int i = 0; i < step; ++i) lanes[i] += lanes[i + step];
  return lanes[0];
}

/// The sum of f(rows[i]...) over i < n.
template <class T, class F, class... P>
static inline T row_sum(int64_t n, const F& f, const P*... rows) {
  constexpr int L = kLanes<T>;
  Vector<T> a{}, b{}, c{}, d{};
  int64_t i = 0;
  for (; i + 4 * L <= n; i += 4 * L) {
    a += f(load_as<T>(rows + i)...);
    b += f(load_as<T>(rows + i + L)...);
    c += f(load_as<T>(rows + i + 2 * L)...);
    d += f(load_as<T>(rows + i + 3 * L)...);
  }
  for (; i + L <= n; i += L) a += f(load_as<T>(rows + i)...);
  T sum = lanes_sum<T>((a + b) + (c + d));
  for (; i < n; ++i) sum += f(rows[i]...);
  return sum;
}

/// The largest of n > 0 elements; NaN counts as smaller than anything.
template <class T>
static inline T row_max(int64_t n, const T* x) {
  constexpr int L = kLanes<T>;
  const T lowest = -static_cast<T>(__builtin_inf());
  Vector<T> a = Vector<T>{} + lowest, b = a;
  int64_t i = 0;
  for (; i + 2 * L <= n; i += 2 * L) {
    const Vector<T> u = load_as<T>(x + i), v = load_as<T>(x + i + L);
    a = u > a ? u : a;
    b = v > b ? v : b;
  }
  a = b > a ? b : a;
  T lanes[kLanes<T>];
  store(lanes, a);
  T most = lowest;
  for (int k = 0; k < L; ++k) most = lanes[k] > most ? lanes[k] : most;
  for (; i < n; ++i) most = x[i] > most ? x[i] : most;
  return most;
}

}  // namespace hearth::cpu::HEARTH_ISA
