// SPDX-License-Identifier: Apache-2.0
// The vocabulary of pointwise.def for this instruction set.
#pragma once

#include "cpu/isa/vmath.h"
#include "cpu/special.h"

#define HEARTH_ELEMENT_NAMESPACE hearth::cpu::HEARTH_ISA
// GCC would call the larger ones from some loops, which then are not vectors.
#define HEARTH_ELEMENT_FN inline __attribute__((always_inline))
#define HEARTH_ELEMENT_SLOW [[gnu::noinline]] inline
#include "pointwise/px_element.h"

namespace hearth::cpu::HEARTH_ISA {
namespace {
namespace px {

/// Angles beyond the reach of sin and cos: real numbers, or the imaginary parts that exp turns by.
template <class T>
inline bool any_huge(const T*, int64_t) {
  return false;
}
template <class T>
inline T wrap_angle(T x) {
  return x;
}
inline bool any_huge(const float* x, int64_t n) { return vmath::any_huge(x, n); }
inline bool any_huge(const double* x, int64_t n) { return vmath::any_huge(x, n); }
inline float wrap_angle(float x) { return vmath::wrap_angle(x); }
inline double wrap_angle(double x) { return vmath::wrap_angle(x); }
template <class T>
inline bool any_huge(const complex<T>* x, int64_t n) {
  bool any = false;
  for (int64_t i = 0; i < n; ++i) any |= vmath::abs(x[i].imag_) > static_cast<T>(vmath::kTrigLimit);
  return any;
}
template <class T>
inline complex<T> wrap_angle(complex<T> x) {
  return {x.real_, vmath::wrap_angle(x.imag_)};
}

}  // namespace px
}  // namespace
}  // namespace hearth::cpu::HEARTH_ISA
