// SPDX-License-Identifier: Apache-2.0
// Kernel header: what becomes of two elements that go to one place.
#pragma once

#include <type_traits>

#include "backends/device_fn.h"
#include "backends/wrapping.h"

namespace hearth {

/// Of bools, whether one is true.
template <class T>
HEARTH_DEVICE_FN T sum_of(T a, T b) {
  if constexpr (std::is_same_v<T, bool>) {
    return a || b;
  } else {
    using W = wrapping_t<T>;
    return static_cast<T>(static_cast<W>(a) + static_cast<W>(b));
  }
}

/// Of bools, whether both are true.
template <class T>
HEARTH_DEVICE_FN T product_of(T a, T b) {
  if constexpr (std::is_same_v<T, bool>) {
    return a && b;
  } else {
    using W = wrapping_t<T>;
    return static_cast<T>(static_cast<W>(a) * static_cast<W>(b));
  }
}

/// The larger (or smaller) of both; NaN where one is. Complex numbers have no order.
template <bool kLargest, class T>
HEARTH_DEVICE_FN T extreme_of(T a, T b) {
  if constexpr (std::is_arithmetic_v<T>) {
    if ((kLargest ? b > a : b < a) || b != b) return b;
  }
  return a;
}

}  // namespace hearth
