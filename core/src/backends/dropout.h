// SPDX-License-Identifier: Apache-2.0
// What dropout compares random bits with, on every device.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace hearth {

/// The largest 32-bit number that counts as a success of probability p > 0.
inline uint32_t last_success(double p) {
  return static_cast<uint32_t>(std::max(std::ceil(p * 0x1p32) - 1, 0.0));
}

}  // namespace hearth
