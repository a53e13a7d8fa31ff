// SPDX-License-Identifier: Apache-2.0
// Streams and events of hearth/cuda, by the backend's slots.
#include <algorithm>
#include <array>
#include <atomic>
#include <mutex>
#include <ostream>

#include "hearth/cuda/event.h"
#include "hearth/cuda/stream.h"

#include "backends/cuda_library.h"
#include "base/current_stream.h"

namespace hearth {

namespace cuda {

namespace {

const StreamSlots& slots(int64_t index, Device* device) {
  const StreamSlots* s = cuda_backend(index, device).streams;
  HEARTH_CHECK_AS(NotImplementedError, s, "[cuda] this backend has no streams");
  return *s;
}
const StreamSlots& slots(int64_t index) {
  Device device;
  return slots(index, &device);
}

CUDAStream stream_of(void* handle, Device device) {
  return {static_cast<CUstream_st*>(handle), device.index()};
}

constexpr size_t kPriorities = 4, kStreamsPerPool = 32;

/// The streams of one device and priority, made as they are first handed out.
struct Pool {
  std::atomic<size_t> next{0};
  std::array<std::once_flag, kStreamsPerPool> made;
  std::array<void*, kStreamsPerPool> streams{};
};

Pool& pool_of(Device device, size_t priority) {
  // Kept: threads may use streams while the program ends.
  static auto& pools = *new std::array<std::array<Pool, kPriorities>, kMaxDevices>;
  return pools[static_cast<size_t>(device.index())][priority];
}

}  // namespace

bool CUDAStream::query() const { return slots(index_).is_done(device(), stream_); }
void CUDAStream::synchronize() const { slots(index_).synchronize(device(), stream_); }
int CUDAStream::priority() const { return slots(index_).priority(device(), stream_); }
std::tuple<int, int> CUDAStream::priority_range() { return {0, 1 - static_cast<int>(kPriorities)}; }

std::ostream& operator<<(std::ostream& out, const CUDAStream& s) {
  return out << "stream " << s.id() << " on device " << s.device().str();
}

CUDAStream getStreamFromPool(int priority, DeviceIndex index) {
  Device device;
  const StreamSlots& s = slots(index, &device);
  const int level = std::clamp(-priority, 0, static_cast<int>(kPriorities) - 1);
  Pool& pool = pool_of(device, static_cast<size_t>(level));
  const size_t i = pool.next.fetch_add(1, std::memory_order_relaxed) % kStreamsPerPool;
  std::call_once(pool.made[i], [&] { pool.streams[i] = s.make_stream(device, -level); });
  return stream_of(pool.streams[i], device);
}
CUDAStream getStreamFromPool(bool isHighPriority, DeviceIndex index) {
  return getStreamFromPool(isHighPriority ? std::get<1>(CUDAStream::priority_range()) : 0, index);
}

CUDAStream getStreamFromExternal(CUstream_st* stream, DeviceIndex index) {
  Device device;
  slots(index, &device);
  return {stream, device.index()};
}

CUDAStream getDefaultCUDAStream(DeviceIndex index) {
  Device device;
  const StreamSlots& s = slots(index, &device);
  return stream_of(s.default_stream(device), device);
}

CUDAStream getCurrentCUDAStream(DeviceIndex index) {
  Device device;
  const Backend& b = cuda_backend(index, &device);
  return stream_of(current_stream(b, device), device);
}

void setCurrentCUDAStream(CUDAStream stream) {
  slots(stream.device_index());
  current_stream_slot(stream.device_index()) = stream.stream();
}

CUDAEvent::~CUDAEvent() {
  if (event_) backend(kCUDA)->streams->free_event(event_);
}

void CUDAEvent::record(const CUDAStream& stream) {
  const StreamSlots& s = slots(stream.device_index());
  if (!event_) {
    event_ = static_cast<CUevent_st*>(s.make_event(stream.device(), flags_));
    index_ = stream.device_index();
  }
  HEARTH_CHECK_AS(DeviceError, index_ == stream.device_index(), "[cuda] Event device ", device(),
                  " does not match recording stream's device ", stream.device(), ".");
  s.record_event(stream.device(), event_, stream.stream());
  recorded_ = true;
}
void CUDAEvent::record() { record(getCurrentCUDAStream()); }
void CUDAEvent::recordOnce(const CUDAStream& stream) {
  if (!recorded_) record(stream);
}

void CUDAEvent::block(const CUDAStream& stream) const {
  if (event_) slots(stream.device_index()).wait_for(stream.device(), stream.stream(), event_);
}
bool CUDAEvent::query() const { return !event_ || slots(index_).is_event_done(event_); }
void CUDAEvent::synchronize() const {
  if (event_) slots(index_).synchronize_event(device(), event_);
}

float CUDAEvent::elapsed_time(const CUDAEvent& other) const {
  HEARTH_CHECK_AS(ValueError, recorded_ && other.recorded_,
                  "[elapsed_time] both events must be recorded before calculating elapsed time");
  HEARTH_CHECK_AS(ValueError, !((flags_ | other.flags_) & kEventDisableTiming),
                  "[elapsed_time] both events must take the time: make them with kEventDefault");
  HEARTH_CHECK_AS(ValueError, query() && other.query(),
                  "[elapsed_time] both events must be completed before calculating elapsed time; "
                  "synchronize() first");
  return slots(index_).milliseconds_between(event_, other.event_);
}

}  // namespace cuda

void Tensor::record_stream(const cuda::CUDAStream& stream) const {
  HEARTH_CHECK_AS(DeviceError, is_cuda(), "[record_stream] expected a CUDA tensor, got one on ",
                  device());
  HEARTH_CHECK_AS(DeviceError, stream.device() == device(), "[record_stream] expected a stream of ",
                  device(), ", got one of ", stream.device(),
                  "; what other devices do waits for the tensor's own");
  StorageImpl& storage = *impl(*this).storage;
  const Backend& b = *backend(kCUDA);
  if (b.streams && storage.data && storage.stream != stream.stream())
    b.streams->record_use(storage, stream.stream());
}

}  // namespace hearth
