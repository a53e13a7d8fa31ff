// SPDX-License-Identifier: Apache-2.0
#include "hearth/text/training/word_tokenizer.h"

#include <gtest/gtest.h>

#include "hearth/text/tokenizers/auto_tokenizer.h"

#include "error_of.h"
#include "temporary.h"

namespace hearth::text {
namespace {

TEST(WordTokenizer, KnowsTheMostFrequentWords) {
  const std::vector<std::string> texts{"b a, b c!", "a b 漢字", "[PAD] \"x"};
  const PreTrainedTokenizer t = word_tokenizer(texts, 6);
  EXPECT_EQ(t.tokenizer.vocab_size(), 6u);
  EXPECT_EQ(t.pad_token_id(), 0u);
  EXPECT_EQ(t.unk_token_id(), 1u);
  EXPECT_EQ(t.encode("b a z"), (std::vector<uint32_t>{2, 3, 1}));
  const TemporaryFolder folder;
  t.save_pretrained(folder.path);
  EXPECT_EQ(AutoTokenizer::from_pretrained(folder.path).encode("b a z"), t.encode("b a z"));
  EXPECT_EQ(word_tokenizer(texts, 1000).encode("c !").size(), 2u);
  EXPECT_NE(error_of<ValueError>([&] { word_tokenizer(texts, 1); }), "");
  EXPECT_EQ(word_tokenizer({}, 9).encode("x"), std::vector<uint32_t>{1});
}

}  // namespace
}  // namespace hearth::text
