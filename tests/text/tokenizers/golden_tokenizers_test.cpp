// SPDX-License-Identifier: Apache-2.0
// Tokenizers of all families against what Hugging Face's library made of the same texts.
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "hearth/base/error.h"
#include "hearth/data/readers/jsonl.h"
#include "hearth/text/tokenizers/decode_stream.h"
#include "hearth/text/tokenizers/tokenizer.h"

namespace hearth::text {
namespace {

using data::readers::JsonValue;

constexpr const char* kFolder = HEARTH_TEST_DATA_DIR "/text/tokenizers/";

std::vector<std::string> families() {
  std::vector<std::string> names;
  const std::string ending = ".jsonl.gz";
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    const std::string name = entry.path().filename().string();
    if (name.ends_with(ending)) names.push_back(name.substr(0, name.size() - ending.size()));
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<int64_t> integers(const JsonValue& list) {
  std::vector<int64_t> out;
  for (size_t i = 0; i < list.size(); ++i) out.push_back(list.at(i).integer());
  return out;
}

template <typename T>
std::vector<int64_t> integers(const std::vector<T>& list) {
  return {list.begin(), list.end()};
}

std::vector<std::string> strings(const JsonValue& list) {
  std::vector<std::string> out;
  for (size_t i = 0; i < list.size(); ++i) out.push_back(list.at(i).string());
  return out;
}

std::vector<int64_t> words_of(const Encoding& encoding) {
  std::vector<int64_t> out;
  for (const uint32_t word : encoding.words)
    out.push_back(word == Encoding::kNoWord ? -1 : int64_t{word});
  return out;
}

std::vector<int64_t> sequences_of(const Encoding& encoding) {
  std::vector<int64_t> out;
  for (const auto& sequence : encoding.sequence_ids())
    out.push_back(sequence ? int64_t{*sequence} : -1);
  return out;
}

std::vector<int64_t> offsets_of(const Encoding& encoding) {
  std::vector<int64_t> out;
  for (const Offset& offset : encoding.offsets) {
    out.push_back(offset.begin);
    out.push_back(offset.end);
  }
  return out;
}

void expect_same(const Encoding& ours, const JsonValue& theirs) {
  EXPECT_EQ(integers(ours.ids), integers(theirs.at("ids")));
  EXPECT_EQ(ours.tokens(), strings(theirs.at("tokens")));
  EXPECT_EQ(integers(ours.type_ids), integers(theirs.at("type_ids")));
  EXPECT_EQ(offsets_of(ours), integers(theirs.at("offsets")));
  EXPECT_EQ(words_of(ours), integers(theirs.at("words")));
  EXPECT_EQ(integers(ours.special_tokens_mask), integers(theirs.at("special")));
  EXPECT_EQ(integers(ours.attention_mask), integers(theirs.at("attention")));
  EXPECT_EQ(sequences_of(ours), integers(theirs.at("sequences")));
  const size_t pieces = theirs.contains("overflowing") ? theirs.at("overflowing").size() : 0;
  ASSERT_EQ(ours.overflowing.size(), pieces);
  for (size_t i = 0; i < pieces; ++i)
    expect_same(ours.overflowing[i], theirs.at("overflowing").at(i));
}

Encoding encode(const Tokenizer& tokenizer, const JsonValue& given) {
  if (given.contains("words")) return tokenizer.encode_words(strings(given.at("words")));
  const std::string& text = given.at("text").string();
  if (given.contains("pair")) return tokenizer.encode(text, given.at("pair").string());
  return tokenizer.encode(text);
}

void check_decoding(const Tokenizer& tokenizer, const JsonValue& theirs) {
  std::vector<uint32_t> ids;
  for (const int64_t id : integers(theirs.at("encoding").at("ids")))
    ids.push_back(static_cast<uint32_t>(id));
  EXPECT_EQ(tokenizer.decode(ids), theirs.at("decoded").string());
  EXPECT_EQ(tokenizer.decode(ids, false), theirs.at("decoded_all").string());
  if (theirs.at("stream").is_null()) return;
  DecodeStream stream(tokenizer, false);
  for (size_t i = 0; i < ids.size(); ++i) {
    const auto text = stream.step(ids[i]);
    const JsonValue their_text = theirs.at("stream").at(i);
    EXPECT_EQ(text, their_text.is_null() ? std::nullopt : std::optional(their_text.string()))
        << "token " << i;
  }
}

class GoldenTokenizers : public testing::TestWithParam<std::string> {
 protected:
  GoldenTokenizers() : lines_(kFolder + GetParam() + ".jsonl.gz") {
    json_ = lines_.next()->at("tokenizer").string();
  }
  data::readers::JsonlReader lines_;
  std::string json_;
};

TEST_P(GoldenTokenizers, EncodesAndDecodesAsTheOthers) {
  const Tokenizer tokenizer = Tokenizer::from_json(json_);
  int64_t cases = 0;
  for (; const auto theirs = lines_.next(); ++cases) {
    SCOPED_TRACE(theirs->dump().substr(0, 100));
    if (theirs->contains("error")) {
      EXPECT_THROW(encode(tokenizer, *theirs), ValueError);
      continue;
    }
    if (theirs->contains("plain")) {
      const auto ids = EncodeOptions().add_special_tokens(false);
      EXPECT_EQ(integers(tokenizer.encode(theirs->at("text").string(), ids).ids),
                integers(theirs->at("ids")));
      if (!tokenizer.padding()) {
        EXPECT_EQ(integers(tokenizer.encode_ids(theirs->at("text").string(), false)),
                  integers(theirs->at("ids")));
      }
      continue;
    }
    const Encoding ours = encode(tokenizer, *theirs);
    expect_same(ours, theirs->at("encoding"));
    if (!theirs->contains("words") && !theirs->contains("pair") && !tokenizer.padding()) {
      EXPECT_EQ(tokenizer.encode_ids(theirs->at("text").string()), ours.ids);
    }
    if (theirs->contains("decoded")) check_decoding(tokenizer, *theirs);
  }
  EXPECT_GT(cases, 50);
}

TEST_P(GoldenTokenizers, AreWrittenAsTheyWereRead) {
  const Tokenizer tokenizer = Tokenizer::from_json(json_);
  EXPECT_EQ(tokenizer.to_json(false), json_);
  EXPECT_EQ(Tokenizer::from_json(tokenizer.to_json(true)).to_json(false), json_);
}

INSTANTIATE_TEST_SUITE_P(Families, GoldenTokenizers, testing::ValuesIn(families()),
                         [](const auto& family) { return family.param; });

}  // namespace
}  // namespace hearth::text
