// SPDX-License-Identifier: Apache-2.0
#include <sstream>

#include <gtest/gtest.h>

#include "hearth/ops/creation.h"
#include "hearth/tensor/indexing.h"
#include "hearth/tensor/scalar.h"
#include "hearth/tensor/tensor_literal.h"

namespace hearth {
namespace {

template <class T>
std::string text(const T& value) {
  std::ostringstream out;
  out << value;
  return out.str();
}

TEST(Stream, PrintsWhatLibTorchPrints) {
  const Tensor x = ones({2, 3});
  EXPECT_EQ(text(x.sizes()), "[2, 3]");
  EXPECT_EQ(text(x.strides()), "[3, 1]");
  EXPECT_EQ(text(IntArrayRef()), "[]");
  EXPECT_EQ(text(ArrayRef<double>({1.5, 2})), "[1.5, 2]");
  EXPECT_EQ(text(x.device()), "cpu");
  EXPECT_EQ(text(kCUDA), "cuda");
  EXPECT_EQ(text(Device("cuda:1")), "cuda:1");
  EXPECT_EQ(text(x.scalar_type()), "Float");
  EXPECT_EQ(text(x.dtype()), "float");
  EXPECT_EQ(text(get_default_dtype()), "float");
  EXPECT_EQ(text(kComplexFloat), "ComplexFloat");
  using indexing::None, indexing::Slice, indexing::TensorIndex;
  EXPECT_EQ(text(Slice()), "0:4611686018427387903:1");
  EXPECT_EQ(text(Slice(None, -1, 3)), "0:-1:3");
  EXPECT_EQ(text(std::vector<TensorIndex>{None, "...", -2, true, Slice(1, 2), tensor(5)}),
            "(None, ..., -2, true, 1:2:1, 5\n[ CPULongType{} ])");
  EXPECT_EQ(text(Scalar(3)), "3");
  EXPECT_EQ(text(Scalar(2.5)), "2.5");
  EXPECT_EQ(text(Scalar(true)), "true");
  EXPECT_EQ(text(Scalar(complex<double>(1, 2))), "(1,2)");
  EXPECT_EQ(text(complex<float>(1, -2)), "(1,-2)");
  EXPECT_EQ(text(Half(1.5f)), "1.5");
  EXPECT_EQ(text(MemoryFormat::ChannelsLast), "ChannelsLast");
  EXPECT_EQ(text(x.layout()), "Strided");
  EXPECT_EQ(
      text(TensorOptions(kLong).device(kCUDA, 1).requires_grad(true)),
      "TensorOptions(dtype=long int, device=cuda:1, layout=Strided (default), requires_grad=true, "
      "pinned_memory=false (default), memory_format=(nullopt))");
}

}  // namespace
}  // namespace hearth
