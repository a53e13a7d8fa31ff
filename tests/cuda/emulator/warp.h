// SPDX-License-Identifier: Apache-2.0
// Functions of a warp: each lane brings a record to meet_warp, and the last to come works on all.
#pragma once

#include "block.h"

namespace hearth::emulator {

template <class T>
struct Shuffled {
  T value, result;
  int source;
};

/// Gives each lane the value of the lane `source`.
template <class T>
T shuffle(unsigned mask, T value, int source, const char* what, const Place& place) {
  Shuffled<T> mine{value, value, source};
  meet_warp(
      mask, &mine,
      [](void* const* records, unsigned lanes) {
        for (int i = 0; i < 32; ++i) {
          if (!(lanes >> i & 1)) continue;
          auto* to = static_cast<Shuffled<T>*>(records[i]);
          if (!(lanes >> to->source & 1))
            fail("lane " + std::to_string(i) + " reads lane " + std::to_string(to->source) +
                 ", which is not in its mask");
          to->result = static_cast<const Shuffled<T>*>(records[to->source])->value;
        }
      },
      what, place);
  return mine.result;
}

/// Gives every lane combine(values of all).
template <class T, class R, class Combine>
R combined(unsigned mask, T value, const Combine&, const char* what, const Place& place) {
  struct Record {
    T value;
    R result;
  } mine{value, R()};
  meet_warp(
      mask, &mine,
      [](void* const* records, unsigned lanes) {
        const auto at = [&](int i) { return static_cast<Record*>(records[i]); };
        for (int i = 0; i < 32; ++i)
          if (lanes >> i & 1)
            at(i)->result = Combine()(
                lanes, [&](int k) { return at(k)->value; }, i);
      },
      what, place);
  return mine.result;
}

}  // namespace hearth::emulator

inline void __syncwarp(unsigned mask = 0xffffffffu,
                       const hearth::emulator::Place& place = hearth::emulator::Place::current()) {
  hearth::emulator::meet_warp(mask, nullptr, nullptr, "__syncwarp", place);
}
inline unsigned __activemask() { return hearth::emulator::active_lanes(); }

// Sources beyond the lane's group of `width` are its own.
#define HEARTH_SHUFFLE(name, type, source, stays)                                            \
  template <class T>                                                                         \
  T __shfl##name##_sync(                                                                     \
      unsigned mask, T v, type by, int width = 32,                                           \
      const hearth::emulator::Place& place = hearth::emulator::Place::current()) {           \
    const int lane = static_cast<int>(hearth::emulator::lane()), first = lane & -width;      \
    const int n = static_cast<int>(by), from = source;                                       \
    return hearth::emulator::shuffle(mask, v, (stays) ? lane : from, "__shfl" #name "_sync", \
                                     place);                                                 \
  }
HEARTH_SHUFFLE(, int, first + (n & (width - 1)), false)
HEARTH_SHUFFLE(_up, unsigned, lane - n, from < first)
HEARTH_SHUFFLE(_down, unsigned, lane + n, from >= first + width)
HEARTH_SHUFFLE(_xor, int, lane ^ n, from >= first + width)
#undef HEARTH_SHUFFLE

inline unsigned __ballot_sync(
    unsigned mask, int predicate,
    const hearth::emulator::Place& place = hearth::emulator::Place::current()) {
  constexpr auto ballot = [](unsigned lanes, const auto& value, int) {
    unsigned all = 0;
    for (int k = 0; k < 32; ++k)
      if (lanes >> k & 1 && value(k)) all |= 1u << k;
    return all;
  };
  return hearth::emulator::combined<int, unsigned>(mask, predicate, ballot, "__ballot_sync", place);
}
inline int __any_sync(unsigned mask, int predicate,
                      const hearth::emulator::Place& place = hearth::emulator::Place::current()) {
  return __ballot_sync(mask, predicate, place) != 0;
}
inline int __all_sync(unsigned mask, int predicate,
                      const hearth::emulator::Place& place = hearth::emulator::Place::current()) {
  return __ballot_sync(mask, !predicate, place) == 0;
}
template <class T>
unsigned __match_any_sync(
    unsigned mask, T value,
    const hearth::emulator::Place& place = hearth::emulator::Place::current()) {
  constexpr auto same = [](unsigned lanes, const auto& v, int mine) {
    unsigned all = 0;
    for (int k = 0; k < 32; ++k)
      if (lanes >> k & 1 && v(k) == v(mine)) all |= 1u << k;
    return all;
  };
  return hearth::emulator::combined<T, unsigned>(mask, value, same, "__match_any_sync", place);
}

#define HEARTH_WARP_REDUCE(name, expression)                                                     \
  template <class T>                                                                             \
  T __reduce_##name##_sync(                                                                      \
      unsigned mask, T value,                                                                    \
      const hearth::emulator::Place& place = hearth::emulator::Place::current()) {               \
    constexpr auto all = [](unsigned lanes, const auto& v, int mine) {                           \
      T a = v(mine);                                                                             \
      for (int k = 0; k < 32; ++k)                                                               \
        if (lanes >> k & 1 && k != mine) {                                                       \
          const T b = v(k);                                                                      \
          a = expression;                                                                        \
        }                                                                                        \
      return a;                                                                                  \
    };                                                                                           \
    return hearth::emulator::combined<T, T>(mask, value, all, "__reduce_" #name "_sync", place); \
  }
HEARTH_WARP_REDUCE(add, a + b)
HEARTH_WARP_REDUCE(min, b < a ? b : a)
HEARTH_WARP_REDUCE(max, b > a ? b : a)
HEARTH_WARP_REDUCE(and, a& b)
HEARTH_WARP_REDUCE(or, a | b)
HEARTH_WARP_REDUCE(xor, a ^ b)
#undef HEARTH_WARP_REDUCE
