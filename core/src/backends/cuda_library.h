// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "hearth/base/macros.h"

namespace hearth {

/// Loads libhearth_cuda on the first call. Says why CUDA cannot be used; empty when it can.
HEARTH_API const std::string& cuda_unavailable_reason();

}  // namespace hearth
