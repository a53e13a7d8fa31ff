// SPDX-License-Identifier: Apache-2.0
// Kernel header: integers that are too large wrap around, as PyTorch's do.
#pragma once

#include <cstdint>
#include <type_traits>

namespace hearth {

/// What to add and multiply elements of T in. Signed integers may not overflow, and small unsigned
/// ones become signed on the way: both are computed as unsigned ones of 32 or 64 bits.
template <class T>
struct Wrapping {
  using type = T;
};
template <class T>
requires(std::is_integral_v<T> && !std::is_same_v<T, bool>) struct Wrapping<T> {
  using type = std::conditional_t<sizeof(T) == 8, uint64_t, uint32_t>;
};
template <class T>
using wrapping_t = typename Wrapping<T>::type;

}  // namespace hearth
