// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <utility>

/// Declares an option with a fluent setter and a getter, as LibTorch's TORCH_ARG:
/// `HEARTH_ARG(double, lr) = 1e-3;` gives `lr(x)`, `lr()` and the member `lr_`.
#define HEARTH_ARG(T, name)                                \
 public:                                                   \
  auto name(T new_##name)->decltype(*this) {               \
    this->name##_ = ::std::move(new_##name);               \
    return *this;                                          \
  }                                                        \
  const T& name() const noexcept { return this->name##_; } \
  T& name() noexcept { return this->name##_; }             \
                                                           \
 private:                                                  \
  T name##_ /* NOLINT */
