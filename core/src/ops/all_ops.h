// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dispatch/op.h"

namespace hearth {

/// Rows of every op, in a fixed order.
HEARTH_API std::span<OpTable* const> all_ops();
/// The row named `name`; null when there is none.
HEARTH_API OpTable* find_op(std::string_view name);

}  // namespace hearth
