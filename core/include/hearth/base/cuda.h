// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "hearth/base/macros.h"

namespace hearth::cuda {

/// Whether the CUDA backend is loaded and has a device.
HEARTH_API bool is_available();
HEARTH_API int64_t device_count();

}  // namespace hearth::cuda
