// SPDX-License-Identifier: Apache-2.0
#include "hearth/io/metadata.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "error_of.h"

namespace hearth::safetensors {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Metadata, ListsComeBack) {
  const Metadata metadata{{"names", join_lines({"a", "", "b c"})},
                          {"numbers", join_numbers({0.1, -2, 1e300})},
                          {"one", join_lines({""})},
                          {"odd", join_lines({"a\nb", "\\n", "\\", "c:\\\n"})},
                          {"plain", "a\\b\\"},
                          {"count", "12"}};
  const MetadataReader read("m.safetensors", metadata, "a model");
  EXPECT_THAT(read.lines("names", 3), ElementsAre("a", "", "b c"));
  EXPECT_THAT(read.lines("one", 1), ElementsAre(""));
  EXPECT_THAT(read.lines("odd", 4), ElementsAre("a\nb", "\\n", "\\", "c:\\\n"));
  EXPECT_THAT(read.lines("plain", 1), ElementsAre("a\\b\\"));
  EXPECT_THAT(read.numbers("numbers"), ElementsAre(0.1, -2, 1e300));
  EXPECT_EQ(read.integer("count", 0, 12), 12);
  EXPECT_EQ(read.number("count"), 12);
  EXPECT_TRUE(read.has("count"));
  EXPECT_FALSE(read.has("counts"));
}

TEST(Metadata, SaysWhatIsWrong) {
  const Metadata metadata{{"names", "a\nb\nc"}, {"bad", "1.5x"}, {"big", "1e9"},
                          {"half", "0.5"},      {"nan", "nan"},  {"empty", ""}};
  const MetadataReader read("m.safetensors", metadata, "a model");
  const auto refusal = [&](auto f) { return error_of<FormatError>([&] { f(); }); };
  EXPECT_EQ(refusal([&] { read.text("none"); }),
            "[m.safetensors] metadata lack 'none'; expected a model");
  EXPECT_THAT(refusal([&] { read.lines("names", 2); }), HasSubstr("3 entries, expected at most 2"));
  for (const char* key : {"bad", "nan", "empty"})
    EXPECT_THAT(refusal([&] { read.number(key); }), HasSubstr("expected a number")) << key;
  EXPECT_THAT(refusal([&] { read.integer("big", 1, 10); }), HasSubstr("is 1e9, expected 1 to 10"));
  EXPECT_THAT(refusal([&] { read.integer("half", 0, 10); }), HasSubstr("is 0.5, expected 0 to 10"));
  EXPECT_THAT(refusal([&] { read.numbers("names"); }), HasSubstr("'a'"));
}

}  // namespace
}  // namespace hearth::safetensors
