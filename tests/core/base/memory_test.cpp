// SPDX-License-Identifier: Apache-2.0
#include "hearth/base/memory.h"

#include <cstring>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "hearth/base/error.h"

#include "base/allocator.h"

namespace hearth {
namespace {

#if !defined(__has_feature)
#define __has_feature(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
constexpr bool kCaching = false;
#else
constexpr bool kCaching = true;
#endif

struct Block {
  unsigned char* memory;
  size_t bytes;
  unsigned char mark;
};

/// A block whose first and last bytes are marked, so that overlaps show.
Block take_block(size_t bytes, unsigned mark) {
  auto* memory = static_cast<unsigned char*>(cpu_allocate(bytes));
  EXPECT_EQ(reinterpret_cast<uintptr_t>(memory) % 64, 0u);
  memory[0] = memory[bytes - 1] = static_cast<unsigned char>(mark);
  return {memory, bytes, static_cast<unsigned char>(mark)};
}

void give(const Block& b) {
  EXPECT_EQ(b.memory[0], b.mark);
  EXPECT_EQ(b.memory[b.bytes - 1], b.mark);
  cpu_deallocate(b.memory, b.bytes);
}

size_t random_size(std::mt19937_64& rng) {
  const double octave = std::uniform_real_distribution<double>(0, 22)(rng);
  return static_cast<size_t>(std::exp2(octave)) + rng() % 7;
}

struct Limit {
  explicit Limit(size_t bytes) { set_memory_limit(bytes); }
  ~Limit() { set_memory_limit(0); }
};

TEST(SizeClass, CoversEverySizeWithLittleWaste) {
  for (size_t bytes = 1; bytes <= detail::kMaxClassBytes; bytes += 1 + bytes / 300) {
    const unsigned c = detail::size_class(bytes);
    ASSERT_LT(c, detail::kNumSizeClasses);
    ASSERT_GE(detail::class_bytes(c), bytes);
    if (c > 0) {
      ASSERT_LT(detail::class_bytes(c - 1), bytes);
    }
    ASSERT_EQ(detail::size_class(detail::class_bytes(c)), c);
  }
  for (unsigned c = 8; c < detail::kNumSizeClasses; ++c)
    ASSERT_LE(detail::class_bytes(c), detail::class_bytes(c - 1) * 1.125);
  EXPECT_EQ(detail::class_bytes(detail::kNumSizeClasses - 1), detail::kMaxClassBytes);
}

TEST(Allocator, ZeroBytesAndNull) {
  EXPECT_EQ(cpu_allocate(0), nullptr);
  cpu_deallocate(nullptr, 0);
  cpu_deallocate(nullptr, 100);
}

TEST(Allocator, RandomProgramKeepsBlocksApartAndMemoryLow) {
  empty_cache();
  reset_peak_memory_stats();
  const MemoryStats before = memory_stats();
  std::mt19937_64 rng(7);
  std::vector<Block> live;
  size_t live_bytes = 0, peak_live = 0;
  for (int step = 0; step < 60000; ++step) {
    // Sizes drift, so that memory freed by one size has to serve another.
    const bool grow = live.empty() || (rng() % 100 < (step / 10000 % 2 ? 48u : 52u));
    if (grow && live_bytes < (size_t{256} << 20)) {
      live.push_back(take_block(random_size(rng), static_cast<unsigned>(rng())));
      live_bytes += live.back().bytes;
      peak_live = std::max(peak_live, live_bytes);
    } else {
      const size_t i = rng() % live.size();
      live_bytes -= live[i].bytes;
      give(live[i]);
      live[i] = live.back();
      live.pop_back();
    }
  }
  const MemoryStats stats = memory_stats();
  EXPECT_GE(stats.allocated - before.allocated, live_bytes);
  EXPECT_LE(stats.allocated - before.allocated, live_bytes * 1.125 + 64.0 * live.size());
  EXPECT_GE(stats.peak_allocated - before.allocated + (64 << 10), peak_live);
  EXPECT_LE(stats.peak_reserved - before.reserved, peak_live * 1.3 + (8 << 20));
  EXPECT_EQ(stats.allocations - stats.frees - (before.allocations - before.frees), live.size());
  if (kCaching) {
    EXPECT_LT(stats.system_calls - before.system_calls, 100u);
  }
  for (const Block& b : live) give(b);
  EXPECT_EQ(memory_stats().allocated, before.allocated);
  empty_cache();
  if (kCaching) {
    EXPECT_LE(memory_stats().reserved, before.reserved + (4 << 20));
  }
}

TEST(Allocator, ALoopDoesNotReturnToTheSystem) {
  for (const size_t bytes : {size_t{40}, size_t{5000}, size_t{200} << 10, size_t{30} << 20}) {
    cpu_deallocate(cpu_allocate(bytes), bytes);
    const MemoryStats before = memory_stats();
    void* first = cpu_allocate(bytes);
    cpu_deallocate(first, bytes);
    for (int i = 0; i < 1000; ++i) {
      void* again = cpu_allocate(bytes);
      if (kCaching) {
        ASSERT_EQ(again, first);
      }
      cpu_deallocate(again, bytes);
    }
    if (!kCaching) continue;
    EXPECT_EQ(memory_stats().system_calls, before.system_calls);
    EXPECT_EQ(memory_stats().reserved, before.reserved);
    if (bytes <= detail::kMaxClassBytes) {
      EXPECT_EQ(memory_stats().cache_hits - before.cache_hits, 1001u);
    }
  }
}

TEST(Allocator, LargeBlocksCoalesce) {
  if (!kCaching) GTEST_SKIP() << "blocks come straight from malloc here";
  empty_cache();
  constexpr size_t kPart = size_t{2} << 20;
  // Parts of one extent: what the system maps at different times need not adjoin.
  cpu_deallocate(cpu_allocate(32 * kPart), 32 * kPart);
  const size_t reserved = memory_stats().reserved;
  std::vector<void*> parts;
  for (int i = 0; i < 32; ++i) parts.push_back(cpu_allocate(kPart));
  EXPECT_EQ(memory_stats().reserved, reserved);
  for (size_t i = 0; i < parts.size(); i += 2) cpu_deallocate(parts[i], kPart);
  for (size_t i = 1; i < parts.size(); i += 2) cpu_deallocate(parts[i], kPart);
  void* whole = cpu_allocate(32 * kPart);
  EXPECT_EQ(memory_stats().reserved, reserved);
  cpu_deallocate(whole, 32 * kPart);
}

TEST(Allocator, BlocksFreedElsewhereComeBack) {
  empty_cache();
  constexpr int kRounds = 200, kBlocks = 300;
  const size_t before = memory_stats().allocated;
  size_t after_first = 0;
  for (int round = 0; round < kRounds; ++round) {
    std::vector<Block> blocks;
    for (int i = 0; i < kBlocks; ++i)
      blocks.push_back(take_block(1 + i * 97, static_cast<unsigned>(i)));
    std::thread([&] {
      for (const Block& b : blocks) give(b);
    }).join();
    if (round == 10) after_first = memory_stats().reserved;
  }
  EXPECT_EQ(memory_stats().allocated, before);
  if (kCaching) {
    EXPECT_LE(memory_stats().reserved, after_first + (2 << 20));
  }
}

TEST(Allocator, ProducersAndConsumers) {
  std::mutex mutex;
  std::vector<Block> shared;
  const size_t before = memory_stats().allocated;
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < 6; ++t)
    threads.emplace_back([&, t] {
      std::mt19937_64 rng(t);
      for (int step = 0; step < 4000; ++step) {
        Block mine =
            take_block(std::min<size_t>(random_size(rng), 300000), static_cast<unsigned>(rng()));
        Block other{};
        {
          const std::lock_guard<std::mutex> lock(mutex);
          shared.push_back(mine);
          if (shared.size() > 50) {
            const size_t i = rng() % shared.size();
            other = shared[i];
            shared[i] = shared.back();
            shared.pop_back();
          }
        }
        if (other.memory) give(other);
        if (step % 1000 == 0) memory_stats();
      }
    });
  for (auto& t : threads) t.join();
  for (const Block& b : shared) give(b);
  EXPECT_EQ(memory_stats().allocated, before);
}

TEST(Allocator, HeadersAreAlignedApartAndReusable) {
  const MemoryStats before = memory_stats();
  std::vector<void*> headers;
  for (int i = 0; i < 5000; ++i) {
    headers.push_back(header_allocate());
    ASSERT_EQ(reinterpret_cast<uintptr_t>(headers.back()) % 64, 0u);
    std::memset(headers.back(), i, kHeaderBytes);
  }
  EXPECT_EQ(memory_stats().allocated, before.allocated);
  for (int i = 0; i < 5000; ++i) {
    const auto* bytes = static_cast<unsigned char*>(headers[static_cast<size_t>(i)]);
    ASSERT_EQ(bytes[0], static_cast<unsigned char>(i));
    ASSERT_EQ(bytes[kHeaderBytes - 1], static_cast<unsigned char>(i));
  }
  std::thread([&] {
    for (void* h : headers) header_deallocate(h);
  }).join();
  header_deallocate(nullptr);
}

TEST(Allocator, LimitThrowsWithNumbersAndRecovers) {
  empty_cache();
  const Limit limit(memory_stats().reserved + (size_t{64} << 20));
  void* fits = cpu_allocate(size_t{40} << 20);
  try {
    cpu_allocate(size_t{100} << 20);
    FAIL() << "expected OutOfMemory";
  } catch (const OutOfMemory& e) {
    EXPECT_NE(e.msg().find("could not allocate 100 MiB"), std::string::npos) << e.msg();
    EXPECT_NE(e.msg().find("allocated"), std::string::npos) << e.msg();
    EXPECT_NE(e.msg().find("limit"), std::string::npos) << e.msg();
  }
  cpu_deallocate(fits, size_t{40} << 20);
  // What was cached in other sizes is given back before an allocation fails.
  void* again = cpu_allocate(size_t{60} << 20);
  cpu_deallocate(again, size_t{60} << 20);
}

TEST(Allocator, LimitHoldsForSmallBlocks) {
  empty_cache();
  const Limit limit(memory_stats().reserved + (size_t{4} << 20));
  std::vector<void*> blocks;
  EXPECT_THROW(
      {
        for (int i = 0; i < 10000; ++i) blocks.push_back(cpu_allocate(1000));
      },
      OutOfMemory);
  EXPECT_GT(blocks.size(), 1000u);
  for (void* b : blocks) cpu_deallocate(b, 1000);
}

TEST(Allocator, ImpossibleSizesThrow) {
  EXPECT_THROW(cpu_allocate(SIZE_MAX), OutOfMemory);
  EXPECT_THROW(cpu_allocate(SIZE_MAX - 4096), OutOfMemory);
  EXPECT_THROW(cpu_allocate(size_t{1} << 50), OutOfMemory);
}

TEST(Allocator, TrimGivesBackToTheSystem) {
  if (!kCaching) GTEST_SKIP() << "nothing is cached here";
  empty_cache();
  const size_t before = memory_stats().reserved;
  void* block = cpu_allocate(size_t{50} << 20);
  EXPECT_GE(memory_stats().reserved, before + (size_t{50} << 20));
  cpu_deallocate(block, size_t{50} << 20);
  EXPECT_GE(memory_stats().reserved, before + (size_t{50} << 20));
  empty_cache();
  EXPECT_LE(memory_stats().reserved, before);
  reset_peak_memory_stats();
  EXPECT_EQ(memory_stats().peak_reserved, memory_stats().reserved);
}

TEST(Allocator, NthAllocationFailsOnDemand) {
  set_allocation_failure_for_testing(3);
  void* a = cpu_allocate(10);
  void* b = cpu_allocate(size_t{2} << 20);
  EXPECT_THROW(cpu_allocate(10), OutOfMemory);
  void* c = cpu_allocate(10);
  cpu_deallocate(a, 10);
  cpu_deallocate(b, size_t{2} << 20);
  cpu_deallocate(c, 10);
  set_allocation_failure_for_testing(1);
  set_allocation_failure_for_testing(0);
  cpu_deallocate(cpu_allocate(1), 1);
}

}  // namespace
}  // namespace hearth
