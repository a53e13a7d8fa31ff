// SPDX-License-Identifier: Apache-2.0
#include "cpu/isa/reduce_extremes.h"

namespace hearth::cpu::HEARTH_ISA {
namespace {

constexpr ReduceTable make_table() {
  ReduceTable t{};
#define HEARTH_TYPE(T, type)                                                                     \
  t.by[static_cast<int>(Reduction::Max)][static_cast<int>(type)] = kernels<Extreme<T, true>>();  \
  t.by[static_cast<int>(Reduction::Min)][static_cast<int>(type)] = kernels<Extreme<T, false>>(); \
  t.by[static_cast<int>(Reduction::ArgMax)][static_cast<int>(type)] =                            \
      arg_kernels<Extreme<T, true>>();                                                           \
  t.by[static_cast<int>(Reduction::ArgMin)][static_cast<int>(type)] =                            \
      arg_kernels<Extreme<T, false>>();
  HEARTH_TYPE(Half, kHalf)
  HEARTH_TYPE(BFloat16, kBFloat16)
  HEARTH_TYPE(float, kFloat)
  HEARTH_TYPE(double, kDouble)
#undef HEARTH_TYPE
  return t;
}

constexpr ReduceTable kTable = make_table();

}  // namespace

const ReduceTable& reduce_extremes() { return kTable; }

}  // namespace hearth::cpu::HEARTH_ISA
