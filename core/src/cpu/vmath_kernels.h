// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdint.h>

#include "cpu/isa_select.h"

// The vector math functions over arrays, as other kernels inline them; for the tests.
#define HEARTH_FORALL_VMATH_UNARY(_) \
  _(exp)                             \
  _(exp2)                            \
  _(expm1)                           \
  _(log)                             \
  _(log2)                            \
  _(log10)                           \
  _(log1p)                           \
  _(asin)                            \
  _(acos)                            \
  _(atan)                            \
  _(sinh)                            \
  _(cosh)                            \
  _(tanh)                            \
  _(asinh)                           \
  _(acosh)                           \
  _(atanh)                           \
  _(sigmoid)                         \
  _(erf)                             \
  _(erfc)                            \
  _(erfcx)                           \
  _(rsqrt)
#define HEARTH_FORALL_VMATH_TRIG(_) \
  _(sin)                            \
  _(cos)                            \
  _(tan)
#define HEARTH_FORALL_VMATH_BINARY(_) \
  _(pow)                              \
  _(atan2)

namespace hearth::cpu {

template <class T>
struct VmathFunctions {
#define HEARTH_MEMBER(name) void (*name)(const T* x, T* y, int64_t n);
  HEARTH_FORALL_VMATH_UNARY(HEARTH_MEMBER)
  HEARTH_FORALL_VMATH_TRIG(HEARTH_MEMBER)
#undef HEARTH_MEMBER
#define HEARTH_MEMBER(name) void (*name)(const T* a, const T* b, T* y, int64_t n);
  HEARTH_FORALL_VMATH_BINARY(HEARTH_MEMBER)
#undef HEARTH_MEMBER
};

struct VmathTable {
  VmathFunctions<float> f32;
  VmathFunctions<double> f64;
};

HEARTH_DECLARE_ISA(const VmathTable&, vmath_table)

/// The table of one variant, which must be available.
const VmathTable& vmath(Isa isa);

}  // namespace hearth::cpu
