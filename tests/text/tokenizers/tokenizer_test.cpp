// SPDX-License-Identifier: Apache-2.0
// What goldens don't say: errors, the methods of an Encoding, settings, threads, streams.
#include "hearth/text/tokenizers/tokenizer.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hearth/base/error.h"
#include "hearth/base/threads.h"
#include "hearth/text/tokenizers/decode_stream.h"

#include "temporary.h"

namespace hearth::text {
namespace {

using testing::ElementsAre, testing::HasSubstr, testing::IsEmpty;
using Ids = std::vector<uint32_t>;

/// Words between blanks; "é" is two bytes.
const std::string kWords = R"({"version":"1.0","truncation":null,"padding":null,
  "added_tokens":[{"id":0,"content":"<pad>","single_word":false,"lstrip":false,"rstrip":false,
    "normalized":false,"special":true}],
  "normalizer":null,"pre_tokenizer":{"type":"WhitespaceSplit"},
  "post_processor":{"type":"TemplateProcessing",
    "single":[{"SpecialToken":{"id":"<s>","type_id":0}},{"Sequence":{"id":"A","type_id":0}}],
    "pair":[{"SpecialToken":{"id":"<s>","type_id":0}},{"Sequence":{"id":"A","type_id":0}},
      {"Sequence":{"id":"B","type_id":1}}],
    "special_tokens":{"<s>":{"id":"<s>","ids":[2],"tokens":["<s>"]}}},
  "decoder":null,
  "model":{"type":"WordLevel","vocab":{"<pad>":0,"<unk>":1,"<s>":2,"a":3,"b":4,"\u00e9":5},
    "unk_token":"<unk>"}})";

Tokenizer words() { return Tokenizer::from_json(kWords); }

std::string message_of(const std::string& json) {
  try {
    Tokenizer::from_json(json, "some.json");
  } catch (const FormatError& e) {
    return e.what();
  }
  return "nothing was thrown";
}

std::string with(std::string json, const std::string& what, const std::string& by) {
  return json.replace(json.find(what), what.size(), by);
}

TEST(Tokenizer, PostProcessorsFollowEachOther) {
  const std::string text = R"({"Sequence":{"id":"A","type_id":0}})";
  std::string five = text;
  for (int i = 1; i < 5; ++i) five += "," + text;
  EXPECT_THAT(message_of(with(kWords, text + "],\n    \"pair\"", five + "],\n    \"pair\"")),
              HasSubstr("post_processor.single: expected at most 4 texts"));
  const size_t begin = kWords.find(R"({"type":"TemplateProcessing")");
  const std::string frame = kWords.substr(begin, kWords.find(R"("decoder")") - 4 - begin);
  const Tokenizer twice = Tokenizer::from_json(
      with(kWords, frame, R"({"type":"Sequence","processors":[)" + frame + "," + frame + "]}"));
  // The second gets a pair: what the first has put there, and the text.
  EXPECT_THAT(twice.encode("a b").ids, ElementsAre(2, 2, 3, 4));
  EXPECT_THAT(twice.encode_ids("a b"), ElementsAre(2, 2, 3, 4));
  EXPECT_EQ(twice.num_special_tokens_to_add(false), 2U);
  EXPECT_THAT(twice.encode("a", "b", EncodeOptions().add_special_tokens(false)).ids,
              ElementsAre(3, 4));
  EXPECT_THROW(twice.encode("a", "b"), ValueError);
  const Tokenizer thrice = Tokenizer::from_json(
      with(kWords, frame,
           R"({"type":"Sequence","processors":[)" + frame + "," + frame + "," + frame + "]}"));
  EXPECT_THAT(thrice.encode_ids("a b", false), ElementsAre(3, 4));
  EXPECT_THROW(thrice.encode_ids("a b"), ValueError);
  // The first leaves nothing for the second.
  const std::string no_text = with(frame, "," + text + "]", "]");
  const Tokenizer none = Tokenizer::from_json(
      with(kWords, frame, R"({"type":"Sequence","processors":[)" + no_text + "," + frame + "]}"));
  EXPECT_THAT(none.encode("a b").ids, ElementsAre(2, 2));
  EXPECT_THROW(none.encode("a b", EncodeOptions().add_special_tokens(false)), ValueError);
}

// Of one character come several pieces, and all stand at the front.
TEST(Tokenizer, IdsAloneAreThoseOfAnEncoding) {
  const Tokenizer tokenizer = Tokenizer::from_json(R"({"normalizer":{"type":"NFKC"},
    "pre_tokenizer":{"type":"Sequence","pretokenizers":[{"type":"Digits","individual_digits":true},
      {"type":"Metaspace","replacement":"\u2581","prepend_scheme":"first","split":true}]},
    "model":{"type":"WordLevel","unk_token":"<unk>","vocab":{"<unk>":0,"\u25811":1,
      "\u2581\u2044":2,"\u25812":3,"x":4}}})");
  for (const bool add_special_tokens : {false, true})
    EXPECT_THAT(tokenizer.encode_ids("\u00bdx", add_special_tokens), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(tokenizer.encode("\u00bdx").ids, ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(tokenizer.encode_ids("1x"), ElementsAre(1, 4));
}

TEST(Tokenizer, SaysWhatIsWrongWithAFile) {
  EXPECT_THAT(message_of(""), HasSubstr("[some.json] expected the JSON of a tokenizer"));
  EXPECT_THAT(message_of("[]"), HasSubstr("[some.json] the file: expected an object"));
  EXPECT_THAT(message_of("{}"), HasSubstr("[some.json] model: expected"));
  EXPECT_THAT(message_of(with(kWords, "1.0", "2.0")), HasSubstr("version: expected 1.0, got 2.0"));
  EXPECT_THAT(message_of(with(kWords, "WordLevel", "Words")), HasSubstr("Words"));
  EXPECT_THAT(message_of(with(kWords, "TemplateProcessing", "Template")),
              HasSubstr("post_processor.type: expected ByteLevel"));
  EXPECT_THAT(message_of(with(kWords, R"("ids":[2])", R"("ids":[2,3])")),
              HasSubstr("tokens: expected as many as ids"));
  EXPECT_THAT(
      message_of(with(kWords, R"("SpecialToken":{"id":"<s>")", R"("SpecialToken":{"id":"<t>")")),
      HasSubstr("expected one of special_tokens, got <t>"));
  EXPECT_THAT(message_of(with(kWords, R"("decoder":null)", R"("decoder":{"type":"Rot13"})")),
              HasSubstr("decoder.type: expected"));
  EXPECT_THAT(message_of(with(kWords, R"("padding":null)", R"("padding":{"strategy":"Most"})")),
              HasSubstr("padding."));
  std::string deep = R"({"type":"Fuse"})";
  for (int i = 0; i < 20; ++i) deep = R"({"type":"Sequence","decoders":[)" + deep + "]}";
  EXPECT_THAT(message_of(with(kWords, R"("decoder":null)", R"("decoder":)" + deep)),
              HasSubstr("expected fewer sequences in one another"));
  EXPECT_THROW(Tokenizer::from_file("/nowhere/tokenizer.json"), FileError);
}

TEST(Tokenizer, RefusesWhatIsNoUtf8) {
  try {
    words().encode("ab\xff");
    FAIL();
  } catch (const ValueError& e) {
    EXPECT_THAT(e.what(), HasSubstr("an invalid byte at 2 of 3"));
  }
  EXPECT_THROW(words().encode_ids("\xed\xa0\x80"), ValueError);
}

TEST(Tokenizer, CountsCharactersOrBytes) {
  const Tokenizer tokenizer = words();
  const std::string text = "\xc3\xa9 a \xc3\xa9";
  EXPECT_THAT(tokenizer.encode(text).offsets,
              ElementsAre(Offset{0, 0}, Offset{0, 1}, Offset{2, 3}, Offset{4, 5}));
  EXPECT_THAT(tokenizer.encode(text, EncodeOptions().offsets(OffsetUnit::Bytes)).offsets,
              ElementsAre(Offset{0, 0}, Offset{0, 2}, Offset{3, 4}, Offset{5, 7}));
}

TEST(Tokenizer, FindsItsWayBetweenTokensWordsAndCharacters) {
  const Encoding pair = words().encode("a b", "b c a");
  EXPECT_THAT(pair.ids, ElementsAre(2, 3, 4, 4, 1, 3));
  EXPECT_EQ(pair.n_sequences(), 2u);
  EXPECT_EQ(pair.sequence_range(1), (Offset{3, 6}));
  EXPECT_EQ(pair.token_to_sequence(0), std::nullopt);
  EXPECT_EQ(pair.token_to_sequence(4), 1u);
  EXPECT_EQ(pair.token_to_chars(4), std::pair(size_t{1}, Offset{2, 3}));
  EXPECT_EQ(pair.token_to_word(5), std::pair(size_t{1}, 2u));
  EXPECT_EQ(pair.token_to_word(0), std::nullopt);
  EXPECT_EQ(pair.word_to_tokens(1, 1), (Offset{4, 5}));
  EXPECT_EQ(pair.word_to_tokens(7, 1), std::nullopt);
  EXPECT_EQ(pair.word_to_chars(1, 0), (Offset{2, 3}));
  EXPECT_EQ(pair.char_to_token(2, 0), 2u);
  EXPECT_EQ(pair.char_to_token(1, 0), std::nullopt);
  EXPECT_EQ(pair.char_to_word(4, 1), 2u);
  EXPECT_THROW(pair.token(6), IndexError);
}

TEST(Tokenizer, AddsTokens) {
  Tokenizer tokenizer = words();
  const Encoding before = tokenizer.encode("xy");
  EXPECT_EQ(tokenizer.add_tokens(
                {AddedToken().content("xy"), AddedToken().content("a"), AddedToken().content("")}),
            2u);
  EXPECT_EQ(tokenizer.add_tokens({AddedToken().content("xy")}), 0u);
  EXPECT_EQ(tokenizer.token_to_id("xy"), 6u);
  EXPECT_EQ(tokenizer.vocab_size(), 7u);
  EXPECT_EQ(tokenizer.vocab_size(false), 6u);
  EXPECT_THAT(tokenizer.encode("axyb").ids, ElementsAre(2, 3, 6, 4));
  EXPECT_EQ(before.token(1), "<unk>");
  EXPECT_EQ(tokenizer.add_special_tokens({AddedToken().content("[x]").normalized(false)}), 1u);
  EXPECT_TRUE(tokenizer.is_special(7));
  EXPECT_EQ(tokenizer.decode({3, 7, 4}), "a b");
  EXPECT_EQ(tokenizer.decode({3, 7, 4}, false), "a [x] b");
  EXPECT_EQ(tokenizer.decode({3, 1000000, 4}), "a b");
  tokenizer.set_encode_special_tokens(true);
  EXPECT_THAT(tokenizer.encode("[x]").ids, ElementsAre(2, 1));
  EXPECT_EQ(tokenizer.id_to_token(8), std::nullopt);
}

TEST(Tokenizer, Truncates) {
  Tokenizer tokenizer = words();
  tokenizer.enable_truncation(Truncation().max_length(3).stride(1));
  const Encoding encoding = tokenizer.encode("a b a b");
  EXPECT_THAT(encoding.ids, ElementsAre(2, 3, 4));
  ASSERT_EQ(encoding.overflowing.size(), 2u);
  EXPECT_THAT(encoding.overflowing[1].ids, ElementsAre(2, 3, 4));
  EXPECT_THAT(encoding.overflowing[1].words, ElementsAre(Encoding::kNoWord, 2, 3));
  EXPECT_THAT(tokenizer.encode_ids("a b a b"), ElementsAre(2, 3, 4));
  EXPECT_THROW(tokenizer.enable_truncation(Truncation().max_length(3).stride(2)), ValueError);
  EXPECT_THROW(tokenizer.enable_truncation(Truncation().max_length(-1)), ValueError);
  tokenizer.enable_truncation(Truncation().max_length(0));
  EXPECT_THROW(tokenizer.encode("a"), ValueError);
  tokenizer.enable_truncation(Truncation().max_length(3).strategy(TruncationStrategy::OnlySecond));
  EXPECT_THROW(tokenizer.encode("a b a b"), ValueError);
  EXPECT_THROW(tokenizer.encode_ids("a b a b"), ValueError);
  EXPECT_THAT(tokenizer.encode("a", "b a b").ids, ElementsAre(2, 3, 4));
}

TEST(Tokenizer, PadsABatchToItsLongest) {
  Tokenizer tokenizer = words();
  tokenizer.enable_padding(Padding().pad_token("<pad>").pad_to_multiple_of(3));
  const std::vector<std::string> texts{"a", "a b a", ""};
  const auto batch = tokenizer.encode_batch(texts);
  EXPECT_THAT(batch[0].ids, ElementsAre(2, 3, 0, 0, 0, 0));
  EXPECT_THAT(batch[0].attention_mask, ElementsAre(1, 1, 0, 0, 0, 0));
  EXPECT_THAT(batch[1].ids, ElementsAre(2, 3, 4, 3, 0, 0));
  EXPECT_EQ(batch[2].token(1), "<pad>");
  EXPECT_THAT(tokenizer.encode_batch(std::vector<std::string>()), IsEmpty());
}

TEST(Tokenizer, GivesTheSameOnAnyNumberOfThreads) {
  const Tokenizer tokenizer = words();
  std::vector<std::string> texts;
  for (int i = 0; i < 200; ++i)
    texts.push_back(std::string(i % 7, 'a') + " b a " + (i % 3 ? "a" : ""));
  std::vector<Ids> alone;
  for (const std::string& text : texts) alone.push_back(tokenizer.encode_ids(text));
  for (const int threads : {1, 2, 5}) {
    EXPECT_EQ(tokenizer.encode_ids_batch(texts, EncodeOptions().num_threads(threads)), alone);
    const auto full = tokenizer.encode_batch(texts, EncodeOptions().num_threads(threads));
    for (size_t i = 0; i < texts.size(); ++i) EXPECT_EQ(full[i].ids, alone[i]);
  }
  EXPECT_THROW(tokenizer.encode_batch(texts, EncodeOptions().num_threads(-1)), ValueError);
  texts[100] = "\xff";
  EXPECT_THROW(tokenizer.encode_ids_batch(texts, EncodeOptions().num_threads(2)), ValueError);
}

TEST(Tokenizer, IsSavedWhole) {
  const TemporaryFolder folder;
  Tokenizer tokenizer = words();
  tokenizer.enable_truncation(Truncation().max_length(7).direction(Side::Left));
  tokenizer.enable_padding(Padding().length(9).direction(Side::Left).pad_token("<pad>"));
  tokenizer.save(folder / "tokenizer.json");
  const Tokenizer read = Tokenizer::from_file(folder / "tokenizer.json");
  EXPECT_EQ(read.to_json(), tokenizer.to_json());
  EXPECT_EQ(read.truncation()->max_length(), 7);
  EXPECT_EQ(read.padding()->length(), 9);
  EXPECT_THROW(tokenizer.save(folder / "none/tokenizer.json"), FileError);
}

TEST(DecodeStream, WaitsForWholeCharacters) {
  // Bytes of "é" are two tokens.
  const Tokenizer tokenizer = Tokenizer::from_json(R"({"version":"1.0","added_tokens":[],
    "decoder":{"type":"Sequence","decoders":[{"type":"ByteFallback"},{"type":"Fuse"},
      {"type":"Strip","content":" ","start":1,"stop":0}]},
    "model":{"type":"WordLevel","vocab":{" a":0,"<0xC3>":1,"<0xA9>":2,"<0xFF>":3},
      "unk_token":" a"}})");
  DecodeStream stream(tokenizer);
  EXPECT_EQ(stream.step(0), "a");
  EXPECT_EQ(stream.step(0), " a");
  EXPECT_EQ(stream.step(1), std::nullopt);
  EXPECT_EQ(stream.step(2), "\xc3\xa9");
  EXPECT_EQ(stream.step(3), std::nullopt);
  EXPECT_EQ(stream.finish(), "\xef\xbf\xbd");
  EXPECT_EQ(stream.finish(), std::nullopt);
}

}  // namespace
}  // namespace hearth::text
