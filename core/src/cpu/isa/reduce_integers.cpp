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
  add_sums<bool>(t, kBool);
  add_sums<uint8_t>(t, kByte);
  add_sums<int8_t>(t, kChar);
  add_sums<int16_t>(t, kShort);
  add_sums<int32_t>(t, kInt);
  add_sums<int64_t>(t, kLong);
  add_extremes<uint8_t>(t, kBool);
  add_extremes<uint8_t>(t, kByte);
  add_extremes<int8_t>(t, kChar);
  add_extremes<int16_t>(t, kShort);
  add_extremes<int32_t>(t, kInt);
  add_extremes<int64_t>(t, kLong);
  return t;
}

constexpr ReduceTable kTable = make_table();

}  // namespace

const ReduceTable& reduce_integers() { return kTable; }

}  // namespace hearth::cpu::HEARTH_ISA
#endif
