// SPDX-License-Identifier: Apache-2.0
// The emulated devices, and what the files of the emulated runtime share.
#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include <cuda_runtime_api.h>

namespace hearth::emulator {

inline constexpr int kDevices = 2;
/// Few, so that launches have few blocks.
inline constexpr int kMultiprocessors = 2;
/// What a device says that it has. The machine's own is less, often, and shared.
inline constexpr size_t kMemory = size_t{8} << 30;

/// Held by whoever touches the state of the runtime.
std::recursive_mutex& lock();

/// This thread's current device.
int current_device();
/// Notes an error for cudaGetLastError, with a message if the error's own does not say enough.
cudaError_t report(cudaError_t error, const std::string& message = "");

/// Does `work` in the order of the stream: at once, since nothing ever waits here.
cudaError_t enqueue(cudaStream_t stream, const std::function<void()>& work);

/// Memory that a library's handle or plan keeps on the current device, as NVIDIA's do: taking it is
/// refused during a capture like any allocation.
class HandleMemory {
 public:
  HandleMemory() : error(cudaMalloc(&data_, size_t{1} << 16)) {}
  HandleMemory(const HandleMemory&) = delete;
  HandleMemory& operator=(const HandleMemory&) = delete;
  ~HandleMemory() { (void)cudaFree(data_); }

  const cudaError_t error;

 private:
  void* data_ = nullptr;
};

/// Takes a while, as the slower of a library's algorithms do.
inline void linger() { std::this_thread::sleep_for(std::chrono::microseconds(300)); }

/// What memory an address is in.
struct Memory {
  cudaMemoryType type = cudaMemoryTypeUnregistered;
  int device = -1;
};
Memory memory_at(const void* address);
/// Says who was written beyond, if any allocation was; else it is empty.
std::string stray_write();

}  // namespace hearth::emulator
