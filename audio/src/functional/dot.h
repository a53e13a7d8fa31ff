// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace hearth::audio {

/// sum(a[i] * b[i]), in as many sums side by side as a register holds.
template <typename T>
T dot(const T* a, const T* b, int64_t n) {
  constexpr int kLanes = 16;
  T sums[kLanes] = {};
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes)
    for (int k = 0; k < kLanes; ++k) sums[k] += a[i + k] * b[i + k];
  T total = 0;
  for (; i < n; ++i) total += a[i] * b[i];
  for (const T sum : sums) total += sum;
  return total;
}

}  // namespace hearth::audio
