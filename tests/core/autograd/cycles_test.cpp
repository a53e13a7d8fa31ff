// SPDX-License-Identifier: Apache-2.0
// A graph that backward never runs through frees its memory with its last tensor.
#include <functional>

#include <gtest/gtest.h>

#include "hearth/autograd/checkpoint.h"
#include "hearth/autograd/function.h"
#include "hearth/base/memory.h"
#include "hearth/hearth.h"

namespace hearth {
namespace {

struct Square : autograd::Function<Square> {
  static Tensor forward(autograd::AutogradContext* ctx, Tensor x) {
    ctx->save_for_backward({x});
    return x * x;
  }
  static autograd::variable_list backward(autograd::AutogradContext* ctx,
                                          autograd::variable_list grads) {
    return {grads[0] * 2 * ctx->get_saved_variables()[0]};
  }
};

struct SquareRoot : autograd::Function<SquareRoot> {
  static Tensor forward(autograd::AutogradContext* ctx, Tensor x) {
    const Tensor y = x.sqrt();
    ctx->save_for_backward({y});
    return y;
  }
  static autograd::variable_list backward(autograd::AutogradContext* ctx,
                                          autograd::variable_list grads) {
    return {grads[0] / (ctx->get_saved_variables()[0] * 2)};
  }
};

TEST(Cycles, GraphsFreeTheirMemoryWithoutBackward) {
  const Tensor w = ones({50, 50}).requires_grad_();
  const auto square = [](const Tensor& x) { return x * x; };
  const std::pair<const char*, std::function<void()>> programs[] = {
      {"adds what read it",
       [&] {
         const Tensor b = w * 2;
         b.add_(b * b);
       }},
      {"was no part of the graph",
       [&] {
         const Tensor b = ones({50, 50});
         b.add_(w * b);
       }},
      {"multiplies by itself",
       [&] {
         const Tensor b = w * 2;
         b.mul_(b);
       }},
      {"part of it is computed from another",
       [&] {
         const Tensor b = w * 2;
         b.select(0, 1).copy_(b.select(0, 0) * b.select(0, 0));
       }},
      {"part of what was no part of the graph",
       [&] {
         const Tensor b = zeros({2, 50, 50});
         b.select(0, 1).copy_(b.select(0, 0) * w);
       }},
      {"a view of it was read",
       [&] {
         const Tensor b = w * 2;
         b.add_(square(b.t()));
       }},
      {"saved output",
       [&] {
         const Tensor b = (w * 2).exp();
         b.add_(b.exp());
       }},
      {"backward by decompose",
       [&] {
         const Tensor b = w * 2;
         b.add_(softmax(softmax(b, 0), 1));
         b.add_(layer_norm(b, {50}));
       }},
      {"checkpoint",
       [&] {
         const Tensor b = w * 2;
         b.add_(autograd::checkpoint(square, b));
       }},
      {"function that saves an input",
       [&] {
         const Tensor b = w * 2;
         b.add_(Square::apply(b));
       }},
      {"function that saves an output",
       [&] {
         const Tensor b = SquareRoot::apply(w * 2);
         b.add_(SquareRoot::apply(b));
       }},
      {"derivative with a history",
       [&] {
         const Tensor b = w * 2;
         b.retain_grad();
         const Tensor g =
             autograd::grad({b.exp().sum()}, {w}, {}, std::nullopt, /*create_graph=*/true)[0];
         EXPECT_TRUE(b.grad().requires_grad());
       }},
  };
  for (const auto& [name, program] : programs) {
    program();  // what stays is made once
    const size_t before = memory_stats().allocated;
    for (int i = 0; i < 3; ++i) program();
    EXPECT_EQ(memory_stats().allocated, before) << name;
  }
}

TEST(Cycles, SavedTensorsKeepTheirHistory) {
  const Tensor w = full({2}, 3.0, TensorOptions(kDouble)).requires_grad_();
  const Tensor b = w * w;
  const auto second = [&](const Tensor& y) {
    const Tensor g = autograd::grad({y.sum()}, {w}, {}, std::nullopt, /*create_graph=*/true)[0];
    return autograd::grad({g.sum()}, {w}, {}, /*retain_graph=*/true)[0][0].item<double>();
  };
  EXPECT_EQ(second(b * b), 12 * 9);
  EXPECT_EQ(second(Square::apply(b)), 12 * 9);
  EXPECT_EQ(second(b.select(0, 0) * b.select(0, 0)), 12 * 9);
  EXPECT_NEAR(second(SquareRoot::apply(b * b)), 2, 1e-9);
}

TEST(Cycles, WritesToWhatWasSavedAreStillNoticed) {
  const Tensor w = ones({2}).requires_grad_();
  const Tensor b = w * 2;
  b.add_(b * b);
  EXPECT_THROW(b.sum().backward(), AutogradError);
  const Tensor x = ones({2});
  const Tensor y = w * x;
  x.add_(1);
  EXPECT_THROW(y.sum().backward(), AutogradError);
}

TEST(RetainGrad, Accumulates) {
  const Tensor x = ones({2}).requires_grad_();
  const Tensor y = x * 2;
  y.retain_grad();
  const Tensor z = (y * 3).sum();
  z.backward({}, true);
  EXPECT_TRUE(y.grad().equal(full({2}, 3.0)));
  const Tensor first = y.grad();
  z.backward({}, true);
  EXPECT_TRUE(y.grad().equal(full({2}, 6.0)));
  EXPECT_TRUE(first.equal(full({2}, 3.0))) << "what was handed out stays";
  y.mutable_grad() = Tensor();
  z.backward();
  EXPECT_TRUE(y.grad().equal(full({2}, 3.0)));
  EXPECT_TRUE(y.grad().is_contiguous());
}

}  // namespace
}  // namespace hearth
