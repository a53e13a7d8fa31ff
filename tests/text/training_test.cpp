// SPDX-License-Identifier: Apache-2.0
// Examples from texts, and trainings of small models on them.
#include <gtest/gtest.h>

#include "hearth/base/generator.h"
#include "hearth/tensor/tensor_literal.h"
#include "hearth/text/models/gpt2.h"
#include "hearth/text/models/lstm.h"
#include "hearth/text/tokenizers/auto_tokenizer.h"
#include "hearth/text/training/encode_examples.h"
#include "hearth/text/training/text_trainer.h"
#include "hearth/train/callbacks/model_checkpoint.h"

#include "error_of.h"
#include "temporary.h"

namespace hearth::text {
namespace {

/// Words between spaces; "un" and "##able" are pieces of one.
PreTrainedTokenizer tokenizer() {
  PreTrainedTokenizer t(Tokenizer::from_json(R"({"version": "1.0",
      "pre_tokenizer": {"type": "WhitespaceSplit"},
      "post_processor": {"type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]},
      "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                "max_input_chars_per_word": 100,
                "vocab": {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "good": 4, "bad": 5,
                          "un": 6, "##able": 7, "film": 8, "day": 9}}})"));
  t.pad_token = "[PAD]";
  return t;
}
using Ids = std::vector<uint32_t>;
using Labels = std::vector<int64_t>;

TEST(TokenExamples, TextsHaveOneLabelEach) {
  const TokenExamples e = labeled_examples(
      tokenizer(), std::vector<std::string>{"good film", "bad bad bad day"}, Labels{1, 0}, 5);
  EXPECT_EQ(e.examples[0].ids, (Ids{2, 4, 8, 3}));
  EXPECT_EQ(e.examples[1].ids, (Ids{2, 5, 5, 5, 3}));  // cut
  EXPECT_EQ(e.examples[1].labels, Labels{0});
  EXPECT_EQ(e.lengths(), (Labels{4, 5}));
  const data::Example<> batch = e.batch(std::vector<size_t>{0, 1});
  EXPECT_TRUE(batch.target.equal(tensor({1, 0}, kLong)));
  const ModelInputs inputs = e.inputs(batch.data);
  EXPECT_TRUE(inputs.input_ids().equal(tensor({2, 4, 8, 3, 0, 2, 5, 5, 5, 3}, kLong).view({2, 5})));
  EXPECT_TRUE(
      inputs.attention_mask().equal(tensor({1, 1, 1, 1, 0, 1, 1, 1, 1, 1}, kLong).view({2, 5})));
  EXPECT_NE(error_of<ValueError>([&] {
              labeled_examples(tokenizer(), std::vector<std::string>{"good"}, Labels{}, 5);
            }),
            "");
}

TEST(TokenExamples, PairsHaveTypes) {
  const TokenExamples e = labeled_examples(tokenizer(), std::vector<std::string>{"good"}, Labels{0},
                                           16, std::vector<std::string>{"film"});
  EXPECT_EQ(e.examples[0].ids, (Ids{2, 4, 3, 8, 3}));
  EXPECT_EQ(e.examples[0].type_ids, (Ids{0, 0, 0, 1, 1}));
  const data::Example<> batch = e.batch(std::vector<size_t>{0});
  EXPECT_TRUE(
      e.inputs(batch.data).token_type_ids().equal(tensor({0, 0, 0, 1, 1}, kLong).view({1, 5})));
}

TEST(TokenExamples, TheFirstTokenOfAWordHasItsTag) {
  const TokenExamples e = tagged_examples(
      tokenizer(), std::vector<std::vector<std::string>>{{"unable", "day"}, {"unable", "unable"}},
      std::vector<Labels>{{3, 4}, {5, 6}}, 5);
  constexpr int64_t kNone = TokenExamples::kIgnored;
  EXPECT_EQ(e.examples[0].ids, (Ids{2, 6, 7, 9, 3}));
  EXPECT_EQ(e.examples[0].labels, (Labels{kNone, 3, kNone, 4, kNone}));
  EXPECT_EQ(e.examples[1].ids, (Ids{2, 6, 7, 6, 3}));
  EXPECT_EQ(e.examples[1].labels, (Labels{kNone, 5, kNone, 6, kNone}));
  EXPECT_EQ(e.batch(std::vector<size_t>{1, 0}).target.numel(), 10);
}

TEST(TokenExamples, EachTokenOfALanguageSaysTheNext) {
  const TokenExamples e = language_examples(Ids{1, 2, 3, 4, 5, 6, 7, 8}, 3);
  ASSERT_EQ(e.size(), 2u);
  EXPECT_EQ(e.examples[1].ids, (Ids{4, 5, 6}));
  EXPECT_EQ(e.examples[1].labels, (Labels{5, 6, 7}));
}

/// The class is whether "good" occurs more often than "bad".
TokenExamples reviews(size_t n, uint64_t first) {
  std::vector<std::string> texts;
  Labels labels;
  uint64_t state = first;
  for (size_t i = 0; i < n; ++i) {
    std::string text;
    int more = 0;
    for (size_t k = 0; k < 3 + i % 5 * 2; ++k) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      const bool good = state >> 63;
      more += good ? 1 : -1;
      text += good ? "good film " : "bad film ";
    }
    texts.push_back(text);
    labels.push_back(more > 0);
  }
  return labeled_examples(tokenizer(), texts, labels, 64);
}

train::ClassificationOptions options(const TemporaryFolder& folder, int64_t epochs) {
  return train::ClassificationOptions().epochs(epochs).batch_size(16).lr(2e-2).loop(
      train::TrainerOptions().default_root_dir(folder.path).enable_progress_bar(false));
}
LSTMConfig small() {
  return LSTMConfig().vocab_size(10).embedding_dim(8).hidden_size(12).dropout(0);
}

TEST(TextTrainer, LearnsToClassify) {
  manual_seed(1);
  const TemporaryFolder folder;
  LSTMForSequenceClassification model(small());
  TextTrainer trainer(*model, reviews(300, 1), "reviews", options(folder, 5));
  trainer.validate_on(reviews(100, 2));
  const train::FitResult result = trainer.fit();
  EXPECT_GT(result.metrics.at("val_accuracy"), 0.95);
  const TokenExamples test = reviews(100, 2);
  const Predictions p = predict(*model, test, 7);
  EXPECT_GT(train::evaluate(p.probabilities, p.targets).accuracy, 0.95);
  for (size_t i = 0; i < test.size(); ++i)
    ASSERT_EQ(p.targets[static_cast<int64_t>(i)].item<int64_t>(), test.examples[i].labels[0]);
  EXPECT_NEAR(train::evaluate(p.probabilities, p.targets).loss, mean_loss(*model, test, 9), 1e-4);
}

TEST(TextTrainer, LearnsToTag) {
  manual_seed(2);
  const TemporaryFolder folder;
  LSTMForTokenClassification model(small().id2label({"A", "B"}));
  // Whether the word before was "bad".
  std::vector<std::vector<std::string>> words;
  std::vector<Labels> tags;
  uint64_t state = 1;
  for (size_t i = 0; i < 200; ++i) {
    words.emplace_back();
    tags.emplace_back();
    for (size_t k = 0; k < 2 + i % 4; ++k) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      tags.back().push_back(k > 0 && words.back().back() == "bad");
      words.back().push_back(state >> 63 ? "bad" : "unable");
    }
  }
  TextTrainer trainer(*model, tagged_examples(tokenizer(), words, tags, 64), "words",
                      options(folder, 8));
  trainer.validate_on(tagged_examples(tokenizer(), words, tags, 64));
  EXPECT_GT(trainer.fit().metrics.at("val_accuracy"), 0.97);
}

TEST(TextTrainer, LearnsALanguage) {
  manual_seed(3);
  const TemporaryFolder folder;
  const auto model = AutoModelForCausalLM::from_config(data::readers::JsonValue(
      R"({"model_type": "gpt2", "vocab_size": 10, "n_embd": 16, "n_layer": 1, "n_head": 2,
          "n_positions": 16, "resid_pdrop": 0, "embd_pdrop": 0, "attn_pdrop": 0})"));
  Ids ids;
  for (uint32_t i = 0; i < 2000; ++i) ids.push_back(i * 3 % 10);
  TextTrainer trainer(*model, language_examples(ids, 16), "numbers", options(folder, 6));
  trainer.validate_on(language_examples(ids, 16));
  EXPECT_GT(trainer.fit().metrics.at("val_accuracy"), 0.95);
}

/// Texts of "good" and "bad", and how many there are of each.
struct Counted {
  std::vector<std::string> texts;
  std::vector<float> good, either;
};
Counted counted(size_t n, uint64_t state) {
  Counted all;
  for (size_t i = 0; i < n; ++i) {
    float good = 0, bad = 0;
    std::string text;
    for (size_t k = 0; k < i % 6; ++k) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      const bool yes = state >> 63;
      (yes ? good : bad) += 1;
      text += yes ? "good " : "bad ";
    }
    all.texts.push_back(text + "film");
    all.good.push_back(good);
    all.either.insert(all.either.end(), {float(good > 0), float(bad > 0), float(good > bad)});
  }
  return all;
}

TEST(TokenExamples, TextsHaveNumbers) {
  const std::vector<std::string> texts{"good film", "bad"};
  const TokenExamples e =
      valued_examples(tokenizer(), texts, std::vector<float>{0.5f, -1, 2, 3}, 8);
  EXPECT_EQ(e.numbers, 2);
  EXPECT_TRUE(
      e.batch(std::vector<size_t>{1, 0}).target.equal(tensor({2.f, 3.f, 0.5f, -1.f}).view({2, 2})));
  for (const size_t n : {0, 1, 3})
    EXPECT_NE(error_of<ValueError>(
                  [&] { valued_examples(tokenizer(), texts, std::vector<float>(n), 8); }),
              "");
}

TEST(TextTrainer, LearnsANumber) {
  manual_seed(5);
  const TemporaryFolder folder;
  LSTMForSequenceClassification model(small().id2label({"LABEL_0"}).problem_type("regression"));
  const Counted learned = counted(400, 1), tested = counted(60, 2);
  const TokenExamples test = valued_examples(tokenizer(), tested.texts, tested.good, 16);
  TextTrainer trainer(*model, valued_examples(tokenizer(), learned.texts, learned.good, 16),
                      "counts", options(folder, 12));
  trainer.validate_on(test, 7);
  const train::FitResult result = trainer.fit();
  EXPECT_FALSE(result.metrics.contains("val_accuracy"));
  const Predictions p = predict(*model, test, 7);
  EXPECT_EQ(p.probabilities.sizes(), (std::vector<int64_t>{60, 1}));
  EXPECT_TRUE(p.targets.flatten().equal(tensor(tested.good)));
  const double mse = (p.probabilities - p.targets).square().mean().item<double>();
  EXPECT_LT(mse, 0.1);
  EXPECT_NEAR(result.metrics.at("val_loss"), mse, 1e-4);
}

TEST(TextTrainer, LearnsAnyNumberOfClasses) {
  manual_seed(6);
  const TemporaryFolder folder;
  LSTMForSequenceClassification model(
      small().id2label({"good", "bad", "better"}).problem_type("multi_label_classification"));
  const Counted learned = counted(400, 1), tested = counted(60, 2);
  const TokenExamples test = valued_examples(tokenizer(), tested.texts, tested.either, 16);
  TextTrainer trainer(*model, valued_examples(tokenizer(), learned.texts, learned.either, 16),
                      "classes", options(folder, 8));
  trainer.validate_on(test);
  const train::FitResult result = trainer.fit();
  EXPECT_GT(result.metrics.at("val_accuracy"), 0.95);
  const Predictions p = predict(*model, test, 7);
  EXPECT_NEAR(p.probabilities.ge(0.5).eq(p.targets.ge(0.5)).to(kFloat).mean().item<double>(),
              result.metrics.at("val_accuracy"), 1e-6);
}

TEST(TextTrainer, TargetsAreWhatTheModelIsFor) {
  const TemporaryFolder folder;
  const Counted all = counted(20, 1);
  const TokenExamples numbers = valued_examples(tokenizer(), all.texts, all.good, 16);
  const auto error = [&](const LSTMConfig& config, const TokenExamples& examples) {
    LSTMForSequenceClassification model(config);
    return error_of<ValueError>([&] { TextTrainer(*model, examples, "x", options(folder, 1)); });
  };
  EXPECT_NE(error(small().problem_type("regression"), reviews(20, 1))
                .find("expected examples with"
                      " numbers"),
            std::string::npos);
  EXPECT_NE(
      error(small().problem_type("single_label_classification"), numbers).find("a class each"),
      std::string::npos);
  LSTMForSequenceClassification two(small().problem_type("regression"));
  TextTrainer trainer(*two, numbers, "x", options(folder, 1));
  EXPECT_NE(error_of<ShapeError>([&] { trainer.fit(); }).find("1 scores for each text"),
            std::string::npos);
}

TEST(TextTrainer, GoesOnWhereItWas) {
  const TemporaryFolder one, two;
  const auto run = [](const TemporaryFolder& folder, int64_t stop, const std::string& from) {
    manual_seed(4);
    LSTMForSequenceClassification model(small());
    auto o = options(folder, 2);
    o.loop().max_steps(stop);
    TextTrainer trainer(*model, reviews(100, 1), "reviews", o);
    trainer.engine().add_callback<train::ModelCheckpoint>(
        train::ModelCheckpointOptions().save_top_k(0).every_n_train_steps(4));
    const std::string checkpoint = trainer.fit(from).checkpoint;
    return std::pair(model->parameters()[1].clone(), checkpoint);
  };
  const Tensor whole = run(one, 10, "").first;
  const std::string checkpoint = run(two, 4, "").second;
  EXPECT_TRUE(run(two, 10, checkpoint).first.equal(whole));
}

TEST(TextTrainer, AModelWithoutAHeadIsRefused) {
  const TemporaryFolder folder;
  LSTMModel model(small());
  TextTrainer trainer(*model, reviews(20, 1), "reviews", options(folder, 1));
  EXPECT_NE(error_of<ShapeError>([&] { trainer.fit(); }).find("without a head"), std::string::npos);
}

}  // namespace
}  // namespace hearth::text
