// SPDX-License-Identifier: Apache-2.0
// Guards of kernels that run on any device; only CUDA has a current one.
#pragma once

#include <optional>

#include "hearth/cuda/guard.h"

#include "c10/macros/Macros.h"

namespace hearth {

/// Makes a device the current one for a scope.
class DeviceGuard {
 public:
  explicit DeviceGuard(Device device) : original_(device), current_(device) {
    reset_device(device);
    if (guard_) original_ = guard_->original_device();
  }
  void reset_device(Device device) {
    if (device.is_cuda()) guard_ ? guard_->set_device(device) : void(guard_.emplace(device));
    current_ = device;
  }
  void set_index(DeviceIndex index) { reset_device(Device(current_.type(), index)); }
  Device original_device() const { return original_; }
  Device current_device() const { return current_; }

 private:
  Device original_, current_;
  std::optional<cuda::CUDAGuard> guard_;
};

/// A guard that starts when it is given a device.
class OptionalDeviceGuard {
 public:
  OptionalDeviceGuard() = default;
  explicit OptionalDeviceGuard(std::optional<Device> device) {
    if (device) reset_device(*device);
  }
  void reset_device(Device device) {
    guard_ ? guard_->reset_device(device) : void(guard_.emplace(device));
  }
  std::optional<Device> original_device() const {
    return guard_ ? std::optional<Device>(guard_->original_device()) : std::nullopt;
  }
  std::optional<Device> current_device() const {
    return guard_ ? std::optional<Device>(guard_->current_device()) : std::nullopt;
  }

 private:
  std::optional<DeviceGuard> guard_;
};

}  // namespace hearth
