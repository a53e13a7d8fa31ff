// SPDX-License-Identifier: Apache-2.0
#include "unicode/utf8.h"

#include <gtest/gtest.h>

namespace hearth::text::unicode {
namespace {

TEST(Utf8, EveryCodePointGoesThereAndBack) {
  for (char32_t code = 0; code < kCodePoints; ++code) {
    if (code >= 0xd800 && code < 0xe000) continue;
    std::string text;
    append(text, code);
    ASSERT_EQ(length_of(text[0]), text.size());
    ASSERT_EQ(find_invalid(text), text.size());
    size_t at = 0;
    ASSERT_TRUE(next(text, at) == code);
    ASSERT_EQ(at, text.size());
  }
}

// Each is what bytes.decode("utf-8", "replace") of Python gives.
TEST(Utf8, ReplacesWhatIsInvalid) {
  const auto replaced = [](std::string_view text) {
    int64_t count = 0;
    const std::string out = replace_invalid(text, &count);
    return std::pair(out, count);
  };
  EXPECT_EQ(replaced("plain, and long enough to be read by eights"),
            std::pair(std::string("plain, and long enough to be read by eights"), int64_t{0}));
  EXPECT_EQ(replaced("a\xff"
                     "b"),
            std::pair(std::string("a\uFFFD"
                                  "b"),
                      int64_t{1}));
  EXPECT_EQ(replaced("\xc0\x80"), std::pair(std::string("\uFFFD\uFFFD"), int64_t{2}));
  EXPECT_EQ(replaced("\xed\xa0\x80"), std::pair(std::string("\uFFFD\uFFFD\uFFFD"), int64_t{3}));
  EXPECT_EQ(replaced("\xe2\x82"
                     "x"),
            std::pair(std::string("\uFFFDx"), int64_t{1}));
  EXPECT_EQ(replaced("\xf0\x9f\x98"), std::pair(std::string("\uFFFD"), int64_t{1}));
  EXPECT_EQ(replaced("\xf4\x90\x80\x80"),
            std::pair(std::string("\uFFFD\uFFFD\uFFFD\uFFFD"), int64_t{4}));
}

// Long texts are looked at in another way first.
TEST(Utf8, OneBadByteIsFoundInTextsOfEveryLength) {
  for (size_t size = 1; size < 200; ++size) {
    std::string text;
    while (text.size() < size) text += text.size() % 5 ? "a" : "\u65e5";
    ASSERT_EQ(find_invalid(text), text.size());
    for (const size_t at : {size_t{0}, size / 2, size - 1}) {
      std::string bad = text.substr(0, at);
      const size_t before = find_invalid(bad);
      bad += '\xff' + text;
      ASSERT_EQ(find_invalid(bad), before) << size << " " << at;
    }
  }
}

}  // namespace
}  // namespace hearth::text::unicode
