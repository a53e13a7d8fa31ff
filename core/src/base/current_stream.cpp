// SPDX-License-Identifier: Apache-2.0
#include "base/current_stream.h"

namespace hearth {

namespace {
thread_local constinit DeviceIndex device = 0;
thread_local constinit void* streams[kMaxDevices] = {};
}  // namespace

DeviceIndex current_device_index() { return device; }
void set_current_device_index(DeviceIndex index) { device = index; }
void*& current_stream_slot(DeviceIndex index) { return streams[index]; }

Device Device::current_cuda() { return Device(kCUDA, device); }

}  // namespace hearth
