// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <type_traits>
#include <utility>

#include "c10/util/C++17.h"

namespace hearth {

template <bool... values>
struct all_of : std::bool_constant<(values && ...)> {};
template <bool... values>
struct any_of : std::bool_constant<(values || ...)> {};

/// Calls `function` with each of the others, in their order.
template <typename Function, typename... Ts>
void apply(Function function, Ts&&... ts) {
  (static_cast<void>(function(std::forward<Ts>(ts))), ...);
}

}  // namespace hearth
