// SPDX-License-Identifier: Apache-2.0
#include "hearth/tensor/tensor_literal.h"

#include <gtest/gtest.h>

#include "hearth/ops/creation.h"

namespace hearth {
namespace {

TEST(TensorLiteral, TypesAreLibTorchs) {
  EXPECT_EQ(tensor(1).scalar_type(), kLong);
  EXPECT_EQ(tensor({1, 2}).scalar_type(), kLong);
  EXPECT_EQ(tensor({int64_t{1}, int64_t{2}}).scalar_type(), kLong);
  EXPECT_EQ(tensor({1.5f}).scalar_type(), kFloat);
  EXPECT_EQ(tensor({1.5}).scalar_type(), kFloat);
  EXPECT_EQ(tensor(true).scalar_type(), kBool);
  EXPECT_EQ(tensor({uint8_t{3}}).scalar_type(), kByte);
  EXPECT_EQ(tensor(Half(1.5f)).scalar_type(), kHalf);
  EXPECT_EQ(tensor(complex<double>(1, 2)).scalar_type(), kComplexDouble);
  EXPECT_EQ(tensor(std::vector<float>{1, 2}).scalar_type(), kFloat);
  EXPECT_EQ(tensor(std::vector<int>{1, 2}).scalar_type(), kLong);
  EXPECT_EQ(tensor(std::vector<int8_t>{1, 2}).scalar_type(), kChar);
  EXPECT_EQ(tensor({1, 2}, kHalf).scalar_type(), kHalf);
  set_default_dtype(kDouble);
  const ScalarType under_double = tensor({1.5f}).scalar_type();
  set_default_dtype(kFloat);
  EXPECT_EQ(under_double, kDouble);
}

TEST(TensorLiteral, SizesFollowTheBraces) {
  EXPECT_EQ(tensor(1).dim(), 0);
  EXPECT_EQ(tensor({1}).sizes(), (IntArrayRef{1}));
  EXPECT_EQ(tensor({{1, 2, 3}, {4, 5, 6}}).sizes(), (IntArrayRef{2, 3}));
  EXPECT_EQ(tensor({{1}}).sizes(), (IntArrayRef{1, 1}));
  EXPECT_EQ(tensor({{{1, 2}}}).sizes(), (IntArrayRef{1, 1, 2}));
  EXPECT_EQ(tensor({}).sizes(), (IntArrayRef{0}));
  EXPECT_EQ(tensor({{}, {}}).sizes(), (IntArrayRef{2, 0}));
  const std::vector<int> row{1, 2};
  EXPECT_TRUE(tensor({row, row}).equal(tensor({{1, 2}, {1, 2}})));
}

TEST(TensorLiteral, ValuesAreExact) {
  const Tensor t = tensor({{1.5, -2.25}, {0.0, 1e300}}, kDouble);
  const double* v = t.const_data_ptr<double>();
  EXPECT_EQ(v[0], 1.5);
  EXPECT_EQ(v[1], -2.25);
  EXPECT_EQ(v[2], 0.0);
  EXPECT_EQ(v[3], 1e300);
  EXPECT_EQ(tensor(9007199254740993).item<int64_t>(), 9007199254740993);
  EXPECT_EQ(tensor({2.75}, kLong).item<int64_t>(), 2);
  EXPECT_TRUE(tensor({1.0}, requires_grad()).requires_grad());
  EXPECT_EQ(tensor({1.0}, TensorOptions(kMeta)).device(), Device(kMeta));
}

TEST(TensorLiteral, RaggedAndMixedListsAreRefused) {
  const auto message = [](auto make) -> std::string {
    try {
      make();
    } catch (const ShapeError& e) {
      return e.what();
    }
    return "nothing thrown";
  };
  EXPECT_EQ(message([] {
              tensor({{1, 2}, {3}});
            }),
            "[tensor] Expected all sub-lists to have sizes: 2 (e.g. {1, 2}), but got sub-list {3} "
            "with sizes: 1");
  EXPECT_EQ(message([] {
              tensor({{{1.5, 2.0}, {3.0, 4.0}}, {{1.0, 2.0}}});
            }),
            "[tensor] Expected all sub-lists to have sizes: 2 2 (e.g. {{1.5, 2}, {3, 4}}), but got "
            "sub-list {{1, 2}} with sizes: 1 2");
  EXPECT_EQ(message([] {
              tensor({{true, false}, {}});
            }),
            "[tensor] Expected all sub-lists to have sizes: 2 (e.g. {1, 0}), but got sub-list {} "
            "with sizes: 0");
  try {
    tensor({{1, 2}, {2.5, 3.5}});
    FAIL() << "nothing thrown";
  } catch (const DtypeError& e) {
    EXPECT_EQ(e.what_without_backtrace(),
              std::string(
                  "Expected all elements of the tensor to have the same scalar type: Int, but got "
                  "element of scalar type: Double"));
  }
  const std::vector<complex<float>> numbers{{1, 2}};
  EXPECT_THROW(tensor(numbers, kFloat), ValueError);
  EXPECT_EQ(tensor(numbers, kComplexDouble).item().toComplexDouble(), complex<double>(1, 2));
}

TEST(TensorLiteral, TellsWhatItIs) {
  using detail::TensorDataContainer;
  const TensorDataContainer number(1.5);
  EXPECT_TRUE(number.is_scalar() && !number.is_init_list() && !number.is_tensor());
  EXPECT_EQ(number.scalar().toDouble(), 1.5);
  const auto parts = [](TensorDataContainer list) {
    EXPECT_TRUE(list.is_init_list());
    return list.init_list().size();
  };
  EXPECT_EQ(parts({{1, 2}, {3, 4}, {5, 6}}), 3u);
  const std::vector<int> values{4, 5};
  const TensorDataContainer array(values);
  EXPECT_TRUE(array.is_tensor());
  EXPECT_TRUE(array.tensor().equal(tensor({4, 5}, kInt)));
  EXPECT_EQ(array.tensor().dtype(), kInt);
  try {
    array.scalar();
    FAIL();
  } catch (const Error& e) {
    EXPECT_NE(std::string(e.what()).find("Can only call `scalar()` on a TensorDataContainer that "
                                         "has `is_scalar() == true`"),
              std::string::npos);
  }
  EXPECT_THROW(array.init_list(), Error);
  EXPECT_THROW(number.tensor(), Error);
}

}  // namespace
}  // namespace hearth
