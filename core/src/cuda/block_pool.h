// SPDX-License-Identifier: Apache-2.0
// Blocks of device memory, cut from segments. Knows neither the driver nor threads.
#pragma once

#include <cstddef>
#include <set>
#include <vector>

#include "hearth/cuda/memory.h"

namespace hearth::cuda {

class BlockPool;

/// A part of a segment, in use by one owner or free. Blocks of a segment are a list in the order of
/// their addresses.
struct MemoryBlock {
  char* data = nullptr;
  size_t size = 0;
  size_t requested = 0;
  void* stream = nullptr;  ///< whose order it is used and freed in
  BlockPool* pool = nullptr;
  MemoryBlock *before = nullptr, *after = nullptr;  ///< neighbours
  bool small = false;                               ///< of a segment for small blocks
  bool used = false;                                ///< or freed, but maybe still read
  std::vector<void*> other_streams;                 ///< that use it as well
};

/// Adds to the number for all blocks and to that of the block's size.
void add(StatBySize& stat, bool small, int64_t change);

/// The free blocks of a device, or of what is kept apart there, each for the stream that gave it
/// back: work of one stream runs in order, so it may write at once what it has read before.
class BlockPool {
 public:
  BlockPool(DeviceStats& stats, int device) : device(device), stats_(stats) {}
  BlockPool(const BlockPool&) = delete;
  BlockPool& operator=(const BlockPool&) = delete;

  const int device;  ///< whose memory it is

  /// Bytes that a request becomes, and those of a segment for it.
  static size_t rounded(size_t bytes);
  static size_t segment_size(size_t rounded);

  /// The least free block of `size` (rounded) bytes or more, in use now; null when there is none.
  MemoryBlock* take(size_t size, void* stream);
  /// A new segment's block of `size` bytes; the rest of it is free.
  MemoryBlock* take_of(void* segment, size_t segment_size, size_t size, void* stream);
  /// Makes a block free again, joined with free neighbours.
  void give_back(MemoryBlock* block);
  /// Takes whole segments out that nobody uses: their memory is the caller's.
  std::vector<void*> take_idle();
  /// Whether it has no segment.
  bool empty() const { return segments_ == 0; }

 private:
  struct Less {
    using is_transparent = void;
    bool operator()(const MemoryBlock* a, const MemoryBlock* b) const;
  };
  using Free = std::set<MemoryBlock*, Less>;

  Free& list(bool small) { return small ? small_ : large_; }
  void insert(MemoryBlock* block);
  void remove(MemoryBlock* block);
  MemoryBlock* cut(MemoryBlock* block, size_t size);
  /// Joins a block with the one behind it.
  static void absorb(MemoryBlock* block);

  DeviceStats& stats_;
  Free small_, large_;
  size_t segments_ = 0;
};

}  // namespace hearth::cuda
