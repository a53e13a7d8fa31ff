// SPDX-License-Identifier: Apache-2.0
// Engines of tokenizers against tokenizers, sentencepiece and tiktoken, on small vocabularies.
#include <algorithm>
#include <cmath>
#include <ctime>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <simdjson.h>

#include "hearth/base/error.h"
#include "hearth/data/readers/jsonl.h"

#include "tokenizers/model_files.h"
#include "tokenizers/models/build.h"
#include "tokenizers/parts.h"
#include "unicode/utf8.h"

namespace hearth::text {
namespace {

using data::readers::JsonlReader;
using data::readers::JsonValue;

constexpr const char* kFolder = HEARTH_TEST_DATA_DIR "/text/models/";

std::string read_whole(const std::string& name) {
  std::ifstream file(kFolder + name, std::ios::binary);
  std::stringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

std::unique_ptr<Model> model_of(const std::string& json, bool byte_level = false) {
  simdjson::dom::parser parser;
  return make_model(parser.parse(json), byte_level, "test");
}

Tokens encode_whole(const Model& model, std::string_view text, bool ids_only = false) {
  Tokens tokens;
  tokens.ids_only = ids_only;
  const Offset whole{0, static_cast<uint32_t>(text.size())};
  model.encode(text, ArrayRef<Offset>(whole), tokens);
  return tokens;
}

std::vector<int64_t> integers(const JsonValue& list) {
  std::vector<int64_t> out;
  for (size_t i = 0; i < list.size(); ++i) out.push_back(list.at(i).integer());
  return out;
}

std::vector<int64_t> ids_of(const Tokens& tokens) { return {tokens.ids.begin(), tokens.ids.end()}; }

std::vector<int64_t> spans_of(const Tokens& tokens) {
  std::vector<int64_t> out;
  for (const Offset& span : tokens.spans) {
    out.push_back(span.begin);
    out.push_back(span.end);
  }
  return out;
}

TEST(Models, AreThoseOfTokenizers) {
  JsonlReader rows(std::string(kFolder) + "engines.jsonl.gz");
  int64_t cases = 0;
  while (const auto row = rows.next()) {
    SCOPED_TRACE(rows.place());
    const auto model = model_of(row->at("model").string());
    const JsonValue texts = row->at("texts"), ids = row->at("ids"), spans = row->at("spans");
    // Twice: what was new is in the cache then.
    for (int time = 0; time < 2; ++time) {
      for (size_t i = 0; i < texts.size(); ++i) {
        const std::string& text = texts.at(i).string();
        SCOPED_TRACE(text);
        if (ids.at(i).is_null()) {
          EXPECT_THROW(encode_whole(*model, text), ValueError);
          continue;
        }
        const Tokens tokens = encode_whole(*model, text);
        EXPECT_EQ(ids_of(tokens), integers(ids.at(i)));
        EXPECT_EQ(spans_of(tokens), integers(spans.at(i)));
        EXPECT_EQ(encode_whole(*model, text, true).ids, tokens.ids);
        ++cases;
      }
    }
    std::string json;
    model->write_json(json, false);
    EXPECT_EQ(json, row->at("model").string());
  }
  EXPECT_GT(cases, 3000);
}

void expect_file(const Model& model, const std::string& golden) {
  JsonlReader rows(kFolder + golden);
  while (const auto row = rows.next()) {
    const std::string& text = row->at("text").string();
    EXPECT_EQ(ids_of(encode_whole(model, text)), integers(row->at("ids"))) << text;
  }
}

TEST(Models, OfSentencePieceAreItsOwn) {
  const std::string bpe_text = read_whole("bpe.model"), unigram_text = read_whole("unigram.model");
  const SentencePieceFile bpe = read_sentencepiece(bpe_text, "bpe.model");
  EXPECT_TRUE(bpe.is_bpe);
  EXPECT_TRUE(bpe.byte_fallback);
  EXPECT_EQ(bpe.unk_id, 0u);
  EXPECT_EQ(bpe.bos_id, 1u);
  EXPECT_EQ(bpe.eos_id, 2u);
  EXPECT_EQ(bpe.pad_id, std::nullopt);
  EXPECT_EQ(bpe.pieces[3].text, "<sep>");
  EXPECT_EQ(bpe.pieces[3].type, UnigramPiece::Type::UserDefined);
  expect_file(*make_sentencepiece(bpe, "bpe.model"), "bpe.jsonl");
  const SentencePieceFile unigram = read_sentencepiece(unigram_text, "unigram");
  EXPECT_FALSE(unigram.is_bpe);
  expect_file(*make_sentencepiece(unigram, "unigram"), "unigram.jsonl");
}

// SentencePiece adds scores up over the whole text, in float, which rounds away more and more,
// until they are so large that it begins anew.
TEST(Models, UnigramSplitsWordsByWhatIsBeforeThem) {
  const std::string bytes = read_whole("unigram.model");
  const SentencePieceFile file = read_sentencepiece(bytes, "unigram");
  std::map<std::string_view, std::pair<float, uint32_t>> known;
  for (uint32_t id = 0; id < file.pieces.size(); ++id) {
    const UnigramPiece& piece = file.pieces[id];
    if (piece.type == UnigramPiece::Type::Normal)
      known[piece.text] = {static_cast<float>(piece.score), id};
  }
  std::vector<std::string_view> parts;  // without characters that are unknown
  for (const auto& [text, value] : known) {
    bool whole = true;
    for (size_t at = 0; at < text.size(); at += unicode::length_of(text[at]))
      whole = whole && known.contains(text.substr(at, unicode::length_of(text[at])));
    if (whole && text != "\u2581") parts.push_back(text);
  }
  ASSERT_GT(parts.size(), 50u);
  std::string text;
  uint64_t random = 1;
  while (text.size() < 200000) {
    random = random * 6364136223846793005u + 1442695040888963407u;
    text += parts[(random >> 33) % std::min<size_t>(parts.size(), 200)];
    if ((random >> 20) % 3 == 0) text += "\u2581";
  }
  struct Way {
    float score = 0;
    uint32_t id = 0;
    size_t begin = std::string::npos;
  };
  std::vector<Way> ways(text.size() + 1);
  size_t reached = 0, anew = 0;
  for (size_t at = 0; at < text.size(); at += unicode::length_of(text[at])) {
    if (const float by = ways[at].score; std::fabs(by) > 100000) {
      ++anew;
      for (size_t i = at; i <= reached; ++i)
        if (i == at || ways[i].begin != std::string::npos) ways[i].score -= by;
    }
    for (size_t end = at + 1; end <= std::min(text.size(), at + 48); ++end) {
      const auto found = known.find(std::string_view(text).substr(at, end - at));
      if (found == known.end()) continue;
      reached = std::max(reached, end);
      const float score = found->second.first + ways[at].score;
      if (ways[end].begin == std::string::npos || score > ways[end].score)
        ways[end] = {score, found->second.second, at};
    }
  }
  EXPECT_GT(anew, 0u);
  std::vector<int64_t> want;
  for (size_t end = text.size(); end > 0; end = ways[end].begin) want.push_back(ways[end].id);
  std::reverse(want.begin(), want.end());
  const auto model = make_sentencepiece(file, "unigram");
  for (int round = 0; round < 2; ++round) EXPECT_TRUE(ids_of(encode_whole(*model, text)) == want);
}

TEST(Models, OfTiktokenAreItsOwn) {
  const auto model = read_tiktoken(read_whole("bytes.tiktoken"), "bytes.tiktoken");
  expect_file(*model, "bytes.jsonl");
  // What it saves encodes alike, now by a list of merges.
  std::string json;
  model->write_json(json, true);
  expect_file(*model_of(json, true), "bytes.jsonl");
  EXPECT_EQ(model->token_to_id("Ġthe"), model_of(json, true)->token_to_id("Ġthe"));
}

TEST(Models, OfOlderFiles) {
  const auto bert = read_bert_vocab("[UNK]\r\nun\n##able\n", "vocab.txt");
  EXPECT_EQ(ids_of(encode_whole(*bert, "unable")), (std::vector<int64_t>{1, 2}));
  EXPECT_EQ(ids_of(encode_whole(*bert, "ablé")), (std::vector<int64_t>{0}));
  const auto gpt2 = read_gpt2_vocab(R"({"a":0,"Ġ":1,"Ġa":2})", "#version: 0.2\nĠ a\n", "vocab.json",
                                    "merges.txt");
  EXPECT_EQ(ids_of(encode_whole(*gpt2, " aa")), (std::vector<int64_t>{2, 0}));
  EXPECT_EQ(gpt2->id_to_token(2), "Ġa");
}

// A vocabulary needs more room than most where no texts begin alike.
TEST(Models, FindTextsThatShareNothing) {
  std::vector<std::string> texts;
  uint64_t random = 1;
  for (int i = 0; i < 3000; ++i) {
    std::string text;
    for (int k = 0; k < 5 + i % 30; ++k) {
      random = random * 6364136223846793005u + 1442695040888963407u;
      text += static_cast<char>('a' + (random >> 33) % 26);
    }
    texts.push_back(text + std::to_string(i));
  }
  VocabEntries vocab{{"[UNK]", 3000}};
  for (size_t i = 0; i < texts.size(); ++i) vocab.emplace_back(texts[i], static_cast<uint32_t>(i));
  BpeOptions options;
  options.byte_level = options.ignore_merges = true;
  const std::unique_ptr<Model> models[] = {make_wordpiece(vocab, {}, "test"),
                                           make_bpe(vocab, {}, options, "test")};
  for (const auto& model : models) {
    for (size_t i = 0; i < texts.size(); ++i) {
      EXPECT_EQ(ids_of(encode_whole(*model, texts[i])),
                std::vector<int64_t>{static_cast<int64_t>(i)});
      EXPECT_EQ(model->token_to_id(texts[i]), std::optional(static_cast<uint32_t>(i)));
    }
  }
}

TEST(Models, EncodeAlikeInManyThreads) {
  const auto model = read_tiktoken(read_whole("bytes.tiktoken"), "bytes.tiktoken");
  std::string text;
  for (int i = 0; i < 400; ++i) text += "nationalization " + std::to_string(i * i) + "東京 ";
  const std::vector<uint32_t> expected = encode_whole(*model, text).ids;
  std::vector<std::vector<uint32_t>> found(4);
  std::vector<std::thread> threads;
  const auto fresh = read_tiktoken(read_whole("bytes.tiktoken"), "bytes.tiktoken");
  for (auto& ids : found) {
    threads.emplace_back([&] { ids = encode_whole(*fresh, text).ids; });
  }
  for (std::thread& thread : threads) thread.join();
  for (const auto& ids : found) EXPECT_EQ(ids, expected);
}

double seconds_of_this_thread() {
  timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

/// The least of a few measurements.
double seconds_per_byte(const Model& model, const std::string& text) {
  double least = 1e9;
  for (int time = 0; time < 3; ++time) {
    const double begin = seconds_of_this_thread();
    encode_whole(model, text, true);
    least = std::min(least, (seconds_of_this_thread() - begin) / static_cast<double>(text.size()));
  }
  return least;
}

TEST(Models, TakeTimeInProportionToTheText) {
  const std::string file = read_whole("bpe.model");
  const auto bpe = make_sentencepiece(read_sentencepiece(file, "bpe.model"), "bpe.model");
  const auto bytes = read_tiktoken(read_whole("bytes.tiktoken"), "bytes.tiktoken");
  for (const std::string unit : {"a", "ab", "nation", "\xe6\x9d\xb1"}) {
    const auto repeated = [&](size_t size) {
      std::string text;
      while (text.size() < size) text += unit;
      return text;
    };
    for (const Model* model : {bpe.get(), bytes.get()}) {
      // Far from twice as much for each tenfold, which is what any worse order would take.
      EXPECT_LT(seconds_per_byte(*model, repeated(100000)),
                4 * seconds_per_byte(*model, repeated(5000)))
          << unit;
    }
  }
}

TEST(Models, RefuseWhatIsNotWhole) {
  for (const char* json : {R"([])", R"({"type":"BPE"})", R"({"type":"LSTM","vocab":{}})",
                           R"({"type":"BPE","vocab":{"a":0},"merges":[["a","b"]]})",
                           R"({"type":"BPE","vocab":{"a":0,"b":1},"merges":["a b"]})",
                           R"({"type":"BPE","vocab":{"a":0,"b":1},"merges":["a  b"]})",
                           R"({"type":"BPE","vocab":{"a":0,"b":0},"merges":[]})",
                           R"({"type":"BPE","vocab":{"a":4000000000},"merges":[]})",
                           R"({"type":"BPE","vocab":{"a":-1},"merges":[]})",
                           R"({"type":"BPE","dropout":2,"vocab":{"a":1},"merges":[]})",
                           R"({"type":"Unigram","unk_id":1,"vocab":[["a",0]]})",
                           R"({"type":"Unigram","unk_id":0,"vocab":[["a"]]})",
                           R"({"type":"WordPiece","vocab":{"a":"b"}})"}) {
    try {
      model_of(json);
      ADD_FAILURE() << json;
    } catch (const FormatError& error) {
      EXPECT_EQ(error.msg().rfind("[test] expected", 0), 0u) << error.msg();
    }
  }
  EXPECT_THROW(read_tiktoken("YQ== x", "t"), FormatError);
  EXPECT_THROW(read_tiktoken("YQ=", "t"), FormatError);
  EXPECT_THROW(read_tiktoken("", "t"), FormatError);
  const std::string model = read_whole("unigram.model");
  EXPECT_THROW(read_sentencepiece("", "m"), FormatError);
  EXPECT_THROW(read_sentencepiece(model.substr(0, model.size() / 2), "m"), FormatError);
}

/// Both ways to split aaaaa have the same sum, but for the last bits of scores: these are what
/// tokenizers 0.23 makes of them, and of exact numbers it would be the other way.
TEST(Models, ScoresAreReadAsTokenizersReadsThem) {
  const auto split = [](const std::string& x, const std::string& aa, const std::string& aaa) {
    return encode_whole(
               *model_of(R"({"type":"Unigram","unk_id":0,"vocab":[["<unk>",0.0],["x",)" + x +
                         R"(],["a",-50.0],["aa",)" + aa + R"(],["aaa",)" + aaa + "]]}"),
               "xaaaaa")
        .ids;
  };
  const std::vector<uint32_t> long_first{1, 4, 3}, short_first{1, 3, 4};
  EXPECT_EQ(split("-10.615776765854815", "-8.288225455292036", "-10.942311007486719"), long_first);
  EXPECT_EQ(split("-6.728825993706969", "-5.184659761887609", "-10.176638227988725"), long_first);
  EXPECT_EQ(split("-9.327366858590683", "-4.557066614211458", "-7.939188852493377"), long_first);
  EXPECT_EQ(split("-10.347936335046217", "-10.185950465196834", "-10.173878063719467"),
            short_first);
}

TEST(Models, DropMergesAsTold) {
  const std::string json = R"("vocab":{"a":0,"b":1,"ab":2},"merges":[["a","b"]]})";
  EXPECT_EQ(encode_whole(*model_of(R"({"type":"BPE","dropout":1.0,)" + json), "abab").ids,
            (std::vector<uint32_t>{0, 1, 0, 1}));
  EXPECT_EQ(encode_whole(*model_of(R"({"type":"BPE","dropout":0.0,)" + json), "abab").ids,
            (std::vector<uint32_t>{2, 2}));
  const auto half = model_of(R"({"type":"BPE","dropout":0.5,)" + json);
  int merged = 0;
  for (int i = 0; i < 2000; ++i) merged += encode_whole(*half, "ab").ids.size() == 1 ? 1 : 0;
  EXPECT_GT(merged, 800);
  EXPECT_LT(merged, 1200);
}

}  // namespace
}  // namespace hearth::text
