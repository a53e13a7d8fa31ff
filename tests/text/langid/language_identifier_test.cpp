// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hearth/base/error.h"
#include "hearth/io/safetensors.h"
#include "hearth/ops/creation.h"
#include "hearth/text/langid/train_language_identifier.h"

#include "error_of.h"
#include "langid/features.h"
#include "temporary.h"

namespace hearth::text {
namespace {

using testing::HasSubstr;

std::vector<uint64_t> features(const std::string& text) {
  std::vector<uint64_t> hashes;
  langid::for_each_feature(text, [&](uint64_t hash) { hashes.push_back(hash); });
  return hashes;
}

size_t letters(const std::string& text) {
  return langid::for_each_feature(text, [](uint64_t) {});
}

TEST(LanguageFeatures, AreRunsOfLettersAndWords) {
  // "ab": a, b, <a, ab, b>, <ab, ab>, and the word: <ab> has four letters and is the word.
  EXPECT_EQ(features("ab").size(), 8u);
  EXPECT_EQ(features("a").size(), 4u);  // a, <a, a>, the word
  EXPECT_TRUE(features("").empty());
  EXPECT_TRUE(features("12 + 3 = 15 !? \xe2\x80\xa6 \xf0\x9f\x99\x82").empty());
  // All differ.
  auto hashes = features("brownies");
  std::sort(hashes.begin(), hashes.end());
  EXPECT_EQ(std::unique(hashes.begin(), hashes.end()), hashes.end());
}

TEST(LanguageFeatures, DontDependOnWhatIsNoLetterOrOnCase) {
  EXPECT_EQ(features("Straße, ÄÖÜ!"), features("straße 7 äöü"));
  EXPECT_EQ(features("ПРИВЕТ Ёж Їжак"), features("привет ёж їжак"));
  EXPECT_EQ(features("ΚΑΛΗΜΕΡΑ Ώρα"), features("καλημερα ώρα"));
  EXPECT_EQ(features("ŁÓDŹ Ğ Ő Ż"), features("łódź ğ ő ż"));
  EXPECT_NE(features("ab"), features("a b"));
  EXPECT_NE(features("ab"), features("ba"));
}

TEST(LanguageFeatures, CountLetters) {
  EXPECT_EQ(letters("a b, c1"), 3u);
  EXPECT_EQ(letters("日本語のテキスト。"), 16u);
  EXPECT_EQ(letters(std::string(1000, 'x')), 1000u);
}

/// Sentences of words that only one of two languages has.
std::vector<TextInLanguage> invented(size_t n) {
  const std::vector<std::string> low{"banana", "bara", "nabab", "ana"};
  const std::vector<std::string> high{"kitsilik", "tiki", "stilk", "ili"};
  std::vector<TextInLanguage> texts;
  for (size_t i = 0; i < n; ++i) {
    const auto& words = i % 2 ? high : low;
    std::string text;
    for (size_t k = 0; k < 8; ++k) text += words[(i * 7 + k * k + i / 3) % 4] + " ";
    texts.push_back({i % 2 ? "high" : "low", text});
  }
  return texts;
}

LanguageTrainingOptions quick() {
  return LanguageTrainingOptions().steps(40).batch_size(16).buckets(256).dim(5).dropout(0).seed(3);
}

TEST(LanguageIdentifier, LearnsAndKeepsWhatItLearned) {
  const auto texts = invented(40);
  std::vector<int64_t> steps;
  const auto identifier = train_language_identifier(
      texts, quick().dataset("invented"), [&](int64_t step, double) { steps.push_back(step); });
  EXPECT_EQ(steps.size(), 40u);
  EXPECT_EQ(identifier.languages(), (std::vector<std::string>{"high", "low"}));
  const Language found = identifier.identify("Nabab? Banana!", 5);
  EXPECT_EQ(found.language, "low");
  EXPECT_GT(found.score, 0.7f);
  ASSERT_EQ(found.top.size(), 2u);
  EXPECT_EQ(found.top[0].language, "low");
  EXPECT_EQ(found.top[1].language, "high");
  EXPECT_NEAR(found.top[0].score + found.top[1].score, 1, 1e-5);

  const LanguageAccuracy accuracy = evaluate(identifier, texts);
  EXPECT_EQ(accuracy.all().texts, 40);
  EXPECT_EQ(accuracy.all().right, 40);
  EXPECT_EQ(accuracy.by_language.at(0).texts, 20);
  EXPECT_EQ(accuracy.by_length.at(0).texts, 0);

  TemporaryFolder folder;
  identifier.save(folder / "model.safetensors");
  const auto again = LanguageIdentifier::load(folder / "model.safetensors");
  EXPECT_EQ(again.languages(), identifier.languages());
  EXPECT_EQ(again.dataset(), "invented");
  EXPECT_EQ(again.identify("tiki ana").score, identifier.identify("tiki ana").score);
  // The same seed gives the same bits.
  train_language_identifier(texts, quick().dataset("invented")).save(folder / "again");
  EXPECT_EQ(read_text(folder / "again"), read_text(folder / "model.safetensors"));
}

TEST(LanguageIdentifier, TakesTextsOfAnyLengthAndBytes) {
  for (const int64_t dim : {3, 16, 20}) {
    const auto identifier = train_language_identifier(invented(40), quick().dim(dim));
    const std::string sentence = "banana bara tiki ana ";
    std::string repeated;
    for (int i = 0; i < 300; ++i) repeated += sentence;
    // The mean of what is repeated is that of one.
    EXPECT_NEAR(identifier.identify(repeated).score, identifier.identify(sentence).score, 1e-5);
    EXPECT_EQ(identifier.identify("\xff banana \xc3").language, "low");
    const Language none = identifier.identify("\xff\xfe 12");
    EXPECT_EQ(none.language, "und");
    EXPECT_EQ(none.score, 0);
    EXPECT_TRUE(none.top.empty());
    EXPECT_EQ(identifier.identify("").language, "und");
    EXPECT_EQ(identifier.identify(std::string(1'000'000, 'i')).language, "high");
    EXPECT_EQ(identifier.identify("banana", 0).top.size(), 1u);
  }
}

TEST(LanguageIdentifier, RefusesWhatItCannotLearnFrom) {
  EXPECT_THAT(error_of<ValueError>([] {
                train_language_identifier(std::vector<TextInLanguage>{{"de", "ja"}});
              }),
              HasSubstr("two languages or more, got 1"));
  EXPECT_THAT(error_of<ValueError>([] { train_language_identifier(invented(4), quick().dim(65)); }),
              HasSubstr("dim from 1 to 64"));
  EXPECT_THAT(
      error_of<ValueError>([] { train_language_identifier(invented(4), quick().buckets(100)); }),
      HasSubstr("a power of 2"));
  EXPECT_THAT(error_of<ValueError>([] {
                train_language_identifier(std::vector<TextInLanguage>{{"de", "ja"}, {"en", "\xff"}},
                                          quick());
              }),
              HasSubstr("a text in en is no UTF-8"));
}

struct BrokenIdentifier : testing::Test {
  std::string error(const safetensors::NamedTensors& tensors, safetensors::Metadata metadata) {
    safetensors::save_file(tensors, folder / "broken", metadata);
    return error_of<FormatError>([&] { LanguageIdentifier::load(folder / "broken"); });
  }
  TemporaryFolder folder;
  safetensors::Metadata metadata{
      {"classes", "de\nen"}, {"dataset", "none"}, {"features", std::string(langid::kFeatures)}};
  safetensors::NamedTensors tensors{{"vectors", zeros({4, 3}, kChar)},
                                    {"linear.weight", zeros({2, 3})},
                                    {"linear.bias", zeros({2})}};
};

TEST_F(BrokenIdentifier, IsRefused) {
  safetensors::save_file(tensors, folder / "whole", metadata);
  EXPECT_EQ(LanguageIdentifier::load(folder / "whole").identify("ja").top.size(), 1u);
  EXPECT_THAT(error(tensors, {}), HasSubstr("broken"));
  auto others = metadata;
  others["features"] = "vowels";
  EXPECT_THAT(error(tensors, others), HasSubstr("got 'vowels'"));
  auto three = metadata;
  three["classes"] = "de\nen\nfr";
  EXPECT_THAT(error(tensors, three), HasSubstr("weights of 3 languages"));
  auto fewer = tensors;
  fewer.pop_back();
  EXPECT_THAT(error(fewer, metadata), HasSubstr("no tensor linear.bias"));
  auto odd = tensors;
  odd[0].second = zeros({5, 3}, kChar);
  EXPECT_THAT(error(odd, metadata), HasSubstr("a power of 2"));
  auto wide = tensors;
  wide[0].second = zeros({4, 65}, kChar);
  wide[1].second = zeros({2, 65});
  EXPECT_THAT(error(wide, metadata), HasSubstr("up to 64"));
  auto floats = tensors;
  floats[0].second = zeros({4, 3});
  EXPECT_THAT(error(floats, metadata), HasSubstr("expected vectors as"));
}

}  // namespace
}  // namespace hearth::text
