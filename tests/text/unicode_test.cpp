// SPDX-License-Identifier: Apache-2.0
// Against the test files of Unicode, as Debian's package unicode-data has them.
#include <cstdio>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "unicode/graphemes.h"
#include "unicode/normalization.h"
#include "unicode/tables.h"

namespace hearth::text::unicode {
namespace {

/// "0041 0301" in UTF-8.
std::string from_hex(const std::string& codes) {
  std::istringstream in(codes);
  std::string out;
  for (uint32_t code = 0; in >> std::hex >> code;) append(out, code);
  return out;
}

std::vector<std::string> lines_of(const std::string& command) {
  std::vector<std::string> lines;
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  char line[4096];
  while (pipe && std::fgets(line, sizeof line, pipe.get())) lines.emplace_back(line);
  return lines;
}

TEST(Unicode, NormalizationTest) {
  const auto lines = lines_of("bzcat /usr/share/unicode/NormalizationTest.txt.bz2 2> /dev/null");
  if (lines.empty()) GTEST_SKIP() << "needs Debian's packages unicode-data and bzip2";
  constexpr Form kForms[] = {Form::NFC, Form::NFD, Form::NFKC, Form::NFKD};
  // Which of the five columns each form makes of each.
  constexpr int kWanted[][5] = {{1, 1, 1, 3, 3}, {2, 2, 2, 4, 4}, {3, 3, 3, 3, 3}, {4, 4, 4, 4, 4}};
  int count = 0;
  for (const std::string& line : lines) {
    if (line[0] == '#' || line[0] == '@') continue;
    std::istringstream fields(line);
    std::string columns[5];
    for (std::string& column : columns) {
      std::getline(fields, column, ';');
      column = from_hex(column);
    }
    for (size_t form = 0; form < 4; ++form) {
      for (size_t i = 0; i < 5; ++i) {
        const std::string got = normalize(columns[i], kForms[form]);
        ASSERT_EQ(got, columns[kWanted[form][i]]) << line;
        ASSERT_EQ(normalize("(" + columns[i] + ")", kForms[form]), "(" + got + ")") << line;
      }
    }
    ++count;
  }
  EXPECT_GT(count, 18000);
}

TEST(Unicode, GraphemeBreakTest) {
  std::ifstream file("/usr/share/unicode/auxiliary/GraphemeBreakTest.txt");
  if (!file) GTEST_SKIP() << "needs Debian's package unicode-data";
  int count = 0;
  for (std::string line; std::getline(file, line);) {
    line = line.substr(0, line.find('#'));
    if (line.empty()) continue;
    std::istringstream parts(line);
    std::string text;
    std::vector<size_t> wanted, got;
    for (std::string part; parts >> part;) {
      if (part == "÷") {
        if (!text.empty()) wanted.push_back(text.size());
      } else if (part != "×") {
        text += from_hex(part);
      }
    }
    for (size_t at = 0; at < text.size(); got.push_back(at)) {
      at += next_cluster(std::string_view(text).substr(at), Tables::Unicode);
    }
    EXPECT_EQ(got, wanted) << line;
    ++count;
  }
  EXPECT_GT(count, 600);
}

TEST(Unicode, CaseIsMappedInFull) {
  const auto mapped = [](Codes (*map)(const char32_t&), char32_t code) {
    const Codes codes = map(code);
    return std::u32string(codes.begin(), codes.end());
  };
  EXPECT_EQ(mapped(lower, U'A'), U"a");
  EXPECT_EQ(mapped(lower, 0x130), U"i\u0307");
  EXPECT_EQ(mapped(lower, U'ß'), U"ß");
  EXPECT_EQ(mapped(upper, U'ß'), U"SS");
  EXPECT_EQ(mapped(upper, 0xfb03), U"FFI");
  EXPECT_EQ(mapped(upper, U'ǆ'), U"Ǆ");
  EXPECT_EQ(mapped(lower, 0x16ea0), (std::u32string{0x16ebb}));  // of Unicode 17
}

TEST(Unicode, LongRunsOfMarksStayInOrder) {
  std::string text = "a", want = "a";
  for (int i = 0; i < 10000; ++i) text += "\u0301\u0323";
  for (int i = 0; i < 10000; ++i) want += "\u0323";
  for (int i = 0; i < 10000; ++i) want += "\u0301";
  EXPECT_EQ(normalize(text, Form::NFD), want);
}

}  // namespace
}  // namespace hearth::text::unicode
