// SPDX-License-Identifier: Apache-2.0
#include "hearth/base/dtype.h"

#include <sstream>

#include <gtest/gtest.h>

#include "hearth/ops/creation.h"
#include "hearth/tensor/tensor.h"

namespace hearth {
namespace {

TEST(TypeMeta, PrintsTheTypeOfCpp) {
  const std::pair<ScalarType, const char*> names[] = {{kBool, "bool"},
                                                      {kByte, "unsigned char"},
                                                      {kChar, "signed char"},
                                                      {kShort, "short int"},
                                                      {kInt, "int"},
                                                      {kLong, "long int"},
                                                      {kHalf, "c10::Half"},
                                                      {kBFloat16, "c10::BFloat16"},
                                                      {kFloat, "float"},
                                                      {kDouble, "double"},
                                                      {kComplexFloat, "c10::complex<float>"},
                                                      {kComplexDouble, "c10::complex<double>"}};
  for (const auto& [type, name] : names) {
    std::ostringstream out;
    out << ones({1}, type).dtype();
    EXPECT_EQ(out.str(), name);
    EXPECT_EQ(TypeMeta(type).name(), name);
    EXPECT_EQ(TypeMeta(type).itemsize(), element_size(type));
  }
}

TEST(TypeMeta, StandsForItsScalarType) {
  const Tensor x = ones({2}, kDouble);
  EXPECT_TRUE(x.dtype() == kDouble && kDouble == x.dtype() && x.dtype() == x.dtype());
  EXPECT_TRUE(x.dtype() != kFloat && kFloat != x.dtype());
  EXPECT_EQ(x.dtype().toScalarType(), kDouble);
  EXPECT_TRUE(x.dtype().Match<double>());
  EXPECT_TRUE(TypeMeta::Make<int64_t>() == kLong);
  EXPECT_EQ(zeros({1}, x.dtype()).scalar_type(), kDouble);
  EXPECT_EQ(ones({1}).to(x.dtype()).scalar_type(), kDouble);
  EXPECT_EQ(ones({1}).sum(x.dtype()).scalar_type(), kDouble);
  EXPECT_EQ(TensorOptions(kCPU).dtype(x.dtype()).dtype(), kDouble);
  switch (x.dtype()) {
    case kDouble:
      break;
    default:
      FAIL();
  }
}

TEST(TensorOptions, TakesWhatMakesADevice) {
  const Tensor x = ones({2});
  EXPECT_EQ(x.to("meta").device(), Device(kMeta));
  EXPECT_EQ(x.to(std::string("meta")).device(), Device(kMeta));
  EXPECT_EQ(x.to({kMeta, -1}).device(), Device(kMeta));
  EXPECT_EQ(zeros({2}, "meta").device(), Device(kMeta));
  EXPECT_EQ(TensorOptions({kCUDA, 1}).device(), Device(kCUDA, 1));
  EXPECT_EQ(x.to({kCPU, x.get_device()}).device(), Device(kCPU));
}

TEST(TensorOptions, ToRefusesToSetRequiresGrad) {
  const Tensor x = ones({2});
  EXPECT_THROW(x.to(TensorOptions().requires_grad(true)), ValueError);
  EXPECT_THROW(x.to(TensorOptions(kDouble).requires_grad(true)), ValueError);
  EXPECT_EQ(x.to(TensorOptions(kDouble).requires_grad(false)).scalar_type(), kDouble);
}

}  // namespace
}  // namespace hearth
