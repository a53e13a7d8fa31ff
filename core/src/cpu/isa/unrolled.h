// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

namespace hearth::cpu::HEARTH_ISA {

template <int... I, typename F>
static inline void unrolled(std::integer_sequence<int, I...>, const F& f) {
  (f(std::integral_constant<int, I>()), ...);
}
/// f of the constants 0 to kCount - 1: accumulators indexed by them stay in registers.
template <int kCount, typename F>
static inline void unrolled(const F& f) {
  unrolled(std::make_integer_sequence<int, kCount>(), f);
}

}  // namespace hearth::cpu::HEARTH_ISA
