// SPDX-License-Identifier: Apache-2.0
#include "ops/loss.h"

#include <cmath>
#include <limits>

#include "hearth/ops/loss.h"
#include "hearth/ops/softmax.h"

#include "core/ops/fused_check.h"

namespace hearth {
namespace {

using autograd::variable_list;

/// Classes 0 .. classes - 1 in some order.
Tensor classes_of(IntArrayRef sizes, int64_t classes) {
  return (arange(checked_numel(sizes), TensorOptions(kLong)) * 7 + 3)
      .remainder(classes)
      .view(sizes);
}

Tensor target_with_ignored(IntArrayRef sizes, int64_t classes) {
  const Tensor t = classes_of(sizes, classes);
  if (t.dim() > 0 && t.numel() > 0) t.flatten().select(0, 0).fill_(-100);
  return t;
}

DimVector rows_of(const Tensor& x) {
  DimVector sizes(x.sizes());
  sizes.erase(x.dim() > 1 ? 1 : 0);
  return sizes;
}

void check_class_losses(const Tensor& x) {
  SCOPED_TRACE(cat_str(x.sizes(), " ", x.strides(), " ", x.scalar_type()));
  const int64_t classes = ops::ClassShape(x).classes;
  const Tensor target = target_with_ignored(rows_of(x), classes);
  const Tensor soft = softmax(wave(x.sizes(), 2, x.scalar_type(), 1), x.dim() > 1 ? 1 : 0);
  const Tensor weights = wave({classes}, 0.4, x.scalar_type(), 2) + 1;
  for (int64_t reduction : {Reduction::None, Reduction::Mean, Reduction::Sum}) {
    const Tensor g = reduction == Reduction::None ? wave(rows_of(x), 1, x.scalar_type(), 4)
                                                  : full({}, 0.7, x.options());
    for (const Tensor& weight : {Tensor(), weights}) {
      for (double smoothing : {0.0, 0.2}) {
        for (const Tensor& t : {target, soft}) {
          SCOPED_TRACE(cat_str("reduction ", reduction, " weight ", weight.defined(), " smoothing ",
                               smoothing, " target ", t.scalar_type()));
          const ops::CrossEntropyLoss op{reduction, -100, smoothing};
          expect_decomposes(op, x, t, weight);
          const Tensor stats = invoke_n<2>(op, x, t, weight)[1];
          expect_decomposes(ops::CrossEntropyLossBackward{reduction, -100, smoothing}, g, x, t,
                            weight, stats);
        }
      }
      const ops::NllLoss op{reduction, -100};
      expect_decomposes(op, x, target, weight);
      const Tensor total = invoke_n<2>(op, x, target, weight)[1];
      expect_decomposes(ops::NllLossBackward{reduction, -100}, g, x, target, weight, total);
    }
  }
}

TEST(ClassLoss, AgreesWithItsDecomposition) {
  for (ScalarType type : {kFloat, kDouble, kBFloat16}) {
    check_class_losses(wave({6, 11}, 3, type));
    check_class_losses(scattered(wave({6, 11}, 3, type)));
    check_class_losses(wave({3, 5, 7}, 3, type));
    const Tensor image = wave({2, 5, 3, 4}, 3, type);
    check_class_losses(image);
    check_class_losses(channels_last(image));
    check_class_losses(scattered(image));
  }
  check_class_losses(wave({9}));
  check_class_losses(wave({300, 70}, 3, kFloat));
}

TEST(ClassLoss, KnownValues) {
  const Tensor x = wave({4, 3});
  const Tensor t = classes_of({4}, 3);
  expect_close(cross_entropy_loss(x, t), nll_loss(log_softmax(x, 1), t), 1e-14);
  const Tensor uniform = zeros({2, 10});
  EXPECT_NEAR(cross_entropy_loss(uniform, classes_of({2}, 10)).item<float>(), std::log(10.0f),
              1e-6);
  const Tensor single = cross_entropy_loss(x.select(0, 1), t.select(0, 1));
  EXPECT_EQ(single.dim(), 0);
  expect_close(single, cross_entropy_loss(x, t, {}, Reduction::None).select(0, 1), 1e-14);
}

TEST(ClassLoss, EmptyAndIgnored) {
  const Tensor x = wave({0, 3}), t = zeros({0}, TensorOptions(kLong));
  EXPECT_TRUE(std::isnan(cross_entropy_loss(x, t).item<double>()));
  EXPECT_EQ(cross_entropy_loss(x, t, {}, Reduction::Sum).item<double>(), 0);
  EXPECT_EQ(nll_loss(x, t, {}, Reduction::None).sizes(), IntArrayRef({0}));
  const Tensor y = wave({2, 3}).requires_grad_();
  const Tensor ignored = full({2}, 1, TensorOptions(kLong));
  const Tensor loss = cross_entropy_loss(y, ignored, {}, Reduction::Mean, 1);
  EXPECT_TRUE(std::isnan(loss.item<double>()));
  loss.backward();
  EXPECT_TRUE(y.grad().equal(zeros({2, 3}, TensorOptions(kDouble))));
}

TEST(ClassLoss, ExtremeLogits) {
  const double inf = std::numeric_limits<double>::infinity();
  const Tensor x = full({1, 3}, 1e4, TensorOptions(kFloat));
  x.select(1, 1).fill_(-1e4);
  const auto loss = [&](int64_t t) {
    return cross_entropy_loss(x, full({1}, t, TensorOptions(kLong))).item<float>();
  };
  EXPECT_NEAR(loss(0), std::log(2.0f), 1e-6);
  EXPECT_NEAR(loss(1), 2e4 + std::log(2.0), 1e-2);
  x.select(1, 1).fill_(-inf);
  EXPECT_NEAR(loss(0), std::log(2.0f), 1e-6);
  EXPECT_EQ(loss(1), inf);
  const Tensor leaf = x.detach().clone().requires_grad_();
  cross_entropy_loss(leaf, zeros({1}, TensorOptions(kLong))).backward();
  EXPECT_EQ(leaf.grad().select(1, 1).item<float>(), 0);
  x.select(1, 1).fill_(NAN);
  EXPECT_TRUE(std::isnan(loss(0)));
}

TEST(ClassLoss, Errors) {
  const Tensor x = wave({4, 10}), t = zeros({4}, TensorOptions(kLong));
  const auto bad = [&](int64_t value) { return full({4}, value, TensorOptions(kLong)); };
  for (int64_t reduction : {Reduction::None, Reduction::Mean}) {
    expect_error<IndexError>([&] { cross_entropy_loss(x, bad(10), {}, reduction); },
                             "Target 10 is out of bounds.");
    expect_error<IndexError>([&] { nll_loss(x, bad(-1), {}, reduction); },
                             "Target -1 is out of bounds.");
  }
  expect_error<ShapeError>([&] { cross_entropy_loss(x, bad(1).narrow(0, 0, 3)); },
                           "Expected input batch_size (4) to match target batch_size (3).");
  expect_error<ShapeError>(
      [&] {
        cross_entropy_loss(wave({4, 10, 2}), t.view({4, 1}));
      },
      "Expected target size [4, 2], got [4, 1]");
  expect_error<ShapeError>([&] { cross_entropy_loss(x, t, wave({3})); },
                           "weight tensor should be defined either for all 10 classes");
  expect_error<DtypeError>([&] { cross_entropy_loss(x, wave({4})); }, "expected scalar type Long");
  expect_error<DtypeError>([&] { cross_entropy_loss(x.to(kLong), t); },
                           "expected a floating input");
  expect_error<ValueError>([&] { cross_entropy_loss(x, t, {}, 1, -100, 1.5); },
                           "label_smoothing must be between 0.0 and 1.0");
  expect_error<ValueError>([&] { cross_entropy_loss(x, t, {}, 7); },
                           "not a valid value for reduction");
  expect_error<ShapeError>([&] { cross_entropy_loss(wave({}), t); }, "0-dim");
}

TEST(ClassLoss, Gradients) {
  const Tensor x = wave({3, 4}), t = target_with_ignored({3}, 4), weight = wave({4}, 0.5) + 1;
  const Tensor soft = softmax(wave({3, 4}, 1, kDouble, 2), 1);
  for (int64_t reduction : {Reduction::None, Reduction::Mean, Reduction::Sum}) {
    expect_gradients(
        [&](const variable_list& in) {
          return cross_entropy_loss(in[0], t, weight, reduction, -100, 0.1);
        },
        {x});
    expect_gradients([&](const variable_list& in) { return nll_loss(in[0], t, weight, reduction); },
                     {x});
    expect_gradients(
        [&](const variable_list& in) {
          return cross_entropy_loss(in[0], in[1], weight, reduction, -100, 0.1);
        },
        {x, soft});
  }
  expect_gradients(
      [&](const variable_list& in) {
        return cross_entropy_loss(in[0], t.narrow(0, 0, 2).unsqueeze(1).expand({2, 2}));
      },
      {wave({2, 4, 2})});
}

TEST(ClassLoss, SameBitsOnAnyThreads) {
  const Tensor x = wave({700, 90}, 3, kFloat), t = classes_of({700}, 90);
  expect_same_on_any_threads([&] { return cross_entropy_loss(x, t); });
  expect_same_on_any_threads([&] {
    const Tensor leaf = x.detach().requires_grad_();
    cross_entropy_loss(leaf, t).backward();
    return leaf.grad();
  });
  expect_same_on_any_threads([&] { return nll_loss(x, t); });
}

}  // namespace
}  // namespace hearth
