// SPDX-License-Identifier: Apache-2.0
#include "base/current_stream.h"

namespace hearth {

namespace {
thread_local constinit DeviceIndex this_device = 0;
thread_local constinit void* streams[kMaxDevices] = {};
}  // namespace

DeviceIndex current_device_index() { return this_device; }
void set_current_device_index(DeviceIndex index) { this_device = index; }
void*& current_stream_slot(DeviceIndex index) { return streams[index]; }

Device Device::current_cuda() { return Device(kCUDA, this_device); }

}  // namespace hearth
