// SPDX-License-Identifier: Apache-2.0
// The golden cases of tests/core, on the device.
#include "core/golden/runner.h"
#include "dispatch/backend.h"

namespace hearth::golden {

Device test_device() { return Device(kCUDA, 0); }
std::string test_device_missing() {
  return backend(kCUDA) ? "" : "no CUDA: " + backend_unavailable_reason(kCUDA);
}

}  // namespace hearth::golden
