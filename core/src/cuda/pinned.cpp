// SPDX-License-Identifier: Apache-2.0
// Pinned host memory. Blocks are kept: the driver takes milliseconds to pin one. A block that a
// copy may still use is handed out again when the copy is done.
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "cuda/device.h"

namespace hearth::cuda {

namespace {

struct Block {
  char* data = nullptr;
  size_t size = 0;
  std::vector<std::pair<cudaStream_t, Device>> streams;  ///< that copy from or to it
  std::vector<Mark> marks;                               ///< of these, since it was given back
  bool kept = false;  ///< a captured graph uses it, whenever that may be run
};

/// Powers of two, so that blocks fit again.
size_t rounded(size_t bytes) {
  size_t size = 512;
  while (size < bytes) size *= 2;
  return size;
}

class Pool {
 public:
  char* take(size_t bytes) {
    const size_t size = rounded(bytes);
    const std::lock_guard lock(mutex_);
    const auto [first, last] = idle_.equal_range(size);
    for (auto it = first; it != last; ++it) {
      if (!is_idle(*it->second)) continue;
      std::unique_ptr<Block> block = std::move(it->second);
      idle_.erase(it);
      return use(std::move(block));
    }
    auto block = std::make_unique<Block>();
    block->size = size;
    const WhileCapturing allowed;
    void* data = nullptr;
    cudaError_t error = cudaHostAlloc(&data, size, cudaHostAllocPortable);
    if (error == cudaErrorMemoryAllocation) {
      (void)cudaGetLastError();
      free_idle();
      error = cudaHostAlloc(&data, size, cudaHostAllocPortable);
    }
    check(error, "pin_memory");
    block->data = static_cast<char*>(data);
    return use(std::move(block));
  }

  void give_back(char* data) {
    const std::lock_guard lock(mutex_);
    const auto found = used_.find(data);
    std::unique_ptr<Block> block = std::move(found->second);
    used_.erase(found);
    if (block->kept) return kept_.push_back(std::move(block));
    for (const auto& [stream, device] : block->streams) {
      const OnDevice on(device);
      block->marks.emplace_back(stream);
    }
    block->streams.clear();
    idle_.emplace(block->size, std::move(block));
  }

  void record(const char* data, cudaStream_t stream, Device device) {
    const std::lock_guard lock(mutex_);
    auto it = used_.upper_bound(data);
    if (it == used_.begin()) return;
    Block& block = *(--it)->second;
    if (data >= block.data + block.size) return;  // pinned by somebody else
    if (capture_of(stream) != 0) block.kept = true;
    for (const auto& [known, where] : block.streams)
      if (known == stream) return;
    block.streams.emplace_back(stream, device);
  }

 private:
  static bool is_idle(Block& block) {
    for (const Mark& mark : block.marks)
      if (!mark.is_done()) return false;
    block.marks.clear();
    return true;
  }
  char* use(std::unique_ptr<Block> block) {
    char* data = block->data;
    used_.emplace(data, std::move(block));
    return data;
  }
  void free_idle() {
    for (auto& [size, block] : idle_) {
      for (const Mark& mark : block->marks) mark.synchronize();
      (void)cudaFreeHost(block->data);
    }
    idle_.clear();
  }

  std::mutex mutex_;
  std::map<const char*, std::unique_ptr<Block>> used_;
  std::multimap<size_t, std::unique_ptr<Block>> idle_;
  std::vector<std::unique_ptr<Block>> kept_;
};

Pool& pool() {
  // Kept: tensors may go while the program ends.
  static auto& blocks = *new Pool;
  return blocks;
}

void release(void*, void* data, size_t) {
  try {
    pool().give_back(static_cast<char*>(data));
  } catch (const Error&) {
    // The process ends.
  }
}

}  // namespace

void allocate_pinned(StorageImpl& storage, size_t bytes) {
  state();
  storage.data = pool().take(bytes);
  storage.deleter = &release;
}

bool is_pinned(const void* data) {
  const WhileCapturing allowed;
  cudaPointerAttributes attributes{};
  if (cudaPointerGetAttributes(&attributes, data) != cudaSuccess) {
    (void)cudaGetLastError();
    return false;
  }
  return attributes.type == cudaMemoryTypeHost;
}

void record_pinned_use(const void* data, cudaStream_t stream) {
  pool().record(static_cast<const char*>(data), stream,
                Device(kCUDA, static_cast<DeviceIndex>(device_index())));
}

}  // namespace hearth::cuda
