// SPDX-License-Identifier: Apache-2.0
// hearth-text's training as its users run it, on a few words.
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "hearth/base/generator.h"
#include "hearth/text/models/bert.h"
#include "hearth/text/tokenizers/auto_tokenizer.h"
#include "hearth/text/training/word_tokenizer.h"

#include "apps/program_test.h"

namespace {

using testing::HasSubstr;
namespace text = hearth::text;

struct TextTraining : ProgramTest {
  TextTraining() : ProgramTest("hearth-text") {}

  /// Good and bad reviews, told apart by a word.
  std::string write_reviews(const std::string& name, int n, int first) const {
    std::ofstream out(folder / name);
    out << "text,label\n";
    const char* nouns[] = {"film", "day", "book", "song", "plan"};
    for (int i = first; i < first + n; ++i)
      out << "this is a " << (i % 2 ? "wonderful " : "dreadful ") << nouns[i % 5] << ","
          << (i % 2 ? "good" : "bad") << "\n";
    return folder / name;
  }
  static double accuracy(const Result& r) {
    return nlohmann::json::parse(r.last()).at("test_accuracy").get<double>();
  }
};

TEST_F(TextTraining, ClassifiersLearnAndAreTested) {
  const std::string train = write_reviews("train.csv", 120, 0);
  const std::string test = write_reviews("test.csv", 40, 7);
  for (const std::string model : {"fasttext", "textcnn", "lstm"}) {
    Result r = run({"train", "--data", train, "--test", test, "--model", model, "--epochs", "4",
                    "--output", folder / model, "--json"});
    ASSERT_EQ(r.code, 0) << r.err;
    EXPECT_EQ(accuracy(r), 1) << model;
    for (const char* file : {"config.json", "model.safetensors", "tokenizer.json", "training.json",
                             "metrics.jsonl", "confusion_matrix.svg"})
      EXPECT_TRUE(folder.has(model + "/" + file)) << file;
    r = run({"eval", "--model", folder / model, "--data", test, "--json"});
    ASSERT_EQ(r.code, 0) << r.err;
    EXPECT_EQ(accuracy(r), 1) << model;
  }
}

TEST_F(TextTraining, GoesOnWhereItWas) {
  const std::string train = write_reviews("train.csv", 60, 0);
  const auto arguments = [&](const char* output, const char* epochs) {
    return std::vector<std::string>{"train",    "--data", train,      "--model",      "lstm",
                                    "--epochs", epochs,   "--output", folder / output};
  };
  ASSERT_EQ(run(arguments("whole", "2")).code, 0);
  ASSERT_EQ(run(arguments("parts", "2")).code, 0);
  // Without its end, an epoch is trained again from the checkpoint before it.
  EXPECT_EQ(run({"train", "--output", folder / "parts", "--resume"}).code, 0);
  EXPECT_EQ(read_text(folder / "whole/model.safetensors"),
            read_text(folder / "parts/model.safetensors"));
  const Result e =
      run({"eval", "--model", folder / "whole/checkpoints/last.safetensors", "--data", train});
  EXPECT_EQ(e.code, 0) << e.err;
  const Result again = run(arguments("whole", "2"));
  EXPECT_EQ(again.code, 1);
  EXPECT_THAT(again.err, HasSubstr("--overwrite"));
}

TEST_F(TextTraining, EncodersAreFineTunedToTag) {
  write_text(folder / "train.conll", [] {
    std::string lines;
    for (int i = 0; i < 60; ++i)
      lines += i % 3 ? "Anna B-PER\nsings O\n\n" : "they O\nsaw O\nAnna B-PER\n\n";
    return lines;
  }());
  // A base without a head, and its tokenizer.
  hearth::manual_seed(1);
  const std::vector<std::string> texts{"Anna sings", "they saw"};
  const text::PreTrainedTokenizer tokenizer = text::word_tokenizer(texts, 100);
  text::BertModel model(text::BertConfig()
                            .vocab_size(static_cast<int64_t>(tokenizer.tokenizer.vocab_size()))
                            .hidden_size(16)
                            .num_hidden_layers(1)
                            .num_attention_heads(2)
                            .intermediate_size(16)
                            .max_position_embeddings(32));
  text::save_pretrained(*model, folder / "base");
  tokenizer.save_pretrained(folder / "base");
  Result r =
      run({"train", "--data", folder / "train.conll", "--model", folder / "base", "--lr", "0.01",
           "--epochs", "3", "--max-length", "16", "--output", folder / "run", "--json"});
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_GT(accuracy(r), 0.95);
  const auto config = nlohmann::json::parse(read_text(folder / "run/config.json"));
  EXPECT_EQ(config.at("architectures").at(0), "BertForTokenClassification");
  EXPECT_EQ(config.at("id2label").at("1"), "B-PER");
  r = run({"eval", "--model", folder / "run", "--data", folder / "train.conll", "--max-length",
           "16", "--json"});
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_GT(accuracy(r), 0.95);
  EXPECT_THAT(r.err, HasSubstr("words right"));
  EXPECT_THAT(r.err, HasSubstr("Spans: precision "));
  EXPECT_GT(nlohmann::json::parse(r.last()).at("test_span_f1").get<double>(), 0.95);
}

TEST_F(TextTraining, TextsHaveAnyNumberOfClasses) {
  std::ofstream(folder / "a.jsonl") << [] {
    std::string lines;
    for (int i = 0; i < 80; ++i) {
      std::string words = "so", labels;
      if (i % 2) words += " wet", labels += "\"rain\"";
      if (i % 3 == 0)
        words += " cold", labels += (labels.empty() ? "" : ", ") + std::string("\"frost\"");
      lines += "{\"text\": \"" + words + "\", \"label\": [" + labels + "]}\n";
    }
    return lines;
  }();
  Result r =
      run({"train", "--data", folder / "a.jsonl", "--task", "multi-label", "--model", "fasttext",
           "--epochs", "12", "--lr", "0.1", "--output", folder / "run", "--json"});
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_EQ(nlohmann::json::parse(r.last()).at("test_exact_match"), 1);
  EXPECT_THAT(r.err, HasSubstr("all classes right of 100.00%"));
  const auto config = nlohmann::json::parse(read_text(folder / "run/config.json"));
  EXPECT_EQ(config.at("problem_type"), "multi_label_classification");
  EXPECT_EQ(config.at("id2label").at("0"), "frost");
  r = run({"eval", "--model", folder / "run", "--data", folder / "a.jsonl", "--json"});
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_EQ(nlohmann::json::parse(r.last()).at("test_f1_macro"), 1);
  r = run({"eval", "--model", folder / "run", "--data", folder / "a.jsonl", "--threshold", "0",
           "--json"});
  // Everything is predicted then, 67 of 160 rightly.
  EXPECT_NEAR(nlohmann::json::parse(r.last()).at("test_f1_micro").get<double>(), 134. / 227, 1e-6);
  write_text(folder / "texts.txt", "so wet cold\nso\nso cold\n");
  r = run({"classify", "--model", folder / "run", folder / "texts.txt"});
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.out, testing::MatchesRegex("(rain|frost)\t[0-9.]+\t(rain|frost)\t[0-9.]+\n"
                                           "\n"
                                           "frost\t[0-9.]+\n"));
  r = run({"classify", "--model", folder / "run", "--top", "1", folder / "texts.txt"});
  EXPECT_THAT(r.out, testing::MatchesRegex("[a-z]+\t[0-9.]+\n[a-z]+\t[0-9.]+\n[a-z]+\t[0-9.]+\n"));
}

TEST_F(TextTraining, TextsHaveANumber) {
  std::ofstream(folder / "a.csv") << [] {
    std::string lines = "text,stars\n";
    for (int i = 0; i < 80; ++i) {
      const char* words[] = {"dreadful", "bad", "fair", "good", "wonderful"};
      lines += std::string("a ") + words[i % 5] + " film," + std::to_string(i % 5 + 1) + "\n";
    }
    return lines;
  }();
  Result r = run({"train", "--data", folder / "a.csv", "--task", "regression", "--label", "stars",
                  "--model", "fasttext", "--epochs", "20", "--lr", "0.1", "--output",
                  folder / "run", "--json"});
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_GT(nlohmann::json::parse(r.last()).at("test_pearson").get<double>(), 0.95);
  EXPECT_EQ(r.err.find("accuracy"), std::string::npos);
  const auto config = nlohmann::json::parse(read_text(folder / "run/config.json"));
  EXPECT_EQ(config.at("problem_type"), "regression");
  EXPECT_EQ(config.at("id2label").size(), 1u);
  r = run({"eval", "--model", folder / "run", "--data", folder / "a.csv", "--label", "stars",
           "--json"});
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_LT(nlohmann::json::parse(r.last()).at("test_mse").get<double>(), 0.3);
  r = run({"eval", "--model", folder / "run", "--task", "classify", "--data", folder / "a.csv",
           "--label", "stars"});
  EXPECT_EQ(r.code, 1);
  write_text(folder / "texts.txt", "a wonderful film\n");
  r = run({"classify", "--model", folder / "run", folder / "texts.txt"});
  ASSERT_EQ(r.code, 0) << r.err;
  ASSERT_THAT(r.out, testing::StartsWith("LABEL_0\t"));
  EXPECT_GT(std::stod(r.out.substr(8)), 4);
}

TEST_F(TextTraining, ALanguageIsLearned) {
  std::string lines;
  for (int i = 0; i < 400; ++i) lines += "one two three four five six\n";
  write_text(folder / "numbers.txt", lines);
  const std::vector<std::string> texts{"one two three four five six"};
  text::word_tokenizer(texts, 100).save_pretrained(folder / "tokenizer");
  const Result r = run({"train", "--data", folder / "numbers.txt", "--task", "language", "--model",
                        "gpt2", "--tokenizer", folder / "tokenizer", "--epochs", "2",
                        "--max-length", "8", "--output", folder / "run", "--json"});
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_LT(nlohmann::json::parse(r.last()).at("test_perplexity").get<double>(), 1.5);
  const Result e = run({"eval", "--model", folder / "run", "--task", "language", "--data",
                        folder / "numbers.txt", "--max-length", "8"});
  EXPECT_EQ(e.code, 0) << e.err;
  EXPECT_THAT(e.out, HasSubstr("perplexity"));
}

TEST_F(TextTraining, TextsAreCutToWhatTheModelTakes) {
  std::string words;
  for (int i = 0; i < 80; ++i) words += "Anna lives in Berlin ";
  std::string table = "text,label\n", lines;
  for (int i = 0; i < 12; ++i) {
    table += words + (i % 2 ? ",good\n" : ",bad\n");
    lines += words + "\n";
  }
  write_text(folder / "long.csv", table);
  write_text(folder / "long.txt", lines);
  const std::string models = HEARTH_TEST_DATA_DIR "/text/pipelines/";
  for (const std::string name : {"bert", "roberta"}) {
    const Result r = run({"train", "--data", folder / "long.csv", "--model", models + name,
                          "--epochs", "1", "--output", folder / name});
    ASSERT_EQ(r.code, 0) << r.err;
    const Result e = run({"eval", "--model", folder / name, "--data", folder / "long.csv"});
    EXPECT_EQ(e.code, 0) << e.err;
  }
  const Result e = run(
      {"eval", "--model", models + "gpt2", "--task", "language", "--data", folder / "long.txt"});
  ASSERT_EQ(e.code, 0) << e.err;
  EXPECT_THAT(e.out, HasSubstr("pieces of 48 tokens"));
}

TEST_F(TextTraining, WhatCannotBeIsSaid) {
  const std::string train = write_reviews("train.csv", 20, 0);
  const auto fails = [&](std::vector<std::string> arguments, int code, const char* part) {
    const Result r = run(arguments);
    EXPECT_EQ(r.code, code) << r.err;
    EXPECT_THAT(r.err, HasSubstr(part));
  };
  fails({"train"}, 2, "--data");
  fails(
      {"train", "--data", train, "--task", "language", "--model", "gpt2", "--output", folder / "a"},
      2, "--tokenizer");
  fails({"train", "--data", folder / "none.csv", "--output", folder / "a"}, 1, "none.csv");
  fails({"train", "--data", train, "--label", "nothing", "--output", folder / "a"}, 1, "nothing");
  write_text(folder / "same.csv", "text,label\na,x\nb,x\n");
  fails({"train", "--data", folder / "same.csv", "--output", folder / "a"}, 1,
        "expected texts of two classes or more, got 1");
  const std::vector<std::string> few{"one two three"};
  text::word_tokenizer(few, 10).save_pretrained(folder / "tokenizer");
  fails({"train", "--data", train, "--task", "language", "--model", "gpt2", "--tokenizer",
         folder / "tokenizer", "--max-length", "1000", "--output", folder / "b"},
        1, "too few for a piece of 1000 tokens");
  fails({"eval", "--model", folder / "none", "--data", train}, 1, "none");
}

}  // namespace
