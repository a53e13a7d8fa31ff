// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "dispatch/op.h"

namespace hearth::ops {

/// The rows of every op but the pointwise ones, in the order of ops.def.
std::vector<OpTable*> listed_ops();

}  // namespace hearth::ops
