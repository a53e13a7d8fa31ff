// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <type_traits>

#include "hearth/base/half.h"

#include "c10/macros/Macros.h"

namespace hearth {

/// The type to compute in: float for half and bfloat16, else T.
template <typename T>
using opmath_type =
    std::conditional_t<std::is_same_v<T, Half> || std::is_same_v<T, BFloat16>, float, T>;

}  // namespace hearth
