// SPDX-License-Identifier: Apache-2.0
// Kernel header: sums of exponentials, in logarithms.
#pragma once

#include <cmath>
#include <limits>

#include "hearth/base/complex.h"

#include "backends/device_fn.h"

namespace hearth {

/// The logarithm of 0.
template <class T>
inline constexpr T kLogZero = -std::numeric_limits<T>::infinity();

/// log(exp(a) + exp(b)), exact to the last bits.
template <class T>
HEARTH_DEVICE_FN T log_add_exp(T a, T b) {
  const T least = b < a ? b : a, most = b < a ? a : b;
  if (a != a || b != b) return a + b;
  if (least == most && most - most != T(0)) return most;
  return most + std::log1p(std::exp(least - most));
}

template <class T>
HEARTH_DEVICE_FN complex<T> complex_exp(complex<T> z) {
  const T size = std::exp(z.real_);
  if (size == T(0)) return {T(0), T(0)};
  if (z.imag_ == T(0)) return {size, z.imag_};
  return {size * std::cos(z.imag_), size * std::sin(z.imag_)};
}
template <class T>
HEARTH_DEVICE_FN complex<T> complex_log(complex<T> z) {
  return {std::log(std::hypot(z.real_, z.imag_)), std::atan2(z.imag_, z.real_)};
}
template <class T>
HEARTH_DEVICE_FN complex<T> log_add_exp(complex<T> a, complex<T> b) {
  constexpr T kNan = std::numeric_limits<T>::quiet_NaN();
  if (b.real_ != b.real_ || b.imag_ != b.imag_) return {kNan, kNan};
  if (a.real_ != a.real_ || a.imag_ != a.imag_) return {kNan, kNan};
  const complex<T> least = b.real_ < a.real_ ? b : a, most = b.real_ < a.real_ ? a : b;
  if (least.real_ == most.real_ && most.real_ - most.real_ != T(0)) {
    if (most.real_ < T(0)) return least;
    return complex_log(complex_exp(least) + complex_exp(most));
  }
  return most + complex_log(T(1) + complex_exp(least - most));
}

/// exp(a - b), conjugate.
template <class T>
HEARTH_DEVICE_FN T conjugate_exp(T a, T b) {
  return std::exp(a - b);
}
template <class T>
HEARTH_DEVICE_FN complex<T> conjugate_exp(complex<T> a, complex<T> b) {
  return complex_exp(complex<T>(a.real_ - b.real_, b.imag_ - a.imag_));
}

/// The same sum for paths of an alignment, of two or three numbers.
template <class T>
HEARTH_DEVICE_FN T log_add(T a, T b) {
  const T most = a < b ? b : a;
  if (most == kLogZero<T>) return a + b;  // NaN stays
  return std::log(std::exp(a - most) + std::exp(b - most)) + most;
}
template <class T>
HEARTH_DEVICE_FN T log_add(T a, T b, T c) {
  const T two = a < b ? b : a, most = two < c ? c : two;
  if (most == kLogZero<T>) return a + b + c;
  return std::log(std::exp(a - most) + std::exp(b - most) + std::exp(c - most)) + most;
}

}  // namespace hearth
