// SPDX-License-Identifier: Apache-2.0
#include "hearth/text/transforms/transforms.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hearth/ops/creation.h"
#include "hearth/ops/index.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/text/transforms/masking.h"
#include "hearth/text/transforms/word_tokenizers.h"

#include "error_of.h"
#include "temporary.h"

namespace hearth::text {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<int64_t> values(const Tensor& t) {
  const Tensor flat = t.contiguous();
  return {flat.data_ptr<int64_t>(), flat.data_ptr<int64_t>() + flat.numel()};
}

TEST(TextTransforms, OneAfterAnother) {
  const Vocab words({"<unk>", "<s>", "hello", "you"}, 0);
  const Sequential to_ids(Truncate(2), AddToken("<s>"), VocabTransform(words), ToTensor());
  EXPECT_THAT(values(to_ids(Tokens{"hello", "there", "you"})), ElementsAre(1, 2, 0));
  const Sequential ids(AddToken(9, false), Truncate(3));
  EXPECT_THAT(ids(Ids{1, 2}), ElementsAre(1, 2, 9));
}

TEST(TextTransforms, ListsBecomeTensors) {
  const std::vector<Ids> lists = {{1, 2, 3}, {}, {4}};
  const Tensor padded = ToTensor(7)(lists);
  EXPECT_EQ(padded.sizes(), (std::vector<int64_t>{3, 3}));
  EXPECT_THAT(values(padded), ElementsAre(1, 2, 3, 7, 7, 7, 4, 7, 7));
  EXPECT_THAT(error_of<ShapeError>([&] { ToTensor()(lists); }), HasSubstr("no padding_value"));
  EXPECT_EQ(ToTensor(0, kInt)(lists).scalar_type(), kInt);
  EXPECT_EQ(functional::to_tensor(Ids{}).size(0), 0);
  EXPECT_THAT(values(PadTransform(5, 7)(functional::to_tensor(Ids{1, 2}))),
              ElementsAre(1, 2, 7, 7, 7));
  EXPECT_THAT(values(PadTransform(1, 7)(padded)), ElementsAre(1, 2, 3, 7, 7, 7, 4, 7, 7));
}

TEST(TextTransforms, Labels) {
  EXPECT_THAT(LabelToIndex({"b", "a"})(std::vector<std::string>{"a", "b"}), ElementsAre(1, 0));
  EXPECT_EQ(LabelToIndex({"b", "a"}, true)("a"), 0);
  EXPECT_FALSE(error_of<ValueError>([&] { LabelToIndex({"a"})("c"); }).empty());
  const TemporaryFolder folder;
  write_text(folder / "labels", "x\ny\n");
  EXPECT_THAT(LabelToIndex::from_file(folder / "labels").label_names(), ElementsAre("x", "y"));
  EXPECT_THAT(StrToIntTransform()(Tokens{"12", "-3"}), ElementsAre(12, -3));
  EXPECT_THAT(error_of<ValueError>([&] { functional::str_to_int("1.5"); }),
              HasSubstr("expected a whole number, got '1.5'"));
}

// Expected values are those of torchtext 0.18.
TEST(TextTransforms, BasicEnglish) {
  EXPECT_THAT(basic_english("You can now install TorchText using pip!"),
              ElementsAre("you", "can", "now", "install", "torchtext", "using", "pip", "!"));
  EXPECT_THAT(basic_english("It's \"Ünï\"-code;ok: (a,b)? x...<br />y <br/>"),
              ElementsAre("it", "'", "s", "ünï-code", "ok", "(", "a", ",", "b", ")", "?", "x", ".",
                          ".", ".", "y", "<br/>"));
  EXPECT_THAT(basic_english(""), ElementsAre());
  EXPECT_THAT(basic_english("  \t\n"), ElementsAre());
  EXPECT_THAT(split_words(" a\u3000b \xff"), ElementsAre("a", "b", "\ufffd"));
}

TEST(TextTransforms, NGrams) {
  const Tokens tokens = {"here", "we", "are"};
  EXPECT_THAT(ngrams_iterator(tokens, 1), ElementsAre("here", "we", "are"));
  EXPECT_THAT(ngrams_iterator(tokens, 3),
              ElementsAre("here", "we", "are", "here we", "we are", "here we are"));
  EXPECT_THAT(ngrams_iterator(tokens, 1000).size(), 6u);
  EXPECT_THAT(ngrams_iterator(Tokens{}, 2), ElementsAre());
}

TEST(TextTransforms, RegularExpressions) {
  try {
    const RegexTokenizer tokenize({{"'", " '  "}, {"\"", ""}, {"[0-9]+", " # "}});
    EXPECT_THAT(tokenize("it's \"12\" or 345x"), ElementsAre("it", "'", "s", "#", "or", "#", "x"));
  } catch (const NotImplementedError&) {
    GTEST_SKIP() << "built without PCRE2";
  }
  EXPECT_FALSE(error_of<FormatError>([&] {
                 const std::vector<std::pair<std::string, std::string>> broken = {{"(", ""}};
                 RegexTokenizer{broken};
               }).empty());
}

TEST(TextTransforms, MasksAShareOfTokens) {
  manual_seed(3);
  const Tensor tokens = randint(5, 1000, {40, 50}, kLong);
  tokens.select(1, 0).fill_(1);
  tokens.narrow(1, 40, 10).fill_(0);
  const MaskedTokens masked = MaskTransform(MaskTransformOptions(1000, 3, 1, 0))(tokens);
  const Tensor chosen = masked.mask.to(kBool);
  // 7 of 50 positions in each row, without begins and padding.
  EXPECT_LE(masked.mask.sum().item<int64_t>(), 40 * 7);
  EXPECT_GE(masked.mask.sum().item<int64_t>(), 40 * 4);
  EXPECT_EQ(chosen.logical_and(tokens.le(1)).sum().item<int64_t>(), 0);
  EXPECT_EQ(values(masked.target_tokens), values(masked_select(tokens, chosen)));
  const int64_t differ = masked.masked_tokens.ne(tokens).sum().item<int64_t>();
  EXPECT_EQ(masked.masked_tokens.ne(tokens).logical_and(chosen).sum().item<int64_t>(), differ);
  const double share = static_cast<double>(masked.masked_tokens.eq(3).sum().item<int64_t>()) /
                       static_cast<double>(masked.mask.sum().item<int64_t>());
  EXPECT_NEAR(share, 0.8, 0.08);
  // One at least.
  const Tensor padding = zeros({2, 3}, kLong);
  EXPECT_EQ(MaskTransform(MaskTransformOptions(9, 3, 1, 0))(padding).mask.sum().item<int64_t>(), 1);
  EXPECT_FALSE(error_of<ShapeError>([&] {
                 MaskTransform(MaskTransformOptions(9, 3, 1, 0))(zeros({3}, kLong));
               }).empty());
}

TEST(TextTransforms, MasksTokensForLanguageModels) {
  manual_seed(5);
  const Tensor ids = randint(10, 1000, {100, 64}, kLong);
  Tensor special = zeros({100, 64}, kLong);
  special.select(1, 0).fill_(1);
  const MlmBatch batch = mask_tokens(ids, special, MlmOptions(1000, 4));
  const Tensor chosen = batch.labels.ne(-100);
  const double n = static_cast<double>(chosen.sum().item<int64_t>());
  EXPECT_NEAR(n / (100 * 63), 0.15, 0.02);
  EXPECT_EQ(chosen.logical_and(special.to(kBool)).sum().item<int64_t>(), 0);
  EXPECT_EQ(values(masked_select(batch.labels, chosen)), values(masked_select(ids, chosen)));
  EXPECT_NEAR(static_cast<double>(batch.input_ids.eq(4).sum().item<int64_t>()) / n, 0.8, 0.05);
  const Tensor same = batch.input_ids.eq(ids).logical_and(chosen);
  EXPECT_NEAR(static_cast<double>(same.sum().item<int64_t>()) / n, 0.1, 0.04);
  EXPECT_FALSE(error_of<ValueError>([&] {
                 mask_tokens(ids, {}, MlmOptions(1000, 4).random_replace_prob(0.5));
               }).empty());
}

}  // namespace
}  // namespace hearth::text
