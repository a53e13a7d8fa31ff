// SPDX-License-Identifier: Apache-2.0
// LibTorch's switches of autocast, for this thread. A scope of hearth::Autocast is shorter, and
// ends when an exception leaves it.
#pragma once

#include <memory>

#include "hearth/base/error.h"
#include "hearth/interceptors/autocast.h"

#include "c10/macros/Macros.h"

namespace hearth::autocast {

namespace detail {
struct Switch {
  ScalarType dtype;
  std::unique_ptr<Autocast> scope;
};
inline Switch& switch_of(DeviceType device) {
  static thread_local Switch cpu{kBFloat16, nullptr}, cuda{kHalf, nullptr};
  HEARTH_CHECK_AS(ValueError, device == kCPU || device == kCUDA,
                  "[autocast] expected the CPU or CUDA as device type, got ", Device(device));
  return device == kCPU ? cpu : cuda;
}
}  // namespace detail

using hearth::is_autocast_enabled;

inline void set_autocast_enabled(DeviceType device, bool enabled) {
  detail::Switch& s = detail::switch_of(device);
  s.scope.reset();
  if (enabled) s.scope = std::make_unique<Autocast>(device, s.dtype);
}
/// BFloat16 on the CPU and Half on CUDA until set_autocast_dtype.
inline ScalarType get_autocast_dtype(DeviceType device) { return detail::switch_of(device).dtype; }
inline void set_autocast_dtype(DeviceType device, ScalarType dtype) {
  detail::Switch& s = detail::switch_of(device);
  s.dtype = dtype;
  set_autocast_enabled(device, s.scope != nullptr);
}
/// Forgets the casts of parameters.
inline void clear_cache() {
  for (const DeviceType device : {kCPU, kCUDA})
    set_autocast_enabled(device, detail::switch_of(device).scope != nullptr);
}

}  // namespace hearth::autocast
