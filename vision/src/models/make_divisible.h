// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>

namespace hearth::vision::models {

/// The multiple of `divisor` next to a number of channels, at least one of them and no more than a
/// tenth below.
inline int64_t make_divisible(double channels, int64_t divisor) {
  const auto rounded = static_cast<int64_t>(channels + static_cast<double>(divisor) / 2);
  const int64_t near = std::max(divisor, rounded / divisor * divisor);
  return static_cast<double>(near) < 0.9 * channels ? near + divisor : near;
}

}  // namespace hearth::vision::models
