// SPDX-License-Identifier: Apache-2.0
// Questions about types, as LibTorch's containers ask them; others are in hearth/nn/pimpl.h.
#pragma once

#include <type_traits>
#include <utility>

#include "hearth/nn/pimpl.h"

#include "c10/macros/Macros.h"

namespace hearth::detail {

template <typename... Ts>
constexpr bool check_not_lvalue_references() {
  return (!std::is_lvalue_reference_v<Ts> && ...);
}

template <typename M, typename... Args>
concept TakesForward = requires(M& module, Args&&... args) {
  module.forward(std::forward<Args>(args)...);
};
/// void where M has no such forward.
template <typename M, typename... Args>
requires(!TakesForward<M, Args...>) struct return_type_of_forward<M, Args...> {
  using type = void;
};

}  // namespace hearth::detail
