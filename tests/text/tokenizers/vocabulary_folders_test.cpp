// SPDX-License-Identifier: Apache-2.0
// Folders with a vocabulary in a file of its own, against transformers' AutoTokenizer.
#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hearth/data/readers/jsonl.h"
#include "hearth/text/tokenizers/auto_tokenizer.h"

#include "error_of.h"
#include "temporary.h"
#include "tokenizers/base64.h"

namespace hearth::text {
namespace {

using data::readers::JsonlReader, data::readers::JsonValue;
using testing::HasSubstr;

const std::string kCases = HEARTH_TEST_DATA_DIR "/text/vocabulary_folders/cases.jsonl.gz";

std::vector<int64_t> integers_of(const JsonValue& list) {
  std::vector<int64_t> out;
  for (size_t i = 0; i < list.size(); ++i) out.push_back(list.at(i).integer());
  return out;
}

std::vector<std::string> strings_of(const JsonValue& list) {
  std::vector<std::string> out;
  for (size_t i = 0; i < list.size(); ++i) out.push_back(list.at(i).string());
  return out;
}

std::string name_of(const JsonValue& files) {
  for (const char* name : {"tokenizer_config.json", "config.json"})
    if (files.contains(name)) return *from_base64(files.at(name).string());
  return "";
}

void expect_batch(const BatchEncoding& got, const JsonValue& want, const std::string& what) {
  const Encoding& row = got.encodings.at(0);
  EXPECT_EQ(std::vector<int64_t>(row.ids.begin(), row.ids.end()), integers_of(want.at("input_ids")))
      << what;
  EXPECT_EQ(got.token_type_ids.defined(), want.contains("token_type_ids")) << what;
  if (want.contains("token_type_ids")) {
    EXPECT_EQ(std::vector<int64_t>(row.type_ids.begin(), row.type_ids.end()),
              integers_of(want.at("token_type_ids")))
        << what;
  }
  const JsonValue offsets = want.at("offset_mapping");
  ASSERT_EQ(row.offsets.size(), offsets.size()) << what;
  for (size_t i = 0; i < row.offsets.size(); ++i)
    EXPECT_EQ((std::vector<int64_t>{row.offsets[i].begin, row.offsets[i].end}),
              integers_of(offsets.at(i)))
        << what << ", token " << i;
}

void expect_folder(const JsonValue& line, const std::vector<std::string>& texts,
                   const JsonValue& pairs) {
  const TemporaryFolder folder;
  const JsonValue files = line.at("files");
  for (const std::string& name : files.keys())
    write_text(folder / name, *from_base64(files.at(name).string()));
  const PreTrainedTokenizer tokenizer = AutoTokenizer::from_pretrained(folder.path);
  SCOPED_TRACE(name_of(files));
  EXPECT_EQ(tokenizer.tokenizer.vocab_size(), static_cast<size_t>(line.at("size").integer()));
  EXPECT_EQ(tokenizer.padding_side == Side::Left, line.at("padding_side").string() == "left");
  const std::pair<const char*, std::optional<uint32_t>> specials[] = {
      {"bos_token", tokenizer.bos_token_id()},  {"eos_token", tokenizer.eos_token_id()},
      {"unk_token", tokenizer.unk_token_id()},  {"sep_token", tokenizer.sep_token_id()},
      {"pad_token", tokenizer.pad_token_id()},  {"cls_token", tokenizer.cls_token_id()},
      {"mask_token", tokenizer.mask_token_id()}};
  for (const auto& [name, id] : specials) {
    const JsonValue want = line.at("special").at(name);
    ASSERT_EQ(id.has_value(), !want.is_null()) << name;
    if (id) {
      EXPECT_EQ(*id, want.integer()) << name;
    }
  }
  BatchOptions options;
  options.padding(PaddingStrategy::DoNotPad);
  for (size_t i = 0; i < texts.size(); ++i) {
    options.add_special_tokens(true);
    const BatchEncoding batch = tokenizer({texts[i]}, options);
    expect_batch(batch, line.at("texts").at(i), texts[i]);
    const std::vector<uint32_t>& ids = batch.encodings[0].ids;
    EXPECT_EQ(tokenizer.decode(ids), line.at("decoded").at(i).string()) << texts[i];
    EXPECT_EQ(tokenizer.decode(ids, true), line.at("skipped").at(i).string()) << texts[i];
    options.add_special_tokens(false);
    expect_batch(tokenizer({texts[i]}, options), line.at("plain").at(i), texts[i] + ", plain");
  }
  options.add_special_tokens(true);
  for (size_t i = 0; i < pairs.size(); ++i) {
    const std::pair<std::string, std::string> pair{pairs.at(i).at(0).string(),
                                                   pairs.at(i).at(1).string()};
    expect_batch(tokenizer({pair}, options), line.at("pairs").at(i), pair.first);
  }
}

TEST(VocabularyFolders, GiveWhatTheirClassDoes) {
  JsonlReader lines(kCases);
  const JsonValue inputs = *lines.next();
  int folders = 0;
  for (; const auto line = lines.next(); ++folders)
    expect_folder(*line, strings_of(inputs.at("texts")), inputs.at("pairs"));
  EXPECT_EQ(folders, 25);
}

TEST(VocabularyFolders, SayWhatIsWrongWithTheirSettings) {
  JsonlReader lines(kCases);
  const TemporaryFolder folder;
  for (; const auto line = lines.next();) {
    if (!line->contains("files") || !line->at("files").contains("spiece.model")) continue;
    write_text(folder / "spiece.model",
               *from_base64(line->at("files").at("spiece.model").string()));
    break;
  }
  const auto refused = [&](const std::string& config) {
    write_text(folder / "tokenizer_config.json", config);
    return error_of([&] { AutoTokenizer::from_pretrained(folder.path); });
  };
  EXPECT_THAT(refused(R"({"tokenizer_class":"T5Tokenizer","extra_ids":-1})"),
              HasSubstr("extra_ids: expected 0 to 100000, got -1"));
  EXPECT_THAT(refused(R"({"tokenizer_class":"T5Tokenizer","extra_ids":1000000000})"),
              HasSubstr("extra_ids: expected 0 to 100000, got 1000000000"));
  write_text(folder / "added_tokens.json", R"({"<new>":-1})");
  EXPECT_THAT(refused(R"({"tokenizer_class":"T5Tokenizer"})"),
              HasSubstr("[added_tokens.json] expected ids, got -1 of <new>"));
  // A class with other files than its own gives what the file says.
  std::filesystem::remove(folder / "added_tokens.json");
  EXPECT_EQ(refused(R"({"tokenizer_class":"BertTokenizer"})"), "");
}

}  // namespace
}  // namespace hearth::text
