// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include <gtest/gtest.h>

#include "hearth/autograd/autograd.h"
#include "hearth/autograd/grad_mode.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/tensor/tensor_literal.h"

namespace hearth {
namespace {

Tensor leaf(double value, IntArrayRef sizes = {2, 3}) {
  return full(sizes, value, TensorOptions(kDouble).requires_grad(true));
}

TEST(Tape, ChainRule) {
  const Tensor x = leaf(0.5);
  const Tensor y = (x.sigmoid() * x + 3).sum();
  y.backward();
  const double s = 1 / (1 + std::exp(-0.5));
  EXPECT_TRUE(x.grad().allclose(full({2, 3}, s + 0.5 * s * (1 - s), TensorOptions(kDouble))));
}

TEST(Tape, BroadcastGradientsAreSummed) {
  const Tensor x = leaf(2, {3}), y = leaf(3, {2, 1});
  (x * y).sum().backward();
  EXPECT_TRUE(x.grad().equal(full({3}, 6.0, TensorOptions(kDouble))));
  EXPECT_TRUE(y.grad().equal(full({2, 1}, 6.0, TensorOptions(kDouble))));
}

TEST(Tape, DoubleBackward) {
  const Tensor x = leaf(0.3, {});
  const Tensor y = x.tanh();
  const Tensor g = autograd::grad({y}, {x}, {}, std::nullopt, /*create_graph=*/true)[0];
  g.backward();
  const double t = std::tanh(0.3);
  EXPECT_NEAR(x.grad().item<double>(), -2 * t * (1 - t * t), 1e-12);
}

TEST(Tape, InPlaceThroughViews) {
  const Tensor x = leaf(2, {3});
  const Tensor y = x * 1;
  y.select(0, 1).mul_(5);
  EXPECT_EQ(y.grad_fn()->name(), "CopySlices");
  y.sum().backward();
  EXPECT_TRUE(x.grad().equal(tensor({1., 5., 1.})));
}

TEST(Tape, ViewsSeeWritesToTheirBase) {
  const Tensor x = leaf(2, {3});
  const Tensor b = x * 1;
  const Tensor first = b.select(0, 0);
  b.mul_(2);
  EXPECT_EQ(first.grad_fn()->name(), "AsStridedBackward0");
  first.backward();
  EXPECT_EQ(x.grad()[0].item<double>(), 2);
}

TEST(Tape, OverwrittenSavedTensorsAreFound) {
  const Tensor x = leaf(2, {3});
  const Tensor y = x.exp();
  y.add_(1);
  EXPECT_THROW(y.sum().backward(), AutogradError);
}

TEST(Tape, LeavesRefuseInPlaceWrites) {
  const Tensor x = leaf(1);
  EXPECT_THROW(x.add_(1), AutogradError);
  EXPECT_THROW(x.select(0, 0).add_(1), AutogradError);
  NoGradGuard no_grad;
  EXPECT_NO_THROW(x.add_(1));
}

TEST(Tape, SecondBackwardNeedsRetainGraph) {
  const Tensor x = leaf(1);
  const Tensor y = (x * x).sum();
  y.backward({}, /*retain_graph=*/true);
  y.backward();
  EXPECT_THROW(y.backward(), AutogradError);
}

TEST(Tape, GraphsThatSavedNothingMayBeWalkedTwice) {
  const Tensor x = leaf(1);
  const Tensor y = (x + 1).view({6}).sum();
  y.backward();
  y.backward();
  EXPECT_TRUE(x.grad().equal(full({2, 3}, 2.0, TensorOptions(kDouble))));
}

TEST(Tape, HigherDerivativesCountEachPathOnce) {
  // sin(x)^2, by its derivatives sin(2x), 2 cos(2x), -4 sin(2x).
  const double want[] = {std::sin(0.6), 2 * std::cos(0.6), -4 * std::sin(0.6)};
  for (const bool engine : {false, true}) {
    const Tensor x = leaf(0.3, {});
    Tensor y = x.sin() * x.sin();
    for (const double w : want) {
      if (engine) {
        x.mutable_grad() = Tensor();
        y.backward({}, std::nullopt, /*create_graph=*/true);
        y = x.grad();
      } else {
        y = autograd::grad({y}, {x}, {}, std::nullopt, /*create_graph=*/true)[0];
      }
      EXPECT_NEAR(y.item<double>(), w, 1e-12);
    }
    x.mutable_grad() = Tensor();
  }
}

TEST(Tape, DeepGraphsDoNotOverflowTheStack) {
  const Tensor x = leaf(1, {});
  {
    Tensor y = x;
    for (int i = 0; i < 200000; ++i) y = y + 1;
  }
  Tensor y = x;
  for (int i = 0; i < 200000; ++i) y = y + 1;
  y.backward();
  EXPECT_EQ(x.grad().item<double>(), 1);
}

TEST(Tape, HooksAndRetainedGradients) {
  const Tensor x = leaf(3, {});
  const Tensor y = x * 2;
  y.retain_grad();
  y.register_hook([](const Tensor& g) { return g * 10; });
  int calls = 0;
  x.register_hook([&](const Tensor&) { ++calls; });
  (y * y).backward();
  EXPECT_EQ(y.grad().item<double>(), 120);
  EXPECT_EQ(x.grad().item<double>(), 240);
  EXPECT_EQ(calls, 1);
}

TEST(Leaves, GradientsAreTheirOwnMemory) {
  for (const bool create_graph : {false, true}) {
    SCOPED_TRACE(create_graph);
    const Tensor x = leaf(2), given = full({2, 3}, 7.0, kDouble), y = x + 0;
    y.backward(given, /*retain_graph=*/true, create_graph);
    EXPECT_TRUE(x.grad().equal(given));
    {
      const NoGradGuard no_grad;
      x.grad().zero_();
    }
    EXPECT_TRUE(given.equal(full({2, 3}, 7.0, kDouble)));
    // What was expanded gets an element of its own for each of the leaf's.
    const Tensor z = leaf(2);
    z.sum().backward({}, std::nullopt, create_graph);
    EXPECT_TRUE(z.grad().is_contiguous());
    x.mutable_grad().reset();
    z.mutable_grad().reset();
  }
  // It still leads back to the leaf.
  const Tensor x = leaf(3, {});
  (x * x * x).backward({}, std::nullopt, /*create_graph=*/true);
  EXPECT_EQ(autograd::grad({x.grad()}, {x})[0].item<double>(), 18);
  x.mutable_grad().reset();
}

/// A function that is straight has a second derivative, as PyTorch says: zero.
TEST(Tape, FlatDerivativesAreZeros) {
  const Tensor x = leaf(0.5), other = leaf(1);
  for (const Tensor& y : {x.relu(), x.abs(), hardtanh(x, -1, 1), leaky_relu(x, 0.1)}) {
    const Tensor first = autograd::grad({y.sum()}, {x}, {}, std::nullopt, /*create_graph=*/true)[0];
    EXPECT_TRUE(autograd::grad({first.sum()}, {x})[0].equal(zeros({2, 3}, kDouble)));
  }
  const Tensor slope = autograd::grad({x.relu().sum()}, {x}, {}, std::nullopt, true)[0];
  EXPECT_TRUE(autograd::grad({slope.sum()}, {x}, {}, true)[0].equal(zeros({2, 3}, kDouble)));
  EXPECT_FALSE(
      autograd::grad({slope.sum()}, {x}, {}, true, false, /*allow_unused=*/true)[0].defined());
  EXPECT_THROW(autograd::grad({slope.sum()}, {other}), AutogradError);
}

TEST(Tape, GradientsOfRealOutputsAreReal) {
  const Tensor x = leaf(2), imaginary = full({2, 3}, complex<double>(1, 1), kComplexDouble);
  EXPECT_THROW((x * 2).backward(imaginary), DtypeError);
  EXPECT_THROW(autograd::grad({x * 2}, {x}, {imaginary}), DtypeError);
  const Tensor z = full({}, complex<double>(1, 1), kComplexDouble).requires_grad_();
  EXPECT_THROW((z * 2).backward(), AutogradError);
  (z * 2).backward(ones({}, kDouble));
  EXPECT_EQ(z.grad().item<complex<double>>(), complex<double>(2, 0));
}

TEST(Leaves, OfAnotherShapeSinceRefuseGradients) {
  const Tensor x = leaf(2), y = (x * 3).sum();
  {
    const NoGradGuard no_grad;
    x.transpose_(0, 1);
  }
  // Part of the graph knows the leaf as it was, part as it is.
  EXPECT_THROW(autograd::grad({y + x.sum()}, {x}, {}, /*retain_graph=*/true), AutogradError);
  EXPECT_THROW(y.backward(), ShapeError);
  EXPECT_FALSE(x.grad().defined());
}

TEST(Leaves, KeepTheirNodeFromGraphToGraph) {
  Tensor x = ones({2}).requires_grad_();
  const void* first = (x * 2).grad_fn()->next_edge(0).function.get();
  EXPECT_EQ((x * 3).grad_fn()->next_edge(0).function.get(), first);
  // Hooks come and go between graphs.
  int calls = 0;
  const unsigned key = x.register_hook([&](const Tensor&) { ++calls; });
  (x * 2).sum().backward();
  x.remove_hook(key);
  (x * 2).sum().backward();
  EXPECT_EQ(calls, 1);
  // Two graphs at once have one node, and what is kept of one outlives the other.
  const Tensor y = x * 2;
  {
    const Tensor z = x * 3;
    EXPECT_EQ(y.grad_fn()->next_edge(0).function.get(), z.grad_fn()->next_edge(0).function.get());
  }
  x.mutable_grad().reset();
  y.sum().backward();
  EXPECT_TRUE(x.grad().equal(full({2}, 2.0)));
  // Other data: another form of gradient, while the old graph keeps its own.
  const Tensor old = x * 2;
  x.mutable_grad().reset();
  x.set_data(ones({3}, kDouble));
  (x * 5).sum().backward();
  EXPECT_TRUE(x.grad().equal(full({3}, 5.0, kDouble)));
  x.set_data(ones({4}));
  x.mutable_grad().reset();
  (x * 7).sum().backward();
  EXPECT_TRUE(x.grad().equal(full({4}, 7.0)));
}

TEST(Leaves, GoWithTheirNode) {
  Tensor y;
  {
    const Tensor x = ones({2}).requires_grad_();
    (x * 2).sum().backward();
    y = x * 3;
  }
  y.sum().backward();  // the graph holds the leaf
  y.reset();
}

}  // namespace
}  // namespace hearth
