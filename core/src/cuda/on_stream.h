// SPDX-License-Identifier: Apache-2.0
// Handles of NVIDIA's libraries: one for each thread and device.
#pragma once

#include <mutex>
#include <vector>

#include "base/current_stream.h"
#include "base/per_thread.h"
#include "cuda/device.h"

namespace hearth::cuda {

/// The thread's handle for the device it launches on, set to its current stream. make(Handle*) and
/// set_stream(Handle, stream), which throw, are the library's; each pair of them is one library.
/// Handles hold memory of the device, so those of a thread that has ended serve the next one.
template <class Handle, class Make, class SetStream>
Handle on_stream(const Make& make, const SetStream& set_stream) {
  struct Made {
    Handle handle = nullptr;
    cudaStream_t stream = nullptr;
  };
  struct Idle {
    std::mutex mutex;
    std::vector<Made> of[kMaxDevices];
  };
  // Kept: threads may end while the program does.
  static Idle& idle = *new Idle;
  struct Mine {
    Made of[kMaxDevices] = {};
    ~Mine() {
      const std::lock_guard lock(idle.mutex);
      for (size_t d = 0; d < kMaxDevices; ++d)
        if (of[d].handle) idle.of[d].push_back(of[d]);
    }
  };
  static PerThread<Mine> mine;
  const auto device = static_cast<size_t>(device_index());
  Made& h = mine.get().of[device];
  if (!h.handle) {
    const std::lock_guard lock(idle.mutex);
    if (!idle.of[device].empty()) {
      h = idle.of[device].back();
      idle.of[device].pop_back();
    }
  }
  if (!h.handle) {
    const WhileCapturing allowed;
    make(&h.handle);
  }
  const cudaStream_t current = stream();
  if (h.stream != current) {
    set_stream(h.handle, current);
    h.stream = current;
  }
  return h.handle;
}

}  // namespace hearth::cuda
