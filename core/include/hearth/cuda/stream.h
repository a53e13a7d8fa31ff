// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <iosfwd>
#include <tuple>

#include "hearth/base/device.h"

/// CUDA's own: a cudaStream_t points to one.
struct CUstream_st;

namespace hearth::cuda {

using StreamId = int64_t;

/// A queue of work on a device. Each thread has a current stream for each device, at first the
/// device's default one; operations, copies and allocations go to it, backward() included.
///
/// Streams do not wait for each other: what one wrote, another may read after an event, or after a
/// synchronization. Memory is safe without any: a tensor that an operation used on another stream
/// than it was allocated on is reused when both are past that use, as if record_stream() had been
/// called.
class HEARTH_API CUDAStream {
 public:
  /// `stream` belongs to the device `index`.
  CUDAStream(CUstream_st* stream, DeviceIndex index) : stream_(stream), index_(index) {}

  CUstream_st* stream() const { return stream_; }
  operator CUstream_st*() const { return stream_; }
  StreamId id() const { return reinterpret_cast<StreamId>(stream_); }
  Device device() const { return Device(kCUDA, index_); }
  DeviceIndex device_index() const { return index_; }
  DeviceType device_type() const { return kCUDA; }

  /// Whether all work queued so far is done.
  bool query() const;
  /// Waits until it is.
  void synchronize() const;
  /// Lower numbers go first; 0 is the default.
  int priority() const;
  /// The least and the greatest priority that streams of a pool have.
  static std::tuple<int, int> priority_range();

  friend bool operator==(const CUDAStream& a, const CUDAStream& b) {
    return a.stream_ == b.stream_ && a.index_ == b.index_;
  }

 private:
  CUstream_st* stream_;
  DeviceIndex index_;
};

/// "stream 94823 on device cuda:0".
HEARTH_API std::ostream& operator<<(std::ostream& out, const CUDAStream& stream);

// A device of -1 is the current one. These throw DeviceError where CUDA cannot be used.

/// One of 32 streams that each device keeps for each priority, in turn. They live as long as the
/// program.
HEARTH_API CUDAStream getStreamFromPool(bool isHighPriority = false, DeviceIndex device = -1);
/// The same by priority: 0 down to the greatest one, -3; others are taken for the nearest.
HEARTH_API CUDAStream getStreamFromPool(int priority, DeviceIndex device = -1);
/// A stream that the caller made and keeps.
HEARTH_API CUDAStream getStreamFromExternal(CUstream_st* stream, DeviceIndex device);
HEARTH_API CUDAStream getDefaultCUDAStream(DeviceIndex device = -1);
HEARTH_API CUDAStream getCurrentCUDAStream(DeviceIndex device = -1);
/// Makes it the thread's current stream of its device. The current device stays.
HEARTH_API void setCurrentCUDAStream(CUDAStream stream);

}  // namespace hearth::cuda
