// SPDX-License-Identifier: Apache-2.0
#include "embedded.h"

namespace hearth::pretrained {

// Written by CMake.
#include "embedded.inc"

}  // namespace hearth::pretrained
