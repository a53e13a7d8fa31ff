// SPDX-License-Identifier: Apache-2.0
// Which device and which of its streams a thread works on. Streams are a backend's handles; null is
// the device's default one, as long as nobody asked for it.
#pragma once

#include "hearth/base/device.h"

namespace hearth {

inline constexpr int kMaxDevices = 64;

/// The thread's current CUDA device.
HEARTH_API DeviceIndex current_device_index();
HEARTH_API void set_current_device_index(DeviceIndex index);
/// The thread's current stream of a CUDA device in [0, kMaxDevices), to read and to set.
HEARTH_API void*& current_stream_slot(DeviceIndex index);

}  // namespace hearth
