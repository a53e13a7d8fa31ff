// SPDX-License-Identifier: Apache-2.0
// Memory of a device: the driver's stream-ordered pool, and what other streams still use of it.
#include <atomic>
#include <deque>
#include <mutex>
#include <vector>

#include "cuda/device.h"

namespace hearth::cuda {

namespace {

void free_in_order(void* data, cudaStream_t stream) {
  // Fails only while the process ends, when the driver takes everything back.
  (void)cudaFreeAsync(data, stream);
}

/// A freed block that streams other than its own were using.
struct Retired {
  void* data;
  cudaStream_t stream;
  std::vector<Mark> uses;
};

/// Blocks that wait for such uses to end. Their own streams do not wait with them.
class RetiredBlocks {
 public:
  void add(Retired block) {
    const std::lock_guard lock(mutex_);
    blocks_.push_back(std::move(block));
    count_.store(blocks_.size(), std::memory_order_relaxed);
  }
  /// Frees those whose uses have ended; with `wait`, all of them.
  void free(bool wait) {
    if (count_.load(std::memory_order_relaxed) == 0) return;
    const std::lock_guard lock(mutex_);
    std::deque<Retired> still_used;
    for (Retired& block : blocks_) {
      bool done = true;
      for (const Mark& use : block.uses) {
        if (wait) use.synchronize();
        done &= wait || use.is_done();
      }
      if (done) {
        free_in_order(block.data, block.stream);
      } else {
        still_used.push_back(std::move(block));
      }
    }
    blocks_ = std::move(still_used);
    count_.store(blocks_.size(), std::memory_order_relaxed);
  }

 private:
  std::mutex mutex_;
  std::deque<Retired> blocks_;
  std::atomic<size_t> count_{0};
};

RetiredBlocks& retired() {
  // Kept: tensors may go while the program ends.
  static auto& blocks = *new RetiredBlocks;
  return blocks;
}

/// The streams besides its own that use a storage; the context of such a storage.
struct Uses {
  Device device;
  cudaStream_t own;
  std::vector<cudaStream_t> others;
};
std::mutex uses_mutex;

void release(void* stream, void* data, size_t) {
  free_in_order(data, static_cast<cudaStream_t>(stream));
}

void release_used(void* context, void* data, size_t) {
  const auto* uses = static_cast<Uses*>(context);
  try {
    const OnDevice on(uses->device);
    Retired block{data, uses->own, {}};
    for (const cudaStream_t other : uses->others) block.uses.emplace_back(other);
    retired().add(std::move(block));
  } catch (const Error&) {
    // The process ends.
  }
  delete uses;
}

void* take(size_t bytes, cudaStream_t stream) {
  const DeviceState& s = state();
  retired().free(false);
  void* data = nullptr;
  cudaError_t error = cudaMallocAsync(&data, bytes, stream);
  if (error == cudaErrorMemoryAllocation) {
    (void)cudaGetLastError();
    // What was freed may lie in pieces, or not be free yet: wait, give it back, ask once more.
    retired().free(true);
    (void)cudaDeviceSynchronize();
    (void)cudaMemPoolTrimTo(s.pool, 0);
    error = cudaMallocAsync(&data, bytes, stream);
  }
  if (error == cudaErrorMemoryAllocation) {
    (void)cudaGetLastError();
    size_t available = 0, total = 0;
    (void)cudaMemGetInfo(&available, &total);
    throw OutOfMemory(cat_str("[cuda] cannot allocate ", bytes, " bytes: ", available, " of ",
                              total, " are free on device ", device_index()));
  }
  check(error, "cudaMallocAsync");
  return data;
}

}  // namespace

void allocate(StorageImpl& storage, size_t bytes, Device device) {
  activate(device);
  const cudaStream_t on = stream();
  storage.data = take(bytes, on);
  storage.stream = on;
  storage.context = on;
  storage.deleter = &release;
}

void record_use(StorageImpl& storage, void* stream) {
  const std::lock_guard lock(uses_mutex);
  if (storage.deleter == &release) {
    storage.context = new Uses{storage.device, static_cast<cudaStream_t>(storage.context), {}};
    storage.deleter = &release_used;
  }
  if (storage.deleter != &release_used) return;  // not memory of ours
  auto& others = static_cast<Uses*>(storage.context)->others;
  for (const cudaStream_t other : others)
    if (other == stream) return;
  others.push_back(static_cast<cudaStream_t>(stream));
}

MemoryStats memory_stats_of(Device device) {
  const cudaMemPool_t pool = state_of(device).pool;
  const auto read = [&](cudaMemPoolAttr attribute) {
    uint64_t value = 0;
    check(cudaMemPoolGetAttribute(pool, attribute, &value), "cudaMemPoolGetAttribute");
    return static_cast<size_t>(value);
  };
  MemoryStats stats;
  stats.allocated = read(cudaMemPoolAttrUsedMemCurrent);
  stats.reserved = read(cudaMemPoolAttrReservedMemCurrent);
  stats.peak_allocated = read(cudaMemPoolAttrUsedMemHigh);
  stats.peak_reserved = read(cudaMemPoolAttrReservedMemHigh);
  return stats;
}

void reset_peaks(Device device) {
  const cudaMemPool_t pool = state_of(device).pool;
  uint64_t zero = 0;
  for (const cudaMemPoolAttr a : {cudaMemPoolAttrUsedMemHigh, cudaMemPoolAttrReservedMemHigh})
    check(cudaMemPoolSetAttribute(pool, a, &zero), "cudaMemPoolSetAttribute");
}

void empty_pool(Device device) {
  activate(device);
  retired().free(true);
  check(cudaDeviceSynchronize(), "empty_cache");
  throw_fault(state());
  check(cudaMemPoolTrimTo(state().pool, 0), "cudaMemPoolTrimTo");
}

Workspace::Workspace(size_t bytes) {
  if (bytes == 0) return;
  stream_ = stream();
  data_ = take(bytes, stream_);
}
Workspace::~Workspace() {
  if (data_) free_in_order(data_, stream_);
}

}  // namespace hearth::cuda
