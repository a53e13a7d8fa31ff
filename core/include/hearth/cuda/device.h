// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "hearth/base/device.h"
#include "hearth/base/macros.h"
#include "hearth/base/memory.h"

/// CUDA devices. The backend is a library of its own, libhearth_cuda, which is loaded on the first
/// use of a CUDA device when a driver answers; HEARTH_CUDA=0 in the environment keeps it out.
///
/// Work on a device is queued: functions return before it is done. Reading a value (item(), cpu(),
/// printing) waits for it. An index out of range is reported then, as IndexError.
namespace hearth::cuda {

/// Whether there is a CUDA device, and Hearth's library for it.
HEARTH_API bool is_available();
/// CUDA devices of this machine; 0 when CUDA cannot be used.
HEARTH_API int64_t device_count();

/// The device that kCUDA without a number means, for this thread; 0 at first.
HEARTH_API DeviceIndex current_device();

// From here on, -1 is the current device. These throw DeviceError when there is no such device; the
// message says why.

/// Makes `device` the thread's current one.
HEARTH_API void set_device(DeviceIndex device);
/// Waits until all work queued on the device, on any stream, is done (torch::cuda::synchronize).
HEARTH_API void synchronize(int64_t device_index = -1);
/// The device's name, "NVIDIA H100 80GB HBM3".
HEARTH_API std::string get_device_name(int64_t device_index = -1);
/// Memory of the device's pool, in bytes; counts of calls are not kept and stay 0.
HEARTH_API MemoryStats memory_stats(int64_t device_index = -1);
/// Sets both peaks to the present values.
HEARTH_API void reset_peak_memory_stats(int64_t device_index = -1);
/// Returns memory that no tensor uses to the driver.
HEARTH_API void empty_cache(int64_t device_index = -1);

}  // namespace hearth::cuda
