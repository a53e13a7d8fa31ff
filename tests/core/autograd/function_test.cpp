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
  EXPECT_EQ(y.grad_fn()->name().find("torch::autograd::CppNode<"), 0u);
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

struct ScaleFirst : autograd::Function<ScaleFirst> {
  static Tensor forward(AutogradContext*, TensorList list, double factor,
                        const std::optional<Tensor>& bias) {
    const Tensor sum = list[0] * factor + list[1];
    return bias ? sum + *bias : sum;
  }
  static variable_list backward(AutogradContext*, variable_list grads) {
    return {grads[0] * 2, grads[0], Tensor(), grads[0] * bias_factor};
  }
  static inline Tensor bias_factor;
};

TEST(Function, TensorListsCountTensorByTensor) {
  const Tensor x = leaf(), y = leaf(), b = leaf();
  const std::vector<Tensor> list = {x, y};
  ScaleFirst::bias_factor = full({}, 5.0, kDouble);
  ScaleFirst::apply(TensorList(list), 2.0, std::optional<Tensor>(b)).sum().backward();
  EXPECT_TRUE(x.grad().equal(full({3}, 2.0, kDouble)));
  EXPECT_TRUE(y.grad().equal(full({3}, 1.0, kDouble)));
  EXPECT_TRUE(b.grad().equal(full({3}, 5.0, kDouble)));
}

/// Adds b to a in place, and answers b * 3 and a, in this order.
struct AddInPlace : autograd::Function<AddInPlace> {
  static variable_list forward(AutogradContext* ctx, Tensor a, Tensor b) {
    a.add_(b);
    ctx->mark_dirty({a});
    return {b * 3, a};
  }
  static variable_list backward(AutogradContext*, variable_list grads) {
    return {grads[1], grads[0] * 3 + grads[1]};
  }
};

TEST(Function, DirtyInputsBesideOtherOutputs) {
  const Tensor x = leaf(), y = leaf();
  const Tensor a = x * 1;
  const int64_t version = a._version();
  const variable_list out = AddInPlace::apply(a, y);
  EXPECT_TRUE(out[1].is_same(a));
  EXPECT_EQ(a.output_nr(), 1);
  EXPECT_EQ(a._version(), version + 2);
  (out[0].sum() * 5 + a.sum()).backward();
  EXPECT_TRUE(x.grad().equal(ones({3}, kDouble)));
  EXPECT_TRUE(y.grad().equal(full({3}, 16.0, kDouble)));

  // A leaf that needs no gradient gets a history.
  const Tensor plain = ones({3}, kDouble);
  AddInPlace::apply(plain, y);
  EXPECT_TRUE(plain.requires_grad());
}

TEST(Function, RulesOfDirtyInputs) {
  struct NotReturned : autograd::Function<NotReturned> {
    static Tensor forward(AutogradContext* ctx, Tensor a) {
      ctx->mark_dirty({a.add_(1)});
      return a * 2;
    }
    static variable_list backward(AutogradContext*, variable_list grads) { return grads; }
  };
  const Tensor y = leaf();
  EXPECT_THROW(NotReturned::apply(leaf() * 1), AutogradError);
  EXPECT_THROW(NotReturned::apply(ones({3})), AutogradError);
  EXPECT_THROW(AddInPlace::apply(leaf(), y), AutogradError);
  EXPECT_THROW(AddInPlace::apply((leaf() * 1).view({3}), y), AutogradError);
  // One output: the base of a dirty view learns of the write.
  const Tensor x = leaf();
  const Tensor base = x * 1;
  DoubleInPlace::apply(base.narrow(0, 0, 1));
  EXPECT_EQ(base.grad_fn()->name(), "CopySlices");
  base.sum().backward();
  EXPECT_EQ(x.grad().sum().item<double>(), 4);
}

TEST(Function, ReturnedInputsAndViewsRefuseInPlaceWrites) {
  struct Same : autograd::Function<Same> {
    static variable_list forward(AutogradContext*, Tensor a) { return {a, a.view({-1})}; }
    static variable_list backward(AutogradContext*, variable_list grads) {
      return {grads[0] + grads[1].view_as(grads[0])};
    }
  };
  const Tensor x = leaf();
  const variable_list out = Same::apply(x);
  EXPECT_FALSE(out[0].is_same(x));
  EXPECT_TRUE(out[0].is_view());
  EXPECT_NE(out[0].grad_fn()->name().find("CppNode<"), std::string::npos);
  out[0].sum().backward();
  EXPECT_TRUE(x.grad().equal(ones({3}, kDouble)));
  EXPECT_THROW(out[0].mul_(2), AutogradError);
  EXPECT_THROW(out[1].mul_(2), AutogradError);
  const variable_list plain = Same::apply(ones({3}));
  EXPECT_NO_THROW(plain[0].mul_(2));
  EXPECT_THROW(plain[1].mul_(ones({3}).requires_grad_()), AutogradError);
}

TEST(Function, SavedInputsThatAreReturnedKeepTheirOwnHistory) {
  struct Square : autograd::Function<Square> {
    static variable_list forward(AutogradContext* ctx, Tensor x) {
      const Tensor positive = x > 0;
      ctx->save_for_backward({x, positive});
      ctx->mark_non_differentiable({positive});
      return {x, x * x, positive};
    }
    static variable_list backward(AutogradContext* ctx, variable_list grads) {
      const variable_list saved = ctx->get_saved_variables();
      EXPECT_FALSE(saved[1].requires_grad());
      return {grads[0] + grads[1] * saved[0] * 2};
    }
  };
  EXPECT_TRUE(autograd::gradgradcheck(
      [](const variable_list& in) {
        const variable_list out = Square::apply(in[0]);
        return variable_list{out[0] * 1, out[1]};
      },
      {leaf()}));
}

TEST(Function, ThatSavedNothingRunsBackwardTwice) {
  const Tensor x = leaf();
  const Tensor y = Scale::apply(x, 3.0).sum();
  y.backward();
  y.backward();
  EXPECT_TRUE(x.grad().equal(full({3}, 6.0, kDouble)));
  const Tensor z = Exp::apply(x)[0].sum();
  z.backward();
  EXPECT_THROW(z.backward(), AutogradError);
}

/// Its backward is that of itself at x - 1, down to zero; there it throws if asked to.
struct Deeper : autograd::Function<Deeper> {
  static Tensor forward(AutogradContext* ctx, Tensor x, bool fails) {
    const AutoGradMode on(true);
    ctx->saved_data["x"] = x.detach().requires_grad_() - 1;
    ctx->saved_data["fails"] = fails;
    return ctx->saved_data["x"].toTensor().detach();
  }
  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    const Tensor x = ctx->saved_data["x"].toTensor();
    const bool fails = ctx->saved_data["fails"].toBool();
    if (x.item<double>() <= 0) {
      HEARTH_CHECK(!fails, "at the bottom");
      return {grads[0], Tensor()};
    }
    const AutoGradMode on(true);
    apply(x, fails).sum().backward();
    return {grads[0], Tensor()};
  }
};

TEST(Function, BackwardsOfAnyDepthFitTheStack) {
  const Tensor x = full({}, 10000.0, kDouble).requires_grad_();
  Deeper::apply(x, false).backward();
  EXPECT_EQ(x.grad().item<double>(), 1);
  const Tensor fewer = full({}, 300.0, kDouble).requires_grad_();
  const Tensor y = Deeper::apply(fewer, true);
  try {
    y.backward();
    FAIL() << "nothing thrown";
  } catch (const Error& e) {
    EXPECT_NE(std::string(e.what()).find("at the bottom"), std::string::npos);
  }
  // And the thread is as before.
  EXPECT_TRUE(GradMode::is_enabled());
  fewer.mutable_grad() = Tensor();
  Deeper::apply(fewer, false).backward();
  EXPECT_EQ(fewer.grad().item<double>(), 1);
}

/// x * 2 + y * 3, whose backward notes which gradients are wanted.
struct Wanted : autograd::Function<Wanted> {
  static Tensor forward(AutogradContext*, Tensor x, Tensor y) { return x * 2 + y * 3; }
  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    wanted = {ctx->needs_input_grad(0), ctx->needs_input_grad(1), ctx->needs_input_grad({{0, 2}}),
              ctx->needs_input_grad({{1, 2}}), ctx->needs_input_grad({{0, 0}})};
    return {ctx->needs_input_grad(0) ? grads[0] * 2 : Tensor(),
            ctx->needs_input_grad(1) ? grads[0] * 3 : Tensor()};
  }
  static inline std::vector<bool> wanted;
};

TEST(Function, KnowsWhichGradientsThisBackwardIsFor) {
  const Tensor x = leaf(), y = leaf();
  const Tensor z = Wanted::apply(x * 1, y).sum();
  autograd::grad({z}, {x}, {}, /*retain_graph=*/true);
  EXPECT_EQ(Wanted::wanted, (std::vector<bool>{true, false, true, false, false}));
  autograd::grad({z}, {y}, {}, /*retain_graph=*/true);
  EXPECT_EQ(Wanted::wanted, (std::vector<bool>{false, true, true, true, false}));
  autograd::backward({z}, {}, /*retain_graph=*/true, false, {y});
  EXPECT_EQ(Wanted::wanted, (std::vector<bool>{false, true, true, true, false}));
  EXPECT_FALSE(x.grad().defined());
  z.backward();
  EXPECT_EQ(Wanted::wanted, (std::vector<bool>{true, true, true, true, false}));
  Wanted::apply(x, y.detach()).sum().backward();
  EXPECT_EQ(Wanted::wanted, (std::vector<bool>{true, false, true, false, false}));
}

TEST(Function, GradientIsWantedOutsideABackward) {
  struct Asks : autograd::Function<Asks> {
    static Tensor forward(AutogradContext* ctx, Tensor x, Tensor y) {
      EXPECT_TRUE(ctx->needs_input_grad(0));
      EXPECT_FALSE(ctx->needs_input_grad(1));
      EXPECT_FALSE(ctx->needs_input_grad(2));
      return x * y;
    }
    static variable_list backward(AutogradContext*, variable_list grads) { return grads; }
  };
  Asks::apply(leaf(), ones({3}));
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
