// SPDX-License-Identifier: Apache-2.0
// How backends put kernels into the rows, also ones loaded at run time.
#pragma once

#include <string_view>

#include "dispatch/backend.h"
#include "dispatch/op.h"
#include "pointwise/op_ids.h"

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

/// Changes with the layout of what core and a backend share, so that a backend built against other
/// headers is refused instead of reading fields at wrong places.
constexpr uint64_t abi_fingerprint() {
  uint64_t h = 1;
  for (const uint64_t part : {sizeof(TensorImpl), sizeof(Storage), sizeof(OpTable), sizeof(OpInfo),
                              sizeof(Call), sizeof(Backend), sizeof(Spec), sizeof(Scalar),
                              sizeof(DimVector), static_cast<size_t>(kNumPointwise)})
    h = h * 1099511628211u + part;
  return h;
}

/// Loads a backend library and lets it install itself. Throws FileError when it cannot be loaded,
/// DeviceError when it was built against another Hearth.
HEARTH_API void load_backend(const char* path);

/// In a backend library: `HEARTH_BACKEND(install)` makes `void install(hearth::Registry&)` what
/// load_backend calls.
#define HEARTH_BACKEND(install)                                                       \
  extern "C" HEARTH_API uint64_t hearth_abi() { return ::hearth::abi_fingerprint(); } \
  extern "C" HEARTH_API void hearth_install(::hearth::Registry& registry) { install(registry); }

}  // namespace hearth
