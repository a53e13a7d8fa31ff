// SPDX-License-Identifier: Apache-2.0
#include "cpu/threshold_kernels.h"

namespace hearth::cpu::HEARTH_ISA {
namespace {

template <class T, bool kAbove>
inline bool past(T x, T bound) {
  return kAbove ? !(x <= bound) : !(x >= bound);
}

template <class T, bool kAbove>
int64_t find(const void* data, int64_t i, int64_t end, const void* bound) {
  constexpr int64_t kBlock = 16;
  const T* x = static_cast<const T*>(data);
  const T b = *static_cast<const T*>(bound);
  for (; i + kBlock <= end; i += kBlock) {
    bool any = false;
    for (int64_t j = 0; j < kBlock; ++j) any |= past<T, kAbove>(x[i + j], b);
    if (any) break;
  }
  while (i < end && !past<T, kAbove>(x[i], b)) ++i;
  return i;
}

constexpr ThresholdTable make_table() {
  ThresholdTable t{};
#define HEARTH_TYPE(T, name)                                    \
  t.above[static_cast<int>(ScalarType::name)] = &find<T, true>; \
  t.below[static_cast<int>(ScalarType::name)] = &find<T, false>;
  HEARTH_TYPE(uint8_t, Byte)
  HEARTH_TYPE(int8_t, Char)
  HEARTH_TYPE(int16_t, Short)
  HEARTH_TYPE(int32_t, Int)
  HEARTH_TYPE(int64_t, Long)
  HEARTH_TYPE(float, Float)
  HEARTH_TYPE(double, Double)
#undef HEARTH_TYPE
  return t;
}

}  // namespace

const ThresholdTable& threshold_table() {
  static constexpr ThresholdTable table = make_table();
  return table;
}

}  // namespace hearth::cpu::HEARTH_ISA
