// SPDX-License-Identifier: Apache-2.0
#include "hearth/ops/pointwise.h"

#include <cmath>

#include <gtest/gtest.h>

#include "hearth/autograd/autograd.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"
#include "hearth/tensor/tensor_literal.h"

namespace hearth {
namespace {

TEST(Pointwise, PromotesAsPyTorch) {
  const Tensor i = ones({2}, kLong), f = ones({2}, kFloat), h = ones({2}, kHalf);
  const Tensor zero_dim = ones({}, kDouble);
  EXPECT_EQ((i + f).scalar_type(), kFloat);
  EXPECT_EQ((h * 2.5).scalar_type(), kHalf);
  EXPECT_EQ((i * 2.5).scalar_type(), kFloat);
  EXPECT_EQ((f + zero_dim).scalar_type(), kFloat);
  EXPECT_EQ((i + zero_dim).scalar_type(), kDouble);
  EXPECT_EQ((i / i).scalar_type(), kFloat);
  EXPECT_EQ((i < 3).scalar_type(), kBool);
  EXPECT_EQ(i.exp().scalar_type(), kFloat);
}

TEST(Pointwise, AbsOfComplexNumbersHasAGradient) {
  const Tensor x = view_as_complex(tensor({3.0, 4.0, 0.0, 0.0, -5.0, 12.0}, kDouble).view({3, 2}))
                       .requires_grad_();
  const Tensor g = tensor({2.0, 1.0, 13.0}, kDouble);
  const Tensor got = autograd::grad({x.abs()}, {x}, {g}, std::nullopt, /*create_graph=*/true)[0];
  const Tensor want = tensor({1.2, 1.6, 0.0, 0.0, -5.0, 12.0}, kDouble).view({3, 2});
  EXPECT_TRUE(view_as_real(got.detach()).allclose(want, 1e-12, 1e-12));
  // d|x|^2 = 2 x: the second derivative goes through the same rule.
  const Tensor square = autograd::grad({x.abs().square().sum()}, {x})[0];
  EXPECT_TRUE(view_as_real(square).allclose(view_as_real(x.detach()) * 2, 1e-12, 1e-12));
  EXPECT_NO_THROW(got.abs().sum().backward());
}

TEST(Pointwise, StridedAndBroadcastInputs) {
  const Tensor x = arange(24.0).view({4, 6});
  const Tensor y = (x.t() * 2 + x.t()).contiguous();
  for (int64_t i = 0; i < 6; ++i)
    for (int64_t j = 0; j < 4; ++j)
      EXPECT_EQ(y.const_data_ptr<float>()[i * 4 + j], 3.0f * static_cast<float>(j * 6 + i));
  const Tensor z = x.slice(1, 0, 6, 2) + arange(4.0).unsqueeze(1);
  EXPECT_EQ(z.select(0, 3).select(0, 2).item<float>(), 22.0f + 3.0f);
}

TEST(Pointwise, InPlaceOnViewsWritesTheBase) {
  const Tensor x = zeros({3, 3});
  x.select(1, 1).add_(5);
  EXPECT_EQ(x.sum().item<float>(), 15.0f);
  EXPECT_THROW(x.add_(x.t()), Error);
  EXPECT_THROW(ones({3}, kLong).add_(1.5), DtypeError);
}

TEST(Pointwise, NanIsKept) {
  const Tensor x = full({1}, std::nan(""));
  EXPECT_TRUE(std::isnan(x.relu().item<float>()));
  EXPECT_TRUE(std::isnan(maximum(x, ones({1})).item<float>()));
  EXPECT_TRUE(std::isnan(x.clamp(Scalar(0), Scalar(1)).item<float>()));
}

TEST(Pointwise, HugeAngles) {
  for (double v : {1e15, -1e22, 1e300})
    EXPECT_NEAR(full({}, v, kDouble).sin().item<double>(), std::sin(v), 4e-16);
  Tensor x = full({5}, 1e30);
  x.cos_();
  EXPECT_NEAR(x.select(0, 4).item<float>(), std::cos(1e30f), 1e-6);
}

TEST(Pointwise, GeluOfFloatsIsExact) {
  const Tensor x = linspace(-15, 15, 100001, kFloat).requires_grad_();
  const Tensor wide = x.detach().to(kDouble).requires_grad_();
  const Tensor got = gelu(x), want = gelu(wide);
  got.backward(ones_like(got));
  want.backward(ones_like(want));
  const Tensor error = (got.detach().to(kDouble) - want.detach()).abs();
  EXPECT_TRUE((error <= 2e-7 * wide.detach().abs()).all().item<bool>());
  EXPECT_LT((x.grad().to(kDouble) - wide.grad()).abs().max().item<double>(), 2e-7);
}

TEST(Pointwise, GeluOfSpecialValues) {
  const double inf = INFINITY;
  const Tensor x = tensor({inf, -inf, static_cast<double>(NAN), 1e30, -1e30}).to(kFloat);
  const Tensor y = gelu(x);
  EXPECT_EQ(y[0].item<double>(), inf);
  EXPECT_TRUE(std::isnan(y[1].item<double>()));
  EXPECT_TRUE(std::isnan(y[2].item<double>()));
  EXPECT_EQ(y[3].item<float>(), 1e30f);
  EXPECT_EQ(y[4].item<float>(), 0.0f);
}

TEST(Pointwise, IntegerDivisionFloors) {
  const Tensor x = arange(-4, 5);
  const Tensor q = floor_divide(x, 3), r = remainder(x, 3);
  EXPECT_TRUE((q * 3 + r).equal(x));
  EXPECT_TRUE(r.ge(0).all().item<bool>());
  EXPECT_THROW(floor_divide(x, 0), ValueError);
}

TEST(Pointwise, ComparisonsRoundScalarsToTheTensorsType) {
  for (const ScalarType type : {kHalf, kBFloat16, kFloat}) {
    const Tensor x = full({3}, 0.1, type);
    EXPECT_TRUE((x == 0.1).all().item<bool>()) << type;
    EXPECT_FALSE((x != 0.1).any().item<bool>()) << type;
    EXPECT_TRUE((x >= 0.1).all().item<bool>()) << type;
    EXPECT_TRUE((x <= 0.1).all().item<bool>()) << type;
    EXPECT_FALSE((x < 0.1).any().item<bool>()) << type;
    EXPECT_FALSE((x > 0.1).any().item<bool>()) << type;
    // What computes has the number's own digits.
    EXPECT_NEAR((x * 0.1).to(kDouble)[0].item<double>(), 0.01, 1e-4) << type;
  }
}

/// A number that the tensors' type does not hold counts as what a tensor of it would hold.
TEST(Pointwise, NumbersWrapToTheTensorsIntegers) {
  using Binary = Tensor (*)(const Tensor&, const Tensor&);
  using ByNumber = Tensor (*)(const Tensor&, const Scalar&);
  using OfNumber = Tensor (*)(const Scalar&, const Tensor&);
  const std::vector<std::tuple<const char*, Binary, ByNumber, OfNumber>> functions = {
      {"add", [](const Tensor& a, const Tensor& b) { return a + b; },
       [](const Tensor& a, const Scalar& b) { return a + b; },
       [](const Scalar& a, const Tensor& b) { return a + b; }},
      {"mul", [](const Tensor& a, const Tensor& b) { return a * b; },
       [](const Tensor& a, const Scalar& b) { return a * b; },
       [](const Scalar& a, const Tensor& b) { return a * b; }},
      {"and", [](const Tensor& a, const Tensor& b) { return a & b; },
       [](const Tensor& a, const Scalar& b) { return a & b; },
       [](const Scalar& a, const Tensor& b) { return a & b; }},
      {"remainder", [](const Tensor& a, const Tensor& b) { return a.remainder(b); },
       [](const Tensor& a, const Scalar& b) { return a.remainder(b); },
       [](const Scalar& a, const Tensor& b) { return remainder(a, b); }},
      {"floor_divide", [](const Tensor& a, const Tensor& b) { return floor_divide(a, b); },
       [](const Tensor& a, const Scalar& b) { return floor_divide(a, b); }, nullptr},
      {"fmod", [](const Tensor& a, const Tensor& b) { return a.fmod(b); },
       [](const Tensor& a, const Scalar& b) { return a.fmod(b); }, nullptr},
      {"div", [](const Tensor& a, const Tensor& b) { return a.div(b, "trunc"); },
       [](const Tensor& a, const Scalar& b) { return a.div(b, "trunc"); }, nullptr},
      {"shift", [](const Tensor& a, const Tensor& b) { return a.bitwise_left_shift(b); },
       [](const Tensor& a, const Scalar& b) { return a.bitwise_left_shift(b); }, nullptr},
      {"==", [](const Tensor& a, const Tensor& b) { return a == b; },
       [](const Tensor& a, const Scalar& b) { return a == b; }, nullptr},
      {"!=", [](const Tensor& a, const Tensor& b) { return a != b; },
       [](const Tensor& a, const Scalar& b) { return a != b; }, nullptr},
      {"<", [](const Tensor& a, const Tensor& b) { return a < b; },
       [](const Tensor& a, const Scalar& b) { return a < b; },
       [](const Scalar& a, const Tensor& b) { return a < b; }},
      {">=", [](const Tensor& a, const Tensor& b) { return a >= b; },
       [](const Tensor& a, const Scalar& b) { return a >= b; }, nullptr},
  };
  for (const ScalarType type : {kByte, kChar, kShort, kInt, kLong}) {
    const Tensor x = tensor({1, 5, 44, 120, 255, 70000, -3}, kLong).to(type);
    for (const int64_t number : {3LL, 300LL, -1LL, 65537LL, (1LL << 32) + 5, (1LL << 40) + 44}) {
      const Tensor held = full({}, number, kLong).to(type);
      for (const auto& [name, tensors, by, of] : functions) {
        SCOPED_TRACE(cat_str(name, " of ", type, " and ", number));
        EXPECT_TRUE(by(x, number).equal(tensors(x, held)));
        if (of) {
          EXPECT_TRUE(of(number, x).equal(tensors(held, x)));
        }
      }
    }
    if (type != kLong) {
      EXPECT_THROW(floor_divide(x, int64_t{1} << 32), ValueError) << type;
      EXPECT_THROW(remainder(x, int64_t{1} << 32), ValueError) << type;
      EXPECT_THROW(fmod(x, full({}, int64_t{1} << 32, kLong)), ValueError) << type;
    }
  }
}

/// Floating types hold infinity of what is too large, in every derivative and wherever a number
/// becomes a tensor.
TEST(Pointwise, NumbersBeyondTheTensorsTypeAreInfinite) {
  using Function = Tensor (*)(const Tensor&, double);
  const std::pair<const char*, Function> functions[] = {
      {"mul", [](const Tensor& x, double v) { return x * x * v; }},
      {"div", [](const Tensor& x, double v) { return v / x; }},
      {"pow", [](const Tensor& x, double v) { return x.square().pow(v); }},
      {"rpow", [](const Tensor& x, double v) { return pow(v, x); }},
      {"xlogy", [](const Tensor& x, double v) { return xlogy(v, x); }},
      {"remainder", [](const Tensor& x, double v) { return remainder(v, x * x) * x; }},
  };
  for (const auto& [type, number] : {std::pair(kHalf, 1e6), std::pair(kFloat, 1e300)}) {
    for (const auto& [name, f] : functions) {
      SCOPED_TRACE(cat_str(name, " of ", type));
      const Tensor x = tensor({1.5, 2.0}, type).requires_grad_();
      const Tensor first = autograd::grad({f(x, number).sum()}, {x}, {}, std::nullopt, true)[0];
      if (!first.requires_grad()) continue;
      EXPECT_NO_THROW(autograd::grad({first.sum()}, {x}));
    }
    const Tensor x = tensor({1.5, 2.0}, type).requires_grad_();
    const Tensor first =
        autograd::grad({functions[0].second(x, number).sum()}, {x}, {}, {}, true)[0];
    EXPECT_TRUE(autograd::grad({first.sum()}, {x})[0].isinf().all().item<bool>()) << type;
    const Tensor y = x.detach();
    EXPECT_TRUE(y.lerp(y + 1, number).isinf().all().item<bool>()) << type;
  }
}

TEST(Pointwise, Angle) {
  const double pi = 3.14159265358979323846;
  const Tensor x = tensor({-2.5, -0.0, 0.0, 3.0, -INFINITY}, kDouble).requires_grad_();
  const Tensor y = x.angle();
  EXPECT_TRUE(y.detach().equal(tensor({pi, 0.0, 0.0, 0.0, pi}, kDouble)));
  EXPECT_FALSE(y.signbit().any().item<bool>());
  y.sum().backward();
  EXPECT_TRUE(x.grad().equal(zeros({5}, kDouble)));
  EXPECT_TRUE(tensor({-1, 2}).angle().equal(tensor({static_cast<float>(pi), 0.0f})));
  EXPECT_FALSE(tensor({0, 1}).angle().signbit().any().item<bool>());
  EXPECT_FALSE(tensor({0.0, -0.0, 2.0}).angle().signbit().any().item<bool>());
  EXPECT_TRUE(tensor({NAN}).angle().isnan().item<bool>());
  const std::vector<complex<double>> numbers{{0, 2}, {-1, 0}, {1, -1}};
  EXPECT_TRUE(tensor(numbers, kComplexDouble)
                  .angle()
                  .allclose(tensor({pi / 2, pi, -pi / 4}, kDouble), 1e-15, 1e-15));
}

TEST(Pointwise, OutputsGiven) {
  Tensor out = empty({0});
  add_out(out, ones({2, 2}), ones({2}));
  EXPECT_EQ(out.sizes(), IntArrayRef({2, 2}));
  EXPECT_EQ(out.sum().item<float>(), 8.0f);
  Tensor ints = empty({2, 2}, kLong);
  EXPECT_THROW(add_out(ints, ones({2, 2}), ones({2})), DtypeError);
}

TEST(Pointwise, ChannelsLastIsKept) {
  const Tensor x = ones({2, 3, 4, 5}).contiguous(MemoryFormat::ChannelsLast);
  EXPECT_TRUE(x.relu().is_contiguous(MemoryFormat::ChannelsLast));
  EXPECT_TRUE((x + ones({3, 1, 1})).is_contiguous(MemoryFormat::ChannelsLast));
}

}  // namespace
}  // namespace hearth
