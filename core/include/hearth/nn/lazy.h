// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace hearth::nn {

/// Tells a module's constructor to make no parameters yet.
struct lazy_t {
  explicit lazy_t() = default;
};
inline constexpr lazy_t lazy{};

}  // namespace hearth::nn
