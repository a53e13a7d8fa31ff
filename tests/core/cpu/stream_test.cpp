// SPDX-License-Identifier: Apache-2.0
// Results too large for the caches are written another way; the numbers are the same.
#include <functional>

#include <gtest/gtest.h>

#include "hearth/hearth.h"

namespace hearth {
namespace {

// More than 32 MiB, in rows that do not end on a cache line.
constexpr int64_t kRows = 8300, kWidth = 1023;

/// fn, row by row, of all rows has the bits of fn of a few of them.
void expect_same_in_parts(const std::function<Tensor(const Tensor&)>& fn) {
  const Tensor x = randn({kRows, kWidth});
  const Tensor all = fn(x);
  for (const int64_t from : {int64_t{0}, kRows / 2 - 1, kRows - 3})
    EXPECT_TRUE(equal(all.slice(0, from, from + 3), fn(x.slice(0, from, from + 3))));
}

/// The gradient of fn's input for a gradient that is its input.
Tensor gradient(const std::function<Tensor(const Tensor&)>& fn, const Tensor& x) {
  const Tensor leaf = x.clone().requires_grad_();
  fn(leaf).backward(x);
  return leaf.grad();
}

TEST(Stream, Pointwise) {
  expect_same_in_parts([](const Tensor& x) { return x + x; });
  expect_same_in_parts([](const Tensor& x) { return x * 2; });
  expect_same_in_parts([](const Tensor& x) { return x < 0; });
  expect_same_in_parts([](const Tensor& x) { return x.clone().mul_(x); });
}

TEST(Stream, Softmax) {
  const auto fn = [](const Tensor& x) { return softmax(x, 1); };
  expect_same_in_parts(fn);
  expect_same_in_parts([&](const Tensor& x) { return gradient(fn, x); });
}

TEST(Stream, LayerNorm) {
  const Tensor weight = rand({kWidth}, requires_grad()), bias = rand({kWidth}, requires_grad());
  const auto fn = [&](const Tensor& x) { return layer_norm(x, {kWidth}, weight, bias); };
  expect_same_in_parts(fn);
  expect_same_in_parts([&](const Tensor& x) { return gradient(fn, x); });
}

TEST(Stream, Dropout) {
  const Tensor x = randn({kRows, kWidth});
  const auto drop = [](const Tensor& t) {
    manual_seed(7);
    return dropout(t, 0.3, /*train=*/true);
  };
  const Tensor all = drop(x);
  EXPECT_TRUE(equal(all.slice(0, 0, 100), drop(x.slice(0, 0, 100))));
  const Tensor kept = all.slice(0, kRows - 5) != 0;
  EXPECT_TRUE(allclose(all.slice(0, kRows - 5), x.slice(0, kRows - 5) * kept / 0.7));
}

}  // namespace
}  // namespace hearth
