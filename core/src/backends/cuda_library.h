// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "dispatch/backend.h"

namespace hearth {

/// Loads libhearth_cuda on the first call. Says why CUDA cannot be used; empty when it can.
HEARTH_API const std::string& cuda_unavailable_reason();
/// CUDA's backend, and the device that `index` names (-1: the current one). Throws DeviceError when
/// there is none.
const Backend& cuda_backend(int64_t index, Device* device);

}  // namespace hearth
