// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <string>
#include <utility>

#include "hearth/base/device.h"
#include "hearth/base/macros.h"

/// CUDA devices. The backend is a library of its own, libhearth_cuda, which is loaded on the first
/// use of a CUDA device when a driver answers; HEARTH_CUDA=0 in the environment keeps it out. The
/// driver numbers the devices, and hides those that CUDA_VISIBLE_DEVICES does not name.
///
/// Work on a device is queued: functions return before it is done. Reading a value (item(), cpu(),
/// printing) waits for it. An index out of range is reported then, as IndexError. With
/// HEARTH_CUDA_SYNC=1 each piece of work is waited for, so that an error names what failed.
namespace hearth::cuda {

/// Whether there is a CUDA device, and Hearth's library for it.
HEARTH_API bool is_available();
/// CUDA devices of this machine; 0 when CUDA cannot be used.
HEARTH_API int64_t device_count();
/// Why CUDA cannot be used, and what it needs; empty when it can.
HEARTH_API std::string unavailable_reason();

/// The device that kCUDA without a number means, for this thread; 0 at first.
HEARTH_API DeviceIndex current_device();

/// What a device is.
struct DeviceProperties {
  std::string name;          ///< "NVIDIA H100 80GB HBM3"
  std::string uuid;          ///< "GPU-8d2c..."; empty where the backend knows none
  int major = 0, minor = 0;  ///< the compute capability
  size_t total_memory = 0;   ///< in bytes
  int multi_processor_count = 0;
  int warp_size = 0;
  int max_threads_per_block = 0;
  int max_threads_per_multi_processor = 0;
  int regs_per_multiprocessor = 0;
  size_t shared_memory_per_block = 0;        ///< in bytes, without asking for more
  size_t shared_memory_per_block_optin = 0;  ///< in bytes, at most
  size_t shared_memory_per_multiprocessor = 0;
  size_t L2_cache_size = 0;  ///< in bytes
  int pci_domain_id = 0, pci_bus_id = 0, pci_device_id = 0;
  bool is_integrated = false;  ///< shares the host's memory
  bool is_multi_gpu_board = false;
};
/// "DeviceProperties(name='NVIDIA H100 80GB HBM3', major=9, minor=0, total_memory=81079MB, ...)".
HEARTH_API std::ostream& operator<<(std::ostream& out, const DeviceProperties& properties);

// From here on, -1 is the current device. These throw DeviceError when there is no such device; the
// message says why.

/// Makes `device` the thread's current one.
HEARTH_API void set_device(DeviceIndex device);
/// Waits until all work queued on the device, on any stream, is done (torch::cuda::synchronize).
HEARTH_API void synchronize(int64_t device_index = -1);
/// The device's name, "NVIDIA H100 80GB HBM3".
HEARTH_API std::string get_device_name(int64_t device_index = -1);
HEARTH_API DeviceProperties get_device_properties(int64_t device_index = -1);
/// The compute capability: {9, 0} of an H100.
HEARTH_API std::pair<int, int> get_device_capability(int64_t device_index = -1);
/// Whether kernels and libraries compute in bfloat16 there; false without a device.
HEARTH_API bool is_bf16_supported(int64_t device_index = -1);

/// One generator serves the CPU and all devices: these seed it, like hearth::manual_seed, but do
/// nothing where CUDA cannot be used.
HEARTH_API void manual_seed(uint64_t seed);
HEARTH_API void manual_seed_all(uint64_t seed);

}  // namespace hearth::cuda
