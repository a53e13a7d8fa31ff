// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include "hearth/cuda/stream.h"

/// CUDA's own: a cudaEvent_t points to one.
struct CUevent_st;

namespace hearth::cuda {

/// Flags of an event; the values are those of CUDA's cudaEventDefault and so on.
inline constexpr unsigned kEventDefault = 0;        ///< takes the time
inline constexpr unsigned kEventBlockingSync = 1;   ///< waiting threads sleep
inline constexpr unsigned kEventDisableTiming = 2;  ///< cheaper: only marks a place

/// A mark in a stream: what was queued before it is done when the event is. Made by the first
/// record(), on the device of that stream; until then it counts as done. A handle of its own: it
/// moves, but does not copy.
class HEARTH_API CUDAEvent {
 public:
  explicit CUDAEvent(unsigned flags = kEventDisableTiming) : flags_(flags) {}
  CUDAEvent(CUDAEvent&& o) noexcept { swap(o); }
  CUDAEvent& operator=(CUDAEvent&& o) noexcept {
    swap(o);
    return *this;
  }
  ~CUDAEvent();

  bool isCreated() const { return event_ != nullptr; }
  CUevent_st* event() const { return event_; }
  operator CUevent_st*() const { return event_; }
  Device device() const { return Device(kCUDA, index_); }
  DeviceIndex device_index() const { return index_; }

  /// Marks what `stream` was given so far; a second time, the mark moves. Throws DeviceError when
  /// the event was made on another device.
  void record(const CUDAStream& stream);
  /// The same in the current stream.
  void record();
  /// Only the first time.
  void recordOnce(const CUDAStream& stream);
  /// What `stream` is given from now on waits for the event; the caller does not.
  void block(const CUDAStream& stream) const;
  bool query() const;
  /// Waits for the event.
  void synchronize() const;
  /// Milliseconds from this event to `other`. Both were made with kEventDefault and recorded.
  float elapsed_time(const CUDAEvent& other) const;

 private:
  void swap(CUDAEvent& o) {
    std::swap(event_, o.event_);
    std::swap(flags_, o.flags_);
    std::swap(index_, o.index_);
    std::swap(recorded_, o.recorded_);
  }

  CUevent_st* event_ = nullptr;
  unsigned flags_ = kEventDisableTiming;
  DeviceIndex index_ = -1;
  bool recorded_ = false;
};

}  // namespace hearth::cuda
