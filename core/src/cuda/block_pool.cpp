// SPDX-License-Identifier: Apache-2.0
#include "cuda/block_pool.h"

#include <algorithm>
#include <tuple>

namespace hearth::cuda {

namespace {

constexpr size_t kStep = 512;               ///< sizes of blocks are multiples
constexpr size_t kSmall = size_t{1} << 20;  ///< the largest small block
constexpr size_t kSmallSegment = size_t{2} << 20;
constexpr size_t kMedium = size_t{10} << 20;  ///< larger blocks have a segment of their own
constexpr size_t kMediumSegment = size_t{20} << 20;

void add(Stat& stat, int64_t change) {
  stat.current += change;
  stat.peak = std::max(stat.peak, stat.current);
  (change > 0 ? stat.allocated : stat.freed) += change > 0 ? change : -change;
}

/// A free part of a segment of which others are in use.
bool is_split(const MemoryBlock& b) { return b.before || b.after; }

}  // namespace

void add(StatBySize& stat, bool small, int64_t change) {
  add(stat.all, change);
  add(small ? stat.small : stat.large, change);
}

bool BlockPool::Less::operator()(const MemoryBlock* a, const MemoryBlock* b) const {
  return std::tie(a->stream, a->size, a->data) < std::tie(b->stream, b->size, b->data);
}

size_t BlockPool::rounded(size_t bytes) {
  return std::max(kStep, (bytes + kStep - 1) / kStep * kStep);
}

size_t BlockPool::segment_size(size_t rounded) {
  if (rounded <= kSmall) return kSmallSegment;
  if (rounded < kMedium) return kMediumSegment;
  return (rounded + kSmallSegment - 1) / kSmallSegment * kSmallSegment;
}

MemoryBlock* BlockPool::take(size_t size, void* stream) {
  MemoryBlock least;
  least.size = size;
  least.stream = stream;
  Free& free = list(size <= kSmall);
  const auto found = free.lower_bound(&least);
  if (found == free.end() || (*found)->stream != stream) return nullptr;
  MemoryBlock* block = *found;
  remove(block);
  return cut(block, size);
}

MemoryBlock* BlockPool::take_of(void* segment, size_t segment_size, size_t size, void* stream) {
  auto* block = new MemoryBlock;
  block->data = static_cast<char*>(segment);
  block->size = segment_size;
  block->stream = stream;
  block->pool = this;
  block->small = size <= kSmall;
  ++segments_;
  add(stats_.segment, block->small, 1);
  add(stats_.reserved_bytes, block->small, static_cast<int64_t>(segment_size));
  return cut(block, size);
}

MemoryBlock* BlockPool::cut(MemoryBlock* block, size_t size) {
  const size_t rest = block->size - size;
  if (block->small ? rest >= kStep : rest > kSmall) {
    auto* behind = new MemoryBlock;
    behind->data = block->data + size;
    behind->size = rest;
    behind->stream = block->stream;
    behind->pool = this;
    behind->small = block->small;
    behind->before = block;
    behind->after = block->after;
    if (behind->after) behind->after->before = behind;
    block->after = behind;
    block->size = size;
    insert(behind);
  }
  block->used = true;
  return block;
}

void BlockPool::absorb(MemoryBlock* block) {
  MemoryBlock* behind = block->after;
  block->size += behind->size;
  block->after = behind->after;
  if (block->after) block->after->before = block;
  delete behind;
}

void BlockPool::give_back(MemoryBlock* block) {
  block->used = false;
  if (block->after && !block->after->used) {
    remove(block->after);
    absorb(block);
  }
  if (block->before && !block->before->used) {
    block = block->before;
    remove(block);
    absorb(block);
  }
  insert(block);
}

void BlockPool::insert(MemoryBlock* block) {
  list(block->small).insert(block);
  if (!is_split(*block)) return;
  add(stats_.inactive_split, block->small, 1);
  add(stats_.inactive_split_bytes, block->small, static_cast<int64_t>(block->size));
}

void BlockPool::remove(MemoryBlock* block) {
  list(block->small).erase(block);
  if (!is_split(*block)) return;
  add(stats_.inactive_split, block->small, -1);
  add(stats_.inactive_split_bytes, block->small, -static_cast<int64_t>(block->size));
}

std::vector<void*> BlockPool::take_idle() {
  std::vector<void*> memory;
  for (Free* free : {&small_, &large_})
    for (auto it = free->begin(); it != free->end();) {
      MemoryBlock* block = *it;
      if (is_split(*block)) {
        ++it;
        continue;
      }
      it = free->erase(it);
      --segments_;
      add(stats_.segment, block->small, -1);
      add(stats_.reserved_bytes, block->small, -static_cast<int64_t>(block->size));
      memory.push_back(block->data);
      delete block;
    }
  return memory;
}

}  // namespace hearth::cuda
