// SPDX-License-Identifier: Apache-2.0
#include "hearth/data/readers/jsonl.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "error_of.h"
#include "temporary.h"

namespace hearth::data::readers {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Kind = JsonValue::Kind;

std::string refusal(const std::string& text) {
  return error_of<FormatError>([&] { JsonValue value(text, "f: line 1"); });
}

TEST(Json, ValuesAreWhatTheyAre) {
  const JsonValue v(
      R"({"b":[1,-2,3.5,17,true,null,"\u00e4x"],"a":{"k":"v"},"big":9223372036854775808,"a":2})",
      "f: line 7");
  EXPECT_EQ(v.kind(), Kind::Object);
  EXPECT_THAT(v.keys(), ElementsAre("b", "a", "big"));
  EXPECT_EQ(v.at("a").integer(), 2);  // the last of two, as in Python
  EXPECT_EQ(v.at("b").at(1).integer(), -2);
  EXPECT_EQ(v.at("b").at(2).number(), 3.5);
  EXPECT_EQ(v.at("b").at(0).number(), 1.0);
  EXPECT_TRUE(v.at("b").at(4).boolean());
  EXPECT_TRUE(v.at("b").at(5).is_null());
  EXPECT_EQ(v.at("b").at(6).string(), "\xc3\xa4x");
  EXPECT_EQ(v.at("big").kind(), Kind::Number);
  EXPECT_FALSE(v.contains("c"));
  EXPECT_EQ(v.at("b").size(), 7u);
  EXPECT_THAT(JsonValue("[1, 2.5]").numbers(), ElementsAre(1, 2.5));
  EXPECT_THROW(JsonValue("[1, \"2\"]").numbers(), FormatError);
  EXPECT_THROW(JsonValue("{}").numbers(), FormatError);
  EXPECT_EQ(JsonValue("[1, {\"z\":1,\"a\":2}]").dump(), "[1,{\"z\":1,\"a\":2}]");
  EXPECT_TRUE(JsonValue().is_null());

  EXPECT_THAT(error_of<FormatError>([&] { v.at("c"); }),
              HasSubstr("[f: line 7] the value has no 'c'; there are b, a, big"));
  EXPECT_THAT(error_of<FormatError>([&] { v.at("b").at(2).integer(); }),
              HasSubstr("[f: line 7] b[2] is a number, expected a whole number of 64 bits"));
  EXPECT_THAT(error_of<FormatError>([&] { v.at("big").integer(); }), HasSubstr("big is a number"));
  EXPECT_THAT(error_of<FormatError>([&] { v.at("b").at(9); }), HasSubstr("b has 7 elements"));
  EXPECT_THAT(error_of<FormatError>([&] { v.at("b").at("k"); }),
              HasSubstr("b is an array, expected an object"));
  EXPECT_THAT(error_of<FormatError>([&] { v.at("b").at(6).number(); }),
              HasSubstr("b[6] is a string, expected a number"));
}

TEST(Json, IsStrict) {
  for (const char* text : {"", "{", "{\"a\":1,}", "[1 2]", "NaN", "[Infinity]", "'a'", "{a:1}",
                           "01", "1 2", "\"\\ud800\"", "\"\xff\"", "// x\n1", "\"\t\""})
    EXPECT_THAT(refusal(text), HasSubstr("[f: line 1] expected JSON")) << text;
  EXPECT_THAT(refusal(std::string(100'000, '[')), HasSubstr("lie in each other"));
  const std::string deep = std::string(900, '[') + std::string(900, ']');
  EXPECT_EQ(JsonValue(deep).dump(), deep);
  EXPECT_EQ(refusal("\"" + std::string(5000, '[') + "\""), "");
}

TEST(Jsonl, LinesAndWhereTheyAre) {
  TemporaryFolder folder;
  const std::string path = folder / "f.jsonl";
  write_text(path, "\xef\xbb\xbf{\"t\":\"a\xe2\x80\xa8\"}\r\n  \n[1]\n{\"cut\n\"end\"");
  JsonlReader reader(path);
  EXPECT_EQ(reader.next()->at("t").string(), "a\xe2\x80\xa8");
  const Position second = reader.position();
  EXPECT_EQ(reader.next()->at(0).integer(), 1);
  EXPECT_EQ(reader.line(), 3);
  EXPECT_THAT(error_of<FormatError>([&] { reader.next(); }),
              HasSubstr("[" + path + ": line 4] expected JSON"));
  EXPECT_EQ(reader.next()->string(), "end");
  EXPECT_FALSE(reader.next());
  reader.seek(second);
  EXPECT_EQ(reader.next()->at(0).integer(), 1);
  EXPECT_EQ(reader.line(), 3);
  reader.seek({});
  EXPECT_EQ(reader.next()->at("t").string(), "a\xe2\x80\xa8");

  JsonlReader skipping(path, JsonlOptions().broken(Broken::Skip));
  int values = 0;
  while (skipping.next()) ++values;
  EXPECT_EQ(values, 3);
  EXPECT_EQ(skipping.broken(), 1);
  EXPECT_THAT(error_of<FormatError>([&] {
                JsonlReader small(path, JsonlOptions().longest_line(4));
                write_text(path, std::string(3 << 20, ' '));
                JsonlReader(path, JsonlOptions().longest_line(1 << 20)).next();
              }),
              HasSubstr("line 1 has more than"));
  EXPECT_THROW(JsonlReader(folder / "none"), FileError);
}

}  // namespace
}  // namespace hearth::data::readers
