// SPDX-License-Identifier: Apache-2.0
// Files that hold a vocabulary only, against the libraries that they come from.
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "hearth/base/error.h"
#include "hearth/data/readers/jsonl.h"
#include "hearth/text/tokenizers/auto_tokenizer.h"

#include "error_of.h"
#include "temporary.h"

namespace hearth::text {
namespace {

using data::readers::JsonlReader, data::readers::JsonValue;
using testing::ElementsAre, testing::HasSubstr;

const std::string kData = HEARTH_TEST_DATA_DIR "/text/";
const std::string kFiles = kData + "tokenizer_files/";

std::vector<uint32_t> ids_of(const JsonValue& list) {
  std::vector<uint32_t> ids;
  for (size_t i = 0; i < list.size(); ++i)
    ids.push_back(static_cast<uint32_t>(list.at(i).integer()));
  return ids;
}

TEST(TokenizerFiles, GiveTheIdsOfTheirOwnLibraries) {
  JsonlReader lines(kFiles + "cases.jsonl.gz");
  int files = 0;
  for (; const auto line = lines.next(); ++files) {
    const std::string& name = line->at("file").string();
    const Tokenizer tokenizer = Tokenizer::from_file(kFiles + name);
    const Tokenizer saved = Tokenizer::from_json(tokenizer.to_json());
    const JsonValue cases = line->at("cases");
    for (size_t i = 0; i < cases.size(); ++i) {
      const std::string& text = cases.at(i).at("text").string();
      const std::vector<uint32_t> ids = ids_of(cases.at(i).at("ids"));
      EXPECT_EQ(tokenizer.encode_ids(text), ids) << name << ": " << text;
      EXPECT_EQ(saved.encode_ids(text), ids) << name << ", saved: " << text;
      EXPECT_EQ(saved.decode(ids), tokenizer.decode(ids));
    }
    const JsonValue decoded = line->at("decoded");
    for (size_t i = 0; i < decoded.size(); ++i) {
      const std::vector<uint32_t> ids = ids_of(decoded.at(i).at("ids"));
      EXPECT_EQ(tokenizer.decode(ids), decoded.at(i).at("text").string()) << name << ", row " << i;
      EXPECT_EQ(saved.decode(ids), tokenizer.decode(ids));
    }
  }
  EXPECT_EQ(files, 7);
}

TEST(TokenizerFiles, LeaveSymbolsThatUsersDefinedAsTheyAre) {
  const Tokenizer tokenizer = Tokenizer::from_file(kFiles + "kept.model");
  JsonlReader lines(kFiles + "kept.jsonl");
  int count = 0;
  for (; const auto line = lines.next(); ++count) {
    const std::string& text = line->at("text").string();
    EXPECT_EQ(tokenizer.encode_ids(text), ids_of(line->at("ids"))) << text;
  }
  EXPECT_EQ(count, 10);
}

TEST(TokenizerFiles, OfTiktokenNeedANameThatIsKnown) {
  const Tokenizer gpt2 = Tokenizer::from_file(kFiles + "gpt2.tiktoken");
  EXPECT_THAT(gpt2.encode_ids("<|endoftext|>"), ElementsAre(50256));
  EXPECT_EQ(gpt2.decode({50256}, false), "<|endoftext|>");
  EXPECT_EQ(gpt2.decode(gpt2.encode_ids("caf\u00e9 \U0001f600")), "caf\u00e9 \U0001f600");
  const Tokenizer saved = Tokenizer::from_json(gpt2.to_json());
  EXPECT_THAT(saved.encode_ids("<|endoftext|>"), ElementsAre(50256));
  EXPECT_EQ(saved.decode({50256}), "");
  const TemporaryFolder folder;
  write_text(folder / "mine.tiktoken", read_text(kFiles + "gpt2.tiktoken"));
  try {
    Tokenizer::from_file(folder / "mine.tiktoken");
    FAIL();
  } catch (const FormatError& e) {
    EXPECT_THAT(e.what(), HasSubstr("expected the name of an encoding"));
  }
}

TEST(TokenizerFiles, MayBeginWithTheMarkOfUtf8) {
  const TemporaryFolder folder;
  const std::string mark = "\xef\xbb\xbf", vocab = "[UNK]\n[CLS]\n[SEP]\nthe\n";
  write_text(folder / "vocab.txt", mark + vocab);
  EXPECT_EQ(Tokenizer::from_file(folder / "vocab.txt").token_to_id("[UNK]"), 0u);
  const std::string json = Tokenizer::from_file(folder / "vocab.txt").to_json();
  write_text(folder / "tokenizer.json", mark + json);
  EXPECT_EQ(Tokenizer::from_file(folder / "tokenizer.json").to_json(), json);
  write_text(folder / "gpt2.tiktoken", mark + read_text(kFiles + "gpt2.tiktoken"));
  EXPECT_EQ(Tokenizer::from_file(folder / "gpt2.tiktoken").encode_ids("the cat"),
            Tokenizer::from_file(kFiles + "gpt2.tiktoken").encode_ids("the cat"));
  write_text(folder / "vocab.txt", "\xff\xfe" + std::string("t\0h\0e\0\n\0", 8));
  EXPECT_THAT(error_of([&] { Tokenizer::from_file(folder / "vocab.txt"); }),
              HasSubstr("vocab.txt] expected UTF-8, got UTF-16; write it anew"));
}

// Pieces that SentencePiece finds whole, at the ends of texts and beside each other.
TEST(TokenizerFiles, KeepWholePiecesWhenSaved) {
  const Tokenizer original = Tokenizer::from_file(kFiles + "bpe_bytes.model");
  const Tokenizer saved = Tokenizer::from_json(original.to_json());
  for (const char* text :
       {"the", "<x>", "<x>the <x>", "a<x>b the", "other  <x><x> mother", "<x", ""})
    EXPECT_EQ(saved.encode_ids(text), original.encode_ids(text)) << text;
  EXPECT_EQ(Tokenizer::from_json(saved.to_json()).to_json(), saved.to_json());
}

// Whose rules have "ﬁ" and such. Hugging Face's normalizer replaces a cluster by the rule of its
// first character, and so loses what is combined with it.
TEST(TokenizerFiles, OfSentencePieceLoseNoMarks) {
  const Tokenizer original = Tokenizer::from_file(kFiles + "unigram.model");
  const std::vector<uint32_t> plain = original.encode_ids("fi", false);
  std::vector<uint32_t> marked = original.encode_ids("\ufb01\u0301", false);
  EXPECT_EQ(original.encode_ids("\ufb01", false), plain);
  ASSERT_EQ(marked.size(), plain.size() + 1);
  EXPECT_EQ(marked.back(), 0u);  // <unk>
  const Tokenizer saved = Tokenizer::from_json(original.to_json());
  EXPECT_EQ(saved.encode_ids("\ufb01\u0301", false), plain);
}

TEST(TokenizerFiles, OfXlmRHaveFairseqsIds) {
  const TemporaryFolder folder;
  write_text(folder / "sentencepiece.bpe.model", read_text(kFiles + "unigram.model"));
  const Tokenizer plain = Tokenizer::from_file(kFiles + "unigram.model");
  const Tokenizer xlmr = Tokenizer::from_file(folder / "sentencepiece.bpe.model");
  const auto size = static_cast<uint32_t>(plain.vocab_size());
  EXPECT_EQ(xlmr.vocab_size(), size + 2);  // <pad> and <mask>
  std::vector<uint32_t> ids = plain.encode_ids("The weather is \u2603");
  for (uint32_t& id : ids) id = id == 0 ? 3 : id + 1;
  EXPECT_EQ(xlmr.encode_ids("The weather is \u2603", false), ids);
  EXPECT_THAT(xlmr.encode_ids("<pad> <mask><unk>"), ElementsAre(0, 1, size + 1, 3, 2));
  EXPECT_THAT(xlmr.encode("", "").ids, ElementsAre(0, 2, 2, 2));
  // As such a model only where nothing else is said.
  write_text(folder / "config.json", R"({"model_type":"xlm-roberta"})");
  EXPECT_EQ(AutoTokenizer::from_pretrained(folder.path).mask_token_id(), size + 1);
  write_text(folder / "config.json", R"({"model_type":"unheard"})");
  EXPECT_EQ(AutoTokenizer::from_pretrained(folder.path).tokenizer.vocab_size(), size);
  write_text(folder / "sentencepiece.bpe.model", read_text(kFiles + "unigram.model").substr(0, 40));
  EXPECT_THROW(Tokenizer::from_file(folder / "sentencepiece.bpe.model"), FormatError);
}

/// The tokenizer.json of a family, and its cases.
struct Golden {
  explicit Golden(const std::string& family) : lines(kData + "tokenizers/" + family + ".jsonl.gz") {
    json = nlohmann::ordered_json::parse(lines.next()->at("tokenizer").string());
  }
  void expect_same(const Tokenizer& tokenizer) {
    int cases = 0;
    for (; const auto line = lines.next(); ++cases)
      if (line->contains("plain")) {
        EXPECT_EQ(tokenizer.encode_ids(line->at("text").string(), false), ids_of(line->at("ids")))
            << line->at("text").string();
      }
    EXPECT_GT(cases, 50);
  }
  JsonlReader lines;
  nlohmann::ordered_json json;
};

TEST(TokenizerFiles, OfBertAreTheSameTokenizer) {
  Golden golden("bert_uncased");
  std::string vocab;
  for (const auto& [token, id] : golden.json["model"]["vocab"].items()) vocab += token + "\n";
  const TemporaryFolder folder;
  write_text(folder / "vocab.txt", vocab);
  const Tokenizer bert = Tokenizer::from_file(folder / "vocab.txt");
  golden.expect_same(bert);
  EXPECT_EQ(bert.decode(bert.encode_ids("Hello world")), "hello world");
  EXPECT_EQ(bert.num_special_tokens_to_add(true), 3u);
  // Settings say what the file doesn't.
  write_text(folder / "tokenizer_config.json",
             R"({"tokenizer_class":"BertTokenizer","do_lower_case":false})");
  const auto cased = AutoTokenizer::from_pretrained(folder.path);
  EXPECT_NE(cased.encode("The"), bert.encode_ids("The"));
  EXPECT_EQ(cased.encode("the"), bert.encode_ids("the"));
  EXPECT_EQ(cased.mask_token, "[MASK]");
}

TEST(TokenizerFiles, OfGpt2AreTheSameTokenizer) {
  Golden golden("gpt2");
  std::string merges = "#version: 0.2\n";
  for (const auto& merge : golden.json["model"]["merges"])
    merges += merge[0].get<std::string>() + " " + merge[1].get<std::string>() + "\n";
  const TemporaryFolder folder;
  write_text(folder / "vocab.json", golden.json["model"]["vocab"].dump());
  EXPECT_THROW(Tokenizer::from_file(folder / "vocab.json"), FileError);
  write_text(folder / "merges.txt", merges);
  golden.expect_same(Tokenizer::from_file(folder / "vocab.json"));
  EXPECT_EQ(AutoTokenizer::from_pretrained(folder.path).encode("Hello"),
            Tokenizer::from_file(folder / "vocab.json").encode_ids("Hello"));
}

TEST(TokenizerFiles, SaysWhatIsNone) {
  const TemporaryFolder folder;
  for (const std::string content : {"", " \n", "{\"a\":1}x", "\x01\x02\x03\x04"}) {
    write_text(folder / "file", content);
    EXPECT_THROW(Tokenizer::from_file(folder / "file"), Error) << content;
  }
}

}  // namespace
}  // namespace hearth::text
