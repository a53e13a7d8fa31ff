// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "hearth/base/memory.h"

#include "tensor/tensor_impl.h"

namespace hearth {

/// What a device must offer besides kernels. A backend that is absent leaves its slot null. The
/// functions after device_count may be null where there is nothing to do.
struct Backend {
  void (*allocate)(Storage& storage, size_t bytes, Device device);
  /// Copies dense bytes; at least one side is this backend's device.
  void (*copy_bytes)(void* dst, Device dst_device, const void* src, Device src_device,
                     size_t bytes);
  int64_t (*device_count)();
  /// Before a kernel: makes `device` the one that this thread launches on.
  void (*activate)(Device device) = nullptr;
  /// Waits for everything queued on the device, and throws what went wrong there.
  void (*synchronize)(Device device) = nullptr;
  MemoryStats (*memory_stats)(Device device) = nullptr;
  void (*reset_peak_memory_stats)(Device device) = nullptr;
  void (*empty_cache)(Device device) = nullptr;
  std::string (*device_name)(Device device) = nullptr;
};

/// The backend of a device type; null when it is not loaded.
const Backend* backend(DeviceType type);
void set_backend(DeviceType type, const Backend* backend);
/// Gives `storage` memory on `device`; throws DeviceError when its backend is not loaded.
void allocate_storage(Storage& storage, size_t bytes, Device device);

}  // namespace hearth
