// SPDX-License-Identifier: Apache-2.0
#include "cpu/isa/vmath.h"

#include "cpu/vmath_kernels.h"

namespace hearth::cpu::HEARTH_ISA {
namespace {

template <class T>
struct Loops {
#define HEARTH_LOOP(name)                                     \
  static void name(const T* x, T* y, int64_t n) {             \
    for (int64_t i = 0; i < n; ++i) y[i] = vmath::name(x[i]); \
  }
  HEARTH_FORALL_VMATH_UNARY(HEARTH_LOOP)
#undef HEARTH_LOOP
#define HEARTH_LOOP(name)                                                          \
  static void name(const T* x, T* y, int64_t n) {                                  \
    if (vmath::any_huge(x, n)) {                                                   \
      for (int64_t i = 0; i < n; ++i) y[i] = vmath::name(vmath::wrap_angle(x[i])); \
    } else {                                                                       \
      for (int64_t i = 0; i < n; ++i) y[i] = vmath::name(x[i]);                    \
    }                                                                              \
  }
  HEARTH_FORALL_VMATH_TRIG(HEARTH_LOOP)
#undef HEARTH_LOOP
#define HEARTH_LOOP(name)                                           \
  static void name(const T* a, const T* b, T* y, int64_t n) {       \
    for (int64_t i = 0; i < n; ++i) y[i] = vmath::name(a[i], b[i]); \
  }
  HEARTH_FORALL_VMATH_BINARY(HEARTH_LOOP)
#undef HEARTH_LOOP

  static constexpr VmathFunctions<T> table() {
    return {
#define HEARTH_ADDRESS(name) name,
        HEARTH_FORALL_VMATH_UNARY(HEARTH_ADDRESS) HEARTH_FORALL_VMATH_TRIG(HEARTH_ADDRESS)
            HEARTH_FORALL_VMATH_BINARY(HEARTH_ADDRESS)
#undef HEARTH_ADDRESS
    };
  }
};

}  // namespace

const VmathTable& vmath_table() {
  static constexpr VmathTable table{Loops<float>::table(), Loops<double>::table()};
  return table;
}

}  // namespace hearth::cpu::HEARTH_ISA
