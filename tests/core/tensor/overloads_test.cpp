// SPDX-License-Identifier: Apache-2.0
// Calls in which a number, a literal or a pointer could convert to several parameters: they mean
// what they mean in LibTorch, and what it refuses to compile is refused.
#include <gtest/gtest.h>

#include "hearth/nn/modules/activation.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/loss.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/scan.h"
#include "hearth/ops/sort.h"
#include "hearth/ops/view.h"
#include "hearth/tensor/indexing.h"
#include "hearth/tensor/tensor_literal.h"

namespace hearth {
namespace {

namespace F = nn::functional;

/// [[0, 1, 2], [3, 4, 5]]: columns are 3 apart, rows go up by 1.
Tensor grid() { return arange(6, kDouble).view({2, 3}); }

void expect_values(const Tensor& got, std::initializer_list<double> want) {
  const Tensor flat = got.to(kDouble).reshape({-1});
  ASSERT_EQ(flat.numel(), static_cast<int64_t>(want.size()));
  EXPECT_TRUE(flat.allclose(tensor(ArrayRef<double>(want), kDouble)));
}

TEST(Overloads, AnIntIsADimOfVariances) {
  const Tensor x = grid();
  expect_values(x.var(0), {4.5, 4.5, 4.5});
  expect_values(x.var(1), {1, 1});
  expect_values(x.var(-1), {1, 1});
  expect_values(x.std(1), {1, 1});
  expect_values(x.std(short{1}), {1, 1});
  expect_values(var(x, 0), {4.5, 4.5, 4.5});
  expect_values(std(x, 1), {1, 1});
  const auto [variance, mean] = var_mean(x, 1);
  expect_values(variance, {1, 1});
  expect_values(mean, {1, 4});
  const auto [deviation, middle] = std_mean(x, 0);
  expect_values(deviation * deviation, {4.5, 4.5, 4.5});
  expect_values(middle, {1.5, 2.5, 3.5});
}

TEST(Overloads, ABoolSaysWhetherVariancesAreUnbiased) {
  const Tensor x = grid();
  expect_values(x.var(true), {3.5});
  expect_values(x.var(false), {17.5 / 6});
  expect_values(var(x, false), {17.5 / 6});
  expect_values(std::get<0>(var_mean(x, true)), {3.5});
  expect_values(std::get<0>(std_mean(x, false)).square(), {17.5 / 6});
  expect_values(x.var(), {3.5});
}

TEST(Overloads, ANumberAfterDimsIsABoolToo) {
  const Tensor x = grid();
  expect_values(x.var(0, 0), {2.25, 2.25, 2.25});
  expect_values(x.var(0, 1), {4.5, 4.5, 4.5});
  expect_values(x.var({0}, 2), {4.5, 4.5, 4.5});  // not a correction of 2
  expect_values(x.var({0, 1}, 0), {17.5 / 6});
  expect_values(x.var(std::nullopt, 0), {17.5 / 6});
  expect_values(x.var(IntArrayRef{0}, Scalar(0)), {2.25, 2.25, 2.25});
  EXPECT_EQ(x.var(0, true, true).sizes(), (IntArrayRef{1, 3}));
}

TEST(Overloads, SortingTakesABoolForADim) {
  const Tensor x = grid();
  expect_values(std::get<0>(x.sort(true)), {0, 1, 2, 3, 4, 5});  // dim 1
  expect_values(std::get<0>(x.sort(0, 1)), {3, 4, 5, 0, 1, 2});  // descending
  expect_values(x.argsort(true), {0, 1, 2, 0, 1, 2});            // stable, last dim
  expect_values(x.argsort(true, 0), {0, 0, 0, 1, 1, 1});         // stable, dim 0
  expect_values(x.argsort(0, true), {1, 1, 1, 0, 0, 0});         // dim 0, descending
  expect_values(x.argsort(int64_t{0}), {0, 0, 0, 1, 1, 1});      // dim 0
  expect_values(x.cumsum(true), {0, 1, 3, 3, 7, 12});            // dim 1
}

TEST(Overloads, DimsAndFlags) {
  const Tensor x = grid();
  EXPECT_EQ(x.sum(0, 1).sizes(), (IntArrayRef{1, 3}));
  EXPECT_EQ(x.mean(1).sizes(), (IntArrayRef{2}));
  EXPECT_EQ(std::get<0>(x.max(1, 1)).sizes(), (IntArrayRef{2, 1}));
  EXPECT_EQ(std::get<0>(x.max(0)).sizes(), (IntArrayRef{3}));
  EXPECT_EQ(x.any(0, true).sizes(), (IntArrayRef{1, 3}));
  expect_values(x.all(0), {0, 1, 1});
  EXPECT_EQ(x.all({0, 1}).dim(), 0);
  expect_values(x.norm(2, 1).square(), {5, 50});
  EXPECT_EQ(x.expand({1, 2, 3}, 1).sizes(), (IntArrayRef{1, 2, 3}));
  EXPECT_EQ(x.split(2, 1).size(), 2u);
  EXPECT_EQ(x.squeeze(0).sizes(), (IntArrayRef{2, 3}));
  expect_values(x.clamp({}, 1), {0, 1, 1, 1, 1, 1});
  expect_values(x.index({0}), {0, 1, 2});
  EXPECT_EQ(x.movedim(0, 1).sizes(), (IntArrayRef{3, 2}));
  EXPECT_EQ(zeros(0).sizes(), (IntArrayRef{0}));
  EXPECT_EQ(x.to("cpu").device(), Device(kCPU));
}

TEST(Overloads, Numbers) {
  EXPECT_EQ(full({1}, true).scalar_type(), kBool);
  EXPECT_EQ(full({1}, 'a').scalar_type(), kLong);
  EXPECT_EQ(full({1}, 2u).scalar_type(), kLong);
  EXPECT_EQ(full({1}, Reduction::Sum).scalar_type(), kLong);  // an enum that converts to int
  EXPECT_EQ(full({1}, 1.f).scalar_type(), kFloat);
  EXPECT_FALSE((std::is_convertible_v<const char*, Scalar>));
  EXPECT_FALSE((std::is_convertible_v<void*, Scalar>));
  EXPECT_FALSE((std::is_convertible_v<std::nullptr_t, Scalar>));
  EXPECT_FALSE((std::is_convertible_v<ScalarType, Scalar>));
  EXPECT_FALSE((std::is_convertible_v<Tensor, Scalar>));
}

TEST(Overloads, NothingIsATensorAListOrADevice) {
  EXPECT_FALSE((std::is_convertible_v<std::nullptr_t, Tensor>));
  EXPECT_FALSE((std::is_convertible_v<int, Tensor>));
  EXPECT_FALSE((std::is_convertible_v<std::nullptr_t, std::optional<Tensor>>));
  EXPECT_FALSE((std::is_convertible_v<int, std::optional<Tensor>>));
  EXPECT_FALSE((std::is_convertible_v<std::nullptr_t, IntArrayRef>));
  EXPECT_FALSE((std::is_convertible_v<std::nullptr_t, OptionalIntArrayRef>));
  EXPECT_FALSE((std::is_convertible_v<std::nullptr_t, Device>));
  EXPECT_FALSE((std::is_convertible_v<std::nullptr_t, TensorOptions>));
  EXPECT_FALSE((std::is_convertible_v<int, TensorOptions>));
  EXPECT_FALSE((std::is_convertible_v<std::nullptr_t, indexing::TensorIndex>));
  EXPECT_FALSE((std::is_convertible_v<int, std::optional<Generator>>));
}

/// Whether `f(x)` compiles for a tensor x.
template <class F>
constexpr bool compiles(F) {
  return std::is_invocable_v<F, const Tensor&>;
}
#define COMPILES(...) compiles([](const auto& x) -> decltype(__VA_ARGS__) { return __VA_ARGS__; })

TEST(Overloads, WhatIsAmbiguousInLibTorchIsRefused) {
  EXPECT_FALSE(COMPILES(x.std(int64_t{0})));
  EXPECT_FALSE(COMPILES(x.std(0u)));
  EXPECT_FALSE(COMPILES(x.std(0.5)));
  EXPECT_FALSE(COMPILES(x.std({})));
  EXPECT_FALSE(COMPILES(x.var(nullptr)));
  EXPECT_FALSE(COMPILES(x.argsort(0)));
  EXPECT_FALSE(COMPILES(x.argsort({})));
  EXPECT_FALSE(COMPILES(x.count_nonzero(0)));
  EXPECT_FALSE(COMPILES(x.sum({})));
  EXPECT_FALSE(COMPILES(x.masked_fill(x, {})));
  EXPECT_FALSE(COMPILES(x.fill_("a")));
  EXPECT_FALSE(COMPILES(x.add_(nullptr)));
  EXPECT_FALSE(COMPILES(x.view(nullptr)));
  EXPECT_FALSE(COMPILES(x.to(0, kFloat)));
  EXPECT_TRUE(COMPILES(x.std(0)));
}

TEST(Overloads, OptionsOfModulesTakeOneArgument) {
  const Tensor x = tensor({-1.0, 2.0});
  EXPECT_TRUE(F::relu(x, true).equal(tensor({0.0, 2.0})));
  EXPECT_TRUE(x.equal(tensor({0.0, 2.0})));  // in place
  EXPECT_TRUE(nn::ReLU(nn::ReLUOptions(true))->options.inplace());
  EXPECT_TRUE(F::softmax(zeros({2, 2}), 0).equal(full({2, 2}, 0.5)));
}

}  // namespace
}  // namespace hearth
