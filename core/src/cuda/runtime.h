// SPDX-License-Identifier: Apache-2.0
// What every CUDA kernel's host side needs: error checks, the stream to launch on, reports from the
// device.
#pragma once

#include <cuda_runtime_api.h>

#include "dispatch/op.h"

namespace hearth::cuda {

/// Throws OutOfMemory or DeviceError, naming `what`, unless `error` is success.
void check(cudaError_t error, std::string_view what);
/// After a launch: throws DeviceError when it was refused.
inline void check_launch(std::string_view op) { check(cudaGetLastError(), op); }

/// The thread's current stream of the device it launches on.
cudaStream_t stream();
/// Streaming multiprocessors of that device.
int multiprocessors();
/// Its number.
int device_index();
/// Waits for the current stream, then throws what kernels reported.
void wait();

/// Memory for a kernel's own use, in the order of the stream that was current when it was made.
class Workspace {
 public:
  explicit Workspace(size_t bytes);
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;
  ~Workspace();
  template <class T = void>
  T* data() const {
    return static_cast<T*>(data_);
  }

 private:
  void* data_ = nullptr;
  cudaStream_t stream_ = nullptr;
};

/// Where kernels report an index out of range, or a value that makes no sense. It lies in host
/// memory that the device sees; the next synchronization throws IndexError or ValueError, and the
/// context stays usable.
struct Fault {
  int raised = 0;
  long long index = 0, size = 0;
  double value = 0;
  char op[40] = {};
  char expected[72] = {};  ///< of a value; empty: the index was out of range
};
/// The current device's report, as a device pointer.
Fault* fault();

/// Copies `bytes` from host memory of any kind; the memory may be reused at once.
void copy_to_device(void* dst, const void* src, size_t bytes);
/// Copies `bytes` to the host and waits for them.
void copy_to_host(void* dst, const void* src, size_t bytes);

}  // namespace hearth::cuda
