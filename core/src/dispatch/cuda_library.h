// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace hearth {

/// Loads libhearth_cuda on the first call. Says why CUDA cannot be used; empty when it can.
const std::string& cuda_unavailable_reason();

}  // namespace hearth
