// SPDX-License-Identifier: Apache-2.0
// Handles of NVIDIA's libraries: one for each thread and device.
#pragma once

#include "base/current_stream.h"
#include "cuda/runtime.h"

namespace hearth::cuda {

/// The thread's handle for the device it launches on, set to its current stream. make(Handle*) and
/// set_stream(Handle, stream), which throw, are the library's; each pair of them is one library.
template <class Handle, class Make, class SetStream>
Handle on_stream(const Make& make, const SetStream& set_stream) {
  struct Made {
    Handle handle = nullptr;
    cudaStream_t stream = nullptr;
  };
  thread_local Made handles[kMaxDevices] = {};
  Made& h = handles[device_index()];
  if (!h.handle) make(&h.handle);
  const cudaStream_t current = stream();
  if (h.stream != current) {
    set_stream(h.handle, current);
    h.stream = current;
  }
  return h.handle;
}

}  // namespace hearth::cuda
