// SPDX-License-Identifier: Apache-2.0
#include "cpu/isa/reduce_extremes.h"

namespace hearth::cpu::HEARTH_ISA {
namespace {

constexpr ReduceTable make_table() {
  ReduceTable t{};
  add_extremes<Half>(t, kHalf);
  add_extremes<BFloat16>(t, kBFloat16);
  add_extremes<float>(t, kFloat);
  add_extremes<double>(t, kDouble);
  return t;
}

constexpr ReduceTable kTable = make_table();

}  // namespace

const ReduceTable& reduce_extremes() { return kTable; }

}  // namespace hearth::cpu::HEARTH_ISA
