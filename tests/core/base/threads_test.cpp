// SPDX-License-Identifier: Apache-2.0
#include "hearth/base/threads.h"

#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "hearth/base/error.h"

#include "base/parallel.h"

namespace hearth {
namespace {

struct Threads {
  explicit Threads(int n) : before(get_num_threads()) { set_num_threads(n); }
  ~Threads() { set_num_threads(before); }
  int before;
};

TEST(Threads, CountIsSetAndChecked) {
  const Threads keep(5);
  EXPECT_EQ(get_num_threads(), 5);
  EXPECT_THROW(set_num_threads(0), ValueError);
  EXPECT_THROW(set_num_threads(-3), ValueError);
  EXPECT_EQ(get_num_threads(), 5);
}

TEST(Threads, GuardLimitsItsThreadOnly) {
  const Threads keep(4);
  {
    const ThreadLimitGuard one(1);
    EXPECT_EQ(get_num_threads(), 1);
    {
      const ThreadLimitGuard two(2);
      EXPECT_EQ(get_num_threads(), 2);
    }
    EXPECT_EQ(get_num_threads(), 1);
    int seen = 0;
    std::thread([&] { seen = get_num_threads(); }).join();
    EXPECT_EQ(seen, 4);
  }
  EXPECT_EQ(get_num_threads(), 4);
  EXPECT_THROW(ThreadLimitGuard(0), ValueError);
}

TEST(ParallelFor, CoversEveryIndexOnce) {
  for (const int threads : {1, 2, 3, 7}) {
    const Threads keep(threads);
    for (const int64_t n : {0, 1, 2, 63, 64, 65, 1000, 100000}) {
      std::vector<std::atomic<int>> hits(static_cast<size_t>(n));
      parallel_for(n, 16, [&](int64_t b, int64_t e) {
        ASSERT_LT(b, e);
        for (int64_t i = b; i < e; ++i) hits[static_cast<size_t>(i)]++;
      });
      for (auto& h : hits) ASSERT_EQ(h, 1) << n << " on " << threads;
    }
  }
}

TEST(ParallelFor, RangeNeedNotStartAtZero) {
  const Threads keep(3);
  std::atomic<int64_t> sum{0};
  parallel_for(-5, 10, 1, [&](int64_t b, int64_t e) {
    for (int64_t i = b; i < e; ++i) sum += i;
  });
  EXPECT_EQ(sum, 30);
}

TEST(ParallelFor, BelowTheGrainRunsInTheCaller) {
  const Threads keep(4);
  int calls = 0;
  const auto me = std::this_thread::get_id();
  parallel_for(100, 100, [&](int64_t b, int64_t e) {
    ++calls;
    EXPECT_EQ(b, 0);
    EXPECT_EQ(e, 100);
    EXPECT_EQ(std::this_thread::get_id(), me);
    EXPECT_FALSE(in_parallel_region());
  });
  EXPECT_EQ(calls, 1);
}

TEST(ParallelFor, UsesSeveralThreadsAndNestsSequentially) {
  const Threads keep(3);
  std::atomic<int> outer{0}, inner{0};
  parallel_for(3, 1, [&](int64_t, int64_t) {
    ++outer;
    EXPECT_TRUE(in_parallel_region());
    const auto me = std::this_thread::get_id();
    parallel_for(1000, 1, [&](int64_t b, int64_t e) {
      ++inner;
      EXPECT_EQ(e - b, 1000);
      EXPECT_EQ(std::this_thread::get_id(), me);
    });
  });
  EXPECT_EQ(outer, 3);
  EXPECT_EQ(inner, 3);
  EXPECT_FALSE(in_parallel_region());
}

TEST(ParallelFor, RethrowsInTheCaller) {
  const Threads keep(3);
  for (int round = 0; round < 3; ++round) {
    EXPECT_THROW(parallel_for(300, 1,
                              [](int64_t b, int64_t) {
                                if (b >= 100) throw ValueError("[test] piece");
                              }),
                 ValueError);
    EXPECT_FALSE(in_parallel_region());
  }
  EXPECT_THROW(parallel_chunks(9, [](int64_t i) { HEARTH_CHECK_AS(IndexError, i != 8, "last"); }),
               IndexError);
}

TEST(ParallelChunks, RunsEachChunkOnceAndSumsAlike) {
  std::vector<double> values(100000);
  for (size_t i = 0; i < values.size(); ++i) values[i] = 1.0 / static_cast<double>(i + 1);
  auto sum = [&] {
    constexpr int64_t kChunk = 1000;
    std::vector<double> partial(values.size() / kChunk, 0.0);
    parallel_chunks(static_cast<int64_t>(partial.size()), [&](int64_t c) {
      for (int64_t i = c * kChunk; i < (c + 1) * kChunk; ++i)
        partial[static_cast<size_t>(c)] += values[static_cast<size_t>(i)];
    });
    double total = 0;
    for (const double p : partial) total += p;
    return total;
  };
  double expected = 0;
  {
    const Threads one(1);
    expected = sum();
  }
  for (const int threads : {2, 3, 7}) {
    const Threads keep(threads);
    EXPECT_EQ(sum(), expected);
  }
  parallel_chunks(0, [](int64_t) { FAIL(); });
}

TEST(Threads, SeveralCallersAtOnce) {
  const Threads keep(2);
  std::vector<std::thread> callers;
  std::atomic<int64_t> total{0};
  for (int t = 0; t < 4; ++t)
    callers.emplace_back([&] {
      for (int round = 0; round < 50; ++round)
        parallel_for(1000, 10, [&](int64_t b, int64_t e) { total += e - b; });
    });
  for (auto& t : callers) t.join();
  EXPECT_EQ(total, 4 * 50 * 1000);
}

}  // namespace
}  // namespace hearth
