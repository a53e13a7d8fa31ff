// SPDX-License-Identifier: Apache-2.0
#include "hearth/base/default_device.h"

namespace hearth {
namespace {

thread_local Device device_of_thread{kCPU};

}  // namespace

DefaultDeviceGuard::DefaultDeviceGuard(Device device) : before_(device_of_thread) {
  device_of_thread = device;
}
DefaultDeviceGuard::~DefaultDeviceGuard() { device_of_thread = before_; }

Device default_device() { return device_of_thread; }

}  // namespace hearth
