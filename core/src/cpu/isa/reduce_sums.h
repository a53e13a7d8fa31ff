// SPDX-License-Identifier: Apache-2.0
// Sums and products of any type.
#pragma once

#include "cpu/isa/reduce.h"

namespace hearth::cpu::HEARTH_ISA {
namespace {

/// Integers and bool sum and multiply as int64.
template <class T>
struct sum_of {
  using type = int64_t;
};
template <>
struct sum_of<Half> {
  using type = float;
};
template <>
struct sum_of<BFloat16> {
  using type = float;
};
template <>
struct sum_of<float> {
  using type = float;
};
template <>
struct sum_of<double> {
  using type = double;
};
template <class T>
struct sum_of<complex<T>> {
  using type = complex<T>;
};

template <class T>
struct Summing {
  using In = T;
  using Acc = typename sum_of<T>::type;
  static constexpr bool kUsesNumber = false;
  static Acc identity() { return Acc(0); }
  static Acc load(T x, Acc) { return widen<Acc>(x); }
  static Acc merge(Acc a, Acc b) { return a + b; }
};

template <class T>
struct Multiplying : Summing<T> {
  using Acc = typename sum_of<T>::type;
  static Acc identity() { return Acc(1); }
  static Acc merge(Acc a, Acc b) { return a * b; }
};

/// Enters sum and product of T.
template <class T>
constexpr void add_sums(ReduceTable& t, ScalarType type) {
  t.by[static_cast<int>(Reduction::Sum)][static_cast<int>(type)] = kernels<Summing<T>>();
  t.by[static_cast<int>(Reduction::Prod)][static_cast<int>(type)] = kernels<Multiplying<T>>();
}

}  // namespace
}  // namespace hearth::cpu::HEARTH_ISA
