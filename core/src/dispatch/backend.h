// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "hearth/cuda/device.h"
#include "hearth/cuda/memory.h"

#include "tensor/tensor_impl.h"

namespace hearth {

/// The queues of a device, and marks in them. Handles are the backend's own.
struct StreamSlots {
  /// The device's default stream; the same whenever asked.
  void* (*default_stream)(Device device);
  /// A new stream, never freed. Lower priorities go first; 0 is the default.
  void* (*make_stream)(Device device, int priority);
  int (*priority)(Device device, void* stream);
  bool (*is_done)(Device device, void* stream);
  void (*synchronize)(Device device, void* stream);
  /// The memory of `storage` may be reused only after what `stream` was given so far, besides what
  /// its own stream was given. Called from any thread.
  void (*record_use)(StorageImpl& storage, void* stream);

  /// `flags` as in hearth/cuda/event.h.
  void* (*make_event)(Device device, unsigned flags);
  void (*free_event)(void* event);
  /// Puts the mark behind what the stream was given so far.
  void (*record_event)(Device device, void* event, void* stream);
  /// What the stream is given from now on waits for the event.
  void (*wait_for)(Device device, void* stream, void* event);
  bool (*is_event_done)(void* event);
  void (*synchronize_event)(Device device, void* event);
  float (*milliseconds_between)(void* from, void* to);
};

/// A device's memory, see hearth/cuda/memory.h.
struct MemorySlots {
  cuda::DeviceStats (*stats)(Device device);
  void (*reset_peaks)(Device device);
  void (*reset_accumulated)(Device device);
  void (*empty_cache)(Device device);
  std::pair<size_t, size_t> (*free_and_total)(Device device);
  /// Of what is taken from the driver, in bytes; SIZE_MAX: none.
  void (*set_limit)(Device device, size_t bytes);
  size_t (*limit)(Device device);
};

/// Graphs: work that a stream was given, kept to be run again. Handles are the backend's own.
struct GraphSlots {
  /// From here on the stream keeps what it is given instead of doing it, as do streams that wait
  /// for its events. `mode` is CUDA's cudaStreamCaptureMode. What these streams allocate comes from
  /// the memory kept apart as number `pool`. Returns the number of the capture.
  uint64_t (*begin_capture)(Device device, void* stream, uint64_t pool, int mode);
  /// What was kept. Throws DeviceError when that is no graph; the stream is as before all the same.
  void* (*end_capture)(Device device, void* stream, uint64_t capture);
  bool (*is_capturing)(Device device, void* stream);
  /// Makes it ready to run.
  void (*instantiate)(Device device, void* graph);
  void (*launch)(Device device, void* graph, void* stream);
  void (*free)(void* graph);
  /// Writes it in Graphviz' language.
  void (*dump)(void* graph, const char* path);
  /// Memory kept apart lives as long as it is shared by somebody.
  void (*share_pool)(Device device, uint64_t pool);
  void (*unshare_pool)(Device device, uint64_t pool);
};

/// What a device must offer besides kernels. A backend that is absent leaves its slot null. The
/// functions after device_count may be null where there is nothing to do.
struct Backend {
  /// On the thread's current stream of the device, which becomes the storage's.
  void (*allocate)(StorageImpl& storage, size_t bytes, Device device);
  /// Copies dense bytes on the current stream; at least one side is this backend's device. Host
  /// memory may be reused at once, unless the copy is `non_blocking` and the memory pinned.
  void (*copy_bytes)(void* dst, Device dst_device, const void* src, Device src_device, size_t bytes,
                     bool non_blocking);
  int64_t (*device_count)();
  const StreamSlots* streams = nullptr;
  /// Before a kernel: makes `device` the one that this thread launches on.
  void (*activate)(Device device) = nullptr;
  /// Waits for everything queued on the device, on any stream, and throws what went wrong there.
  void (*synchronize)(Device device) = nullptr;
  /// After a kernel of an op, where its errors are to be found at once.
  void (*after_kernel)(std::string_view op) = nullptr;
  const MemorySlots* memory = nullptr;
  const GraphSlots* graphs = nullptr;
  cuda::DeviceProperties (*properties)(Device device) = nullptr;
  /// Host memory that the device copies from and to by itself.
  void (*allocate_pinned)(StorageImpl& storage, size_t bytes) = nullptr;
  bool (*is_pinned)(const void* data) = nullptr;
};

/// The backend of a device type, loaded when it is first asked for; null when there is none.
HEARTH_API const Backend* backend(DeviceType type);
/// Shows a backend to all threads: who sees it also sees what was written before, its kernels.
HEARTH_API void set_backend(DeviceType type, const Backend* backend);
/// Why backend(type) is null; empty when it is not.
HEARTH_API std::string backend_unavailable_reason(DeviceType type);
/// What looks for the backend of a device type: called at least once before its slot is found
/// empty, it sets the backend or says why there is none.
using BackendLoader = const std::string& (*)();
void set_backend_loader(DeviceType type, BackendLoader loader);

/// The thread's current stream of a device; null where a backend has but one.
HEARTH_API void* current_stream(const Backend& backend, Device device);
/// Keeps the memory of `t` from being reused before the current stream is past what comes next.
void use_on_current_stream(const Backend& backend, const Tensor& t);

}  // namespace hearth
