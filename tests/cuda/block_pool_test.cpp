// SPDX-License-Identifier: Apache-2.0
#include "cuda/block_pool.h"

#include <cstdint>
#include <map>
#include <vector>

#include <gtest/gtest.h>

namespace hearth::cuda {
namespace {

constexpr size_t kMiB = size_t{1} << 20;

class BlockPools : public testing::Test {
 protected:
  MemoryBlock* take(size_t bytes, void* stream = nullptr) {
    const size_t size = BlockPool::rounded(bytes);
    if (MemoryBlock* block = pool.take(size, stream)) return block;
    const size_t segment = BlockPool::segment_size(size);
    // Addresses that nobody touches, with a gap between segments.
    void* memory = reinterpret_cast<void*>(next);
    next += segment + kMiB;
    segments[memory] = segment;
    return pool.take_of(memory, segment, size, stream);
  }
  size_t free_idle() {
    size_t bytes = 0;
    for (void* memory : pool.take_idle()) {
      bytes += segments.at(memory);
      segments.erase(memory);
    }
    return bytes;
  }

  DeviceStats stats;
  BlockPool pool{stats, 0};
  uintptr_t next = 1 << 30;
  std::map<void*, size_t> segments;
};

TEST_F(BlockPools, SizesAreRounded) {
  EXPECT_EQ(BlockPool::rounded(0), 512u);
  EXPECT_EQ(BlockPool::rounded(512), 512u);
  EXPECT_EQ(BlockPool::rounded(513), 1024u);
  EXPECT_EQ(BlockPool::segment_size(512), 2 * kMiB);
  EXPECT_EQ(BlockPool::segment_size(kMiB), 2 * kMiB);
  EXPECT_EQ(BlockPool::segment_size(kMiB + 512), 20 * kMiB);
  EXPECT_EQ(BlockPool::segment_size(10 * kMiB), 10 * kMiB);
  EXPECT_EQ(BlockPool::segment_size(11 * kMiB), 12 * kMiB);
}

TEST_F(BlockPools, SmallBlocksShareASegment) {
  MemoryBlock *a = take(1000), *b = take(1000);
  EXPECT_EQ(b->data, a->data + 1024);
  EXPECT_EQ(segments.size(), 1u);
  EXPECT_EQ(stats.segment.small.current, 1);
  EXPECT_EQ(stats.reserved_bytes.all.current, static_cast<int64_t>(2 * kMiB));
  EXPECT_EQ(stats.inactive_split_bytes.all.current, static_cast<int64_t>(2 * kMiB - 2048));
  EXPECT_EQ(free_idle(), 0u);
  char* const where = a->data;
  pool.give_back(a);
  EXPECT_EQ(take(700)->data, where);
}

TEST_F(BlockPools, NeighboursJoinInAnyOrder) {
  for (const std::vector<size_t>& order :
       std::vector<std::vector<size_t>>{{0, 1, 2}, {2, 1, 0}, {0, 2, 1}, {1, 0, 2}}) {
    std::vector<MemoryBlock*> blocks;
    for (int i = 0; i < 3; ++i) blocks.push_back(take(3 * kMiB));
    for (const size_t i : order) pool.give_back(blocks[i]);
    EXPECT_EQ(stats.inactive_split.all.current, 0);
    EXPECT_EQ(free_idle(), 20 * kMiB);
    EXPECT_TRUE(pool.empty());
  }
}

TEST_F(BlockPools, StreamsDoNotShareFreeBlocks) {
  int streams[2];
  MemoryBlock* a = take(5 * kMiB, &streams[0]);
  pool.give_back(a);
  EXPECT_EQ(pool.take(5 * kMiB, &streams[1]), nullptr);
  EXPECT_NE(pool.take(5 * kMiB, &streams[0]), nullptr);
}

TEST_F(BlockPools, TheLeastThatFitsIsTaken) {
  MemoryBlock *a = take(30 * kMiB), *b = take(14 * kMiB), *c = take(20 * kMiB);
  char* const where = b->data;
  for (MemoryBlock* block : {a, b, c}) pool.give_back(block);
  MemoryBlock* found = pool.take(13 * kMiB + 512, nullptr);
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->data, where);
  // What would remain is too little for a large block.
  EXPECT_EQ(found->size, 14 * kMiB);
}

TEST_F(BlockPools, AnyOrderOfCallsKeepsBlocksApart) {
  std::vector<MemoryBlock*> live;
  uint64_t state = 12345;
  const auto random = [&](uint64_t n) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (state >> 33) % n;
  };
  for (int i = 0; i < 4000; ++i) {
    if (live.empty() || random(5) < 3) {
      const size_t bytes = random(3) == 0 ? random(40 * kMiB) : random(kMiB / 4);
      MemoryBlock* block = take(bytes);
      ASSERT_TRUE(block->used);
      ASSERT_GE(block->size, bytes);
      live.push_back(block);
    } else {
      const size_t at = random(live.size());
      pool.give_back(live[at]);
      live[at] = live.back();
      live.pop_back();
    }
    if (i % 500 == 0) free_idle();
  }
  std::map<char*, size_t> places;
  for (const MemoryBlock* block : live) places[block->data] = block->size;
  ASSERT_EQ(places.size(), live.size());
  char* end = nullptr;
  for (const auto& [data, size] : places) {
    EXPECT_GE(data, end);
    end = data + size;
    auto segment = segments.upper_bound(data);
    ASSERT_NE(segment, segments.begin());
    --segment;
    EXPECT_LE(end, static_cast<char*>(segment->first) + segment->second);
  }
  for (MemoryBlock* block : live) pool.give_back(block);
  free_idle();
  EXPECT_TRUE(pool.empty());
  EXPECT_TRUE(segments.empty());
  for (const Stat& stat : {stats.segment.all, stats.reserved_bytes.all, stats.reserved_bytes.small,
                           stats.inactive_split.all, stats.inactive_split_bytes.all}) {
    EXPECT_EQ(stat.current, 0);
    EXPECT_EQ(stat.allocated, stat.freed);
    EXPECT_GT(stat.peak, 0);
  }
}

}  // namespace
}  // namespace hearth::cuda
