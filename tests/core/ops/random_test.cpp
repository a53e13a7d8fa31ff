// SPDX-License-Identifier: Apache-2.0
#include "hearth/ops/random.h"

#include <cmath>

#include <gtest/gtest.h>

#include "hearth/autograd/autograd.h"
#include "hearth/autograd/gradcheck.h"
#include "hearth/base/threads.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"
#include "hearth/tensor/tensor_literal.h"

#include "base/philox.h"
#include "tensor/tensor_impl.h"

namespace hearth {
namespace {

double mean_of(const Tensor& t) {
  return t.to(kDouble).sum().item<double>() / static_cast<double>(t.numel());
}
double variance_of(const Tensor& t) {
  const Tensor d = t.to(kDouble) - mean_of(t);
  return mean_of(d * d);
}

constexpr int64_t kMany = 200000;

TEST(RandomOps, TheStreamIsPhilox) {
  manual_seed(7);
  const Tensor f = rand({10});
  EXPECT_EQ(default_generator().get_offset(), 3u);
  const Tensor d = rand({5}, kDouble);
  EXPECT_EQ(default_generator().get_offset(), 6u);
  for (uint64_t i = 0; i < 10; ++i)
    EXPECT_EQ(ptr<float>(f)[i], philox::uniform_float(philox::bits32(7, 0, i)));
  for (uint64_t i = 0; i < 5; ++i)
    EXPECT_EQ(ptr<double>(d)[i], philox::uniform_double(philox::bits64(7, 3, i)));
  manual_seed(7);
  EXPECT_TRUE(rand({10}).equal(f));
  Generator g(7);
  EXPECT_TRUE(rand({10}, g).equal(f));
}

TEST(RandomOps, ElementsAreDrawnByLogicalIndex) {
  const auto drawn = [](const Tensor& t) {
    manual_seed(3);
    t.normal_();
    return t;
  };
  const Tensor plain = drawn(empty({4, 6}));
  EXPECT_TRUE(drawn(empty({6, 4}).t()).equal(plain));
  EXPECT_TRUE(drawn(empty({4, 12}).slice(1, 0, 12, 2)).equal(plain));
  const Tensor image = empty({2, 3, 2, 2});
  const Tensor last = image.contiguous(MemoryFormat::ChannelsLast);
  EXPECT_TRUE(drawn(image).equal(drawn(last)));
  manual_seed(3);
  const Tensor a = dropout(image, 0.5, true);
  manual_seed(3);
  EXPECT_TRUE(dropout(last, 0.5, true).equal(a));
}

TEST(RandomOps, ThreadsDoNotChangeBits) {
  const auto draw_all = [] {
    manual_seed(11);
    std::vector<Tensor> all;
    all.push_back(randn({100003}));
    all.push_back(rand({50001}, kHalf));
    all.push_back(randint(0, 1000, {70001}));
    all.push_back(empty({100001}, kDouble).exponential_(2));
    all.push_back(dropout(ones({300007}), 0.3, true));
    all.push_back(bernoulli(full({100001}, 0.25)));
    return all;
  };
  set_num_threads(1);
  const std::vector<Tensor> one = draw_all();
  for (int n : {3, 7}) {
    set_num_threads(n);
    const std::vector<Tensor> many = draw_all();
    for (size_t i = 0; i < one.size(); ++i) EXPECT_TRUE(one[i].equal(many[i])) << n << " " << i;
  }
  set_num_threads(1);
}

TEST(RandomOps, Moments) {
  manual_seed(1);
  const Tensor u = empty({kMany}).uniform_(-2, 4);
  EXPECT_NEAR(mean_of(u), 1, 0.02);
  EXPECT_NEAR(variance_of(u), 3, 0.05);
  EXPECT_TRUE((u >= -2).logical_and(u < 4).all().item<bool>());
  for (ScalarType t : {kFloat, kDouble, kHalf, kBFloat16}) {
    const Tensor n = empty({kMany}, t).normal_(3, 2);
    EXPECT_NEAR(mean_of(n), 3, 0.03);
    EXPECT_NEAR(variance_of(n), 4, 0.1);
  }
  const Tensor e = empty({kMany}).exponential_(4);
  EXPECT_NEAR(mean_of(e), 0.25, 0.005);
  EXPECT_NEAR(variance_of(e), 0.0625, 0.003);
  EXPECT_TRUE((e > 0).all().item<bool>());
  EXPECT_NEAR(mean_of(empty({kMany}).geometric_(0.2)), 5, 0.05);
  EXPECT_NEAR(mean_of(empty({kMany}).log_normal_(0, 0.5)), std::exp(0.125), 0.02);
  EXPECT_NEAR(mean_of((empty({kMany}).cauchy_(1, 2) < 3).to(kFloat)), 0.75, 0.01);
  EXPECT_NEAR(mean_of(empty({kMany}, kBool).bernoulli_(0.3)), 0.3, 0.005);
  const Tensor c = randn({kMany}, kComplexFloat);
  EXPECT_NEAR(mean_of((c * c.conj()).abs()), 1, 0.02);
}

TEST(RandomOps, LowPrecisionUniformsStayBelowOne) {
  manual_seed(1);
  for (ScalarType t : {kHalf, kBFloat16}) {
    const Tensor u = rand({kMany}, t);
    EXPECT_TRUE((u < 1).all().item<bool>());
    EXPECT_NEAR(mean_of(u), 0.5, 0.01);
  }
}

TEST(RandomOps, Integers) {
  manual_seed(1);
  const Tensor small = randint(-3, 4, {kMany});
  EXPECT_EQ(small.scalar_type(), kLong);
  EXPECT_TRUE((small >= -3).logical_and(small <= 3).all().item<bool>());
  for (int v = -3; v <= 3; ++v) EXPECT_NEAR(mean_of(small == v), 1.0 / 7, 0.005);
  const int64_t big = int64_t{1} << 60;
  const Tensor wide = randint(-big, big, {1000});
  EXPECT_TRUE((wide >= -big).logical_and(wide < big).all().item<bool>());
  EXPECT_TRUE((wide.abs() > big / 1000).any().item<bool>());
  EXPECT_NEAR(mean_of(empty({kMany}, kByte).random_()), 127.5, 1);
  EXPECT_NEAR(mean_of(empty({kMany}, kBool).random_()), 0.5, 0.01);
  EXPECT_TRUE((empty({kMany}, kChar).random_() >= 0).all().item<bool>());
  const Tensor f = randint(10, {kMany}, kFloat);
  EXPECT_EQ(f.scalar_type(), kFloat);
  EXPECT_TRUE(f.floor().equal(f));
  EXPECT_EQ(randint_like(f, 5).scalar_type(), kFloat);
}

TEST(RandomOps, Permutations) {
  manual_seed(5);
  const Tensor p = randperm(1000);
  std::vector<bool> seen(1000);
  for (int i = 0; i < 1000; ++i) seen[static_cast<size_t>(ptr<int64_t>(p)[i])] = true;
  for (bool s : seen) EXPECT_TRUE(s);
  EXPECT_FALSE(p.equal(arange(1000)));
  EXPECT_FALSE(randperm(1000).equal(p));
  EXPECT_EQ(randperm(0).numel(), 0);
  EXPECT_EQ(randperm(3, kFloat).scalar_type(), kFloat);
  // Every order of three is as likely.
  int counts[6] = {};
  for (int i = 0; i < 6000; ++i) {
    const Tensor q = randperm(3);
    const int64_t* v = ptr<int64_t>(q);
    ++counts[v[0] * 2 + (v[1] > v[2])];
  }
  for (int c : counts) EXPECT_NEAR(c, 1000, 150);
}

TEST(RandomOps, Multinomial) {
  manual_seed(2);
  const Tensor w = tensor({1.0, 0.0, 3.0});
  const Tensor s = multinomial(w, 40000, true);
  EXPECT_EQ(s.scalar_type(), kLong);
  EXPECT_NEAR(mean_of(s == 0), 0.25, 0.01);
  EXPECT_NEAR(mean_of(s == 2), 0.75, 0.01);
  const Tensor rows = multinomial(tensor({{0.0, 1.0}, {1.0, 0.0}}), 3, true);
  EXPECT_TRUE(rows.equal(tensor({{1, 1, 1}, {0, 0, 0}})));
  int first = 0;
  for (int i = 0; i < 4000; ++i) {
    const Tensor two = multinomial(w, 2);
    EXPECT_NE(ptr<int64_t>(two)[0], ptr<int64_t>(two)[1]);
    first += ptr<int64_t>(two)[0] == 2;
  }
  EXPECT_NEAR(first, 3000, 150);
  EXPECT_THROW(multinomial(tensor({-1.0, 2.0}), 1), ValueError);
  EXPECT_THROW(multinomial(tensor({NAN, 2.0}), 1), ValueError);
  EXPECT_THROW(multinomial(tensor({0.0, 0.0}), 1), ValueError);
  EXPECT_THROW(multinomial(w, 3), ValueError);
  EXPECT_THROW(multinomial(w, 4), ValueError);
  EXPECT_THROW(multinomial(w, 0), ValueError);
  EXPECT_THROW(multinomial(tensor({1, 2}), 1), DtypeError);
}

TEST(RandomOps, BernoulliAndNormalOfTensors) {
  manual_seed(4);
  EXPECT_TRUE(bernoulli(tensor({0.0, 1.0})).equal(tensor({0.0, 1.0})));
  EXPECT_NEAR(mean_of(bernoulli(full({kMany}, 0.7))), 0.7, 0.01);
  EXPECT_THROW(bernoulli(tensor({1.5})), ValueError);
  EXPECT_THROW(bernoulli(tensor({NAN})), ValueError);
  const Tensor x = rand({3}, requires_grad());
  bernoulli(x).sum().backward();
  EXPECT_TRUE(x.grad().equal(zeros({3})));
  const Tensor n = normal(full({1, 2}, 5.0), full({kMany, 1}, 0.1));
  EXPECT_EQ(n.sizes(), (IntArrayRef{kMany, 2}));
  EXPECT_NEAR(mean_of(n), 5, 0.01);
  EXPECT_NEAR(variance_of(n), 0.01, 0.001);
  EXPECT_EQ(normal(0.0, 1.0, {2, 3}).sizes(), (IntArrayRef{2, 3}));
  EXPECT_NEAR(mean_of(empty({kMany}).bernoulli_(full({kMany}, 0.2))), 0.2, 0.01);
}

TEST(RandomOps, Dropout) {
  manual_seed(6);
  const Tensor x = ones({kMany}, requires_grad());
  const Tensor y = dropout(x, 0.25, true);
  EXPECT_NEAR(mean_of(y == 0), 0.25, 0.005);
  EXPECT_TRUE((y == 0).logical_or(y == static_cast<float>(1 / 0.75)).all().item<bool>());
  y.sum().backward();
  EXPECT_TRUE(x.grad().equal(y.detach()));
  EXPECT_TRUE(dropout(x, 0, true).is_same(x));
  EXPECT_TRUE(dropout(x, 0.5, false).is_same(x));
  EXPECT_TRUE(dropout(x, 1, true).equal(zeros({kMany})));
  EXPECT_EQ(dropout(empty({0, 3}), 0.5, true).sizes(), (IntArrayRef{0, 3}));
  Tensor z = ones({1000});
  manual_seed(6);
  dropout_(z, 0.25, true);
  EXPECT_TRUE(z.equal(y.detach().slice(0, 0, 1000)));
  // The mask is the same in every dtype.
  for (ScalarType t : {kDouble, kHalf, kBFloat16}) {
    manual_seed(6);
    EXPECT_TRUE((dropout(ones({1000}, t), 0.25, true) == 0).equal(z == 0));
  }
  const Tensor odd = dropout(full({100}, NAN), 0.5, true);
  EXPECT_TRUE(odd.isnan().all().item<bool>());
  EXPECT_THROW(dropout(x, 1.5, true), ValueError);
  EXPECT_THROW(dropout(x, NAN, true), ValueError);
  EXPECT_THROW(dropout(ones({2}, kLong), 0.5, true), DtypeError);
}

TEST(RandomOps, DropoutGradients) {
  const Tensor x = randn({3, 4}, TensorOptions(kDouble).requires_grad(true));
  const auto f = [](const autograd::variable_list& in) -> autograd::variable_list {
    manual_seed(9);
    return {dropout(in[0].t(), 0.4, true)};
  };
  EXPECT_TRUE(autograd::gradcheck(f, {x}));
  EXPECT_TRUE(autograd::gradgradcheck(f, {x}));
}

TEST(RandomOps, FeatureAndAlphaDropout) {
  manual_seed(8);
  const Tensor x = ones({50, 40, 3, 2});
  const Tensor y = feature_dropout(x, 0.5, true);
  const Tensor kept = y.select(3, 0).select(2, 0);
  EXPECT_TRUE(y.equal(kept.unsqueeze(2).unsqueeze(3).expand({50, 40, 3, 2})));
  EXPECT_NEAR(mean_of(kept == 2), 0.5, 0.05);
  EXPECT_THROW(feature_dropout(ones({3}), 0.5, true), ShapeError);
  const Tensor n = randn({kMany});
  const Tensor a = alpha_dropout(n, 0.2, true);
  EXPECT_NEAR(mean_of(a), 0, 0.02);
  EXPECT_NEAR(variance_of(a), 1, 0.03);
  EXPECT_TRUE(alpha_dropout(n, 0.2, false).is_same(n));
}

TEST(RandomOps, BadArgumentsAreRefused) {
  const Tensor x = empty({3});
  EXPECT_THROW(x.uniform_(1, 0), ValueError);
  EXPECT_THROW(x.normal_(0, -1), ValueError);
  EXPECT_THROW(x.bernoulli_(-0.5), ValueError);
  EXPECT_THROW(x.exponential_(0), ValueError);
  EXPECT_THROW(x.random_(5, 5), ValueError);
  EXPECT_THROW(empty({3}, kByte).random_(0, 257), ValueError);
  EXPECT_THROW(empty({3}, kByte).random_(-5, std::optional<int64_t>()), ValueError);
  EXPECT_THROW(empty({3}, kShort).random_(-40000, std::optional<int64_t>()), ValueError);
  EXPECT_THROW(empty({3}, kHalf).random_(0, 100000), ValueError);
  EXPECT_THROW(empty({3}, kHalf).uniform_(0, 1e6), ValueError);
  EXPECT_THROW(empty({3}, kHalf).uniform_(-6e4, 6e4), ValueError);
  EXPECT_THROW(empty({3}, kBFloat16).uniform_(-1e39, 0), ValueError);
  EXPECT_THROW(x.uniform_(0, INFINITY), ValueError);
  EXPECT_THROW(x.uniform_(NAN, 1), ValueError);
  EXPECT_THROW(randint(5, 5, {2}), ValueError);
  EXPECT_THROW(randperm(-1), ValueError);
  EXPECT_THROW(rand({-1}), ShapeError);
  EXPECT_THROW(rand({2}, kLong), NotImplementedError);
  EXPECT_THROW(randn({2}, kInt), NotImplementedError);
  EXPECT_THROW(empty({1}).expand({3}).uniform_(), Error);
}

TEST(Random, GeometricFillsIntegers) {
  manual_seed(1);
  const Tensor x = empty({10000}, kLong).geometric_(0.25);
  EXPECT_GE(x.min().item<int64_t>(), 1);
  EXPECT_NEAR(x.to(kDouble).mean().item<double>(), 4, 0.2);
  EXPECT_THROW(empty({3}, kBool).geometric_(0.25), NotImplementedError);
}

TEST(Random, DropoutKeepsOrDropsComplexNumbersWhole) {
  manual_seed(1);
  const Tensor y = dropout(full({1000}, complex<double>(1, -2), kComplexDouble), 0.5, true);
  const Tensor kept = real(y).ne(0);
  EXPECT_TRUE(y.equal(kept.to(kComplexDouble) * full({}, complex<double>(2, -4))));
  EXPECT_NEAR(kept.to(kDouble).mean().item<double>(), 0.5, 0.1);
}

}  // namespace
}  // namespace hearth
