// SPDX-License-Identifier: Apache-2.0
// Sizes are numbers here, never symbols.
#pragma once

#include "hearth/base/array_ref.h"

namespace hearth {
using SymInt = int64_t;
using SymIntArrayRef = IntArrayRef;
}  // namespace hearth
