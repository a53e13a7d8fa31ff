// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "base/philox.h"
#include "cpu/random_kernels.h"

namespace hearth::cpu {
namespace {

constexpr uint64_t kSeed = 0x123456789abcdefull;
// Counters that cross 2^32 on the way.
constexpr uint64_t kOffset = 0xffffff00ull;

std::vector<Isa> available() {
  std::vector<Isa> levels;
  for (const Isa isa : {Isa::Base, Isa::V2, Isa::V3, Isa::V4})
    if (isa_available(isa)) levels.push_back(isa);
  return levels;
}

TEST(Random, BitsAndUniformsAreThoseOfPhilox) {
  constexpr int64_t kCount = 3001;
  std::vector<uint32_t> b32(kCount);
  std::vector<uint64_t> b64(kCount);
  std::vector<float> f32(kCount);
  std::vector<double> f64(kCount);
  for (const Isa isa : available()) {
    random(isa).bits32(kSeed, kOffset, 0, kCount, b32.data());
    random(isa).bits64(kSeed, kOffset, 0, kCount, b64.data());
    random(isa).uniform_f32(kSeed, kOffset, 0, kCount, f32.data());
    random(isa).uniform_f64(kSeed, kOffset, 0, kCount, f64.data());
    for (uint64_t i = 0; i < kCount; ++i) {
      ASSERT_EQ(b32[i], philox::bits32(kSeed, kOffset, i));
      ASSERT_EQ(b64[i], philox::bits64(kSeed, kOffset, i));
      ASSERT_EQ(f32[i], philox::uniform_float(b32[i]));
      ASSERT_EQ(f64[i], philox::uniform_double(b64[i]));
    }
  }
}

template <class T, class Fill>
void expect_chunks_equal_whole(const Fill& fill) {
  constexpr int64_t kCount = 5003;
  std::vector<T> whole(kCount), part(kCount);
  fill(0, kCount, whole.data());
  for (const int64_t chunk : {4, 64, 1000, 1028}) {
    for (int64_t first = 0; first < kCount; first += chunk)
      fill(first, std::min(chunk, kCount - first), part.data() + first);
    ASSERT_EQ(part, whole) << chunk;
  }
}

TEST(Random, ChunksEqualTheWhole) {
  for (const Isa isa : available()) {
    const RandomTable& t = random(isa);
    expect_chunks_equal_whole<uint32_t>(
        [&](int64_t first, int64_t n, uint32_t* y) { t.bits32(kSeed, kOffset, first, n, y); });
    expect_chunks_equal_whole<float>(
        [&](int64_t first, int64_t n, float* y) { t.normal_f32(kSeed, kOffset, first, n, y); });
    expect_chunks_equal_whole<double>(
        [&](int64_t first, int64_t n, double* y) { t.normal_f64(kSeed, kOffset, first, n, y); });
  }
}

template <class T>
void expect_standard_normal(const std::vector<T>& y) {
  double m1 = 0, m2 = 0, m3 = 0, m4 = 0, pairs = 0;
  size_t beyond_two = 0, below_zero = 0;
  for (size_t i = 0; i < y.size(); ++i) {
    const double v = y[i];
    ASSERT_TRUE(std::isfinite(v)) << i;
    m1 += v, m2 += v * v, m3 += v * v * v, m4 += v * v * v * v;
    if (i % 2) pairs += v * y[i - 1];
    beyond_two += std::abs(v) > 2;
    below_zero += v < 0;
  }
  const double n = static_cast<double>(y.size());
  EXPECT_NEAR(m1 / n, 0, 0.005);
  EXPECT_NEAR(m2 / n, 1, 0.01);
  EXPECT_NEAR(m3 / n, 0, 0.02);
  EXPECT_NEAR(m4 / n, 3, 0.05);
  EXPECT_NEAR(pairs / n, 0, 0.005);
  EXPECT_NEAR(static_cast<double>(beyond_two) / n, 0.0455, 0.001);
  EXPECT_NEAR(static_cast<double>(below_zero) / n, 0.5, 0.002);
}

TEST(Random, NormalsAreStandardNormal) {
  for (const Isa isa : available()) {
    std::vector<float> f32(500000);
    random(isa).normal_f32(kSeed, 0, 0, 500000, f32.data());
    expect_standard_normal(f32);
    std::vector<double> f64(500000);
    random(isa).normal_f64(kSeed, 0, 0, 500000, f64.data());
    expect_standard_normal(f64);
  }
}

TEST(Random, NormalsFollowBoxAndMuller) {
  constexpr int64_t kCount = 1000;
  std::vector<float> f32(kCount);
  std::vector<double> f64(kCount);
  for (const Isa isa : available()) {
    random(isa).normal_f32(kSeed, kOffset, 0, kCount, f32.data());
    random(isa).normal_f64(kSeed, kOffset, 0, kCount, f64.data());
    for (uint64_t i = 0; i < kCount; i += 2) {
      const double u = (philox::bits32(kSeed, kOffset, i) + 0.5) / 0x1p32;
      const double turn = philox::bits32(kSeed, kOffset, i + 1) / 0x1p32;
      const double radius = std::sqrt(-2 * std::log(u)), angle = 2 * M_PI * turn;
      ASSERT_NEAR(f32[i], radius * std::cos(angle), 2e-6 * (1 + 1 / radius));
      ASSERT_NEAR(f32[i + 1], radius * std::sin(angle), 2e-6 * (1 + 1 / radius));
      const double u2 =
          (static_cast<double>(philox::bits64(kSeed, kOffset, i) >> 12) + 0.5) / 0x1p52;
      const double turn2 = static_cast<double>(philox::bits64(kSeed, kOffset, i + 1)) / 0x1p64;
      const double radius2 = std::sqrt(-2 * std::log(u2)), angle2 = 2 * M_PI * turn2;
      ASSERT_NEAR(f64[i], radius2 * std::cos(angle2), 1e-13);
      ASSERT_NEAR(f64[i + 1], radius2 * std::sin(angle2), 1e-13);
    }
  }
}

}  // namespace
}  // namespace hearth::cpu
