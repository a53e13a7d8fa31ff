// SPDX-License-Identifier: Apache-2.0
// Logits of one text or token, and what they mean.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

namespace hearth::text {

inline void softmax_in_place(float* scores, size_t n) {
  const float most = *std::max_element(scores, scores + n);
  float sum = 0;
  for (size_t i = 0; i < n; ++i) sum += scores[i] = std::exp(scores[i] - most);
  for (size_t i = 0; i < n; ++i) scores[i] /= sum;
}

inline float sigmoid_of(float x) { return 1 / (1 + std::exp(-x)); }

/// Places of the `most` largest numbers, the largest first; of equal ones the first.
inline std::vector<size_t> largest(const float* scores, size_t n, size_t most) {
  std::vector<size_t> order(n);
  std::iota(order.begin(), order.end(), size_t{0});
  most = std::min(most, n);
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(most), order.end(),
                    [scores](size_t a, size_t b) {
                      return scores[a] != scores[b] ? scores[a] > scores[b] : a < b;
                    });
  order.resize(most);
  return order;
}

}  // namespace hearth::text
