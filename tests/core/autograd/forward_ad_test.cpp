// SPDX-License-Identifier: Apache-2.0
#include "hearth/autograd/forward_ad.h"

#include <optional>
#include <thread>

#include <gtest/gtest.h>

#include "hearth/autograd/autograd.h"
#include "hearth/autograd/checkpoint.h"
#include "hearth/autograd/function.h"
#include "hearth/autograd/functional.h"
#include "hearth/autograd/grad_mode.h"
#include "hearth/base/default_device.h"
#include "hearth/interceptors/autocast.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/linalg.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/shape.h"
#include "hearth/ops/view.h"
#include "hearth/tensor/tensor_literal.h"

namespace hearth::autograd::forward_ad {
namespace {

const TensorOptions f64(kDouble);

Tensor x() { return tensor({0.5, -1.0, 2.0}, f64).to(default_device()); }
Tensor v() { return tensor({1.0, 3.0, -2.0}, f64).to(default_device()); }
Tensor tangent(const Tensor& t) { return unpack_dual(t).tangent; }

TEST(ForwardAd, ValuesAndTangents) {
  const dual_level level;
  const Tensor dual = make_dual(x(), v());
  const auto [primal, along] = unpack_dual(dual.sin() * 2);
  EXPECT_TRUE(primal.allclose(x().sin() * 2));
  EXPECT_TRUE(along.allclose(x().cos() * 2 * v()));
  EXPECT_FALSE(tangent(primal).defined());
  EXPECT_FALSE(tangent(primal.select(0, 1) + 1).defined());
  EXPECT_FALSE(tangent(x()).defined());
  EXPECT_FALSE(tangent(dual.detach()).defined());
  EXPECT_FALSE(tangent(dual > 0).defined());
  EXPECT_FALSE(tangent(dual.argmax()).defined());
  EXPECT_TRUE(tangent(dual.floor()).equal(zeros({3}, f64)));
  EXPECT_EQ(tangent(dual.to(kFloat)).scalar_type(), kFloat);
  EXPECT_TRUE(dual._fw_grad(0).equal(v()));
  EXPECT_TRUE(std::get<1>(_unpack_dual(_make_dual(x(), v(), 0), 0)).equal(v()));
}

TEST(ForwardAd, LevelsEndAndDoNotNest) {
  Tensor y;
  {
    const dual_level level;
    y = make_dual(x(), v()) * 2;
    EXPECT_THROW(enter_dual_level(), AutogradError);
    EXPECT_THROW(exit_dual_level(5), AutogradError);
    // Another thread has no level, or one of its own.
    std::thread([&] {
      EXPECT_FALSE(y._fw_grad(0).defined());
      const dual_level own;
      EXPECT_FALSE(tangent(y).defined());
      EXPECT_TRUE(tangent(make_dual(x(), v()).neg()).equal(-v()));
    }).join();
    EXPECT_TRUE(tangent(y).equal(v() * 2));
  }
  EXPECT_FALSE(tangent(y).defined());
  EXPECT_FALSE(y._fw_grad(0).defined());
  EXPECT_THROW(exit_dual_level(0), AutogradError);
  EXPECT_THROW(make_dual(x(), v()), AutogradError);
  const dual_level level;
  EXPECT_FALSE(tangent(y).defined());
}

TEST(ForwardAd, BadTangentsAreRefused) {
  const dual_level level;
  EXPECT_THROW(make_dual(x(), v().slice(0, 0, 2)), ShapeError);
  EXPECT_THROW(make_dual(x(), v().to(kFloat)), DtypeError);
  EXPECT_THROW(make_dual(x().to(kLong), v().to(kLong)), ValueError);
  EXPECT_THROW(make_dual(make_dual(x(), v()), v()), AutogradError);
  EXPECT_THROW(make_dual(x().slice(0, 0, 1).expand({3}), v()), Error);
  EXPECT_THROW(make_dual(x(), Tensor()), Error);
  const Tensor dual = make_dual(x(), v());
  Tensor out = empty({3}, f64);
  EXPECT_THROW(add_out(out, dual, dual), NotImplementedError);
  out = make_dual(x(), v());
  EXPECT_THROW(add_out(out, x(), x()), NotImplementedError);
  EXPECT_THROW(dual.resize_({2}), AutogradError);
}

TEST(ForwardAd, InPlaceAndViewsShareTangents) {
  const dual_level level;
  const Tensor given = v().clone(), dual = make_dual(x(), given);
  const Tensor part = dual.slice(0, 1);
  dual.mul_(2);
  EXPECT_TRUE(given.equal(v() * 2));
  EXPECT_TRUE(tangent(part).equal(v().slice(0, 1) * 2));
  part.zero_();
  EXPECT_TRUE(tangent(dual).equal(tensor({2.0, 0.0, 0.0}, f64)));
  part.copy_(x().slice(0, 1));
  EXPECT_TRUE(tangent(dual).equal(tensor({2.0, 0.0, 0.0}, f64)));
  dual.normal_();
  EXPECT_TRUE(tangent(dual).equal(zeros({3}, f64)));

  // A view made before its base became dual, through another view.
  const Tensor base = zeros({2, 3}, f64), row = base.select(0, 0), flat = base.view({6});
  row.copy_(make_dual(x(), v()));
  EXPECT_TRUE(tangent(base).select(0, 0).equal(v()));
  EXPECT_TRUE(tangent(flat).equal(cat({v(), zeros({3}, f64)})));
  EXPECT_FALSE(tangent(flat.detach()).defined());

  // A layout of its own: the second column of a larger tensor.
  const Tensor wide = zeros({3, 2}, f64), column = make_dual(wide.select(1, 1), v());
  EXPECT_TRUE(tangent(column.view({3, 1})).equal(v().view({3, 1})));
  EXPECT_TRUE(tangent(column.as_strided({2}, {4}, 1)).equal(v().index_select(0, tensor({0, 2}))));
  EXPECT_FALSE(tangent(wide).defined());
  const Tensor square = make_dual(ones({2, 3}, f64), arange(6, f64).view({2, 3}));
  square.t_();
  EXPECT_TRUE(tangent(square).equal(arange(6, f64).view({2, 3}).t()));
}

TEST(ForwardAd, ResultsDoNotShareTangents) {
  const dual_level level;
  const Tensor dual = make_dual(x(), v());
  for (const Tensor& same : {dual + 1, dual.clone(), cat({dual}), dual.to(kDouble, false, true)}) {
    same.mul_(3);
    EXPECT_TRUE(tangent(same).equal(v() * 3));
    EXPECT_TRUE(tangent(dual).equal(v()));
  }
  // One that is broadcast has memory for each element.
  const Tensor sum = dual.slice(0, 0, 1) + zeros({4}, f64);
  sum.slice(0, 0, 1).mul_(2);
  EXPECT_TRUE(tangent(sum).equal(tensor({2.0, 1.0, 1.0, 1.0}, f64)));
}

TEST(ForwardAd, ModesOfTheThread) {
  const dual_level level;
  {
    const NoGradGuard no_grad;
    const Tensor y = make_dual(x(), v()).requires_grad_().exp();
    EXPECT_TRUE(tangent(y).allclose(x().exp() * v()));
    EXPECT_FALSE(tangent(y).requires_grad());
  }
  const InferenceMode inference;
  EXPECT_FALSE(tangent(make_dual(x(), v()) * 2).defined());
}

TEST(ForwardAd, SeesWhatAutocastComputes) {
  const Tensor a = rand({4, 4}), b = rand({4, 4}), da = rand({4, 4});
  for (const bool inside : {true, false}) {
    std::optional<dual_level> level;
    if (!inside) level.emplace();
    const Autocast autocast(default_device().type());
    if (inside) level.emplace();
    const Tensor leaf = a.clone().requires_grad_();
    const Tensor dual = make_dual(leaf, da), y = dual.matmul(b);
    EXPECT_EQ(tangent(y).scalar_type(), kBFloat16);
    EXPECT_TRUE(tangent(y).to(kFloat).allclose(da.matmul(b).to(kFloat), 0.05, 0.05));
    // What backward reads was cast from the dual.
    const Tensor g = grad({y.to(kFloat).pow(2).sum()}, {dual}, {}, std::nullopt, true)[0];
    EXPECT_TRUE(tangent(g).allclose(2 * da.matmul(b).matmul(b.t()).to(kFloat), 0.1, 0.1));
  }
}

/// Passes the gradient straight through.
struct Rounded : Function<Rounded> {
  static Tensor forward(AutogradContext*, const Tensor& t) { return t.round(); }
  static variable_list backward(AutogradContext*, variable_list g) { return {g[0] * 1}; }
};
struct Cubed : Function<Cubed> {
  static Tensor forward(AutogradContext* ctx, const Tensor& t) {
    const Tensor y = t.pow(3);
    ctx->save_for_backward({t, y});
    return y;
  }
  static variable_list backward(AutogradContext* ctx, variable_list g) {
    const auto saved = ctx->get_saved_variables();
    return {g[0] * 3 * saved[1] / saved[0]};
  }
};
struct Opaque : Function<Opaque> {
  static Tensor forward(AutogradContext*, const Tensor& t) { return t * 2; }
  static variable_list backward(AutogradContext*, variable_list g) { return {g[0].detach() * 2}; }
};

TEST(ForwardAd, CustomFunctionsGoByTheirBackward) {
  for (const bool leaf : {false, true}) {
    const dual_level level;
    const Tensor dual = make_dual(x().requires_grad_(leaf), v());
    EXPECT_TRUE(tangent(Rounded::apply(dual)).equal(v()));
    const Tensor y = Cubed::apply(dual);
    EXPECT_TRUE(tangent(y).allclose(3 * x() * x() * v()));
    EXPECT_TRUE(tangent(y * y).allclose(6 * x().pow(5) * v()));
    EXPECT_THROW(Opaque::apply(dual), NotImplementedError);
    if (!leaf) continue;
    const Tensor g = grad({y.sum()}, {dual}, {}, true, true)[0];
    EXPECT_TRUE(tangent(g).allclose(6 * x() * v()));
    EXPECT_TRUE(grad({tangent(y).sum()}, {dual})[0].allclose(6 * x() * v()));
  }
}

TEST(ForwardAd, CheckpointsRefuseTangents) {
  const auto f = [](const Tensor& t) { return t.sin(); };
  const dual_level level;
  EXPECT_THROW(checkpoint(f, make_dual(x().requires_grad_(), v())), NotImplementedError);
  EXPECT_TRUE(checkpoint(f, x()).defined());
}

TEST(ForwardAd, OverBackwardIntoGrad) {
  const Tensor w = x().requires_grad_();
  const dual_level level;
  const Tensor dual = make_dual(w, v()), y = (dual.pow(3) + dual.exp() * dual.sum()).sum();
  dual.retain_grad();
  y.backward({}, std::nullopt, /*create_graph=*/true);
  const Tensor want = functional::hvp(
                          [](const variable_list& in) {
                            return variable_list{(in[0].pow(3) + in[0].exp() * in[0].sum()).sum()};
                          },
                          {x()}, {v()})
                          .product[0];
  EXPECT_TRUE(tangent(dual.grad()).allclose(want));
  EXPECT_TRUE(tangent(w.grad()).allclose(want));
  // These lead to the graph that holds them.
  dual.mutable_grad().reset();
  w.mutable_grad().reset();
}

TEST(ForwardAd, JacobianAndHessianByForwardMode) {
  using functional::Strategy;
  const auto f = [](const variable_list& in) {
    return variable_list{in[0].exp() * in[1].sum(), in[0].slice(0, 0, 2)};
  };
  const variable_list in = {x(), tensor({1.5, 3.0}, f64).view({1, 2})};
  const auto reverse = functional::jacobian(f, in);
  const auto forward = functional::jacobian(f, in, false, false, Strategy::ForwardMode);
  for (size_t i = 0; i < 2; ++i)
    for (size_t k = 0; k < 2; ++k) {
      EXPECT_EQ(forward[i][k].sizes(), reverse[i][k].sizes());
      EXPECT_TRUE(forward[i][k].allclose(reverse[i][k]));
    }
  EXPECT_EQ(functional::jacobian([](Tensor t) { return t * 2; }, empty({0}, f64), false, false,
                                 Strategy::ForwardMode)
                .sizes(),
            IntArrayRef({0, 0}));
  const auto g = [](Tensor t) { return (t.pow(3) * t.sum()).sum(); };
  EXPECT_TRUE(functional::hessian(g, x(), false, false, Strategy::ForwardMode)
                  .allclose(functional::hessian(g, x())));
  EXPECT_THROW(functional::jacobian(g, x(), true, false, Strategy::ForwardMode),
               NotImplementedError);
  EXPECT_THROW(functional::jacobian(g, x(), false, true, Strategy::ForwardMode),
               NotImplementedError);
}

}  // namespace
}  // namespace hearth::autograd::forward_ad
