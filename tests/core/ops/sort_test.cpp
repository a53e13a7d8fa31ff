// SPDX-License-Identifier: Apache-2.0
#include "hearth/ops/sort.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include "hearth/autograd/autograd.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/scan.h"
#include "hearth/ops/view.h"
#include "hearth/tensor/tensor_literal.h"

namespace hearth {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

Tensor vec(const std::vector<double>& v, ScalarType type = kDouble) {
  const Tensor t = empty({static_cast<int64_t>(v.size())}, TensorOptions(kDouble));
  for (size_t i = 0; i < v.size(); ++i) t.data_ptr<double>()[i] = v[i];
  return t.to(type);
}

/// Whole numbers with many ties, and for floating types NaNs, infinities and both zeros.
std::vector<double> mixed(int64_t n, ScalarType type) {
  std::vector<double> v;
  for (int64_t i = 0; i < n; ++i) {
    const int64_t r = i * 7919 % 101;
    double x = type == kBool ? static_cast<double>(r % 2) : static_cast<double>(r);
    if (type != kBool && type != kByte) x -= 50;
    if (is_floating_point(type)) {
      if (r == 3) x = kNan;
      if (r == 5) x = kInf;
      if (r == 7) x = -kInf;
      if (r == 50 && i % 2) x = -0.0;
    }
    v.push_back(x);
  }
  return v;
}

bool before(double a, double b) { return std::isnan(b) ? !std::isnan(a) : a < b; }

std::vector<int64_t> sorted_places(const std::vector<double>& v, bool descending) {
  std::vector<int64_t> places(v.size());
  std::iota(places.begin(), places.end(), 0);
  std::stable_sort(places.begin(), places.end(), [&](int64_t a, int64_t b) {
    const double x = v[static_cast<size_t>(a)], y = v[static_cast<size_t>(b)];
    return descending ? before(y, x) : before(x, y);
  });
  return places;
}

TEST(Sort, EveryTypeAndLength) {
  for (ScalarType type :
       {kBool, kByte, kChar, kShort, kInt, kLong, kHalf, kBFloat16, kFloat, kDouble}) {
    for (int64_t n : {1, 2, 30, 600, 5000}) {
      const std::vector<double> v = mixed(n, type);
      const Tensor x = vec(v, type);
      for (bool descending : {false, true}) {
        SCOPED_TRACE(cat_str(to_string(type), " ", n, descending ? " descending" : ""));
        const std::vector<int64_t> want = sorted_places(v, descending);
        const auto [values, places] = x.sort(0, descending);
        EXPECT_EQ(values.scalar_type(), type);
        for (int64_t i = 0; i < n; ++i) {
          const int64_t from = want[static_cast<size_t>(i)];
          ASSERT_EQ(places.const_data_ptr<int64_t>()[i], from) << i;
        }
        const Tensor plain = values.to(kDouble);
        for (int64_t i = 0; i < n; ++i) {
          const double got = plain.const_data_ptr<double>()[i];
          const double expected = v[static_cast<size_t>(want[static_cast<size_t>(i)])];
          ASSERT_TRUE(got == expected || (std::isnan(got) && std::isnan(expected))) << i;
        }
        for (int64_t k : {int64_t{0}, int64_t{1}, n / 20, n / 4, n}) {
          if (type == kBool) break;  // as PyTorch, topk chooses among numbers
          const auto [top, at] = x.topk(k, -1, descending);
          ASSERT_EQ(top.size(0), k);
          for (int64_t i = 0; i < k; ++i)
            ASSERT_EQ(at.const_data_ptr<int64_t>()[i], want[static_cast<size_t>(i)]) << k;
        }
      }
    }
  }
}

TEST(Sort, AnyDimAndLayout) {
  Tensor x = vec(mixed(6 * 7 * 8, kFloat), kFloat).view({6, 7, 8}).nan_to_num(0.5, 99, -99);
  for (int64_t d = 0; d < 3; ++d) {
    const auto [values, places] = x.sort(d);
    EXPECT_TRUE(values.equal(x.gather(d, places)));
    const Tensor lower = values.narrow(d, 0, x.size(d) - 1);
    EXPECT_TRUE(lower.le(values.narrow(d, 1, x.size(d) - 1)).all().item<bool>());
    const Tensor turned = x.transpose(0, 2);
    EXPECT_TRUE(std::get<0>(turned.sort(2 - d)).equal(values.transpose(0, 2)));
    EXPECT_TRUE(turned.argsort(2 - d).equal(places.transpose(0, 2)));
    EXPECT_TRUE(std::get<0>(x.topk(3, d)).equal(std::get<0>(x.sort(d, true)).narrow(d, 0, 3)));
  }
}

TEST(Sort, EmptyAndSingle) {
  EXPECT_EQ(std::get<0>(empty({0, 3}).sort(0)).sizes(), IntArrayRef({0, 3}));
  EXPECT_EQ(std::get<1>(empty({0, 3}).sort(1)).sizes(), IntArrayRef({0, 3}));
  EXPECT_EQ(std::get<0>(full({}, 2.0).sort()).item<float>(), 2);
  EXPECT_EQ(std::get<1>(full({}, 2.0).topk(1)).item<int64_t>(), 0);
  EXPECT_EQ(std::get<0>(zeros({2, 3}).topk(0)).sizes(), IntArrayRef({2, 0}));
}

TEST(Sort, BadArguments) {
  EXPECT_THROW(zeros({3}).sort(1), IndexError);
  EXPECT_THROW(zeros({3}).topk(4), ValueError);
  EXPECT_THROW(zeros({3}).topk(-1), ValueError);
  EXPECT_THROW(zeros({3}, TensorOptions(kComplexFloat)).sort(), Error);
}

TEST(Sort, GradientsFollowTheValues) {
  const Tensor x = vec({3, 1, 2}).requires_grad_();
  (std::get<0>(x.sort()) * vec({1, 10, 100})).sum().backward();
  EXPECT_TRUE(x.grad().equal(vec({100, 1, 10})));
  x.mutable_grad().reset();
  std::get<0>(x.topk(2)).sum().backward();
  EXPECT_TRUE(x.grad().equal(vec({1, 0, 1})));
}

TEST(Scan, ExtremesSoFar) {
  const auto [values, places] = vec({1, 3, 2, 3, kNan, 5}).cummax(0);
  EXPECT_TRUE(values.allclose(vec({1, 3, 3, 3, kNan, kNan}), 0, 0, true));
  EXPECT_TRUE(places.equal(vec({0, 1, 1, 3, 4, 4}, kLong)));
  const Tensor x = vec({2, 1, 3}).requires_grad_();
  std::get<0>(x.cummin(0)).sum().backward();
  EXPECT_TRUE(x.grad().equal(vec({1, 2, 0})));
}

TEST(Scan, MatchesLoops) {
  const Tensor x = vec(mixed(5 * 300 * 70, kInt), kInt).view({5, 300, 70});
  for (int64_t d = 0; d < 3; ++d) {
    const Tensor got = x.cumsum(d);
    EXPECT_EQ(got.scalar_type(), kLong);
    Tensor total = zeros({1}, TensorOptions(kLong));
    for (int64_t i = 0; i < x.size(d); ++i) {
      total = total + x.narrow(d, i, 1);
      ASSERT_TRUE(got.narrow(d, i, 1).equal(total)) << d << " " << i;
    }
  }
  const Tensor t = vec({1, 2, 3}, kFloat);
  t.cumsum_(0);
  EXPECT_TRUE(t.equal(vec({1, 3, 6}, kFloat)));
}

/// What is -inf adds nothing, nor to the derivatives of the others.
TEST(Scan, IntegersWrapAround) {
  const Tensor x = tensor({INT64_MAX, INT64_C(1), INT64_C(2)}, kLong);
  EXPECT_TRUE(x.cumsum(0).equal(tensor({INT64_MAX, INT64_MIN, INT64_MIN + 2}, kLong)));
  EXPECT_TRUE(x.flip({0}).cumprod(0).equal(tensor({INT64_C(2), INT64_C(2), INT64_C(-2)}, kLong)));
  for (const ScalarType type : {kChar, kShort, kInt}) {
    const int64_t most = type == kChar ? INT8_MAX : type == kShort ? INT16_MAX : INT32_MAX;
    const Tensor small = tensor({most, most, most}, kLong).to(type);
    EXPECT_TRUE(small.cumsum(0, type).equal(tensor({most, INT64_C(-2), most - 2}, kLong).to(type)));
    EXPECT_TRUE(small.cumprod(0, type).equal(tensor({most, INT64_C(1), most}, kLong).to(type)));
  }
}

TEST(Scan, LogcumsumexpAfterNothing) {
  const auto derivatives = [](int64_t none) {
    std::vector<double> v(static_cast<size_t>(none), -kInf);
    v.insert(v.end(), {0.5, -1, 2});
    const Tensor x = vec(v).requires_grad_();
    const Tensor y = x.logcumsumexp(0).slice(0, none) * vec({1, 2, 3});
    const Tensor first = autograd::grad({y.sum()}, {x}, {}, std::nullopt, true)[0].slice(0, none);
    const Tensor second = autograd::grad({first.square().sum()}, {x})[0].slice(0, none);
    return std::pair(first.detach(), second);
  };
  const auto [first, second] = derivatives(0);
  EXPECT_TRUE(second.isfinite().all().item<bool>());
  for (const int64_t none : {1, 2}) {
    const auto [first_after, second_after] = derivatives(none);
    EXPECT_TRUE(first_after.allclose(first)) << none;
    EXPECT_TRUE(second_after.allclose(second)) << none;
  }
  const Tensor x = vec({2}).requires_grad_();
  const Tensor one = autograd::grad({x.logcumsumexp(0).sum()}, {x}, {}, std::nullopt, true)[0];
  EXPECT_EQ(one.item<double>(), 1);
  EXPECT_EQ(autograd::grad({one.sum()}, {x})[0].item<double>(), 0);
}

TEST(Scan, CumprodGradientWithZeros) {
  const Tensor x = vec({2, 0, 3}).requires_grad_();
  x.cumprod(0).sum().backward();
  // Outputs 2, 2 * x1, 2 * x1 * 3: derivatives 1, 2 + 6 and 0.
  EXPECT_TRUE(x.grad().equal(vec({1, 8, 0})));
}

TEST(Sort, KthValue) {
  const Tensor x = vec({3, 1, 2, 5});
  const auto [value, index] = kthvalue(x, 3);
  EXPECT_EQ(value.item<double>(), 3);
  EXPECT_EQ(index.item<int64_t>(), 0);
  EXPECT_EQ(std::get<0>(kthvalue(x.view({2, 2}), 1, 0, true)).sizes(), (IntArrayRef{1, 2}));
  EXPECT_THROW(kthvalue(x, 0), ValueError);
  EXPECT_THROW(kthvalue(x, 5), ValueError);
}

TEST(TopK, OfANumberIsTheNumber) {
  for (const int64_t k : {0, 1}) {
    const auto [values, places] = full({}, 3.5).topk(k);
    EXPECT_EQ(values.item<float>(), 3.5f);
    EXPECT_EQ(places.item<int64_t>(), 0);
  }
}

}  // namespace
}  // namespace hearth
