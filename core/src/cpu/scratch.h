// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/allocator.h"

namespace hearth::cpu {

/// Working memory of a kernel: `count` uninitialised elements, aligned to 64 bytes.
template <typename T>
class Scratch {
 public:
  explicit Scratch(size_t count)
      : bytes_(count <= SIZE_MAX / sizeof(T) ? count * sizeof(T) : SIZE_MAX),
        data_(static_cast<T*>(cpu_allocate(bytes_))) {}
  ~Scratch() {
    if (data_) cpu_deallocate(data_, bytes_);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  T* data() { return data_; }
  T& operator[](size_t i) { return data_[i]; }

 private:
  size_t bytes_;
  T* data_;
};

}  // namespace hearth::cpu
