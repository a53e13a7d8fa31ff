// SPDX-License-Identifier: Apache-2.0
#include "hearth/text/vocab/vocab.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "error_of.h"

namespace hearth::text {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Lists = std::vector<std::vector<std::string>>;

TEST(Vocab, FindsTokensAndIndices) {
  Vocab words({"<unk>", "a", "b"});
  EXPECT_EQ(words.size(), 3u);
  EXPECT_TRUE(words.contains("a"));
  EXPECT_EQ(words["b"], 2);
  EXPECT_THAT(error_of<ValueError>([&] { words["z"]; }), HasSubstr("there is no token 'z'"));
  words.set_default_index(0);
  EXPECT_THAT(words(std::vector<std::string>{"a", "z", "b"}), ElementsAre(1, 0, 2));
  EXPECT_EQ(words.get_default_index(), 0);
  EXPECT_THAT(words.lookup_tokens(std::vector<int64_t>{2, 0}), ElementsAre("b", "<unk>"));
  EXPECT_FALSE(error_of<IndexError>([&] { words.lookup_token(3); }).empty());
  EXPECT_FALSE(error_of<IndexError>([&] { words.lookup_token(-1); }).empty());
  words.insert_token("new", 1);
  EXPECT_THAT(words.get_itos(), ElementsAre("<unk>", "new", "a", "b"));
  EXPECT_EQ(words.get_stoi().at("b"), 3);
  words.append_token("last");
  EXPECT_EQ(words["last"], 4);
  EXPECT_THAT(error_of<ValueError>([&] { words.insert_token("a", 0); }), HasSubstr("at 2"));
  EXPECT_FALSE(error_of<IndexError>([&] { words.insert_token("x", 6); }).empty());
  EXPECT_FALSE(error_of<ValueError>([&] { Vocab({"a", "a"}); }).empty());
}

// Orders are those of torchtext 0.18.
TEST(Vocab, IsBuiltOfTokens) {
  const Lists lists = {{"b", "a", "c", "b"}, {"é", "a", "b"}, {}, {"c", "<unk>"}};
  EXPECT_THAT(build_vocab_from_iterator(lists).get_itos(),
              ElementsAre("b", "a", "c", "<unk>", "é"));
  EXPECT_THAT(build_vocab_from_iterator(lists, VocabOptions().min_freq(2)).get_itos(),
              ElementsAre("b", "a", "c"));
  const VocabOptions specials = VocabOptions().specials({"<unk>", "<pad>"});
  EXPECT_THAT(build_vocab_from_iterator(lists, specials).get_itos(),
              ElementsAre("<unk>", "<pad>", "b", "a", "c", "é"));
  EXPECT_THAT(
      build_vocab_from_iterator(lists, VocabOptions(specials).special_first(false)).get_itos(),
      ElementsAre("b", "a", "c", "é", "<unk>", "<pad>"));
  EXPECT_THAT(build_vocab_from_iterator(lists, VocabOptions(specials).max_tokens(4)).get_itos(),
              ElementsAre("<unk>", "<pad>", "b", "a"));
  EXPECT_THAT(error_of<ValueError>(
                  [&] { build_vocab_from_iterator(lists, VocabOptions(specials).max_tokens(2)); }),
              HasSubstr("larger than the number of specials, 2, got 2"));
}

TEST(Vocab, KeepsAnOrderThatIsGiven) {
  const std::vector<std::pair<std::string, int64_t>> ordered = {{"z", 1}, {"<s>", 9}, {"a", 3}};
  EXPECT_THAT(vocab(ordered, VocabOptions().specials({"<s>"})).get_itos(),
              ElementsAre("<s>", "z", "a"));
  EXPECT_THAT(vocab(ordered, VocabOptions().min_freq(2)).get_itos(), ElementsAre("<s>", "a"));
}

}  // namespace
}  // namespace hearth::text
