// SPDX-License-Identifier: Apache-2.0
// Memory of devices: pools of blocks, and what other streams still use of what was freed.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <map>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "base/bytes_text.h"
#include "base/current_stream.h"
#include "cuda/block_pool.h"
#include "cuda/device.h"

namespace hearth::cuda {

namespace {

/// A freed block that streams other than its own were using.
struct Waiting {
  MemoryBlock* block;
  std::vector<Mark> uses;
};

/// Memory of captured graphs, apart from all other: a graph writes to it whenever it is replayed.
struct KeptApart {
  KeptApart(DeviceStats& stats, int device) : pool(stats, device) {}
  BlockPool pool;
  int graphs = 0;  ///< that use it; with none, its free memory may go
};

/// Without (HEARTH_CUDA_CACHE=0), each block is a segment as large as was asked for, and goes back
/// at once: slow, but tools that watch memory see what belongs to whom.
bool keeps_memory() {
  static const bool on = [] {
    const char* wish = std::getenv("HEARTH_CUDA_CACHE");
    return !wish || std::strcmp(wish, "0") != 0;
  }();
  return on;
}

/// The streams of one capture allocate from one pool.
struct Capture {
  CaptureId id;
  BlockPool* pool;
};

/// All memory of one device.
class DeviceMemory {
 public:
  explicit DeviceMemory(int device) : common_(stats, device) {}

  std::mutex mutex;
  DeviceStats stats;
  size_t limit = SIZE_MAX;

  // All of these with the mutex held, and those that reach the driver on the active device.

  MemoryBlock* take(size_t bytes, cudaStream_t stream) {
    if (captures_.empty()) collect(false);
    BlockPool& pool = pool_for(stream);
    const bool cuts = keeps_memory() || &pool != &common_;
    const size_t size = cuts ? BlockPool::rounded(bytes) : std::max<size_t>(bytes, 1);
    MemoryBlock* block = pool.take(size, stream);
    if (!block)
      block = extend(pool, bytes, size, cuts ? BlockPool::segment_size(size) : size, stream);
    block->requested = bytes;
    count(*block, 1);
    count_active(*block, 1);
    return block;
  }

  void give_back(MemoryBlock* block) {
    count(*block, -1);
    if (block->other_streams.empty()) return reuse(block);
    waiting_.push_back({block, {}});
    // A mark in a stream that is being captured would become part of the graph.
    if (captures_.empty()) mark(waiting_.back());
  }

  /// The same for a kernel's own use, by address.
  void* lend(size_t bytes, cudaStream_t stream) {
    MemoryBlock* block = take(bytes, stream);
    lent_.emplace(block->data, block);
    return block->data;
  }
  void take_back(void* data) { give_back(lent_.extract(data).mapped()); }

  /// Frees blocks that no other stream uses any more; with `wait`, all.
  void collect(bool wait) {
    while (!waiting_.empty()) {
      Waiting& first = waiting_.front();
      if (first.uses.empty()) mark(first);
      for (const Mark& use : first.uses) {
        if (wait) use.synchronize();
        if (!wait && !use.is_done()) return;
      }
      reuse(first.block);
      waiting_.pop_front();
    }
  }

  /// Gives segments that nothing uses back to the driver, which waits for the device first.
  void release_idle() {
    release(common_);
    for (auto it = kept_apart_.begin(); it != kept_apart_.end();) {
      if (it->second.graphs == 0) release(it->second.pool);
      it = it->second.graphs == 0 && it->second.pool.empty() ? kept_apart_.erase(it) : ++it;
    }
  }
  bool capturing() const { return !captures_.empty(); }

  void share(uint64_t pool) {
    ++kept_apart_.try_emplace(pool, stats, common_.device).first->second.graphs;
  }
  void unshare(uint64_t pool) { --kept_apart_.at(pool).graphs; }
  void begin_capture(CaptureId id, uint64_t pool) {
    captures_.push_back({id, &kept_apart_.at(pool).pool});
  }
  void end_capture(CaptureId id) {
    std::erase_if(captures_, [&](const Capture& c) { return c.id == id; });
  }

 private:
  BlockPool& pool_for(cudaStream_t stream) {
    if (captures_.empty()) return common_;
    const CaptureId id = capture_of(stream);
    for (const Capture& c : captures_)
      if (c.id == id) return *c.pool;
    return common_;
  }

  MemoryBlock* extend(BlockPool& pool, size_t bytes, size_t size, size_t segment,
                      cudaStream_t stream) {
    void* data = from_driver(segment);
    if (!data && captures_.empty()) {
      // What was freed may lie in pieces, or wait for other streams.
      ++stats.num_alloc_retries;
      collect(true);
      if (MemoryBlock* block = pool.take(size, stream)) return block;
      release_idle();
      data = from_driver(segment);
    }
    if (!data) throw_out_of_memory(bytes);
    return pool.take_of(data, segment, size, stream);
  }

  /// Null when there is no more.
  void* from_driver(size_t bytes) const {
    const auto reserved = static_cast<size_t>(stats.reserved_bytes.all.current);
    if (reserved > limit || bytes > limit - reserved) return nullptr;
    const WhileCapturing allowed;
    void* data = nullptr;
    const cudaError_t error = cudaMalloc(&data, bytes);
    if (error == cudaErrorMemoryAllocation) {
      (void)cudaGetLastError();
      return nullptr;
    }
    check(error, "cudaMalloc");
    return data;
  }

  [[noreturn]] void throw_out_of_memory(size_t bytes) {
    ++stats.num_ooms;
    size_t free = 0, total = 0;
    (void)cudaMemGetInfo(&free, &total);
    const auto allocated = static_cast<size_t>(stats.allocated_bytes.all.current);
    const auto reserved = static_cast<size_t>(stats.reserved_bytes.all.current);
    throw OutOfMemory(cat_str(
        "[memory] could not allocate ", bytes_text(bytes), " on cuda:", common_.device, ": ",
        bytes_text(free), " of its ", bytes_text(total), " are free; this program holds ",
        bytes_text(reserved), ", of which tensors take ", bytes_text(allocated),
        limit == SIZE_MAX ? "" : cat_str(", and may hold ", bytes_text(limit)),
        "; free tensors or use smaller batches"));
  }

  static void mark(Waiting& waiting) {
    const OnDevice on(Device(kCUDA, static_cast<DeviceIndex>(waiting.block->pool->device)));
    for (void* other : waiting.block->other_streams)
      waiting.uses.emplace_back(static_cast<cudaStream_t>(other));
  }
  void reuse(MemoryBlock* block) {
    block->other_streams.clear();
    count_active(*block, -1);
    BlockPool& pool = *block->pool;
    pool.give_back(block);
    if (!keeps_memory() && &pool == &common_ && captures_.empty()) release(pool);
  }
  static void release(BlockPool& pool) {
    for (void* segment : pool.take_idle()) check(cudaFree(segment), "cudaFree");
  }

  void count(const MemoryBlock& b, int64_t change) {
    add(stats.allocation, b.small, change);
    add(stats.allocated_bytes, b.small, change * static_cast<int64_t>(b.size));
    add(stats.requested_bytes, b.small, change * static_cast<int64_t>(b.requested));
  }
  void count_active(const MemoryBlock& b, int64_t change) {
    add(stats.active, b.small, change);
    add(stats.active_bytes, b.small, change * static_cast<int64_t>(b.size));
  }

  BlockPool common_;
  std::map<uint64_t, KeptApart> kept_apart_;
  std::vector<Capture> captures_;  ///< under way
  std::deque<Waiting> waiting_;
  std::unordered_map<void*, MemoryBlock*> lent_;
};

DeviceMemory& memory_of(int device) {
  // Kept: tensors may go while the program ends.
  static auto& all = []() -> auto& {
    auto* made = new std::array<DeviceMemory*, kMaxDevices>;
    for (int i = 0; i < kMaxDevices; ++i) (*made)[static_cast<size_t>(i)] = new DeviceMemory(i);
    return *made;
  }
  ();
  return *all[static_cast<size_t>(device)];
}
DeviceMemory& memory_of(Device device) { return memory_of(device.resolved().index()); }

void give_back(MemoryBlock* block) {
  DeviceMemory& memory = memory_of(block->pool->device);
  const std::lock_guard lock(memory.mutex);
  memory.give_back(block);
}

void release(void* block, void*, size_t) {
  try {
    give_back(static_cast<MemoryBlock*>(block));
  } catch (const Error&) {
    // The process ends, and the driver takes everything back.
  }
}

/// The one that this thread launches on.
Device current() { return Device(kCUDA, static_cast<DeviceIndex>(device_index())); }

template <class F>
auto locked(Device device, F&& f) {
  DeviceMemory& memory = memory_of(device);
  const std::lock_guard lock(memory.mutex);
  return f(memory);
}

template <class F>
void for_each_stat(DeviceStats& s, F&& f) {
  for (StatBySize* by_size :
       {&s.allocation, &s.segment, &s.active, &s.inactive_split, &s.allocated_bytes,
        &s.reserved_bytes, &s.active_bytes, &s.inactive_split_bytes, &s.requested_bytes})
    for (Stat* stat : {&by_size->all, &by_size->small, &by_size->large}) f(*stat);
}

DeviceStats stats_of(Device device) {
  return locked(device, [](DeviceMemory& m) { return m.stats; });
}
void reset_peaks(Device device) {
  locked(device,
         [](DeviceMemory& m) { for_each_stat(m.stats, [](Stat& s) { s.peak = s.current; }); });
}
void reset_accumulated(Device device) {
  locked(device, [](DeviceMemory& m) {
    for_each_stat(m.stats, [](Stat& s) { s.allocated = s.freed = 0; });
    m.stats.num_alloc_retries = m.stats.num_ooms = 0;
  });
}

void empty_cache(Device device) {
  activate(device);
  locked(device, [](DeviceMemory& m) {
    // The driver takes nothing back while a graph is captured.
    if (m.capturing()) return;
    m.collect(true);
    m.release_idle();
  });
  throw_fault(state());
}

std::pair<size_t, size_t> free_and_total(Device device) {
  activate(device);
  size_t free = 0, total = 0;
  check(cudaMemGetInfo(&free, &total), "mem_get_info");
  return {free, total};
}

void set_limit(Device device, size_t bytes) {
  locked(device, [&](DeviceMemory& m) { m.limit = bytes; });
}
size_t limit_of(Device device) {
  return locked(device, [](DeviceMemory& m) { return m.limit; });
}

}  // namespace

void allocate(StorageImpl& storage, size_t bytes, Device device) {
  activate(device);
  const cudaStream_t on = stream();
  MemoryBlock* block = locked(device, [&](DeviceMemory& m) { return m.take(bytes, on); });
  storage.data = block->data;
  storage.stream = block->stream;
  storage.context = block;
  storage.deleter = &release;
}

void record_use(StorageImpl& storage, void* stream) {
  if (storage.deleter != &release) return;  // not memory of ours
  auto* block = static_cast<MemoryBlock*>(storage.context);
  locked(storage.device, [&](DeviceMemory&) {
    for (const void* other : block->other_streams)
      if (other == stream) return;
    block->other_streams.push_back(stream);
  });
}

void share_pool(Device device, uint64_t pool) {
  locked(device, [&](DeviceMemory& m) { m.share(pool); });
}
void unshare_pool(Device device, uint64_t pool) {
  locked(device, [&](DeviceMemory& m) { m.unshare(pool); });
}
void allocate_from(Device device, CaptureId capture, uint64_t pool) {
  locked(device, [&](DeviceMemory& m) { m.begin_capture(capture, pool); });
}
void allocate_as_before(Device device, CaptureId capture) {
  locked(device, [&](DeviceMemory& m) { m.end_capture(capture); });
}

Workspace::Workspace(size_t bytes) {
  if (bytes == 0) return;
  stream_ = stream();
  data_ = locked(current(), [&](DeviceMemory& m) { return m.lend(bytes, stream_); });
}
Workspace::~Workspace() {
  if (!data_) return;
  try {
    locked(current(), [&](DeviceMemory& m) { m.take_back(data_); });
  } catch (const Error&) {
    // As in release().
  }
}

constinit const MemorySlots kMemorySlots{
    .stats = &stats_of,
    .reset_peaks = &reset_peaks,
    .reset_accumulated = &reset_accumulated,
    .empty_cache = &empty_cache,
    .free_and_total = &free_and_total,
    .set_limit = &set_limit,
    .limit = &limit_of,
};

}  // namespace hearth::cuda
