// SPDX-License-Identifier: Apache-2.0
// Streams whose work runs only when somebody waits for it, so that a wait that is missing shows as
// a wrong value; memory that only such work may touch, so that code which reads it on the host
// dies; and pools that hand out freed blocks in stream order at once.
#include <deque>
#include <map>
#include <mutex>
#include <vector>

#include <sys/mman.h>

#include "cuda_runtime_api.h"

namespace emulator {
namespace {

constexpr int kDevices = 2;

struct Step {
  std::function<void()> work;
  CUstream_st* other = nullptr;  ///< to wait for, as far as `place`
  uint64_t place = 0;
};

// One lock for all: the point is the order of work, not its speed.
std::mutex mutex;
thread_local int device = 0;
std::vector<CUstream_st*> streams;
uint64_t steps_done = 0;

}  // namespace
}  // namespace emulator

struct CUstream_st {
  int device, priority;
  std::deque<emulator::Step> queue;
  uint64_t given = 0, done = 0;
};

struct CUevent_st {
  CUstream_st* stream = nullptr;
  uint64_t place = 0, time = 0;
};

struct CUmemPool_st {
  size_t used = 0, used_high = 0, reserved = 0, reserved_high = 0;
};

namespace emulator {
namespace {

// ---- memory: an arena that is open while work runs

constexpr size_t kArena = size_t{1} << 32;

class Arena {
 public:
  Arena()
      : base_(static_cast<char*>(mmap(nullptr, kArena, PROT_NONE,
                                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0))) {}
  bool holds(const void* p) const { return p >= base_ && p < base_ + kArena; }
  /// A block that was freed on this stream, or a new one; null when memory has run out.
  char* take(size_t bytes, CUstream_st* stream) {
    const size_t size = rounded(bytes);
    for (auto* list : {&free_[stream], &free_[nullptr]}) {
      const auto found = list->find(size);
      if (found == list->end()) continue;
      char* block = found->second;
      list->erase(found);
      sizes_[block] = size;
      return block;
    }
    if (size > kArena - next_) return nullptr;
    char* block = base_ + next_;
    next_ += size;
    sizes_[block] = size;
    return block;
  }
  /// Gives it to the stream's next owners; returns its size.
  size_t give_back(char* block, CUstream_st* stream) {
    const auto found = sizes_.find(block);
    const size_t size = found->second;
    sizes_.erase(found);
    free_[stream].emplace(size, block);
    return size;
  }
  size_t size_of(char* block) const { return sizes_.at(block); }
  bool is_block(char* block) const { return sizes_.count(block) != 0; }
  /// After a synchronization: blocks of all streams are anybody's.
  void join_free() {
    for (auto& [stream, blocks] : free_)
      if (stream) {
        free_[nullptr].merge(blocks);
      }
  }
  void open(bool on) { mprotect(base_, next_, on ? PROT_READ | PROT_WRITE : PROT_NONE); }

 private:
  static size_t rounded(size_t bytes) {
    size_t size = 256;
    while (size < bytes) size *= 2;
    return size;
  }

  char* base_;
  size_t next_ = 0;
  std::map<CUstream_st*, std::multimap<size_t, char*>> free_;
  std::map<char*, size_t> sizes_;
};

Arena& arena() {
  static auto& a = *new Arena;
  return a;
}
CUmemPool_st pools[kDevices];
std::map<const char*, size_t> pinned;

bool is_pinned(const void* p) {
  const auto* at = static_cast<const char*>(p);
  auto it = pinned.upper_bound(at);
  if (it == pinned.begin()) return false;
  --it;
  return at < it->first + it->second;
}

// ---- queues

void run_as_far_as(CUstream_st& s, uint64_t place) {
  while (s.done < place) {
    const Step step = std::move(s.queue.front());
    s.queue.pop_front();
    if (step.other) run_as_far_as(*step.other, step.place);
    if (step.work) step.work();
    ++s.done;
    ++steps_done;
  }
}

/// Runs what the stream was given, and what that waits for.
void finish(CUstream_st& s, uint64_t place) {
  if (s.done >= place) return;
  arena().open(true);
  run_as_far_as(s, place);
  arena().open(false);
}

void give(CUstream_st& s, Step step) {
  s.queue.push_back(std::move(step));
  ++s.given;
}

}  // namespace

void enqueue(cudaStream_t stream, std::function<void()> work) {
  const std::lock_guard lock(mutex);
  give(*stream, {std::move(work), nullptr, 0});
}

}  // namespace emulator

using namespace emulator;

cudaError_t cudaGetLastError() { return cudaSuccess; }
const char* cudaGetErrorString(cudaError_t error) {
  return error == cudaErrorMemoryAllocation ? "out of memory" : "emulated error";
}

cudaError_t cudaGetDeviceCount(int* count) {
  *count = kDevices;
  return cudaSuccess;
}
cudaError_t cudaSetDevice(int index) {
  if (index < 0 || index >= kDevices) return cudaErrorInvalidDevice;
  device = index;
  return cudaSuccess;
}
cudaError_t cudaDeviceSynchronize() {
  const std::lock_guard lock(mutex);
  for (CUstream_st* s : streams)
    if (s->device == device) finish(*s, s->given);
  return cudaSuccess;
}
cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr, int) {
  *value = 2;
  return cudaSuccess;
}
cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int index) {
  std::snprintf(properties->name, sizeof properties->name, "Emulated GPU %d", index);
  return cudaSuccess;
}
cudaError_t cudaDeviceGetStreamPriorityRange(int* least, int* greatest) {
  *least = 0;
  *greatest = -5;
  return cudaSuccess;
}

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned flags) {
  return cudaStreamCreateWithPriority(stream, flags, 0);
}
cudaError_t cudaStreamCreateWithPriority(cudaStream_t* stream, unsigned, int priority) {
  const std::lock_guard lock(mutex);
  *stream = new CUstream_st{device, priority, {}};
  streams.push_back(*stream);
  return cudaSuccess;
}
cudaError_t cudaStreamGetPriority(cudaStream_t stream, int* priority) {
  *priority = stream->priority;
  return cudaSuccess;
}
cudaError_t cudaStreamQuery(cudaStream_t s) {
  const std::lock_guard lock(mutex);
  return s->done == s->given ? cudaSuccess : cudaErrorNotReady;
}
cudaError_t cudaStreamSynchronize(cudaStream_t s) {
  const std::lock_guard lock(mutex);
  finish(*s, s->given);
  return cudaSuccess;
}
cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned) {
  const std::lock_guard lock(mutex);
  if (event->stream) give(*stream, {nullptr, event->stream, event->place});
  return cudaSuccess;
}
cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned) {
  *event = new CUevent_st;
  return cudaSuccess;
}
cudaError_t cudaEventDestroy(cudaEvent_t event) {
  delete event;
  return cudaSuccess;
}
cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
  const std::lock_guard lock(mutex);
  event->stream = stream;
  event->place = stream->given;
  event->time = steps_done + stream->given - stream->done;
  return cudaSuccess;
}
cudaError_t cudaEventQuery(cudaEvent_t event) {
  const std::lock_guard lock(mutex);
  return !event->stream || event->stream->done >= event->place ? cudaSuccess : cudaErrorNotReady;
}
cudaError_t cudaEventSynchronize(cudaEvent_t event) {
  const std::lock_guard lock(mutex);
  if (event->stream) finish(*event->stream, event->place);
  return cudaSuccess;
}
cudaError_t cudaEventElapsedTime(float* milliseconds, cudaEvent_t from, cudaEvent_t to) {
  *milliseconds = static_cast<float>(to->time) - static_cast<float>(from->time);
  return cudaSuccess;
}

cudaError_t cudaDeviceGetDefaultMemPool(cudaMemPool_t* pool, int index) {
  *pool = &pools[index];
  return cudaSuccess;
}
cudaError_t cudaMemPoolSetAttribute(cudaMemPool_t pool, cudaMemPoolAttr attribute, void*) {
  const std::lock_guard lock(mutex);
  if (attribute == cudaMemPoolAttrUsedMemHigh) pool->used_high = pool->used;
  if (attribute == cudaMemPoolAttrReservedMemHigh) pool->reserved_high = pool->reserved;
  return cudaSuccess;
}
cudaError_t cudaMemPoolGetAttribute(cudaMemPool_t pool, cudaMemPoolAttr attribute, void* value) {
  const std::lock_guard lock(mutex);
  *static_cast<uint64_t*>(value) = attribute == cudaMemPoolAttrUsedMemCurrent ? pool->used
                                   : attribute == cudaMemPoolAttrUsedMemHigh  ? pool->used_high
                                   : attribute == cudaMemPoolAttrReservedMemHigh
                                       ? pool->reserved_high
                                       : pool->reserved;
  return cudaSuccess;
}
cudaError_t cudaMemPoolTrimTo(cudaMemPool_t pool, size_t) {
  const std::lock_guard lock(mutex);
  pool->reserved = pool->used;
  // The callers have waited for the device.
  arena().join_free();
  return cudaSuccess;
}
cudaError_t cudaMallocAsync(void** data, size_t bytes, cudaStream_t stream) {
  const std::lock_guard lock(mutex);
  char* block = arena().take(bytes, stream);
  if (!block) return cudaErrorMemoryAllocation;
  *data = block;
  CUmemPool_st& pool = pools[stream->device];
  const size_t size = arena().size_of(block);
  pool.used += size;
  if (pool.used > pool.used_high) pool.used_high = pool.used;
  if (pool.used > pool.reserved) pool.reserved = pool.used;
  if (pool.reserved > pool.reserved_high) pool.reserved_high = pool.reserved;
  // Nobody may count on what is in new memory.
  give(*stream, {[=] { std::memset(block, 0xcb, bytes); }, nullptr, 0});
  return cudaSuccess;
}
cudaError_t cudaFreeAsync(void* data, cudaStream_t stream) {
  const std::lock_guard lock(mutex);
  pools[stream->device].used -= arena().give_back(static_cast<char*>(data), stream);
  return cudaSuccess;
}
cudaError_t cudaMemGetInfo(size_t* available, size_t* total) {
  *available = *total = kArena;
  return cudaSuccess;
}

cudaError_t cudaHostAlloc(void** data, size_t bytes, unsigned) {
  const std::lock_guard lock(mutex);
  *data = std::aligned_alloc(64, (bytes + 63) / 64 * 64);
  pinned[static_cast<char*>(*data)] = bytes;
  return cudaSuccess;
}
cudaError_t cudaFreeHost(void* data) {
  const std::lock_guard lock(mutex);
  pinned.erase(static_cast<char*>(data));
  std::free(data);
  return cudaSuccess;
}
cudaError_t cudaHostGetDevicePointer(void** seen, void* host, unsigned) {
  *seen = host;
  return cudaSuccess;
}
cudaError_t cudaPointerGetAttributes(cudaPointerAttributes* attributes, const void* data) {
  const std::lock_guard lock(mutex);
  attributes->type = arena().holds(data) ? cudaMemoryTypeDevice
                     : is_pinned(data)   ? cudaMemoryTypeHost
                                         : cudaMemoryTypeUnregistered;
  return cudaSuccess;
}

cudaError_t cudaMemcpyAsync(void* dst, const void* src, size_t bytes, cudaMemcpyKind,
                            cudaStream_t stream) {
  const std::lock_guard lock(mutex);
  if (!arena().holds(dst) && !arena().holds(src)) return cudaErrorInvalidValue;
  if (arena().holds(src) || is_pinned(src)) {
    give(*stream, {[=] { std::memcpy(dst, src, bytes); }, nullptr, 0});
  } else {
    // Pageable memory is read before this returns.
    const auto* from = static_cast<const char*>(src);
    give(*stream, {[=, copy = std::vector<char>(from, from + bytes)] {
                     std::memcpy(dst, copy.data(), bytes);
                   },
                   nullptr, 0});
  }
  if (!arena().holds(dst) && !is_pinned(dst)) finish(*stream, stream->given);
  return cudaSuccess;
}
cudaError_t cudaMemsetAsync(void* data, int value, size_t bytes, cudaStream_t stream) {
  const std::lock_guard lock(mutex);
  if (!arena().holds(data)) return cudaErrorInvalidValue;
  give(*stream, {[=] { std::memset(data, value, bytes); }, nullptr, 0});
  return cudaSuccess;
}
