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
  void set_backend(DeviceType device, const Backend* backend);
  /// Rows that have a kernel for the device.
  size_t count(DeviceType device) const;
};

/// The row named `name`; null when there is none.
HEARTH_API OpTable* find_op(std::string_view name);

/// Loads a backend library and calls its `extern "C" void hearth_install(hearth::Registry&)`. The
/// library must have been built against this very libhearth: its `hearth_build_id` must equal ours.
HEARTH_API void load_backend(const char* path);
/// Identifies this build of libhearth.
HEARTH_API const char* build_id();

}  // namespace hearth
