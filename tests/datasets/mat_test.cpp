// SPDX-License-Identifier: Apache-2.0
// Files of MATLAB, as SciPy wrote them (tests/data/vision/datasets), and broken ones.
#include "hearth/datasets/mat.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hearth/ops/creation.h"

#include "error_of.h"
#include "temporary.h"

namespace hearth::datasets {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

const std::string kFolder = "tests/data/vision/datasets/";

std::vector<double> numbers(const Tensor& t) {
  const Tensor flat = t.to(kDouble).contiguous();
  const auto* p = flat.const_data_ptr<double>();
  return {p, p + flat.numel()};
}

// A file of one element, put together by hand.
std::string little(uint64_t v, int bytes) {
  std::string s;
  for (int i = 0; i < bytes; ++i) s += static_cast<char>(v >> (8 * i));
  return s;
}
std::string element(uint32_t type, std::string data) {
  const std::string tag = little(type, 4) + little(data.size(), 4);
  data.resize((data.size() + 7) / 8 * 8);
  return tag + data;
}
std::string array(uint8_t array_class, const std::vector<int32_t>& sizes, const std::string& rest,
                  uint32_t flags = 0) {
  std::string dims;
  for (const int32_t size : sizes) dims += little(static_cast<uint32_t>(size), 4);
  return element(14, element(6, little(array_class | flags, 4) + little(0, 4)) + element(5, dims) +
                         element(1, "x") + rest);
}
std::string file(const std::string& elements, const std::string& end = "\x01IM") {
  std::string header(124, ' ');
  return header + '\0' + end + elements;
}
MatFile read(const std::string& bytes) { return MatFile(bytes.data(), bytes.size(), "x.mat"); }
std::string refusal(const std::string& elements) {
  return error_of<FormatError>([&] { read(file(elements)); });
}

TEST(Mat, HasTheValuesThatSciPyWrote) {
  for (const char* name : {"values.mat", "values_plain.mat"}) {
    const MatFile mat(kFolder + name);
    const auto check = [&](const char* variable, ScalarType dtype, std::vector<double> expected) {
      EXPECT_EQ(mat.at(variable).array.scalar_type(), dtype) << variable;
      EXPECT_EQ(numbers(mat.at(variable).array), expected) << variable;
    };
    EXPECT_EQ(mat.variables().size(), 16u);
    const Tensor& cube = mat.at("double").array;
    EXPECT_EQ(cube.sizes(), (std::vector<int64_t>{2, 3, 4}));
    EXPECT_TRUE(cube.equal((arange(24, kDouble) / 8 - 1).view({2, 3, 4})));
    check("whole", kDouble, {1, 2, 300});
    check("single", kFloat, {1.5, -2.25});
    check("int8", kChar, {-128, 127});
    check("uint8", kByte, {0, 255, 1, 2});
    check("int16", kShort, {-32768});
    check("uint16", kInt, {65535, 1, 2, 3, 4});
    check("int32", kInt, {-2147483648.0});
    check("uint32", kLong, {4294967295.0, 7});
    check("int64", kLong, {-9223372036854775808.0});
    check("logical", kBool, {1, 0, 1});
    EXPECT_EQ(mat.at("uint64").array[0][0].item<int64_t>(), INT64_MAX);
    EXPECT_EQ(mat.at("text").text, "Übergröße");
    EXPECT_EQ(mat.at("empty").array.sizes(), (std::vector<int64_t>{0, 5}));
    const MatValue& cells = mat.at("cells");
    ASSERT_EQ(cells.kind, MatValue::Kind::Cell);
    EXPECT_EQ(numbers(cells.elements[0].array), (std::vector<double>{0, 1, 2}));
    EXPECT_EQ(cells.elements[1].text, "two");
    EXPECT_EQ(cells.elements[2].array.numel(), 0);
    const MatValue& records = mat.at("records");
    EXPECT_THAT(records.fields, ElementsAre("id", "words", "inner"));
    EXPECT_EQ(records.field("words").text, "tench, Tinca");
    EXPECT_EQ(records.field("words", 1).text, "é 漢 😀");
    EXPECT_EQ(numbers(records.field("id", 1).array), (std::vector<double>{4}));
    EXPECT_EQ(numbers(records.field("inner", 1).field("x").array), (std::vector<double>{-7}));
    EXPECT_THROW(records.field("id", 2), IndexError);
    EXPECT_THAT(error_of<FormatError>([&] { records.field("y"); }), HasSubstr("id, words, inner"));
    EXPECT_THAT(error_of<FormatError>([&] { mat.at("none"); }),
                AllOf(HasSubstr(name), HasSubstr("logical")));
  }
}

TEST(Mat, ReadsTheOtherByteOrder) {
  const auto be = [](uint64_t v, int bytes) {
    const std::string s = little(v, bytes);
    return std::string(s.rbegin(), s.rend());
  };
  const std::string inside = be(6, 4) + be(8, 4) + be(10, 4) + be(0, 4)        // int16
                             + be(5, 4) + be(8, 4) + be(1, 4) + be(2, 4)       // 1 x 2
                             + be(1 << 16 | 1, 4) + "x" + little(0, 3)         // a short name
                             + be(4 << 16 | 3, 4) + be(0x1234, 2) + be(5, 2);  // short data
  const std::string bytes = std::string(124, ' ') + std::string("\x01\0MI", 4) + be(14, 4) +
                            be(inside.size(), 4) + inside;
  EXPECT_EQ(numbers(read(bytes).at("x").array), (std::vector<double>{0x1234, 5}));
}

TEST(Mat, RefusesWhatItDoesNotUnderstand) {
  EXPECT_EQ(numbers(read(file(array(9, {1, 2}, element(2, "\x01\x02")))).at("x").array),
            (std::vector<double>{1, 2}));
  EXPECT_THAT(error_of<FormatError>([] { MatFile(kFolder + "complex.mat"); }),
              HasSubstr("complex array"));
  EXPECT_THROW(MatFile(kFolder + "none.mat"), FileError);
  EXPECT_THAT(error_of<FormatError>([] { read("MATLAB"); }), HasSubstr("no file of MATLAB"));
  EXPECT_THAT(error_of<FormatError>([] { read(file("", "\x02IM")); }), HasSubstr("7.3"));
  EXPECT_THAT(refusal(array(5, {1, 1}, "")), HasSubstr("class 5"));
  EXPECT_THAT(refusal(array(9, {1, 3}, element(2, "\x01\x02"))), HasSubstr("with 2 bytes of 1"));
  EXPECT_THAT(refusal(array(9, {-1, 3}, element(2, "\x01\x02"))), HasSubstr("-1 elements"));
  EXPECT_THAT(refusal(array(9, {2147483647, 2147483647, 2147483647}, element(2, "\x01"))),
              HasSubstr("elements"));
  EXPECT_THAT(refusal(array(9, {1}, element(2, "\x01"))), HasSubstr("two dims"));
  EXPECT_THAT(refusal(array(9, {1, 1}, element(9, "12345678"))), HasSubstr("whole numbers"));
  EXPECT_THAT(refusal(array(15, {1, 1}, element(13, std::string(8, '\xff')))),
              HasSubstr("int64 cannot hold"));
  EXPECT_THAT(refusal(array(6, {1, 1}, element(14, "12345678"))), HasSubstr("numbers of type 14"));
  EXPECT_THAT(refusal(array(4, {1, 1}, element(9, "12345678"))), HasSubstr("no characters"));
  EXPECT_THAT(refusal(array(1, {1000, 1000}, "")), HasSubstr("no room"));
  EXPECT_THAT(refusal(array(2, {1, 1}, element(5, little(0, 4)) + element(1, "abc"))),
              HasSubstr("names of fields"));
  EXPECT_THAT(refusal(element(7, "12345678")), HasSubstr("no array"));
  EXPECT_THAT(refusal(little(14, 4) + little(1000, 4)), HasSubstr("1000 bytes, 0 remain"));
  EXPECT_THAT(refusal(little(15, 4) + little(8, 4) + "no zlib!"), HasSubstr("x.mat"));
  std::string deep = array(9, {1, 1}, element(2, "\x01"));
  for (int i = 0; i < 20; ++i) deep = array(1, {1, 1}, deep);
  EXPECT_THAT(refusal(deep), HasSubstr("deep"));
}

TEST(Mat, RefusesEveryCutFile) {
  for (const char* name : {"values.mat", "values_plain.mat"}) {
    const std::string bytes = read_text(kFolder + name);
    const size_t variables = read(bytes).variables().size();
    for (size_t n = 0; n < bytes.size(); n += 7) {
      // Between two variables a file is whole.
      const std::string cut = bytes.substr(0, n);
      size_t left = 0;
      const std::string why = error_of<Error>([&] { left = read(cut).variables().size(); });
      EXPECT_TRUE(!why.empty() || left < variables) << n;
    }
  }
}

}  // namespace
}  // namespace hearth::datasets
