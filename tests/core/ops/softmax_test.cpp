// SPDX-License-Identifier: Apache-2.0
#include "ops/softmax.h"

#include <cmath>
#include <limits>

#include "hearth/ops/softmax.h"

#include "core/ops/fused_check.h"

namespace hearth {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

void check(const Tensor& x, int64_t dim) {
  SCOPED_TRACE(cat_str(x.sizes(), " ", x.strides(), " ", x.scalar_type(), " dim ", dim));
  expect_decomposes(ops::Softmax{dim, {}}, x);
  expect_decomposes(ops::LogSoftmax{dim, {}}, x);
  const Tensor y = softmax(x, dim), logy = log_softmax(x, dim);
  EXPECT_EQ(y.strides(), ops::Softmax({dim, {}}).infer(ArgList({&x}, {})).out[0].strides.empty()
                             ? contiguous_strides(x.sizes())
                             : ops::Softmax({dim, {}}).infer(ArgList({&x}, {})).out[0].strides);
  const Tensor g = wave(x.sizes(), 1, x.scalar_type(), 0.3);
  expect_decomposes(ops::SoftmaxBackward{dim, false}, g, y);
  expect_decomposes(ops::SoftmaxBackward{dim, true}, g, logy);
}

TEST(Softmax, AgreesWithItsDecomposition) {
  for (ScalarType type : {kFloat, kDouble, kHalf, kBFloat16}) {
    for (int64_t n : {1, 3, 17, 130, 1500}) check(wave({5, n}, 3, type), -1);
    for (int64_t dim : {0, 1, 2, -1}) check(wave({3, 70, 67}, 3, type), dim);
    const Tensor image = wave({2, 5, 3, 4}, 3, type);
    for (int64_t dim = 0; dim < 4; ++dim) {
      check(channels_last(image), dim);
      check(scattered(image), dim);
    }
    check(wave({}, 1, type), 0);
    check(wave({1, 4}, 1, type).expand({3, 4}), 1);
    check(wave({0, 4}, 1, type), 1);
    check(wave({4, 0}, 1, type), 1);
  }
}

TEST(Softmax, ExtremeValues) {
  const Tensor x = full({3}, 1e4, TensorOptions(kFloat));
  x.select(0, 1).fill_(-1e4);
  EXPECT_TRUE(softmax(x, 0).equal(stack({full({}, 0.5), full({}, 0.0), full({}, 0.5)})));
  EXPECT_NEAR(log_softmax(x, 0).select(0, 0).item<float>(), -std::log(2.0f), 1e-6);
  EXPECT_NEAR(log_softmax(x, 0).select(0, 1).item<float>(), -2e4 - std::log(2.0), 1e-2);

  x.select(0, 1).fill_(-kInf);
  EXPECT_EQ(softmax(x, 0).select(0, 1).item<float>(), 0);
  EXPECT_EQ(log_softmax(x, 0).select(0, 1).item<float>(), -kInf);
  for (double odd : {static_cast<double>(NAN), kInf}) {
    x.select(0, 1).fill_(odd);
    EXPECT_TRUE(std::isnan(softmax(x, 0).select(0, 1).item<float>()));
  }
  EXPECT_TRUE(softmax(full({2}, -kInf), 0).isnan().all().item<bool>());
}

TEST(Softmax, Dtype) {
  const Tensor x = arange(6, TensorOptions(kLong)).view({2, 3});
  EXPECT_EQ(softmax(x, 1, kDouble).scalar_type(), kDouble);
  EXPECT_TRUE(softmax(x, 1, kFloat).allclose(softmax(x.to(kFloat), 1)));
  expect_error<DtypeError>([&] { softmax(x, 1); }, "expected a floating tensor");
  expect_error<IndexError>([&] { log_softmax(x, 2, kFloat); }, "Dimension out of range");
}

TEST(Softmax, Gradients) {
  const auto soft = [](const autograd::variable_list& in) { return softmax(in[0], 1); };
  const auto log_soft = [](const autograd::variable_list& in) { return log_softmax(in[0], 0); };
  expect_gradients(soft, {wave({3, 4})});
  expect_gradients(log_soft, {wave({3, 4})});
}

TEST(Softmax, SameBitsOnAnyThreads) {
  const Tensor rows = wave({300, 333}, 3, kFloat), deep = wave({7, 50, 333}, 3, kFloat);
  expect_same_on_any_threads([&] { return softmax(rows, 1); });
  expect_same_on_any_threads([&] { return log_softmax(deep, 1); });
}

}  // namespace
}  // namespace hearth
