// SPDX-License-Identifier: Apache-2.0
// Sums, products and extremes of integers and bool.
#ifdef HEARTH_ISA_BELOW
#include "cpu/reduce_kernels.h"
HEARTH_AS_BELOW(const ReduceTable&, reduce_integers)
#else
#include "cpu/isa/reduce_extremes.h"
#include "cpu/isa/reduce_sums.h"

namespace hearth::cpu::HEARTH_ISA {
namespace {

constexpr ReduceTable make_table() {
  ReduceTable t{};
#define HEARTH_TYPE(T, type)                                                              \
  t.by[static_cast<int>(Reduction::Sum)][static_cast<int>(type)] = kernels<Summing<T>>(); \
  t.by[static_cast<int>(Reduction::Prod)][static_cast<int>(type)] = kernels<Multiplying<T>>();
  HEARTH_TYPE(bool, kBool)
  HEARTH_TYPE(uint8_t, kByte)
  HEARTH_TYPE(int8_t, kChar)
  HEARTH_TYPE(int16_t, kShort)
  HEARTH_TYPE(int32_t, kInt)
  HEARTH_TYPE(int64_t, kLong)
#undef HEARTH_TYPE
#define HEARTH_TYPE(T, type)                                                                     \
  t.by[static_cast<int>(Reduction::Max)][static_cast<int>(type)] = kernels<Extreme<T, true>>();  \
  t.by[static_cast<int>(Reduction::Min)][static_cast<int>(type)] = kernels<Extreme<T, false>>(); \
  t.by[static_cast<int>(Reduction::ArgMax)][static_cast<int>(type)] =                            \
      arg_kernels<Extreme<T, true>>();                                                           \
  t.by[static_cast<int>(Reduction::ArgMin)][static_cast<int>(type)] =                            \
      arg_kernels<Extreme<T, false>>();
  HEARTH_TYPE(uint8_t, kBool)
  HEARTH_TYPE(uint8_t, kByte)
  HEARTH_TYPE(int8_t, kChar)
  HEARTH_TYPE(int16_t, kShort)
  HEARTH_TYPE(int32_t, kInt)
  HEARTH_TYPE(int64_t, kLong)
#undef HEARTH_TYPE
  return t;
}

constexpr ReduceTable kTable = make_table();

}  // namespace

const ReduceTable& reduce_integers() { return kTable; }

}  // namespace hearth::cpu::HEARTH_ISA
#endif
