// SPDX-License-Identifier: Apache-2.0
#include "hearth/base/generator.h"

#include <array>
#include <set>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "hearth/tensor/tensor.h"

#include "base/philox.h"

namespace hearth {
namespace {

using Words = std::array<uint32_t, 4>;

Words philox(uint64_t seed, uint64_t counter, uint64_t high) {
  const philox::Lanes r = philox::philox4x32(seed, counter, high);
  return {r.v[0], r.v[1], r.v[2], r.v[3]};
}

// Known answers published with Random123 (kat_vectors, philox4x32-10).
TEST(Philox, KnownAnswers) {
  EXPECT_EQ(philox(0, 0, 0), (Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox(~0ull, ~0ull, ~0ull), (Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox(0x299f31d0a4093822ull, 0x85a308d3243f6a88ull, 0x0370734413198a2eull),
            (Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Philox, ElementsTakeLanesInOrder) {
  for (uint64_t i = 0; i < 40; ++i) {
    EXPECT_EQ(philox::bits32(5, 100, i), philox(5, 100 + i / 4, 0)[i % 4]);
    const Words w = philox(5, 100 + i / 2, 0);
    EXPECT_EQ(philox::bits64(5, 100, i), w[i % 2 * 2] | static_cast<uint64_t>(w[i % 2 * 2 + 1])
                                                            << 32);
  }
  EXPECT_EQ(philox::counters_for(0, 4), 0u);
  EXPECT_EQ(philox::counters_for(1, 4), 1u);
  EXPECT_EQ(philox::counters_for(4, 4), 1u);
  EXPECT_EQ(philox::counters_for(5, 4), 2u);
  EXPECT_EQ(philox::counters_for(5, 2), 3u);
}

TEST(Philox, UniformsStayBelowOne) {
  EXPECT_EQ(philox::uniform_float(0), 0.0f);
  EXPECT_EQ(philox::uniform_float(0xffffffffu), 1.0f - 0x1p-24f);
  EXPECT_EQ(philox::uniform_float(0x80000000u), 0.5f);
  EXPECT_EQ(philox::uniform_double(0), 0.0);
  EXPECT_EQ(philox::uniform_double(~0ull), 1.0 - 0x1p-53);
  double sum = 0, squares = 0;
  constexpr int kCount = 100000;
  for (uint64_t i = 0; i < kCount; ++i) {
    const float u = philox::uniform_float(philox::bits32(1, 0, i));
    sum += u;
    squares += static_cast<double>(u) * u;
  }
  EXPECT_NEAR(sum / kCount, 0.5, 0.005);
  EXPECT_NEAR(squares / kCount, 1.0 / 3, 0.005);
}

TEST(Generator, SeedAndOffset) {
  Generator g(42);
  EXPECT_EQ(g.current_seed(), 42u);
  EXPECT_EQ(g.get_offset(), 0u);
  EXPECT_EQ(g.reserve(10), (GeneratorState{42, 0}));
  EXPECT_EQ(g.reserve(1), (GeneratorState{42, 10}));
  EXPECT_EQ(g.get_offset(), 11u);
  const GeneratorState saved = g.get_state();
  g.manual_seed(7);
  EXPECT_EQ(g.get_state(), (GeneratorState{7, 0}));
  g.set_state(saved);
  EXPECT_EQ(g.reserve(0), (GeneratorState{42, 11}));
  g.set_offset(3);
  EXPECT_EQ(g.get_offset(), 3u);
}

TEST(Generator, StatesAreTensorsToo) {
  Generator g(42);
  g.reserve(10);
  const Tensor saved = g.get_state();
  EXPECT_EQ(saved.scalar_type(), kByte);
  EXPECT_EQ(saved.sizes(), IntArrayRef({16}));
  const GeneratorState next = g.reserve(5);
  g.manual_seed(7);
  g.set_state(saved);
  EXPECT_EQ(g.reserve(1), next);
  EXPECT_THROW(g.set_state(Tensor()), DtypeError);
  EXPECT_THROW(g.set_state(saved.slice(0, 1)), DtypeError);
  EXPECT_THROW(g.set_state(saved.to(kLong)), DtypeError);
  EXPECT_TRUE(g.defined());
  EXPECT_EQ(g.device(), Device(kCPU));
}

TEST(Generator, CopiesShareAndClonesDoNot) {
  Generator g(1);
  Generator same = g;
  const Generator other = g.clone();
  same.reserve(5);
  EXPECT_EQ(g.get_offset(), 5u);
  EXPECT_EQ(other.get_offset(), 0u);
  EXPECT_TRUE(g == same);
  EXPECT_FALSE(g == other);
  same = other;
  EXPECT_TRUE(same == other);
  EXPECT_EQ(g.get_offset(), 5u);
}

TEST(Generator, DefaultIsSeedable) {
  const GeneratorState saved = default_generator().get_state();
  EXPECT_TRUE(manual_seed(123) == default_generator());
  EXPECT_EQ(initial_seed(), 123u);
  const uint64_t a = seed(), b = seed();
  EXPECT_NE(a, b);
  EXPECT_LT(a, uint64_t{1} << 53);
  EXPECT_EQ(initial_seed(), b);
  default_generator().set_state(saved);
}

TEST(Generator, ReservationsOfThreadsDoNotOverlap) {
  Generator g(9);
  std::vector<std::vector<uint64_t>> first(4);
  std::vector<std::thread> threads;
  for (auto& mine : first)
    threads.emplace_back([&g, &mine] {
      for (int i = 0; i < 1000; ++i) mine.push_back(g.reserve(3).offset);
    });
  for (auto& t : threads) t.join();
  std::set<uint64_t> all;
  for (auto& mine : first) all.insert(mine.begin(), mine.end());
  EXPECT_EQ(all.size(), 4000u);
  EXPECT_EQ(*all.rbegin(), 3u * 3999);
  EXPECT_EQ(g.get_offset(), 12000u);
}

}  // namespace
}  // namespace hearth
