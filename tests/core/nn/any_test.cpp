// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hearth/nn.h"
#include "hearth/ops/creation.h"

#include "error_of.h"

using hearth::error_of;

namespace {

using ::testing::HasSubstr;
namespace nn = hearth::nn;

}  // namespace

struct TakesTwo : nn::Module {
  int forward(int a, double b) { return a + static_cast<int>(b); }
};
struct TakesPointer : nn::Module {
  const int* forward(const int* p) const { return p + 1; }
};
struct HasDefaults : nn::Module {
  int forward(int a, int b = 2, double c = 3) { return a + b + static_cast<int>(c); }

 protected:
  FORWARD_HAS_DEFAULT_ARGS({1, nn::AnyValue(2)}, {2, nn::AnyValue(3.0)})
};

TEST(NnAny, CallsModulesOfAnySignature) {
  nn::AnyModule two{TakesTwo()};
  EXPECT_EQ(two.forward<int>(3, 4.5), 7);
  const int numbers[] = {1, 2};
  const int* p = numbers;
  EXPECT_EQ(*nn::AnyModule(TakesPointer()).forward<const int*>(p), 2);
  nn::AnyModule linear{nn::Linear(3, 4)};
  EXPECT_EQ(linear.forward(hearth::ones({2, 3})).size(1), 4);
  EXPECT_EQ(linear.get<nn::Linear>()->options.out_features(), 4);
  EXPECT_EQ(linear.get<nn::LinearImpl>().options.in_features(), 3);
  EXPECT_TRUE(linear.ptr() == linear.ptr<nn::LinearImpl>());
  EXPECT_TRUE(linear.type_info() == typeid(nn::LinearImpl));
}

TEST(NnAny, FillsInDefaultArguments) {
  nn::AnyModule any{HasDefaults()};
  EXPECT_EQ(any.forward<int>(1), 6);
  EXPECT_EQ(any.forward<int>(1, 5), 9);
  EXPECT_EQ(any.forward<int>(1, 5, 7.0), 13);
  EXPECT_EQ(error_of([&] { any.forward<int>(); }),
            "HasDefaults's forward() method expects at least 1 argument(s) and at most 3 "
            "argument(s), but received 0.");
}

TEST(NnAny, ExplainsMisuse) {
  nn::AnyModule two{TakesTwo()};
  EXPECT_EQ(error_of([&] { two.forward<int>(1); }),
            "TakesTwo's forward() method expects 2 argument(s), but received 1. If TakesTwo's "
            "forward() method has default arguments, please make sure the forward() method is "
            "declared with a corresponding `FORWARD_HAS_DEFAULT_ARGS` macro.");
  EXPECT_EQ(error_of([&] { two.forward<int>(1, 2.0, 3); }),
            "TakesTwo's forward() method expects 2 argument(s), but received 3.");
  EXPECT_EQ(error_of([&] { two.forward<int>(1.5, 2.0); }),
            "Expected argument #0 to be of type int, but received value of type double");
  EXPECT_EQ(error_of([&] { two.forward<float>(1, 2.0); }),
            "Attempted to cast AnyValue to float, but its actual type is int");
  EXPECT_EQ(error_of([&] { two.get<HasDefaults>(); }),
            "Attempted to cast module of type TakesTwo to type HasDefaults");
  nn::AnyModule empty;
  EXPECT_TRUE(empty.is_empty());
  EXPECT_EQ(error_of([&] { empty.forward<int>(1); }),
            "Cannot call forward() on an empty AnyModule");
  EXPECT_EQ(error_of([&] { empty.get<TakesTwo>(); }), "Cannot call get() on an empty AnyModule");
  EXPECT_EQ(error_of([&] { empty.type_info(); }), "Cannot call type_info() on an empty AnyModule");
}

TEST(NnAny, ClonesWhatItHolds) {
  nn::AnyModule a{nn::Linear(2, 2)};
  nn::AnyModule shared = a, copy = a.clone();
  EXPECT_TRUE(shared.ptr() == a.ptr());
  EXPECT_FALSE(copy.ptr() == a.ptr());
  EXPECT_TRUE(copy.get<nn::Linear>()->weight.equal(a.get<nn::Linear>()->weight));
}

TEST(NnAny, ValuesKeepTheirType) {
  nn::AnyValue v(5);
  EXPECT_EQ(v.get<int>(), 5);
  EXPECT_TRUE(v.try_get<double>() == nullptr);
  nn::AnyValue text(std::string("x")), copy = text;
  EXPECT_EQ(copy.get<std::string>(), "x");
  EXPECT_EQ(text.get<std::string>(), "x");
}

TEST(NnAny, ReturnTypesOfForward) {
  static_assert(
      std::is_same_v<hearth::detail::return_type_of_forward_t<TakesTwo, int, double>, int>);
  static_assert(hearth::detail::is_module<TakesTwo>::value);
  static_assert(!hearth::detail::is_module<int>::value);
  static_assert(hearth::detail::has_forward<nn::LinearImpl>::value);
  static_assert(!hearth::detail::has_forward<nn::ModuleListImpl>::value);
}
