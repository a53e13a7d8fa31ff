// SPDX-License-Identifier: Apache-2.0
#include "hearth/autograd/function.h"

#include <gtest/gtest.h>

#include "hearth/autograd/autograd.h"
#include "hearth/autograd/gradcheck.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"

namespace hearth {
namespace {

using autograd::AutogradContext;
using autograd::variable_list;

struct Scale : autograd::Function<Scale> {
  static Tensor forward(AutogradContext* ctx, Tensor x, double factor) {
    ctx->saved_data["factor"] = factor;
    return x * factor;
  }
  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    return {grads[0] * ctx->saved_data["factor"].toDouble(), Tensor()};
  }
};

struct Exp : autograd::Function<Exp> {
  static variable_list forward(AutogradContext* ctx, Tensor x) {
    Tensor y = x.exp();
    ctx->save_for_backward({y});
    return {y};
  }
  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    return {grads[0] * ctx->get_saved_variables()[0]};
  }
};

struct DoubleInPlace : autograd::Function<DoubleInPlace> {
  static Tensor forward(AutogradContext* ctx, Tensor x) {
    x.mul_(2);
    ctx->mark_dirty({x});
    return x;
  }
  static variable_list backward(AutogradContext*, variable_list grads) { return {grads[0] * 2}; }
};

Tensor leaf() { return arange(1.0, 4.0, TensorOptions(kDouble)).requires_grad_(); }

TEST(Function, GradientOfTensorArguments) {
  const Tensor x = leaf();
  const Tensor y = Scale::apply(x, 3.0);
  EXPECT_NE(y.grad_fn()->name().find("CppNode<"), std::string::npos);
  y.sum().backward();
  EXPECT_TRUE(x.grad().equal(full({3}, 3.0, TensorOptions(kDouble))));
}

TEST(Function, SavedOutputsSupportDoubleBackward) {
  EXPECT_TRUE(autograd::gradgradcheck([](const variable_list& in) { return Exp::apply(in[0])[0]; },
                                      {leaf()}));
}

TEST(Function, SavedTensorsAreChecked) {
  const Tensor x = leaf();
  const Tensor y = Exp::apply(x)[0];
  y.detach().add_(1);
  EXPECT_THROW(y.sum().backward(), AutogradError);
}

TEST(Function, GradientsOfWrongSizesAreRefused) {
  struct Wrong : autograd::Function<Wrong> {
    static Tensor forward(AutogradContext*, Tensor x) { return x * 2; }
    static variable_list backward(AutogradContext*, variable_list) { return {ones({2, 5})}; }
  };
  const auto refused = [](const Tensor& x) -> std::string {
    try {
      Wrong::apply(x).sum().backward();
    } catch (const ShapeError& e) {
      return e.what();
    }
    return "nothing thrown";
  };
  EXPECT_NE(refused(leaf()).find("got a gradient of sizes [2, 5]"), std::string::npos);
  EXPECT_NE(refused(leaf()).find("expected shape compatible with [3]"), std::string::npos);
  // What broadcasting explains is summed.
  const Tensor column = ones({1}, TensorOptions(kDouble).requires_grad(true));
  EXPECT_EQ(refused(column), "nothing thrown");
  EXPECT_EQ(column.grad().item<double>(), 10);
}

TEST(Function, DirtyInputs) {
  const Tensor x = leaf();
  const Tensor y = x * 1;
  const Tensor z = DoubleInPlace::apply(y);
  EXPECT_TRUE(z.is_same(y));
  z.sum().backward();
  EXPECT_TRUE(x.grad().equal(full({3}, 2.0, TensorOptions(kDouble))));
}

TEST(Gradcheck, FindsAWrongDerivative) {
  struct Wrong : autograd::Function<Wrong> {
    static Tensor forward(AutogradContext*, Tensor x) { return x * x; }
    static variable_list backward(AutogradContext*, variable_list grads) { return {grads[0]}; }
  };
  const auto f = [](const variable_list& in) { return Wrong::apply(in[0]); };
  EXPECT_THROW(autograd::gradcheck(f, {leaf()}), AutogradError);
  EXPECT_FALSE(autograd::gradcheck(f, {leaf()}, {.raise_exception = false}));
  EXPECT_TRUE(autograd::gradcheck([](const variable_list& in) { return in[0].sin() * in[0].t(); },
                                  {leaf()}));
}

}  // namespace
}  // namespace hearth
