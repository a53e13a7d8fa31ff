// SPDX-License-Identifier: Apache-2.0
// Hooks that add and remove hooks, of tensors and of modules.
#include <functional>
#include <vector>

#include <gtest/gtest.h>

#include "hearth/autograd/autograd.h"
#include "hearth/nn/modules/linear.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"

namespace hearth {
namespace {

Tensor leaf(double value) { return full({2}, value, kDouble).requires_grad_(); }

/// A hook with memory of its own, so that a sanitizer sees a call into one that is gone.
auto counting(
    std::vector<int>& calls, int who, std::function<void()> then = [] {}) {
  return [&calls, then, own = std::vector<int>(100, who)](const Tensor&) {
    then();
    calls.push_back(own[99]);
  };
}

TEST(Hooks, OneRemovesItself) {
  const Tensor x = leaf(1);
  std::vector<int> calls;
  unsigned key = 0;
  key = x.register_hook(counting(calls, 1, [&] { x.remove_hook(key); }));
  x.register_hook(counting(calls, 2));
  for (int i = 0; i < 2; ++i) (x * 2).sum().backward();
  EXPECT_EQ(calls, (std::vector<int>{1, 2, 2}));
}

TEST(Hooks, OneRemovesOthers) {
  const Tensor x = leaf(1);
  std::vector<int> calls;
  unsigned keys[3];
  keys[0] = x.register_hook(counting(calls, 1));
  keys[1] = x.register_hook(counting(calls, 2, [&] {
    x.remove_hook(keys[0]);
    x.remove_hook(keys[2]);
  }));
  keys[2] = x.register_hook(counting(calls, 3));
  for (int i = 0; i < 2; ++i) (x * 2).sum().backward();
  EXPECT_EQ(calls, (std::vector<int>{1, 2, 2}));
}

TEST(Hooks, OneAddsManyThatRunFromTheNextTimeOn) {
  const Tensor x = leaf(1);
  const Tensor y = x * 2;
  std::vector<int> calls;
  y.register_hook(counting(calls, 1, [&] {
    for (int i = 0; i < 20; ++i) y.register_hook(counting(calls, 2));
  }));
  y.sum().backward({}, /*retain_graph=*/true);
  EXPECT_EQ(calls, std::vector<int>{1});
  y.sum().backward();
  EXPECT_EQ(calls.size(), 22u);
}

TEST(Hooks, OneAddsAListToTheNodeThatRuns) {
  // Both halves are outputs of one node, whose lists of hooks are run one after the other.
  const Tensor x = leaf(1);
  const std::vector<Tensor> halves = (x * 2).unbind(0);
  std::vector<int> calls;
  halves[0].register_hook(counting(calls, 1, [&] { halves[1].register_hook(counting(calls, 2)); }));
  (halves[0] + halves[1]).backward({}, /*retain_graph=*/true);
  EXPECT_EQ(calls, std::vector<int>{1});
  (halves[0] + halves[1]).backward();
  EXPECT_EQ(calls, (std::vector<int>{1, 1, 2, 2}));  // the other list had not begun
}

TEST(Hooks, ReplacedGradientsReachTheNext) {
  const Tensor x = leaf(1);
  x.register_hook([](const Tensor& g) { return g * 10; });
  x.register_hook([](const Tensor& g) { return g + 1; });
  (x * 2).sum().backward();
  EXPECT_EQ(x.grad().sum().item<double>(), 42);
}

TEST(Hooks, OnlyKnownOnesCanBeRemoved) {
  const Tensor x = leaf(1), y = leaf(2);
  EXPECT_THROW(x.remove_hook(0), IndexError);
  const unsigned key = x.register_hook([](const Tensor& g) { return g * 3; });
  EXPECT_THROW(x.remove_hook(key + 1), IndexError);
  EXPECT_THROW(y.remove_hook(key), IndexError);
  x.remove_hook(key);
  x.remove_hook(key);  // as LibTorch, which keeps the place
  (x * 2).sum().backward();
  EXPECT_EQ(x.grad().sum().item<double>(), 4);
  EXPECT_THROW(Tensor().remove_hook(0), Error);
}

TEST(Hooks, AnInPlaceWriteLeavesThemWithTheOldValue) {
  const Tensor x = leaf(1);
  const Tensor y = x * 2;
  std::vector<int> calls;
  const unsigned key = y.register_hook(counting(calls, 1));
  y.mul_(5);
  EXPECT_THROW(y.remove_hook(key), IndexError);
  y.sum().backward();
  EXPECT_EQ(calls, std::vector<int>{1});
}

TEST(Hooks, OfModulesMayAddAndRemoveHooks) {
  nn::Linear layer(2, 2);
  std::vector<int> calls;
  unsigned keys[3];
  keys[0] = layer->register_forward_pre_hook([&](nn::Module& m, std::vector<Tensor>&) {
    calls.push_back(1);
    m.remove_hook(keys[0]);
    for (int i = 0; i < 20; ++i)
      m.register_forward_pre_hook(
          [&calls](nn::Module&, std::vector<Tensor>&) { calls.push_back(2); });
  });
  keys[1] = layer->register_forward_hook(
      [&](nn::Module& m, const std::vector<Tensor>&, std::vector<Tensor>&) {
        calls.push_back(3);
        m.remove_hook(keys[1]);
        m.remove_hook(keys[2]);
      });
  keys[2] = layer->register_forward_hook(
      [&calls, own = std::vector<int>(100, 4)](nn::Module&, const std::vector<Tensor>&,
                                               std::vector<Tensor>&) { calls.push_back(own[99]); });
  layer(ones({1, 2}));
  EXPECT_EQ(calls, (std::vector<int>{1, 3, 4}));
  calls.clear();
  layer(ones({1, 2}));
  EXPECT_EQ(calls, std::vector<int>(20, 2));
  EXPECT_THROW(layer->remove_hook(keys[1]), IndexError);
}

}  // namespace
}  // namespace hearth
