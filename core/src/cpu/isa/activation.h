// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <type_traits>

#include "cpu/activation.h"
#include "cpu/isa/vector.h"
#include "cpu/isa/vmath.h"

// Activations of a register's worth, and their derivatives; at knots and of NaN as the rows of
// their names (hearth/ops/pointwise.def).
namespace hearth::cpu::HEARTH_ISA {

template <class T>
static inline Vector<T> sigmoid(const Vector<T>& v) {
  T lanes[kLanes<T>];
  store(lanes, v);
  for (T& x : lanes) x = vmath::sigmoid(x);
  return load<Vector<T>>(lanes);
}

template <Activation kActivation, class T>
static inline Vector<T> activate(const Vector<T>& v) {
  const Vector<T> zero{}, six = T(6) - zero;
  if constexpr (kActivation == Activation::ReLU) {
    return v < zero ? zero : v;
  } else if constexpr (kActivation == Activation::ReLU6) {
    const Vector<T> positive = v < zero ? zero : v;
    return positive > six ? six : positive;
  } else if constexpr (kActivation == Activation::SiLU) {
    return v * sigmoid<T>(v);
  } else if constexpr (kActivation == Activation::Hardswish) {
    Vector<T> gate = v + T(3);
    gate = gate < zero ? zero : gate;
    gate = gate > six ? six : gate;
    return v * gate / six;
  } else {
    return v;
  }
}

/// What the gradient g of activate(v) makes of v.
template <Activation kActivation, class T>
static inline Vector<T> activation_gradient(const Vector<T>& g, const Vector<T>& v) {
  const Vector<T> zero{};
  if constexpr (kActivation == Activation::ReLU) {
    return v <= zero ? zero : g;
  } else if constexpr (kActivation == Activation::ReLU6) {
    const Vector<T> above = v >= T(6) - zero ? zero : g;
    return v <= zero ? zero : above;
  } else if constexpr (kActivation == Activation::SiLU) {
    const Vector<T> s = sigmoid<T>(v);
    return g * (s * (T(1) + v * (T(1) - s)));
  } else if constexpr (kActivation == Activation::Hardswish) {
    const Vector<T> three = T(3) - zero, slope = g * (v / three + T(0.5));
    const Vector<T> rising = v < three ? slope : g;
    return v <= -three ? zero : rising;
  } else {
    return g;
  }
}

/// f of the activation as a constant.
template <class F>
static inline void with_activation(Activation activation, const F& f) {
  switch (activation) {
    case Activation::ReLU:
      return f(std::integral_constant<Activation, Activation::ReLU>());
    case Activation::ReLU6:
      return f(std::integral_constant<Activation, Activation::ReLU6>());
    case Activation::SiLU:
      return f(std::integral_constant<Activation, Activation::SiLU>());
    case Activation::Hardswish:
      return f(std::integral_constant<Activation, Activation::Hardswish>());
    default:
      return f(std::integral_constant<Activation, Activation::None>());
  }
}

}  // namespace hearth::cpu::HEARTH_ISA
