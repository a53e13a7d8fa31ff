// SPDX-License-Identifier: Apache-2.0
// c10::variant of older LibTorch versions.
#pragma once

#include <variant>

#include "c10/macros/Macros.h"

namespace hearth {
using std::bad_variant_access;
using std::get_if;
using std::holds_alternative;
using std::monostate;
using std::variant;
using std::visit;
}  // namespace hearth
