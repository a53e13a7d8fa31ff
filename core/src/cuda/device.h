// SPDX-License-Identifier: Apache-2.0
// The parts of the backend that is behind dispatch/backend.h, for each other.
#pragma once

#include "cuda/runtime.h"
#include "dispatch/backend.h"

namespace hearth::cuda {

/// What is made once per device, on its first use.
struct DeviceState {
  cudaStream_t default_stream = nullptr;
  Fault* fault = nullptr;         ///< as the host sees it
  Fault* device_fault = nullptr;  ///< as the device sees it
  int multiprocessors = 0;
};
DeviceState& state_of(Device device);
/// Of the device that this thread launches on.
DeviceState& state();
/// Makes `device` the one that this thread launches on.
void activate(Device device);
/// The same for a scope.
class OnDevice {
 public:
  explicit OnDevice(Device device);
  OnDevice(const OnDevice&) = delete;
  OnDevice& operator=(const OnDevice&) = delete;
  ~OnDevice();

 private:
  int before_;
};
/// Throws what kernels reported.
void throw_fault(DeviceState& state);

/// The number of what a stream takes part in being captured; 0: nothing.
using CaptureId = unsigned long long;
CaptureId capture_of(cudaStream_t stream);
/// Throws, naming `what`, when the stream is being captured: what follows would wait for work that
/// is not done, and end the capture.
void refuse_while_capturing(std::string_view what, cudaStream_t stream);
/// For a scope, calls that have nothing to do with a capture are allowed to this thread while one
/// is under way.
class WhileCapturing {
 public:
  WhileCapturing() { (void)cudaThreadExchangeStreamCaptureMode(&mode_); }
  WhileCapturing(const WhileCapturing&) = delete;
  WhileCapturing& operator=(const WhileCapturing&) = delete;
  ~WhileCapturing() { (void)cudaThreadExchangeStreamCaptureMode(&mode_); }

 private:
  cudaStreamCaptureMode mode_ = cudaStreamCaptureModeRelaxed;
};

/// A mark in a stream, freed with its owner.
class Mark {
 public:
  /// Behind what the stream, which is of the active device, was given so far.
  explicit Mark(cudaStream_t stream);
  Mark(Mark&& o) noexcept : event_(o.event_) { o.event_ = nullptr; }
  Mark& operator=(Mark&& o) noexcept {
    std::swap(event_, o.event_);
    return *this;
  }
  ~Mark();
  bool is_done() const;
  void synchronize() const;
  /// What `stream`, of any device, is given from now on waits.
  void block(cudaStream_t stream) const;

 private:
  cudaEvent_t event_ = nullptr;
};

// ---- memory.cpp

void allocate(StorageImpl& storage, size_t bytes, Device device);
void record_use(StorageImpl& storage, void* stream);
extern const MemorySlots kMemorySlots;
/// Memory kept apart is shared by graphs; the last one gives it back to all.
void share_pool(Device device, uint64_t pool);
void unshare_pool(Device device, uint64_t pool);
/// What the streams of a capture allocate comes from there.
void allocate_from(Device device, CaptureId capture, uint64_t pool);
void allocate_as_before(Device device, CaptureId capture);

// ---- pinned.cpp

void allocate_pinned(StorageImpl& storage, size_t bytes);
bool is_pinned(const void* data);
/// The pinned memory at `data` must not be reused before `stream` is past what it was given.
void record_pinned_use(const void* data, cudaStream_t stream);

// ---- transfer.cpp, streams.cpp

void copy_bytes(void* dst, Device dst_device, const void* src, Device src_device, size_t bytes,
                bool non_blocking);
extern const StreamSlots kStreamSlots;

// ---- graph.cpp

extern const GraphSlots kGraphSlots;
/// A copy of host memory that a graph under capture on the current stream may read whenever it
/// runs; null when nothing is captured.
const void* kept_for_graph(const void* data, size_t bytes);

}  // namespace hearth::cuda
