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

/// The backend of a device type, loaded when it is first asked for; null when there is none.
HEARTH_API const Backend* backend(DeviceType type);
HEARTH_API void set_backend(DeviceType type, const Backend* backend);
/// Why backend(type) is null; empty when it is not.
HEARTH_API std::string backend_unavailable_reason(DeviceType type);
/// What looks for the backend of a device type: called at least once before its slot is found
/// empty, it sets the backend or says why there is none.
using BackendLoader = const std::string& (*)();
void set_backend_loader(DeviceType type, BackendLoader loader);
/// Gives `storage` memory on `device`; throws DeviceError when its backend is not loaded.
void allocate_storage(Storage& storage, size_t bytes, Device device);

}  // namespace hearth
