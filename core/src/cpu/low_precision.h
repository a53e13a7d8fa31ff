// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "hearth/base/dtype.h"

namespace hearth::cpu {

/// n values of type Half or BFloat16 to float.
void to_float(ScalarType type, const void* src, float* dst, int64_t n);
/// Rounds n floats to Half or BFloat16.
void from_float(ScalarType type, const float* src, void* dst, int64_t n);

}  // namespace hearth::cpu
