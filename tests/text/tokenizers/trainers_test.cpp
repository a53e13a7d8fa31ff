// SPDX-License-Identifier: Apache-2.0
// Trainers against those of tokenizers: the same files, byte for byte.
#include "hearth/text/tokenizers/trainers.h"

#include <memory>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "hearth/base/error.h"
#include "hearth/data/readers/jsonl.h"

#include "temporary.h"
#include "tokenizers/model_files.h"
#include "tokenizers/parts.h"

namespace hearth::text {
namespace {

using data::readers::JsonlReader;
using data::readers::JsonValue;

std::vector<std::string> strings(const JsonValue& list) {
  std::vector<std::string> out;
  for (size_t i = 0; i < list.size(); ++i) out.push_back(list.at(i).string());
  return out;
}

NextText each_of(const std::vector<std::string>& texts) {
  return [&texts, i = size_t{0}](std::string& text) mutable {
    if (i == texts.size()) return false;
    text = texts[i++];
    return true;
  };
}

/// What both kinds of options share.
template <typename Options>
Options options_of(const JsonValue& json) {
  Options options;
  if (json.contains("vocab_size")) {
    options.vocab_size(static_cast<size_t>(json.at("vocab_size").integer()));
  }
  if (json.contains("min_frequency")) {
    options.min_frequency(static_cast<uint64_t>(json.at("min_frequency").integer()));
  }
  if (json.contains("special_tokens")) {
    std::vector<AddedToken> tokens;
    for (const std::string& content : strings(json.at("special_tokens"))) {
      tokens.push_back(AddedToken().content(content).normalized(false));
    }
    options.special_tokens(tokens);
  }
  return options;
}

std::unique_ptr<Trainer> trainer_of(const std::string& kind, const JsonValue& json) {
  if (kind == "wordlevel") {
    return std::make_unique<WordLevelTrainer>(options_of<WordLevelTrainerOptions>(json));
  }
  auto options = options_of<BpeTrainerOptions>(json);
  if (json.contains("initial_alphabet")) {
    options.initial_alphabet(strings(json.at("initial_alphabet")));
  }
  if (json.contains("max_token_length")) {
    options.max_token_length(static_cast<size_t>(json.at("max_token_length").integer()));
  }
  return std::make_unique<BpeTrainer>(options);
}

TEST(Trainers, MakeWhatThoseOfTokenizersMake) {
  JsonlReader rows(HEARTH_TEST_DATA_DIR "/text/models/trainers.jsonl.gz");
  int64_t cases = 0;
  for (; const auto row = rows.next(); ++cases) {
    SCOPED_TRACE(row->at("options").dump());
    Tokenizer tokenizer = Tokenizer::from_json(row->at("untrained").string());
    const auto texts = strings(row->at("texts"));
    const auto trainer = trainer_of(row->at("kind").string(), row->at("options"));
    tokenizer.train_from_iterator(each_of(texts), *trainer);
    EXPECT_EQ(tokenizer.to_json(), row->at("trained").string());
  }
  EXPECT_EQ(cases, 7);
}

constexpr const char* kWordPiece =
    R"({"version":"1.0","pre_tokenizer":{"type":"Whitespace"},"model":{"type":"WordPiece",
        "unk_token":"[UNK]","continuing_subword_prefix":"##","max_input_chars_per_word":100,
        "vocab":{}}})";

TEST(Trainers, OfWordPieceMarkContinuations) {
  Tokenizer tokenizer = Tokenizer::from_json(kWordPiece);
  BpeTrainerOptions options;
  options.vocab_size(17).special_tokens({AddedToken().content("[UNK]")});
  std::set<std::string> stages;
  options.progress([&](std::string_view what, size_t done, size_t total) {
    stages.emplace(what);
    EXPECT_LE(done, std::max(done, total));
  });
  const std::vector<std::string> texts(5, "low lower lowest");
  tokenizer.train_from_iterator(each_of(texts), WordPieceTrainer(options));
  EXPECT_EQ(tokenizer.vocab_size(), 17u);
  EXPECT_TRUE(tokenizer.is_special(*tokenizer.token_to_id("[UNK]")));
  const Encoding encoding = tokenizer.encode("lowest xyz");
  EXPECT_EQ(encoding.tokens().back(), "[UNK]");
  EXPECT_EQ(encoding.token(0).rfind("lo", 0), 0u);
  EXPECT_EQ(stages, (std::set<std::string>{"Pre-process texts", "Tokenize words", "Count pairs",
                                           "Compute merges"}));
  EXPECT_THROW(tokenizer.train_from_iterator(each_of(texts), BpeTrainer()), ValueError);
}

TEST(Trainers, LimitTheAlphabetToTheMostFrequent) {
  Tokenizer tokenizer = Tokenizer::from_json(kWordPiece);
  BpeTrainerOptions options;
  options.limit_alphabet(2).continuing_subword_prefix("");
  const std::vector<std::string> texts = {"aaa aab bbc d"};
  tokenizer.train_from_iterator(each_of(texts), WordPieceTrainer(options));
  EXPECT_TRUE(tokenizer.token_to_id("a"));
  EXPECT_TRUE(tokenizer.token_to_id("b"));
  EXPECT_FALSE(tokenizer.token_to_id("c"));
  EXPECT_FALSE(tokenizer.token_to_id("d"));
}

TEST(Trainers, ReadFilesLineByLine) {
  const TemporaryFolder folder;
  const std::string path = folder / "corpus.txt";
  write_text(path,
             "\xef\xbb\xbf"
             "a b\nb c");
  Tokenizer tokenizer = Tokenizer::from_json(
      R"({"version":"1.0","model":{"type":"WordLevel","vocab":{},"unk_token":"<unk>"}})");
  tokenizer.train({path, path}, WordLevelTrainer());
  EXPECT_EQ(tokenizer.token_to_id("a b\n"), 0u);
  EXPECT_EQ(tokenizer.token_to_id("b c"), 1u);
  EXPECT_THROW(tokenizer.train({folder / "none.txt"}, WordLevelTrainer()), FileError);
  const std::vector<std::string> broken = {"\xff"};
  EXPECT_THROW(tokenizer.train_from_iterator(each_of(broken), WordLevelTrainer()), ValueError);
}

TEST(Trainers, OfSentencePieceMakeItsFiles) {
  try {
    train_sentencepiece([](std::string&) { return false; });
    FAIL() << "trained with nothing";
  } catch (const NotImplementedError& error) {
    GTEST_SKIP() << error.msg();
  } catch (const ValueError&) {
  }
  std::vector<std::string> texts;
  for (int i = 0; i < 300; ++i) {
    texts.push_back("the cat number " + std::to_string(i * 7919) + " sat on the mat");
  }
  for (const char* type : {"unigram", "bpe"}) {
    SentencePieceTrainerOptions options;
    options.model_type(type).vocab_size(60).hard_vocab_limit(false).pad_id(3);
    options.normalization_rule_name("identity").user_defined_symbols({"<a,b>"});
    const std::string trained = train_sentencepiece(each_of(texts), options);
    const SentencePieceFile file = read_sentencepiece(trained, type);
    const auto model = make_sentencepiece(file, type);
    EXPECT_EQ(file.is_bpe, std::string(type) == "bpe");
    EXPECT_EQ(file.pad_id, 3u);
    EXPECT_TRUE(model->token_to_id("<a,b>"));
    Tokens tokens;
    const std::string text = "\xe2\x96\x81the\xe2\x96\x81mat";
    const Offset whole{0, static_cast<uint32_t>(text.size())};
    model->encode(text, ArrayRef<Offset>(whole), tokens);
    EXPECT_GT(tokens.ids.size(), 1u);
    EXPECT_LT(tokens.ids.size(), text.size());
  }
  EXPECT_THROW(
      train_sentencepiece(each_of(texts), SentencePieceTrainerOptions().vocab_size(100000)),
      ValueError);
}

}  // namespace
}  // namespace hearth::text
