// SPDX-License-Identifier: Apache-2.0
#include "transforms/draw.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "hearth/base/error.h"

namespace hearth::vision::transforms {
namespace {

constexpr int kMany = 20000;

struct Moments {
  double mean = 0, variance = 0, least = INFINITY, most = -INFINITY;
};

template <class F>
Moments moments(const F& f) {
  Generator g(7);
  double sum = 0, squares = 0;
  Moments m;
  for (int i = 0; i < kMany; ++i) {
    const double v = static_cast<double>(f(g));
    sum += v;
    squares += v * v;
    m.least = std::min(m.least, v);
    m.most = std::max(m.most, v);
  }
  m.mean = sum / kMany;
  m.variance = squares / kMany - m.mean * m.mean;
  return m;
}

TEST(Draw, NumbersFollowTheirDistributions) {
  const Moments u = moments([](Generator& g) { return draw::uniform(g, -1, 3); });
  EXPECT_NEAR(u.mean, 1, 0.03);
  EXPECT_NEAR(u.variance, 16.0 / 12, 0.03);
  EXPECT_GE(u.least, -1);
  EXPECT_LT(u.most, 3);
  const Moments n = moments([](Generator& g) { return draw::normal(g, 2, 3); });
  EXPECT_NEAR(n.mean, 2, 0.08);
  EXPECT_NEAR(n.variance, 9, 0.3);
  const Moments i = moments([](Generator& g) { return draw::randint(g, -2, 4); });
  EXPECT_NEAR(i.mean, 0.5, 0.05);
  EXPECT_NEAR(i.variance, 35.0 / 12, 0.06);
  EXPECT_EQ(i.least, -2);
  EXPECT_EQ(i.most, 3);
  EXPECT_NEAR(moments([](Generator& g) { return draw::chance(g, 0.3); }).mean, 0.3, 0.015);
  const Moments w = moments([](Generator& g) { return draw::weighted(g, {0, 1, 3, 0}); });
  EXPECT_NEAR(w.mean, 1.75, 0.015);
  EXPECT_EQ(w.least, 1);
  EXPECT_EQ(w.most, 2);
}

TEST(Draw, BetaAndDirichletHaveTheirMoments) {
  for (const auto& [a, b] : std::vector<std::pair<double, double>>{{1, 1}, {0.2, 0.2}, {2, 5}}) {
    const Moments m = moments([a = a, b = b](Generator& g) { return draw::beta(g, a, b); });
    EXPECT_NEAR(m.mean, a / (a + b), 0.015);
    EXPECT_NEAR(m.variance, a * b / ((a + b) * (a + b) * (a + b + 1)), 0.006);
  }
  // Where both Gamma numbers would be below the least double.
  const Moments tiny = moments([](Generator& g) { return draw::beta(g, 1e-4, 1e-4); });
  EXPECT_NEAR(tiny.mean, 0.5, 0.02);
  const Moments first = moments([](Generator& g) { return draw::dirichlet(g, 3, 1)[0]; });
  EXPECT_NEAR(first.mean, 1.0 / 3, 0.01);
  EXPECT_NEAR(first.variance, 1.0 / 18, 0.003);
  Generator g(1);
  double sum = 0;
  for (const double v : draw::dirichlet(g, 5, 0.5)) sum += v;
  EXPECT_NEAR(sum, 1, 1e-12);
}

TEST(Draw, PermutationsAreUniform) {
  Generator g(3);
  int counts[6] = {};
  for (int i = 0; i < 6000; ++i) {
    const std::vector<int64_t> p = draw::permutation(g, 3);
    ASSERT_EQ(p.size(), 3u);
    ASSERT_EQ(p[0] + p[1] + p[2], 3);
    ++counts[p[0] * 2 + (p[1] > p[2])];
  }
  for (const int c : counts) EXPECT_NEAR(c, 1000, 150);
  EXPECT_TRUE(draw::permutation(g, 0).empty());
}

TEST(Draw, TheGeneratorAloneDecides) {
  Generator a(5), b(5);
  b.set_offset(3);
  std::vector<double> drawn;
  for (int i = 0; i < 6; ++i) drawn.push_back(draw::uniform(a));
  for (size_t i = 3; i < 6; ++i) EXPECT_EQ(draw::uniform(b), drawn[i]);
  EXPECT_THROW(draw::randint(a, 2, 2), ValueError);
}

}  // namespace
}  // namespace hearth::vision::transforms
