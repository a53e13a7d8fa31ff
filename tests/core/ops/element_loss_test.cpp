// SPDX-License-Identifier: Apache-2.0
#include "ops/element_loss.h"

#include <cmath>

#include "hearth/nn/modules/loss.h"
#include "hearth/ops/loss.h"
#include "hearth/ops/margin_loss.h"
#include "hearth/ops/view.h"
#include "hearth/tensor/tensor_literal.h"

#include "core/ops/fused_check.h"

namespace hearth {
namespace {

using autograd::variable_list;

constexpr int64_t kReductions[] = {Reduction::None, Reduction::Mean, Reduction::Sum};
constexpr PointwiseOp kLosses[] = {PointwiseOp::squared_error,
                                   PointwiseOp::absolute_error,
                                   PointwiseOp::smooth_l1,
                                   PointwiseOp::huber,
                                   PointwiseOp::bce,
                                   PointwiseOp::kl_div_log,
                                   PointwiseOp::bce_with_logits,
                                   PointwiseOp::kl_div};

void check(const Tensor& x, const Tensor& t) {
  SCOPED_TRACE(cat_str(x.sizes(), " ", x.strides(), " ", x.scalar_type()));
  for (PointwiseOp loss : kLosses)
    for (int64_t reduction : kReductions) {
      SCOPED_TRACE(cat_str(static_cast<int>(loss), " ", reduction));
      expect_decomposes(ops::ElementLoss{loss, 0.7, reduction}, x, t);
    }
  const Tensor pos = wave({x.dim() > 0 ? x.size(-1) : 1}, 0.5, x.scalar_type()) + 1;
  expect_decomposes(ops::ElementLoss{PointwiseOp::bce_with_logits_weighted, 0, 1}, x, t, pos);
}

TEST(ElementLoss, AgreesWithItsDecomposition) {
  for (ScalarType type : {kFloat, kDouble, kBFloat16}) {
    const auto values = [&](IntArrayRef sizes, double phase) {
      return wave(sizes, 0.5, type, phase) + 0.5;
    };
    check(values({5, 7}, 0), values({5, 7}, 1));
    check(scattered(values({5, 7}, 0)), values({5, 7}, 1));
    check(values({5, 1}, 0), values({7}, 1));
    check(channels_last(values({2, 3, 4, 5}, 0)), values({2, 3, 4, 5}, 1));
    check(values({}, 0), values({}, 1));
    check(values({0, 3}, 0), values({0, 3}, 1));
  }
  check(wave({40000}, 0.5, kFloat) + 0.5, wave({40000}, 0.5, kFloat, 1) + 0.5);
}

TEST(ElementLoss, KnownValues) {
  const Tensor x = full({2}, 3.0), t = zeros({2});
  EXPECT_EQ(mse_loss(x, t).item<float>(), 9);
  EXPECT_EQ(l1_loss(x, t, Reduction::Sum).item<float>(), 6);
  EXPECT_EQ(smooth_l1_loss(x, t, Reduction::Mean, 2).item<float>(), 2);
  EXPECT_EQ(smooth_l1_loss(x, t, Reduction::Mean, 0).item<float>(), 3);
  EXPECT_EQ(huber_loss(x, t, Reduction::Mean, 2).item<float>(), 4);
  EXPECT_EQ(binary_cross_entropy(zeros({2}), ones({2})).item<float>(), 100);
  EXPECT_NEAR(binary_cross_entropy(full({2}, 0.25), t).item<float>(), -std::log(0.75), 1e-6);
  EXPECT_EQ(binary_cross_entropy(zeros({2}), ones({2}), full({2}, 0.5)).item<float>(), 50);
  EXPECT_NEAR(binary_cross_entropy_with_logits(x, t).item<float>(), 3 + std::log1p(std::exp(-3.0)),
              1e-6);
  const Tensor huge = full({1}, 1e4);
  EXPECT_EQ(binary_cross_entropy_with_logits(huge, zeros({1})).item<float>(), 1e4f);
  EXPECT_EQ(binary_cross_entropy_with_logits(-huge, ones({1}), {}, full({1}, 2.0)).item<float>(),
            2e4f);
  EXPECT_EQ(kl_div(x, zeros({2})).item<float>(), 0);
  EXPECT_TRUE(std::isnan(mse_loss(zeros({0}), zeros({0})).item<float>()));
  EXPECT_TRUE(std::isnan(l1_loss(full({1}, NAN), zeros({1})).item<float>()));
}

/// PyTorch's types: of the promoted operands, unless it computes in place of one of them.
TEST(ElementLoss, TypesOfMixedOperands) {
  const ScalarType types[] = {kDouble, kFloat, kHalf};
  for (const ScalarType input : types) {
    for (const ScalarType other : types) {
      const Tensor x = full({3}, 0.25, input), t = ones({3}, other), w = full({3}, 2.0, other);
      for (const int64_t reduction : {Reduction::None, Reduction::Mean}) {
        SCOPED_TRACE(cat_str(input, " ", other, " ", reduction));
        const ScalarType promoted = promote_types(input, other);
        EXPECT_EQ(mse_loss(x, t, reduction).scalar_type(), promoted);
        EXPECT_EQ(smooth_l1_loss(x, t, reduction).scalar_type(), promoted);
        EXPECT_EQ(kl_div(x, t, reduction).scalar_type(), promoted);
        EXPECT_EQ(huber_loss(x, t, reduction).scalar_type(), input);
        EXPECT_EQ(soft_margin_loss(x, t, reduction).scalar_type(), input);
        EXPECT_EQ(binary_cross_entropy_with_logits(x, t, {}, {}, reduction).scalar_type(), other);
        const Tensor same = ones({3}, input);
        EXPECT_EQ(binary_cross_entropy_with_logits(x, same, w, w, reduction).scalar_type(), input);
        EXPECT_EQ(binary_cross_entropy(x, same, w, reduction).scalar_type(), input);
        if (input != other) {
          EXPECT_THROW(binary_cross_entropy(x, t, {}, reduction), DtypeError);
        }
      }
    }
  }
  const Tensor x = full({3}, 0.25);
  EXPECT_THROW(binary_cross_entropy_with_logits(x, ones({3}, kLong)), DtypeError);
  // A weight does not broadcast the loss.
  EXPECT_THROW(binary_cross_entropy(x, ones({3}), ones({2, 3})), ShapeError);
  EXPECT_THROW(binary_cross_entropy_with_logits(x, ones({3}), ones({2, 3})), ShapeError);
}

TEST(ElementLoss, Gradients) {
  const Tensor x = wave({2, 3}, 0.3) + 0.5, t = wave({2, 3}, 0.3, kDouble, 1) + 0.5;
  for (PointwiseOp loss : kLosses)
    for (int64_t reduction : kReductions) {
      SCOPED_TRACE(cat_str(static_cast<int>(loss), " ", reduction));
      expect_gradients(
          [&](const variable_list& in) {
            return invoke(ops::ElementLoss{loss, 0.31, reduction}, in[0], in[1]);
          },
          {x, t});
    }
  expect_gradients([](const variable_list& in) { return mse_loss(in[0], in[1]); },
                   {wave({2, 1}), wave({3})});
  expect_gradients(
      [](const variable_list& in) {
        return binary_cross_entropy_with_logits(in[0], in[1], in[2], in[3]);
      },
      {x, t, wave({3}, 1) + 2, wave({3}, 1, kDouble, 2) + 2});
}

TEST(ElementLoss, BinaryCrossEntropyMatchesVectorsWithColumns) {
  const Tensor p = tensor({{0.2}, {0.6}}, kDouble), t = tensor({0.0, 1.0}, kDouble);
  const Tensor want = stack({(1 - p[0]).log().neg(), p[1].log().neg()});
  EXPECT_TRUE(binary_cross_entropy(p, t, {}, Reduction::None).allclose(want));
  EXPECT_TRUE(binary_cross_entropy(p, t).allclose(want.mean()));
  EXPECT_EQ(binary_cross_entropy(p.squeeze(1), t.unsqueeze(1), {}, Reduction::None).sizes(),
            (IntArrayRef{2}));
  EXPECT_TRUE(
      binary_cross_entropy(p, tensor(1.0, kDouble), {}, Reduction::None).allclose(p.log().neg()));
  EXPECT_TRUE(binary_cross_entropy(p, t, tensor({{2.0}, {3.0}}, kDouble), Reduction::None)
                  .allclose(want * tensor({{2.0}, {3.0}}, kDouble)));
  expect_gradients([](const variable_list& in) { return binary_cross_entropy(in[0], in[1]); },
                   {p, tensor({0.3, 0.9}, kDouble)});
}

TEST(ElementLoss, Errors) {
  const Tensor x = wave({2, 3});
  expect_error<ShapeError>([&] { mse_loss(x, wave({4})); }, "do not broadcast");
  expect_error<DtypeError>([&] { l1_loss(x.to(kLong), x.to(kLong)); },
                           "could not infer output dtype");
  expect_error<ValueError>([&] { mse_loss(x, x, 3); }, "not a valid value for reduction");
  expect_error<ValueError>([&] { smooth_l1_loss(x, x, 1, -1); }, "negative values for beta");
  expect_error<ValueError>([&] { huber_loss(x, x, 1, 0); }, "non-positive values for delta");
  expect_error<ValueError>([&] { binary_cross_entropy(full({2}, 1.5), zeros({2})); },
                           "should be between 0 and 1");
  expect_error<ShapeError>([&] { binary_cross_entropy(rand({2, 3}), rand({2})); }, "[expand]");
  expect_error<ShapeError>(
      [&] {
        nn::functional::binary_cross_entropy(rand({2, 1}), rand({2}));
      },
      "different to the input size");
  expect_error<ShapeError>([&] { binary_cross_entropy_with_logits(x, wave({3})); },
                           "must be the same as input size");
}

TEST(ElementLoss, SameBitsOnAnyThreads) {
  const Tensor x = wave({300000}, 3, kFloat), t = wave({300000}, 3, kFloat, 1);
  expect_same_on_any_threads([&] { return mse_loss(x, t); });
  expect_same_on_any_threads([&] { return binary_cross_entropy_with_logits(x, t); });
}

}  // namespace
}  // namespace hearth
