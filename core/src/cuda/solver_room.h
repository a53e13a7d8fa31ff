// SPDX-License-Identifier: Apache-2.0
// Memory that cuSOLVER works in, in the order of the stream.
#pragma once

#include <memory>

#include "cuda/solver_routines.h"

namespace hearth::cuda::solver {

/// As many numbers as a routine's _bufferSize asks for.
template <class T>
class Room {
 public:
  explicit Room(int numbers) : size_(numbers), memory_(static_cast<size_t>(numbers) * sizeof(T)) {}
  auto* data() const { return native(memory_.data<T>()); }
  int size() const { return size_; }

 private:
  int size_;
  Workspace memory_;
};

/// What the newer routines (cusolverDnX...) ask for: bytes on the device and on the host.
class Rooms {
 public:
  Rooms(size_t on_device, size_t on_host)
      : device_bytes(on_device),
        host_bytes(on_host),
        device_(on_device),
        host_(on_host > 0 ? new char[on_host] : nullptr) {}
  void* device() const { return device_.data(); }
  void* host() const { return host_.get(); }

  const size_t device_bytes, host_bytes;

 private:
  Workspace device_;
  std::unique_ptr<char[]> host_;
};

}  // namespace hearth::cuda::solver
