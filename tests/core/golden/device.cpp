// SPDX-License-Identifier: Apache-2.0
#include "core/golden/runner.h"

namespace hearth::golden {

Device test_device() { return kCPU; }
std::string test_device_missing() { return ""; }

}  // namespace hearth::golden
