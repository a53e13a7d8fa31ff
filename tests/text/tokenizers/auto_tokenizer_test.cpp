// SPDX-License-Identifier: Apache-2.0
// Folders of published models, against what transformers makes of batches with them.
#include "hearth/text/tokenizers/auto_tokenizer.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hearth/base/error.h"
#include "hearth/data/readers/jsonl.h"

#include "temporary.h"

namespace hearth::text {
namespace {

using data::readers::JsonlReader, data::readers::JsonValue;
using testing::ElementsAre, testing::HasSubstr;
using Rows = std::vector<std::vector<int64_t>>;

const std::string kData = HEARTH_TEST_DATA_DIR "/text/";
const std::vector<std::string> kTexts{"Hello world", "The quick brown fox isn't the lazy dog.", "",
                                      "na\u00efve \U0001f600 \u732b"};
const std::vector<std::pair<std::string, std::string>> kPairs{
    {"Hello world", "the fox"}, {"the lazy dog jumps over it", "Hello"}};

std::string tokenizer_json(const std::string& family) {
  JsonlReader lines(kData + "tokenizers/" + family + ".jsonl.gz");
  return lines.next()->at("tokenizer").string();
}

Rows rows_of(const JsonValue& list) {
  Rows rows(list.size());
  for (size_t i = 0; i < list.size(); ++i)
    for (size_t k = 0; k < list.at(i).size(); ++k) rows[i].push_back(list.at(i).at(k).integer());
  return rows;
}

Rows rows_of(const Tensor& tensor) {
  Rows rows(static_cast<size_t>(tensor.size(0)));
  const auto* at = tensor.const_data_ptr<int64_t>();
  for (auto& row : rows) {
    row.assign(at, at + tensor.size(1));
    at += tensor.size(1);
  }
  return rows;
}

BatchOptions options_of(const JsonValue& call) {
  BatchOptions options;
  const JsonValue given = call.at("options");
  const bool to_length = given.at("padding").kind() == JsonValue::Kind::String;
  options.padding(to_length ? PaddingStrategy::MaxLength : PaddingStrategy::Longest);
  options.truncation(given.contains("truncation"));
  if (call.at("pairs").boolean() && given.contains("stride"))
    options.strategy(TruncationStrategy::OnlyFirst);
  if (given.contains("max_length")) options.max_length(given.at("max_length").integer());
  if (given.contains("stride")) options.stride(given.at("stride").integer());
  if (given.contains("pad_to_multiple_of"))
    options.pad_to_multiple_of(given.at("pad_to_multiple_of").integer());
  options.add_special_tokens(!given.contains("add_special_tokens"));
  options.return_overflowing_tokens(given.contains("return_overflowing_tokens"));
  return options;
}

void expect_batch(const PreTrainedTokenizer& tokenizer, const JsonValue& call) {
  SCOPED_TRACE(call.dump().substr(0, 160));
  const BatchOptions options = options_of(call);
  const auto encode = [&] {
    return call.at("pairs").boolean() ? tokenizer(kPairs, options) : tokenizer(kTexts, options);
  };
  if (call.contains("error")) {
    EXPECT_THROW(encode(), ValueError);
    return;
  }
  const BatchEncoding batch = encode();
  EXPECT_EQ(rows_of(batch.input_ids), rows_of(call.at("input_ids")));
  EXPECT_EQ(rows_of(batch.attention_mask), rows_of(call.at("attention_mask")));
  EXPECT_EQ(batch.token_type_ids.defined(), !call.at("token_type_ids").is_null());
  if (batch.token_type_ids.defined()) {
    EXPECT_EQ(rows_of(batch.token_type_ids), rows_of(call.at("token_type_ids")));
  }
  if (call.at("mapping").is_null()) return;
  std::vector<int64_t> mapping;
  for (size_t i = 0; i < call.at("mapping").size(); ++i)
    mapping.push_back(call.at("mapping").at(i).integer());
  EXPECT_EQ(batch.overflow_to_sample_mapping, mapping);
}

void expect_all(const PreTrainedTokenizer& tokenizer, const JsonValue& theirs) {
  const JsonValue special = theirs.at("special");
  const std::pair<const char*, std::optional<uint32_t>> ids_of_special[] = {
      {"bos", tokenizer.bos_token_id()},  {"eos", tokenizer.eos_token_id()},
      {"unk", tokenizer.unk_token_id()},  {"sep", tokenizer.sep_token_id()},
      {"pad", tokenizer.pad_token_id()},  {"cls", tokenizer.cls_token_id()},
      {"mask", tokenizer.mask_token_id()}};
  for (const auto& [name, id] : ids_of_special)
    EXPECT_EQ(id ? int64_t{*id} : -1, special.at(name).is_null() ? -1 : special.at(name).integer())
        << name;
  for (size_t i = 0; i < theirs.at("calls").size(); ++i)
    expect_batch(tokenizer, theirs.at("calls").at(i));
  std::vector<uint32_t> ids;
  for (size_t i = 0; i < theirs.at("ids").size(); ++i)
    ids.push_back(static_cast<uint32_t>(theirs.at("ids").at(i).integer()));
  EXPECT_EQ(tokenizer.encode(kTexts[1] + " <new> I'm here ."), ids);
  EXPECT_EQ(tokenizer.decode(ids, true), theirs.at("decoded").string());
  EXPECT_EQ(tokenizer.decode(ids), theirs.at("decoded_all").string());
}

TEST(AutoTokenizer, MakesBatchesAsTransformersDoes) {
  JsonlReader lines(kData + "pretrained_tokenizers/cases.jsonl.gz");
  int count = 0;
  for (; const auto theirs = lines.next(); ++count) {
    SCOPED_TRACE(theirs->at("family").string());
    const TemporaryFolder folder, copy;
    write_text(folder / "tokenizer.json", tokenizer_json(theirs->at("family").string()));
    write_text(folder / "tokenizer_config.json", theirs->at("config").string());
    if (const JsonValue names = theirs->at("names"); !names.is_null())
      write_text(folder / "special_tokens_map.json", names.string());
    const PreTrainedTokenizer tokenizer = AutoTokenizer::from_pretrained(folder.path);
    expect_all(tokenizer, *theirs);
    tokenizer.save_pretrained(copy.path);
    expect_all(AutoTokenizer::from_pretrained(copy.path), *theirs);
  }
  EXPECT_EQ(count, 9);
}

TEST(AutoTokenizer, TakesTheSpecialTokensOfItsFamily) {
  const TemporaryFolder folder;
  write_text(folder / "tokenizer.json", tokenizer_json("bert_uncased"));
  write_text(folder / "config.json", R"({"model_type":"bert"})");
  const auto bert = AutoTokenizer::from_pretrained(folder.path);
  EXPECT_EQ(bert.mask_token, "[MASK]");
  EXPECT_EQ(bert.pad_token_id(), 0u);
  EXPECT_TRUE(bert.token_type_ids);
  EXPECT_EQ(bert.model_max_length, PreTrainedTokenizer::kNoLimit);
  write_text(folder / "config.json", R"({"model_type":"distilbert"})");
  EXPECT_FALSE(AutoTokenizer::from_pretrained(folder.path).token_type_ids);
  // A file by itself, without settings.
  EXPECT_TRUE(AutoTokenizer::from_pretrained(folder / "tokenizer.json").cls_token);
}

TEST(AutoTokenizer, PadsAtTheLeftAsItsFamilyDoes) {
  const TemporaryFolder folder;
  write_text(folder / "tokenizer.json", tokenizer_json("llama2"));
  const auto side = [&](const char* config) {
    write_text(folder / "tokenizer_config.json", config);
    return AutoTokenizer::from_pretrained(folder.path).padding_side;
  };
  EXPECT_EQ(side(R"({"tokenizer_class":"LlamaTokenizerFast"})"), Side::Left);
  EXPECT_EQ(side(R"({"tokenizer_class":"GemmaTokenizer"})"), Side::Left);
  EXPECT_EQ(side(R"({"tokenizer_class":"LlamaTokenizer","padding_side":"right"})"), Side::Right);
  EXPECT_EQ(side(R"({"tokenizer_class":"PreTrainedTokenizerFast"})"), Side::Right);
  EXPECT_EQ(side("{}"), Side::Right);
}

TEST(AutoTokenizer, FramesTextsAsLlamasSettingsSay) {
  const TemporaryFolder folder;
  write_text(folder / "tokenizer.json", tokenizer_json("llama2"));
  const auto ids = [&](const std::string& more) {
    write_text(folder / "tokenizer_config.json",
               R"({"tokenizer_class":"LlamaTokenizerFast","bos_token":"<s>","eos_token":"</s>")" +
                   more + "}");
    return AutoTokenizer::from_pretrained(folder.path).encode("</s>");
  };
  EXPECT_THAT(ids(""), ElementsAre(1, 2));
  EXPECT_THAT(ids(R"(,"add_bos_token":false)"), ElementsAre(2));
  EXPECT_THAT(ids(R"(,"add_bos_token":true,"add_eos_token":true)"), ElementsAre(1, 2, 2));
}

TEST(AutoTokenizer, ReadsChatTemplates) {
  const TemporaryFolder folder, copy;
  write_text(folder / "tokenizer.json", tokenizer_json("llama2"));
  write_text(folder / "tokenizer_config.json", R"({"chat_template":"one"})");
  EXPECT_EQ(AutoTokenizer::from_pretrained(folder.path).chat_template(), "one");
  write_text(
      folder / "tokenizer_config.json",
      R"({"chat_template":[{"name":"default","template":"a"},{"name":"rag","template":"b"}]})");
  const auto two = AutoTokenizer::from_pretrained(folder.path);
  EXPECT_EQ(two.chat_template("rag"), "b");
  EXPECT_EQ(two.chat_template(), "a");
  EXPECT_EQ(two.chat_template("tools"), std::nullopt);
  two.save_pretrained(copy.path);
  EXPECT_EQ(AutoTokenizer::from_pretrained(copy.path).chat_templates, two.chat_templates);
  write_text(folder / "chat_template.jinja", "of its own");
  EXPECT_EQ(AutoTokenizer::from_pretrained(folder.path).chat_template(), "of its own");
}

TEST(AutoTokenizer, SaysWhatIsMissing) {
  const TemporaryFolder folder;
  try {
    AutoTokenizer::from_pretrained(folder.path);
    FAIL();
  } catch (const FileError& e) {
    EXPECT_THAT(e.what(), HasSubstr("holds no tokenizer; expected tokenizer.json"));
  }
  write_text(folder / "tokenizer.json", tokenizer_json("llama2"));
  for (const char* config : {"[]", R"({"padding_side":"up"})", R"({"bos_token":7})",
                             R"({"added_tokens_decoder":{"x":{"content":"a"}}})"}) {
    write_text(folder / "tokenizer_config.json", config);
    EXPECT_THROW(AutoTokenizer::from_pretrained(folder.path), FormatError) << config;
  }
  write_text(folder / "tokenizer_config.json", "{}");
  const auto tokenizer = AutoTokenizer::from_pretrained(folder.path);
  EXPECT_THROW(tokenizer(std::vector<std::string>{"a", "a long one"}), ValueError);
  EXPECT_EQ(tokenizer(std::vector<std::string>{"same", "same"}).size(), 2);
}

TEST(AutoTokenizer, EncodesWords) {
  const TemporaryFolder folder;
  write_text(folder / "tokenizer.json", tokenizer_json("bert_uncased"));
  write_text(folder / "config.json", R"({"model_type":"bert"})");
  const auto bert = AutoTokenizer::from_pretrained(folder.path);
  const std::vector<std::vector<std::string>> texts{{"Hello", "world's"}, {"the"}};
  const BatchEncoding batch = bert.encode_words(texts);
  EXPECT_EQ(batch.encodings[0].words.front(), Encoding::kNoWord);
  EXPECT_EQ(batch.encodings[0].words[1], 0u);
  EXPECT_EQ(batch.encodings[0].words[batch.encodings[0].size() - 2], 1u);
  EXPECT_EQ(batch.inputs().input_ids().sizes().vec(), batch.attention_mask.sizes().vec());
}

}  // namespace
}  // namespace hearth::text
