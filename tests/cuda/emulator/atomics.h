// SPDX-License-Identifier: Apache-2.0
// Atomics. One thread runs at a time, and none is interrupted.
#pragma once

#include <type_traits>

namespace hearth::emulator {

template <class T, class F>
T exchange(T* at, const F& change) {
  const T old = *at;
  *at = change(old);
  return old;
}

}  // namespace hearth::emulator

// The second operand is of the memory's type, as in CUDA's overloads.
#define HEARTH_ATOMIC(name, expression)                                                       \
  template <class T>                                                                          \
  T atomic##name(T* at, std::type_identity_t<T> v) {                                          \
    return hearth::emulator::exchange(at, [&](T old) { return static_cast<T>(expression); }); \
  }                                                                                           \
  template <class T>                                                                          \
  T atomic##name##_block(T* at, std::type_identity_t<T> v) {                                  \
    return atomic##name(at, v);                                                               \
  }                                                                                           \
  template <class T>                                                                          \
  T atomic##name##_system(T* at, std::type_identity_t<T> v) {                                 \
    return atomic##name(at, v);                                                               \
  }
HEARTH_ATOMIC(Add, old + v)
HEARTH_ATOMIC(Sub, old - v)
HEARTH_ATOMIC(Exch, (static_cast<void>(old), v))
HEARTH_ATOMIC(Min, v < old ? v : old)
HEARTH_ATOMIC(Max, v > old ? v : old)
HEARTH_ATOMIC(And, old& v)
HEARTH_ATOMIC(Or, old | v)
HEARTH_ATOMIC(Xor, old ^ v)
HEARTH_ATOMIC(Inc, old >= v ? 0 : old + 1)
HEARTH_ATOMIC(Dec, old == 0 || old > v ? v : old - 1)
#undef HEARTH_ATOMIC

template <class T>
T atomicCAS(T* at, std::type_identity_t<T> expected, std::type_identity_t<T> v) {
  return hearth::emulator::exchange(at, [&](T old) { return old == expected ? v : old; });
}
