// SPDX-License-Identifier: Apache-2.0
// Values of states by formula, from the names and sizes of their tensors, as
// tests/golden/cases_architectures.py has them.
#pragma once

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

#include "core/golden/runner.h"

namespace hearth::golden {

constexpr int64_t kPeriod = 65521;

template <typename Word>
inline Word fnv1a(std::string_view text, Word value, Word prime) {
  for (const char c : text) value = (value ^ static_cast<uint8_t>(c)) * prime;
  return value;
}
inline uint32_t seed_of(std::string_view name) {
  return fnv1a<uint32_t>(name, 0x811C9DC5U, 0x01000193U);
}

inline std::pair<double, double> bounds(std::string_view name, IntArrayRef sizes, double gain) {
  const std::string_view leaf = name.substr(name.rfind('.') + 1);
  if (leaf == "running_mean") return {-0.2, 0.2};
  if (leaf == "running_var") return {0.5, 1.5};
  if (sizes.size() == 1) return leaf == "weight" ? std::pair(0.75, 1.25) : std::pair(-0.2, 0.2);
  if (sizes.empty() || sizes[0] == 1) return {-0.5, 0.5};
  double inputs = 1;
  for (const int64_t n : sizes.slice(1)) inputs *= static_cast<double>(n);
  const double bound = gain * std::sqrt(3 / inputs);
  return {-bound, bound};
}

/// Large tensors repeat themselves.
inline void set_values(const Tensor& tensor, std::string_view name, double gain,
                       uint32_t another = 0) {
  const auto [low, high] = bounds(name, tensor.sizes(), gain);
  const int64_t n = tensor.numel(), period = std::min(n, kPeriod);
  const Tensor block =
      elements_of(Formula::Uniform, period, kFloat, seed_of(name) + another, low, high);
  const Tensor flat = tensor.view({-1});
  for (int64_t at = 0; at < n; at += period)
    flat.narrow(0, at, std::min(period, n - at))
        .copy_(block.narrow(0, 0, std::min(period, n - at)));
}

}  // namespace hearth::golden
