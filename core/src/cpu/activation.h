// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace hearth::cpu {

/// What kernels can apply to a result before they write it; as ConvActivation.
enum class Activation : int8_t { None, ReLU, ReLU6, SiLU, Hardswish };

}  // namespace hearth::cpu
