// SPDX-License-Identifier: Apache-2.0
#include "hearth/tensor/scalar.h"

#include <gtest/gtest.h>

#include "hearth/base/error.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/index.h"
#include "hearth/ops/linalg.h"
#include "hearth/ops/pad.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/tensor/tensor_literal.h"

#include "error_of.h"

namespace hearth {
namespace {

const complex<double> kComplex(1, 2);

template <class F>
void expect_refused(const F& f, std::string_view phrase = "cannot be converted to type") {
  const std::string text = error_of(f);
  EXPECT_NE(text.find(phrase), std::string::npos) << text;
}

TEST(Scalar, AComplexNumberIsNoRealOne) {
  const Scalar z(kComplex);
  expect_refused([&] { z.toFloat(); }, "value cannot be converted to type float without overflow");
  expect_refused([&] { z.toDouble(); }, "to type double");
  expect_refused([&] { z.toLong(); }, "to type int64_t");
  expect_refused([&] { z.to<uint8_t>(); }, "to type uint8_t");
  expect_refused([&] { z.to<Half>(); }, "to type at::Half");
  expect_refused([&] { z.to<size_t>(); }, "to type of a real number");
  EXPECT_TRUE(z.toBool());
  EXPECT_EQ(z.toComplexDouble(), kComplex);
  EXPECT_EQ(Scalar(complex<double>(3, 0)).toLong(), 3);
  EXPECT_EQ(Scalar(2.75).toLong(), 2);
}

TEST(Scalar, TensorsOfRealTypesTakeNoComplexNumbers) {
  const Tensor x = zeros({2}), first = tensor({0});
  expect_refused([&] { full({2}, kComplex, kFloat); });
  expect_refused([&] { full({2}, kComplex, kLong); });
  expect_refused([&] { full_like(x, kComplex); });
  expect_refused([&] { scalar_tensor(kComplex, kDouble); });
  expect_refused([&] { x.new_full({2}, kComplex); });
  expect_refused([&] { x.fill_(kComplex); });
  expect_refused([&] { x.masked_fill(x.eq(0), kComplex); });
  expect_refused([&] { x.index_fill_(0, first, kComplex); });
  expect_refused([&] { x.scatter_(0, first, kComplex); });
  expect_refused([&] { x.clone()[0] = kComplex; });
  expect_refused([&] { constant_pad_nd(x, {1, 1}, kComplex); });
  expect_refused([&] { addcmul(x, x, x, kComplex); });
  expect_refused([&] { lerp(x, x, kComplex); });
  expect_refused([&] { leaky_relu(x, kComplex); });
  expect_refused([&] { elu(x, kComplex); });
  expect_refused([&] { threshold(x, kComplex, 0); });
  expect_refused([&] { addmm(zeros({2, 2}), zeros({2, 2}), zeros({2, 2}), kComplex); });
  expect_refused([&] { x.index_add(0, first, ones({1}), kComplex); });
  expect_refused([&] { arange(kComplex); });
  expect_refused([&] { linspace(0, kComplex, 3, kFloat); }, "can't be safely cast");
  expect_refused([&] { x.norm(kComplex); });
  expect_refused([&] { x.std(0, Scalar(kComplex)); });
  expect_refused([&] { tensor(kComplex, kFloat); });
  expect_refused([&] { tensor({kComplex}, kLong); });
  expect_refused([&] { tensor(std::vector<complex<double>>{kComplex}, kFloat); },
                 "complex can not be casted to real number without loss of information");
  expect_refused([&] { tensor(kComplex).item<float>(); });
  expect_refused([&] { x.add_(kComplex); }, "can't be cast to the desired output type");
  expect_refused([&] { add(x, x, kComplex); }, "alpha must not be a complex number");
  EXPECT_TRUE(x.equal(zeros({2})));
  // An imaginary part of zero is none, and bool only asks for zero or not.
  EXPECT_TRUE(full({1}, complex<double>(3, 0), kFloat).equal(full({1}, 3.0)));
  EXPECT_TRUE(full({1}, kComplex, kBool).all().item<bool>());
  // Whole tensors are converted, losing it.
  EXPECT_TRUE(tensor({kComplex}).to(kFloat).equal(ones({1})));
}

TEST(Scalar, OptionsWithGradientAreNoTarget) {
  const Tensor x = zeros({2});
  expect_refused([&] { x.to(TensorOptions().requires_grad(true)); },
                 "cannot take a TensorOptions with options.requires_grad set as true");
  expect_refused([&] { x.to(TensorOptions(kDouble).requires_grad(true)); }, "requires_grad");
  EXPECT_TRUE(x.to(TensorOptions().requires_grad(false)).is_same(x));
}

}  // namespace
}  // namespace hearth
