// SPDX-License-Identifier: Apache-2.0
// Expected texts are LibTorch's (2.15).
#include <cmath>
#include <iomanip>
#include <sstream>

#include <gtest/gtest.h>

#include "hearth/ops/creation.h"
#include "hearth/tensor/tensor_literal.h"

namespace hearth {
namespace {

std::string text(const Tensor& t) {
  std::ostringstream s;
  s << t;
  return s.str();
}

TEST(Print, ZeroDim) {
  EXPECT_EQ(text(tensor(7)),
            "7\n"
            "[ CPULongType{} ]");
  EXPECT_EQ(text(tensor(1.5)),
            "1.5\n"
            "[ CPUFloatType{} ]");
  EXPECT_EQ(text(tensor(true)),
            "1\n"
            "[ CPUBoolType{} ]");
  EXPECT_EQ(text(tensor(1e-10)),
            "1.000000013351432e-10\n"
            "[ CPUFloatType{} ]");
  EXPECT_EQ(text(tensor(123456789.0)),
            "123456792\n"
            "[ CPUFloatType{} ]");
  EXPECT_EQ(text(tensor(9007199254740993)),
            "9007199254740992\n"
            "[ CPULongType{} ]");
  EXPECT_EQ(text(tensor(1234567)),
            "1234567\n"
            "[ CPULongType{} ]");
  EXPECT_EQ(text(tensor(1e20)),
            "1.0000000200408773e+20\n"
            "[ CPUFloatType{} ]");
  EXPECT_EQ(text(tensor(Half(1.5f))),
            "1.5\n"
            "[ CPUHalfType{} ]");
  EXPECT_EQ(text(tensor(0.1, kDouble)),
            "0.1\n"
            "[ CPUDoubleType{} ]");
  EXPECT_EQ(text(tensor(0.1)),
            "0.10000000149011612\n"
            "[ CPUFloatType{} ]");
  EXPECT_EQ(text(tensor(1e16, kDouble)),
            "1e+16\n"
            "[ CPUDoubleType{} ]");
  EXPECT_EQ(text(tensor(1e15, kDouble)),
            "1000000000000000\n"
            "[ CPUDoubleType{} ]");
  EXPECT_EQ(text(tensor(1e-5, kDouble)),
            "1e-05\n"
            "[ CPUDoubleType{} ]");
  EXPECT_EQ(text(tensor(1e-4, kDouble)),
            "0.0001\n"
            "[ CPUDoubleType{} ]");
  EXPECT_EQ(text(tensor(3.0, kDouble)),
            "3\n"
            "[ CPUDoubleType{} ]");
  EXPECT_EQ(text(tensor(1.0 / 3, kDouble)),
            "0.3333333333333333\n"
            "[ CPUDoubleType{} ]");
  EXPECT_EQ(text(tensor(-0.0)),
            "-0\n"
            "[ CPUFloatType{} ]");
  EXPECT_EQ(text(tensor(9223372036854775807)),
            "9.223372036854776e+18\n"
            "[ CPULongType{} ]");
}

TEST(Print, Vectors) {
  EXPECT_EQ(text(tensor({1, 2, 3})),
            " 1\n"
            " 2\n"
            " 3\n"
            "[ CPULongType{3} ]");
  EXPECT_EQ(text(tensor({true, false})),
            " 1\n"
            " 0\n"
            "[ CPUBoolType{2} ]");
  EXPECT_EQ(text(tensor({1.5, 2.25, -3.0})),
            " 1.5000\n"
            " 2.2500\n"
            "-3.0000\n"
            "[ CPUFloatType{3} ]");
  EXPECT_EQ(text(tensor({1e-3, 1.0, 1e5})),
            " 1.0000e-03\n"
            " 1.0000e+00\n"
            " 1.0000e+05\n"
            "[ CPUFloatType{3} ]");
  EXPECT_EQ(text(tensor({1e10, 1.0})),
            " 1.0000e+10\n"
            " 1.0000e+00\n"
            "[ CPUFloatType{2} ]");
  EXPECT_EQ(text(tensor({123456.5, 100000.25})),
            "100000 *\n"
            " 1.2346\n"
            " 1.0000\n"
            "[ CPUFloatType{2} ]");
  EXPECT_EQ(text(tensor({0.001, 0.002})),
            "0.001 *\n"
            " 1.0000\n"
            " 2.0000\n"
            "[ CPUFloatType{2} ]");
  EXPECT_EQ(text(tensor({1e-200, 1e200}, kDouble)),
            " 1.0000e-200\n"
            " 1.0000e+200\n"
            "[ CPUDoubleType{2} ]");
  EXPECT_EQ(text(tensor({1234567890, 1})),
            " 1.2346e+09\n"
            " 1.0000e+00\n"
            "[ CPULongType{2} ]");
  EXPECT_EQ(text(tensor({0, 0})),
            " 0\n"
            " 0\n"
            "[ CPULongType{2} ]");
  EXPECT_EQ(text(tensor({-1, -20})),
            " -1\n"
            "-20\n"
            "[ CPULongType{2} ]");
  EXPECT_EQ(text(tensor({})), "[ CPUFloatType{0} ]");
  EXPECT_EQ(text(Tensor()), "[ Tensor (undefined) ]");
  EXPECT_EQ(text(ones({2}, kHalf)),
            " 1\n"
            " 1\n"
            "[ CPUHalfType{2} ]");
  EXPECT_EQ(text(ones({2}, kBFloat16) * 0.5),
            " 0.5000\n"
            " 0.5000\n"
            "[ CPUBFloat16Type{2} ]");
  EXPECT_EQ(text(ones({2}, kByte)),
            " 1\n"
            " 1\n"
            "[ CPUByteType{2} ]");
  EXPECT_EQ(text(ones({2}, kChar)),
            " 1\n"
            " 1\n"
            "[ CPUCharType{2} ]");
  EXPECT_EQ(text(ones({2}, kShort)),
            " 1\n"
            " 1\n"
            "[ CPUShortType{2} ]");
  EXPECT_EQ(text(ones({2}, kInt)),
            " 1\n"
            " 1\n"
            "[ CPUIntType{2} ]");
  EXPECT_EQ(text(tensor({1, 2}, kDouble)),
            " 1\n"
            " 2\n"
            "[ CPUDoubleType{2} ]");
  EXPECT_EQ(text(tensor({0.1, 0.01})),
            " 0.1000\n"
            " 0.0100\n"
            "[ CPUFloatType{2} ]");
  EXPECT_EQ(text(tensor({0.0, 0.5})),
            " 0.0000\n"
            " 0.5000\n"
            "[ CPUFloatType{2} ]");
  EXPECT_EQ(text(tensor({99999.5, 1.0})),
            " 99999.5000\n"
            "     1.0000\n"
            "[ CPUFloatType{2} ]");
  EXPECT_EQ(text(tensor({1e-5, 2e-5, 1.0})),
            " 1.0000e-05\n"
            " 2.0000e-05\n"
            " 1.0000e+00\n"
            "[ CPUFloatType{3} ]");
  EXPECT_EQ(text(tensor({1e-100, 1.5}, kDouble)),
            "1.0000e-100\n"
            " 1.5000e+00\n"
            "[ CPUDoubleType{2} ]");
  EXPECT_EQ(text(tensor({-0.0, 1.0})),
            "-0\n"
            " 1\n"
            "[ CPUFloatType{2} ]");
  EXPECT_EQ(text(tensor({-0.0, 1.5})),
            "-0.0000\n"
            " 1.5000\n"
            "[ CPUFloatType{2} ]");
  EXPECT_EQ(text(tensor({99999, 100000})),
            "  99999\n"
            " 100000\n"
            "[ CPULongType{2} ]");
  EXPECT_EQ(text(tensor({999999999.0, 1.0})),
            " 1.0000e+09\n"
            " 1.0000e+00\n"
            "[ CPUFloatType{2} ]");
  EXPECT_EQ(text(tensor(std::vector<float>{1, 2, 3})),
            " 1\n"
            " 2\n"
            " 3\n"
            "[ CPUFloatType{3} ]");
  EXPECT_EQ(text(tensor(std::vector<int>{1, 2, 3})),
            " 1\n"
            " 2\n"
            " 3\n"
            "[ CPULongType{3} ]");
  EXPECT_EQ(text(tensor(std::vector<double>{1, 2, 3})),
            " 1\n"
            " 2\n"
            " 3\n"
            "[ CPUFloatType{3} ]");
  EXPECT_EQ(text(tensor({1.5f})),
            " 1.5000\n"
            "[ CPUFloatType{1} ]");
  EXPECT_EQ(text(tensor({1.5, 2.0}, kLong)),
            " 1\n"
            " 2\n"
            "[ CPULongType{2} ]");
  EXPECT_EQ(text(tensor({12345678, 1})),
            "1.23457e+07\n"
            "        1\n"
            "[ CPULongType{2} ]");
  EXPECT_EQ(text(tensor({1234567, 1})),
            "1.23457e+06\n"
            "       1\n"
            "[ CPULongType{2} ]");
  EXPECT_EQ(text(tensor({123456789, 1})),
            "1.23457e+08\n"
            "         1\n"
            "[ CPULongType{2} ]");
  EXPECT_EQ(text(tensor({1e7, 1.0})),
            "    1e+07\n"
            "        1\n"
            "[ CPUFloatType{2} ]");
  EXPECT_EQ(text(tensor({1e-3})),
            "0.001 *\n"
            " 1.0000\n"
            "[ CPUFloatType{1} ]");
  EXPECT_EQ(text(tensor({1.5e-7, 1.7e-7})),
            "1e-07 *\n"
            " 1.5000\n"
            " 1.7000\n"
            "[ CPUFloatType{2} ]");
  EXPECT_EQ(text(tensor({1234567.5, 1.5e6}, kDouble)),
            "1000000 *\n"
            " 1.2346\n"
            " 1.5000\n"
            "[ CPUDoubleType{2} ]");
  EXPECT_EQ(text(tensor({1e-310, 1e-309}, kDouble)),
            "1e-309 *\n"
            " 0.1000\n"
            " 1.0000\n"
            "[ CPUDoubleType{2} ]");
}

TEST(Print, MatricesAndBlocks) {
  EXPECT_EQ(text(tensor({{1, 2}, {3, 4}})),
            " 1  2\n"
            " 3  4\n"
            "[ CPULongType{2,2} ]");
  EXPECT_EQ(text(tensor({{1.5, 2.25, -3.0}, {100.0, 0.125, 7.0}})),
            "   1.5000    2.2500   -3.0000\n"
            " 100.0000    0.1250    7.0000\n"
            "[ CPUFloatType{2,3} ]");
  EXPECT_EQ(text(tensor({{123456.5, 100000.25}, {-100.0, 2e5}})),
            "100000 *\n"
            " 1.2346  1.0000\n"
            " -0.0010  2.0000\n"
            "[ CPUFloatType{2,2} ]");
  EXPECT_EQ(text(tensor({{0.001, 0.002}, {0.003, 0.0045}})),
            "0.001 *\n"
            " 1.0000  2.0000\n"
            "  3.0000  4.5000\n"
            "[ CPUFloatType{2,2} ]");
  EXPECT_EQ(text(zeros({0, 3})), "[ CPUFloatType{0,3} ]");
  EXPECT_EQ(text(zeros({2, 0, 3})), "[ CPUFloatType{2,0,3} ]");
  EXPECT_EQ(text(zeros({2, 2, 2})),
            "(1,.,.) = \n"
            " 0  0\n"
            "  0  0\n"
            "\n"
            "(2,.,.) = \n"
            " 0  0\n"
            "  0  0\n"
            "[ CPUFloatType{2,2,2} ]");
  EXPECT_EQ(text(arange(24).view({2, 3, 4})),
            "(1,.,.) = \n"
            "  0   1   2   3\n"
            "   4   5   6   7\n"
            "   8   9  10  11\n"
            "\n"
            "(2,.,.) = \n"
            " 12  13  14  15\n"
            "  16  17  18  19\n"
            "  20  21  22  23\n"
            "[ CPULongType{2,3,4} ]");
  EXPECT_EQ(text(arange(24).view({2, 1, 3, 4})),
            "(1,1,.,.) = \n"
            "  0   1   2   3\n"
            "   4   5   6   7\n"
            "   8   9  10  11\n"
            "\n"
            "(2,1,.,.) = \n"
            " 12  13  14  15\n"
            "  16  17  18  19\n"
            "  20  21  22  23\n"
            "[ CPULongType{2,1,3,4} ]");
  EXPECT_EQ(text(arange(24, kFloat).view({2, 3, 4}) * 0.5),
            "(1,.,.) = \n"
            " 0.0000  0.5000  1.0000  1.5000\n"
            "  2.0000  2.5000  3.0000  3.5000\n"
            "  4.0000  4.5000  5.0000  5.5000\n"
            "\n"
            "(2,.,.) = \n"
            "  6.0000   6.5000   7.0000   7.5000\n"
            "   8.0000   8.5000   9.0000   9.5000\n"
            "  10.0000  10.5000  11.0000  11.5000\n"
            "[ CPUFloatType{2,3,4} ]");
  EXPECT_EQ(text(arange(24, kFloat).view({2, 3, 4}) * 12345.5),
            "(1,.,.) = \n"
            " 0.0000e+00  1.2346e+04  2.4691e+04  3.7036e+04\n"
            "  4.9382e+04  6.1728e+04  7.4073e+04  8.6418e+04\n"
            "  9.8764e+04  1.1111e+05  1.2346e+05  1.3580e+05\n"
            "\n"
            "(2,.,.) = \n"
            "100000 *\n"
            "  1.4815  1.6049  1.7284  1.8518\n"
            "   1.9753  2.0987  2.2222  2.3456\n"
            "   2.4691  2.5926  2.7160  2.8395\n"
            "[ CPUFloatType{2,3,4} ]");
  EXPECT_EQ(text(arange(60).view({2, 30})),
            "Columns 1 to 20  0   1   2   3   4   5   6   7   8   9  10  11  12  13  14  15  16  "
            "17  18  19\n"
            " 30  31  32  33  34  35  36  37  38  39  40  41  42  43  44  45  46  47  48  49\n"
            "\n"
            "Columns 21 to 30 20  21  22  23  24  25  26  27  28  29\n"
            " 50  51  52  53  54  55  56  57  58  59\n"
            "[ CPULongType{2,30} ]");
  EXPECT_EQ(
      text(arange(30, kFloat).view({1, 2, 15}) * 1234567.7),
      "(1,.,.) = \n"
      "Columns 1 to 6  0.0000e+00  1.2346e+06  2.4691e+06  3.7037e+06  4.9383e+06  6.1728e+06\n"
      "  1.8519e+07  1.9753e+07  2.0988e+07  2.2222e+07  2.3457e+07  2.4691e+07\n"
      "\n"
      "Columns 7 to 12  7.4074e+06  8.6420e+06  9.8765e+06  1.1111e+07  1.2346e+07  1.3580e+07\n"
      "  2.5926e+07  2.7160e+07  2.8395e+07  2.9630e+07  3.0864e+07  3.2099e+07\n"
      "\n"
      "Columns 13 to 15  1.4815e+07  1.6049e+07  1.7284e+07\n"
      "  3.3333e+07  3.4568e+07  3.5802e+07\n"
      "[ CPUFloatType{1,2,15} ]");
  EXPECT_EQ(text(tensor({{1.0, 2.0}}, requires_grad())),
            " 1  2\n"
            "[ CPUFloatType{1,2} ]");
  EXPECT_EQ(text(tensor({{1.0, 2.0}, {3.0, 4.0}}).t()),
            " 1  3\n"
            " 2  4\n"
            "[ CPUFloatType{2,2} ]");
  EXPECT_EQ(text(full({3, 3}, 1e-8)),
            "1e-09 *\n"
            "10.0000 10.0000 10.0000\n"
            " 10.0000 10.0000 10.0000\n"
            " 10.0000 10.0000 10.0000\n"
            "[ CPUFloatType{3,3} ]");
  EXPECT_EQ(text(tensor({{{{1, 2}}}})),
            "(1,1,.,.) = \n"
            " 1  2\n"
            "[ CPULongType{1,1,1,2} ]");
  EXPECT_EQ(text(tensor({{}})), "[ CPUFloatType{1,0} ]");
  EXPECT_EQ(text(tensor({{123456789, 1}, {10000000, 2}})),
            "1.23457e+08          1\n"
            "     1e+07          2\n"
            "[ CPULongType{2,2} ]");
}

TEST(Print, NotFinite) {
  EXPECT_EQ(text(tensor({NAN, INFINITY, -INFINITY, 1.0})),
            "nan\n"
            "inf\n"
            "-inf\n"
            " 1\n"
            "[ CPUFloatType{4} ]");
  EXPECT_EQ(text(tensor({NAN, INFINITY})),
            "nan\n"
            "inf\n"
            "[ CPUFloatType{2} ]");
  EXPECT_EQ(text(tensor(NAN)),
            "nan\n"
            "[ CPUFloatType{} ]");
  EXPECT_EQ(text(full({2, 2}, NAN)),
            "nan nan\n"
            "nan nan\n"
            "[ CPUFloatType{2,2} ]");
  EXPECT_EQ(text(full({2, 30}, INFINITY)),
            "Columns 1 to 26inf inf inf inf inf inf inf inf inf inf inf inf inf inf inf inf inf "
            "inf inf inf inf inf inf inf inf inf\n"
            "inf inf inf inf inf inf inf inf inf inf inf inf inf inf inf inf inf inf inf inf inf "
            "inf inf inf inf inf\n"
            "\n"
            "Columns 27 to 30inf inf inf inf\n"
            "inf inf inf inf\n"
            "[ CPUFloatType{2,30} ]");
}

TEST(Print, ComplexNumbersByTheirRealPart) {
  EXPECT_EQ(text(tensor({complex<float>(1, 2), complex<float>(-3, 0.5)})),
            " 1\n"
            "-3\n"
            "[ CPUComplexFloatType{2} ]");
  EXPECT_EQ(text(tensor(complex<float>(1, 2))),
            "1\n"
            "[ CPUComplexFloatType{} ]");
  EXPECT_EQ(text(tensor({{complex<double>(1, 2), complex<double>(3, 4)}})),
            " 1  3\n"
            "[ CPUComplexDoubleType{1,2} ]");
  EXPECT_EQ(text(tensor({complex<float>(1, 2), complex<float>(-3, 4)})),
            " 1\n"
            "-3\n"
            "[ CPUComplexFloatType{2} ]");
  EXPECT_EQ(text(tensor({complex<float>(1e7, 2.5), complex<float>(NAN, INFINITY)})),
            "    1e+07\n"
            "      nan\n"
            "[ CPUComplexFloatType{2} ]");
  EXPECT_EQ(text(zeros({2, 2, 2}, kComplexFloat)),
            "(1,.,.) = \n"
            " 0  0\n"
            "  0  0\n"
            "\n"
            "(2,.,.) = \n"
            " 0  0\n"
            "  0  0\n"
            "[ CPUComplexFloatType{2,2,2} ]");
  EXPECT_EQ(text(zeros({0}, kComplexFloat)), "[ CPUComplexFloatType{0} ]");
  EXPECT_EQ(text(tensor({complex<float>(1, 1e-5)})),
            " 1\n"
            "[ CPUComplexFloatType{1} ]");
}

TEST(Print, IgnoresTheStreamsFormat) {
  std::ostringstream s;
  s << std::left << std::setfill('*') << std::setprecision(2) << std::fixed << tensor({0.1, 22.5})
    << 1.234;
  EXPECT_EQ(s.str(), "  0.1000\n 22.5000\n[ CPUFloatType{2} ]1.23");
}

TEST(Print, StridedTensorsAndTensorsWithHistory) {
  EXPECT_EQ(text(tensor({{1, 2}, {3, 4}}).t()), " 1  3\n 2  4\n[ CPULongType{2,2} ]");
  const Tensor x = tensor({1.5}, requires_grad());
  EXPECT_EQ(text(x * 2), " 3\n[ CPUFloatType{1} ]");
  EXPECT_EQ(text(empty({2, 3}, TensorOptions(kMeta))), "[ MetaFloatType{2,3} ]");
}

TEST(Print, TypeNames) {
  EXPECT_EQ(tensor({1, 2}).toString(), "CPULongType");
  EXPECT_EQ(zeros({0}, kDouble).toString(), "CPUDoubleType");
  EXPECT_EQ(Tensor().toString(), "UndefinedType");
  testing::internal::CaptureStderr();
  tensor({{0.1, 1.0}}).print();
  Tensor().print();
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "[CPUFloatType [1, 2]]\n[UndefinedTensor]\n");
}

}  // namespace
}  // namespace hearth
