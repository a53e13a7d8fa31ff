// SPDX-License-Identifier: Apache-2.0
#include "hearth/tensor/scalar.h"

#include <cmath>
#include <limits>

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
const double kInf = std::numeric_limits<double>::infinity(), kNaN = std::nan("");

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
  expect_refused([&] { z.to<size_t>(); }, "to type uint64_t");
  EXPECT_TRUE(z.toBool());
  EXPECT_EQ(z.toComplexDouble(), kComplex);
  EXPECT_EQ(Scalar(complex<double>(3, 0)).toLong(), 3);
  EXPECT_EQ(Scalar(2.75).toLong(), 2);
}

TEST(Scalar, TensorsTakeNoNumbersPastTheirType) {
  const Tensor byte = zeros({2}, kByte), first = tensor({0}), mask = tensor({true, false});
  const Tensor x = zeros({2}, kFloat);
  const char* phrase = "cannot be converted to type uint8_t without overflow";
  expect_refused([&] { full({2}, 300, kByte); }, phrase);
  expect_refused([&] { full({2}, -256, kByte); }, phrase);
  expect_refused([&] { full({2}, -1.0, kByte); }, phrase);
  expect_refused([&] { byte.fill_(300); }, phrase);
  expect_refused([&] { byte.clone()[0] = 300; }, phrase);
  expect_refused([&] { byte.masked_fill(mask, 300); }, phrase);
  expect_refused([&] { byte.index_fill(0, first, 300); }, phrase);
  expect_refused([&] { byte.scatter(0, first, 300); }, phrase);
  expect_refused([&] { where(mask, byte, Scalar(300)); }, phrase);
  expect_refused([&] { constant_pad_nd(byte, {0, 1}, 300); }, phrase);
  expect_refused([&] { tensor({300}, kByte); }, phrase);
  expect_refused([&] { full({1}, 128, kChar); });
  expect_refused([&] { full({1}, -129, kChar); });
  expect_refused([&] { full({1}, 32768, kShort); });
  expect_refused([&] { full({1}, int64_t{1} << 31, kInt); });
  expect_refused([&] { full({1}, 2147483648.0, kInt); });
  expect_refused([&] { full({1}, 0x1p63, kLong); });
  expect_refused([&] { full({1}, kInf, kLong); });
  expect_refused([&] { full({1}, kNaN, kInt); });
  expect_refused([&] { full({1}, 65520.0, kHalf); });
  expect_refused([&] { full({1}, 1e39, kBFloat16); });
  expect_refused([&] { full({1}, -1e39, kFloat); });
  expect_refused([&] { full({1}, 1e39, kComplexFloat); });
  expect_refused([&] { tensor(300).item<uint8_t>(); }, phrase);
  expect_refused([&] { tensor(3e9).item<int>(); }, "to type int without overflow");
  expect_refused([&] { tensor(kNaN).item<int64_t>(); });
  expect_refused([&] { tensor(1e39, kDouble).item<float>(); });
  expect_refused([&] {
    Scalar(-1).to<size_t>();
    Scalar(-1.0).to<size_t>();
  });
  expect_refused([&] { Scalar(1 << 20).toHalf(); });
  // The last ones that fit; unsigned types take negative numbers as C++ does.
  EXPECT_EQ(full({1}, -1, kByte).item<int>(), 255);
  EXPECT_EQ(tensor(-1).item<uint8_t>(), 255);
  EXPECT_EQ(Scalar(-128).toChar(), -128);
  EXPECT_EQ(Scalar(2.5).toShort(), 2);
  EXPECT_EQ(Scalar(200).toByte(), 200);
  EXPECT_EQ(static_cast<float>(Scalar(0.5).toBFloat16()), 0.5f);
  EXPECT_EQ(Scalar(kComplex).toComplexFloat(), complex<float>(1, 2));
  EXPECT_EQ(full({1}, -255, kByte).item<int>(), 1);
  EXPECT_EQ(full({1}, -128, kChar).item<int>(), -128);
  EXPECT_EQ(full({1}, 2147483647.0, kInt).item<int>(), 2147483647);
  EXPECT_EQ(full({1}, -0x1p63, kLong).item<int64_t>(), INT64_MIN);
  EXPECT_EQ(full({1}, INT64_MAX, kLong).item<int64_t>(), INT64_MAX);
  EXPECT_EQ(full({1}, 65504.0, kHalf).item<float>(), 65504);
  EXPECT_EQ(full({1}, -kInf, kHalf).item<float>(), -kInf);
  EXPECT_TRUE(full({1}, kNaN, kFloat).isnan().item<bool>());
  EXPECT_TRUE(full({1}, 300, kBool).item<bool>());
  // Operands of a computation wrap around, or become infinite.
  EXPECT_EQ(byte.add(300)[0].item<int>(), 44);
  EXPECT_EQ(byte.add(1).mul(-1)[0].item<int>(), 255);
  EXPECT_EQ(byte.clamp(-5, 300)[0].item<int>(), 0);
  EXPECT_EQ(zeros({1}, kInt).add(int64_t{1} << 40).item<int>(), 0);
  EXPECT_EQ(x.add(1e39)[0].item<float>(), kInf);
  EXPECT_EQ(tensor(std::vector<int>{300}, kByte).item<int>(), 44);
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
