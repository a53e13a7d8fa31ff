// SPDX-License-Identifier: Apache-2.0
// Normalizers and pre-tokenizers against Hugging Face's, by tests/data/text/splitting.
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <simdjson.h>

#include "hearth/base/error.h"

#include "error_of.h"
#include "tokenizers/edit.h"
#include "tokenizers/parts.h"
#include "tokenizers/pre_tokenizers.h"
#include "unicode/utf8.h"

namespace hearth::text {
namespace {

using nlohmann::ordered_json;

std::string data(const std::string& name) {
  std::ifstream file(HEARTH_TEST_DATA_DIR "/text/splitting/" + name);
  std::ostringstream out;
  out << file.rdbuf();
  return out.str();
}

/// FNV-1a.
class Digest {
 public:
  void add(std::string_view bytes) {
    for (const char byte : bytes) state_ = (state_ ^ static_cast<uint8_t>(byte)) * 0x100000001b3;
  }
  void add(Offset range) {
    for (const uint32_t number : {range.begin, range.end}) {
      for (int shift = 0; shift < 32; shift += 8) {
        state_ = (state_ ^ (number >> shift & 0xff)) * 0x100000001b3;
      }
    }
  }
  uint64_t value() const { return state_; }

 private:
  uint64_t state_ = 0xcbf29ce484222325;
};

/// A normalizer or a pre-tokenizer.
struct Part {
  std::unique_ptr<Normalizer> normalizer;
  std::unique_ptr<PreTokenizer> pre_tokenizer;

  explicit Part(const std::string& json) {
    simdjson::dom::parser parser;
    const simdjson::dom::element element = parser.parse(json);
    const std::string_view type = element["type"];
    const bool normalizes =
        type.starts_with("NF") || type.starts_with("Bert") ? type != "BertPreTokenizer"
        : type == "Sequence"  ? element["normalizers"].error() == simdjson::SUCCESS
        : type == "ByteLevel" ? element["add_prefix_space"].error() != simdjson::SUCCESS
                              : type == "Nmt" || type == "Lowercase" || type.starts_with("Strip") ||
                                    type == "Replace" || type == "Prepend" || type == "Precompiled";
    if (normalizes) {
      normalizer = make_normalizer(element, "test.json");
    } else {
      pre_tokenizer = make_pre_tokenizer(element, "test.json");
    }
  }
  ordered_json to_json() const {
    return normalizer ? normalizer->to_json() : pre_tokenizer->to_json();
  }
  Text run(std::string_view bytes, bool track = true) const {
    Text text;
    text.bytes = bytes;
    text.track = track;
    if (normalizer) normalizer->normalize(text);
    if (!text.bytes.empty()) text.pieces = {{0, static_cast<uint32_t>(text.bytes.size())}};
    if (pre_tokenizer) pre_tokenizer->split(text);
    spell_out_origin(text);
    return text;
  }
};

std::string piece_of(const Text& text, Offset piece) {
  return text.bytes.substr(piece.begin, piece.end - piece.begin);
}

/// The texts that the generator put together.
std::string random_text(uint64_t seed, const std::vector<std::string>& fragments) {
  const auto draw = [&](uint64_t n) {
    seed += 0x9e3779b97f4a7c15;
    uint64_t z = (seed ^ seed >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return (z ^ z >> 31) % n;
  };
  std::string out;
  for (uint64_t left = draw(24); left > 0; --left) out += fragments[draw(fragments.size())];
  return out;
}

bool is_left_out(const std::exception& error) {
  return std::string_view(error.what()).find("needs a library built with PCRE2") !=
         std::string_view::npos;
}

TEST(Splitting, PartsAreHuggingFaces) {
  const auto golden = ordered_json::parse(data("parts.json"));
  const std::vector<std::string> fragments = golden["fragments"];
  const std::vector<std::string> shown = golden["shown"];
  std::vector<std::string> texts;
  for (uint64_t seed = 0; seed < golden["texts"]; ++seed) {
    texts.push_back(random_text(seed, fragments));
  }
  int left_out = 0;
  for (const auto& want : golden["parts"]) {
    SCOPED_TRACE(want["part"].dump().substr(0, 200));
    std::optional<Part> part;
    try {
      part.emplace(want["part"].dump());
    } catch (const NotImplementedError& error) {
      ASSERT_TRUE(is_left_out(error)) << error.what();
      ++left_out;
      continue;
    }
    EXPECT_EQ(part->to_json().dump(), want["written"].dump());
    for (size_t i = 0; i < shown.size(); ++i) {
      const Text text = part->run(shown[i]);
      auto got = ordered_json::array();
      for (const Offset piece : text.pieces) {
        got.push_back({piece_of(text, piece),
                       {text.origin[piece.begin].begin, text.origin[piece.end - 1].end}});
      }
      EXPECT_EQ(got.dump(), want["pieces"][i].dump());
    }
    Digest digest;
    for (const std::string& bytes : texts) {
      const Text text = part->run(bytes);
      for (const Offset piece : text.pieces) {
        const std::string piece_bytes = piece_of(text, piece);
        digest.add(piece_bytes);
        digest.add("\xff");
        for (size_t i = 0; i < piece_bytes.size(); ++i) {
          if (!unicode::continues(piece_bytes[i])) digest.add(text.origin[piece.begin + i]);
        }
      }
      const Text ids_only = part->run(bytes, false);
      ASSERT_EQ(ids_only.bytes, text.bytes);
      ASSERT_EQ(ids_only.pieces, text.pieces);
      ASSERT_TRUE(ids_only.origin.empty());
    }
    char hex[17];
    std::snprintf(hex, sizeof hex, "%016llx", static_cast<unsigned long long>(digest.value()));
    EXPECT_EQ(hex, want["digest"]);
  }
  if (left_out) GTEST_SKIP() << left_out << " regular expressions need PCRE2";
}

TEST(Splitting, EveryCodePointIsHuggingFaces) {
  constexpr char32_t kBlock = 16384;
  std::vector<std::string> blocks;
  for (char32_t begin = 0; begin < unicode::kCodePoints; begin += kBlock) {
    std::string& block = blocks.emplace_back();
    for (char32_t code = begin; code < begin + kBlock; ++code) {
      if (code >= 0xd800 && code < 0xe000) continue;
      if (!block.empty()) block += '|';
      unicode::append(block, code);
    }
  }
  std::istringstream lines(data("code_points.txt"));
  int count = 0, left_out = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    const size_t end = line.size() - 9 * blocks.size();
    const std::string json = line.substr(0, end);
    SCOPED_TRACE(json);
    std::optional<Part> part;
    try {
      part.emplace(json);
    } catch (const NotImplementedError& error) {
      ASSERT_TRUE(is_left_out(error)) << error.what();
      ++left_out;
      continue;
    }
    for (size_t i = 0; i < blocks.size(); ++i) {
      const Text text = part->run(blocks[i], false);
      Digest digest;
      if (part->normalizer) {
        digest.add(text.bytes);
      } else {
        uint32_t byte = 0, code = 0;
        const auto codes_up_to = [&](uint32_t place) {
          for (; byte < place; ++byte) code += !unicode::continues(text.bytes[byte]);
          return code;
        };
        for (const Offset piece : text.pieces) {
          const uint32_t begin = codes_up_to(piece.begin);
          digest.add({begin, codes_up_to(piece.end)});
        }
      }
      char hex[9];
      std::snprintf(hex, sizeof hex, "%08x", static_cast<uint32_t>(digest.value()));
      EXPECT_EQ(hex, line.substr(end + 9 * i + 1, 8)) << "from code point " << i * kBlock;
    }
  }
  EXPECT_GT(count, 20);
  if (left_out) GTEST_SKIP() << left_out << " regular expressions need PCRE2";
}

std::vector<std::string> pieces_of(const PreTokenizer& pre_tokenizer, const std::string& bytes) {
  Text text;
  text.bytes = bytes;
  text.pieces = {{0, static_cast<uint32_t>(bytes.size())}};
  pre_tokenizer.split(text);
  std::vector<std::string> out;
  for (const Offset piece : text.pieces) out.push_back(piece_of(text, piece));
  return out;
}

using Pieces = std::vector<std::string>;

TEST(Splitting, BytesCanBeLeftAsTheyAre) {
  Part part(
      R"({"type":"Sequence","pretokenizers":[{"type":"Digits","individual_digits":true},)"
      R"({"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true}]})");
  EXPECT_EQ(pieces_of(*part.pre_tokenizer, "né1"), (Pieces{"ĠnÃ©", "Ġ1"}));
  const auto json = part.to_json();
  ASSERT_TRUE(leave_out_byte_letters(*part.pre_tokenizer));
  EXPECT_EQ(pieces_of(*part.pre_tokenizer, "né1"), (Pieces{" né", " 1"}));
  EXPECT_EQ(part.to_json(), json);
  EXPECT_FALSE(leave_out_byte_letters(*Part(R"({"type":"Whitespace"})").pre_tokenizer));
}

// Pieces are those of tiktoken's expressions, by the module regex of Python.
TEST(Splitting, TiktokenDiffersAtTheEndOfTexts) {
  const auto cl100k = make_tiktoken_pre_tokenizer("cl100k_base");
  EXPECT_EQ(pieces_of(*cl100k, "We'VE 12345  x\r\n \n "),
            (Pieces{"We", "'VE", " ", "123", "45", " ", " x", "\r\n \n "}));
  const auto o200k = make_tiktoken_pre_tokenizer("o200k_base");
  EXPECT_EQ(pieces_of(*o200k, "We'VE 12345  HTTPServer\r\n \n "),
            (Pieces{"We'VE", " ", "123", "45", " ", " HTTPServer", "\r\n \n", " "}));
  const auto gpt2 = make_tiktoken_pre_tokenizer("gpt2");
  EXPECT_EQ(pieces_of(*gpt2, "We've 12345  x \n "),
            (Pieces{"We", "'ve", " 12345", " ", " x", " \n "}));
  EXPECT_EQ(make_tiktoken_pre_tokenizer("gpt5"), nullptr);
}

TEST(Splitting, MetaspaceKnowsWhereTheTextBegins) {
  const Part part(
      R"({"type":"Metaspace","replacement":"▁","prepend_scheme":"first","split":false})");
  const Part strip(R"({"type":"Strip","strip_left":true,"strip_right":false})");
  const auto split = [&](uint32_t start, const std::string& bytes, bool track) {
    Text text;
    text.bytes = bytes;
    text.start = start;
    text.track = track;
    strip.normalizer->normalize(text);
    text.pieces = {{0, static_cast<uint32_t>(text.bytes.size())}};
    part.pre_tokenizer->split(text);
    return text.bytes;
  };
  for (const bool track : {false, true}) {
    EXPECT_EQ(split(0, "a b", track), "▁a▁b");
    EXPECT_EQ(split(4, "a b", track), "a▁b");
    EXPECT_EQ(split(0, " a b", track), "a▁b");
  }
}

std::string error_of_part(const std::string& json) {
  return error_of<FormatError>([&] { const Part part(json); });
}

TEST(Splitting, BrokenPartsAreNamed) {
  EXPECT_EQ(error_of_part(R"({"type":"NFX"})"),
            R"([test.json] normalizer.type: expected the name of a normalizer, got "NFX")");
  EXPECT_EQ(error_of_part(
                R"({"type":"Split","pattern":{"String":"a"},"behavior":"Kept","invert":false})"),
            "[test.json] pre_tokenizer.behavior: expected Removed, Isolated, MergedWithPrevious, "
            "MergedWithNext or Contiguous, got \"Kept\"");
  EXPECT_EQ(error_of_part(R"({"type":"Metaspace","replacement":"ab"})"),
            "[test.json] pre_tokenizer.replacement: expected one character");
  EXPECT_EQ(error_of_part(R"({"type":"FixedLength","length":0})"),
            "[test.json] pre_tokenizer.length: expected at least 1, got 0");
  EXPECT_EQ(error_of_part(R"({"type":"Precompiled","precompiled_charsmap":"####"})"),
            "[test.json] normalizer.precompiled_charsmap: expected base64");
  EXPECT_EQ(
      error_of_part(R"({"type":"Precompiled","precompiled_charsmap":"/////w=="})"),
      "[test.json] normalizer.precompiled_charsmap: expected an array of 4294967292 bytes, got 0");
  EXPECT_THAT(
      error_of_part(
          R"({"type":"Split","pattern":{"Regex":"(a"},"behavior":"Removed","invert":false})"),
      testing::HasSubstr("expected )"));
  std::string nested = R"({"type":"NFC"})";
  for (int i = 0; i < 100; ++i) nested = R"({"type":"Sequence","normalizers":[)" + nested + "]}";
  EXPECT_THAT(error_of_part(nested), testing::HasSubstr("no more than 32 sequences"));
}

TEST(Splitting, HostileExpressionsEndWithAnError) {
  std::optional<Part> part;
  try {
    part.emplace(R"x({"type":"Split","pattern":{"Regex":"(?:a|b|ab)*(?:c|d)"},)x"
                 R"x("behavior":"Isolated","invert":false})x");
  } catch (const NotImplementedError& error) {
    GTEST_SKIP() << error.what();
  }
  std::string text;
  for (int i = 0; i < 20000; ++i) text += "ab";
  EXPECT_THAT(error_of<ValueError>([&] { part->run(text + "e"); }),
              testing::HasSubstr("gave up matching the regular expression"));
}

}  // namespace
}  // namespace hearth::text
