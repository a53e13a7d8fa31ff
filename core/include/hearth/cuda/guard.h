// SPDX-License-Identifier: Apache-2.0
// Current devices and streams for a scope, of this thread.
#pragma once

#include <optional>

#include "hearth/cuda/device.h"
#include "hearth/cuda/stream.h"

namespace hearth::cuda {

/// Makes a device the current one for a scope.
class CUDAGuard {
 public:
  explicit CUDAGuard(DeviceIndex device) { set_index(device); }
  explicit CUDAGuard(Device device) { set_device(device); }
  CUDAGuard(const CUDAGuard&) = delete;
  CUDAGuard& operator=(const CUDAGuard&) = delete;
  ~CUDAGuard() { set_index(original_); }

  void set_device(Device device) { set_index(device.resolved().index()); }
  void reset_device(Device device) { set_device(device); }
  void set_index(DeviceIndex device) {
    if (device != current_device()) cuda::set_device(device);
  }
  Device original_device() const { return Device(kCUDA, original_); }
  /// What was set last.
  Device current() const { return Device(kCUDA, cuda::current_device()); }

 private:
  DeviceIndex original_ = cuda::current_device();
};

/// Makes a stream and its device the current ones for a scope.
class CUDAStreamGuard {
 public:
  explicit CUDAStreamGuard(const CUDAStream& stream)
      : device_(stream.device_index()), before_(getCurrentCUDAStream(stream.device_index())) {
    setCurrentCUDAStream(stream);
  }
  CUDAStreamGuard(const CUDAStreamGuard&) = delete;
  CUDAStreamGuard& operator=(const CUDAStreamGuard&) = delete;
  ~CUDAStreamGuard() { setCurrentCUDAStream(before_); }

  /// Goes over to another stream. The first device's stream is as it was then.
  void reset_stream(const CUDAStream& stream) {
    setCurrentCUDAStream(before_);
    before_ = getCurrentCUDAStream(stream.device_index());
    device_.set_index(stream.device_index());
    setCurrentCUDAStream(stream);
  }
  /// What was current on the stream's device.
  CUDAStream original_stream() const { return before_; }
  CUDAStream current_stream() const { return getCurrentCUDAStream(before_.device_index()); }
  Device original_device() const { return device_.original_device(); }

 private:
  CUDAGuard device_;
  CUDAStream before_;
};

/// Guards that start when asked to.
class OptionalCUDAGuard {
 public:
  OptionalCUDAGuard() = default;
  explicit OptionalCUDAGuard(std::optional<Device> device) {
    if (device) guard_.emplace(*device);
  }
  void set_device(Device device) {
    guard_ ? guard_->set_device(device) : void(guard_.emplace(device));
  }
  void set_index(DeviceIndex device) { set_device(Device(kCUDA, device)); }
  void reset() { guard_.reset(); }

 private:
  std::optional<CUDAGuard> guard_;
};
class OptionalCUDAStreamGuard {
 public:
  OptionalCUDAStreamGuard() = default;
  explicit OptionalCUDAStreamGuard(std::optional<CUDAStream> stream) {
    if (stream) guard_.emplace(*stream);
  }
  void reset_stream(const CUDAStream& stream) {
    guard_ ? guard_->reset_stream(stream) : void(guard_.emplace(stream));
  }
  void reset() { guard_.reset(); }

 private:
  std::optional<CUDAStreamGuard> guard_;
};

}  // namespace hearth::cuda
