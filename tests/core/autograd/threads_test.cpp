// SPDX-License-Identifier: Apache-2.0
// Several threads on one model, its leaves, its views and its graph.
#include <barrier>
#include <thread>

#include <gtest/gtest.h>

#include "hearth/autograd/autograd.h"
#include "hearth/autograd/grad_mode.h"
#include "hearth/nn/modules/activation.h"
#include "hearth/nn/modules/linear.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"

namespace hearth {
namespace {

constexpr int kThreads = 4;

/// Runs work(thread) in kThreads threads, which meet at each sync().
class Together {
 public:
  template <class F>
  void run(const F& work) {
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t) threads.emplace_back([&, t] { work(t); });
    for (std::thread& t : threads) t.join();
  }
  void sync() { barrier_.arrive_and_wait(); }

 private:
  std::barrier<> barrier_{kThreads};
};

TEST(AutogradThreads, OneModelGathersTheGradientsOfAll) {
  manual_seed(1);
  nn::Linear first(8, 16), second(16, 1);
  const auto loss = [&](int t) {
    const Tensor x = full({4, 8}, 0.1 * (t + 1));
    return second(first(x).tanh()).sum();
  };
  constexpr int kRounds = 20;
  for (int t = 0; t < kThreads; ++t)
    for (int i = 0; i < kRounds; ++i) loss(t).backward();
  const Tensor expected = first->weight.grad().clone();
  first->zero_grad();
  second->zero_grad();
  Together together;
  together.run([&](int t) {
    together.sync();
    for (int i = 0; i < kRounds; ++i) loss(t).backward();
  });
  EXPECT_TRUE(first->weight.grad().allclose(expected, 1e-4, 1e-5));
}

TEST(AutogradThreads, ALeafsMetaIsMadeOnce) {
  Together together;
  std::vector<Tensor> leaves;
  for (int i = 0; i < 200; ++i) leaves.push_back(ones({3}).requires_grad_());
  together.run([&](int) {
    for (const Tensor& x : leaves) {
      together.sync();
      (x * 2).sum().backward();
    }
  });
  for (const Tensor& x : leaves) ASSERT_EQ(x.grad().sum().item<float>(), 6 * kThreads);
}

TEST(AutogradThreads, ALeafsNodeComesAndGoes) {
  const Tensor x = ones({3}).requires_grad_();
  Together together;
  together.run([&](int) {
    together.sync();
    for (int i = 0; i < 500; ++i) {
      const Tensor y = x * 2;
      if (i % 100 == 0) y.sum().backward();
    }
  });
  EXPECT_EQ(x.grad().sum().item<float>(), 6 * 5 * kThreads);
}

TEST(AutogradThreads, AViewsHistoryIsRebuiltOnce) {
  Together together;
  const Tensor x = ones({4}, kDouble).requires_grad_();
  std::vector<Tensor> views;
  for (int i = 0; i < 100; ++i) {
    const Tensor base = x * 1;
    views.push_back(base[1]);
    base.mul_(3);
  }
  std::vector<autograd::NodePtr> seen(kThreads);
  for (const Tensor& v : views) {
    together.run([&](int t) {
      together.sync();
      seen[static_cast<size_t>(t)] = v.grad_fn();
    });
    for (const autograd::NodePtr& fn : seen) ASSERT_TRUE(fn && fn == seen[0]);
  }
  together.run([&](int) {
    for (const Tensor& v : views) {
      together.sync();
      v.backward({}, /*retain_graph=*/true);
    }
  });
  EXPECT_EQ(x.grad()[1].item<double>(), 3 * 100 * kThreads);
}

TEST(AutogradThreads, AGraphThatIsKeptServesAll) {
  const Tensor x = full({64}, 0.5, kDouble).requires_grad_();
  const Tensor y = (x.exp() * x.tanh() + x.sigmoid()).sum();
  const Tensor expected = autograd::grad({y}, {x}, {}, /*retain_graph=*/true)[0];
  Together together;
  together.run([&](int) {
    together.sync();
    for (int i = 0; i < 50; ++i) {
      const Tensor g = autograd::grad({y}, {x}, {}, /*retain_graph=*/true)[0];
      ASSERT_TRUE(g.equal(expected));
    }
  });
}

TEST(AutogradThreads, GradientsWithAGraphOfTheirOwnMeetInALeaf) {
  const Tensor x = full({8}, 2.0, kDouble).requires_grad_();
  Together together;
  together.run([&](int) {
    together.sync();
    for (int i = 0; i < 10; ++i) x.pow(3).sum().backward({}, std::nullopt, /*create_graph=*/true);
  });
  EXPECT_EQ(x.grad()[0].item<double>(), 12 * 10 * kThreads);
  const Tensor second = autograd::grad({x.grad().sum()}, {x})[0];
  EXPECT_EQ(second[0].item<double>(), 12 * 10 * kThreads);
  x.mutable_grad() = Tensor();  // which leads back to x
}

TEST(AutogradThreads, ModesAreTheThreadsOwn) {
  const Tensor x = ones({2}).requires_grad_();
  Together together;
  together.run([&](int t) {
    const AutoGradMode mode(t % 2 == 0);
    together.sync();
    for (int i = 0; i < 100; ++i) ASSERT_EQ((x * 2).requires_grad(), t % 2 == 0);
  });
}

}  // namespace
}  // namespace hearth
