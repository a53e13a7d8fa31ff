// SPDX-License-Identifier: Apache-2.0
// How backends put kernels into the rows, also ones loaded at run time.
#pragma once

#include <string_view>

#include "dispatch/backend.h"
#include "dispatch/op.h"

namespace hearth {

/// Given to a backend's install function.
class HEARTH_API Registry {
 public:
  /// Puts a kernel into the row named `op`; throws when there is no such row.
  void set_kernel(std::string_view op, DeviceType device, Kernel kernel);
  /// Programs see the backend once install has returned, with all its kernels in place.
  void set_backend(DeviceType device, const Backend* backend);
  /// Shows what was set to all threads.
  void publish();
  /// Rows that have a kernel for the device.
  size_t count(DeviceType device) const;

 private:
  const Backend* waiting_[kNumDeviceTypes] = {};
};

/// Loads a backend library and lets it install itself. Throws FileError when it cannot be loaded,
/// DeviceError when it was built against another Hearth.
HEARTH_API void load_backend(const char* path);

}  // namespace hearth
