// SPDX-License-Identifier: Apache-2.0
// Pipelines against those of transformers, on tiny models (tests/data/text/pipelines/generate.py).
#include <functional>
#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hearth/base/error.h"
#include "hearth/data/readers/jsonl.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/text/pipelines/tasks.h"

#include "error_of.h"
#include "temporary.h"

namespace hearth::text {
namespace {

using data::readers::JsonValue;
using testing::HasSubstr;

constexpr double kNear = 2e-5;

std::string folder(const std::string& name) {
  return std::string(HEARTH_TEST_DATA_DIR) + "/text/pipelines/" + name;
}

struct PipelineCase {
  std::string model;
  JsonValue input, options, output;
  bool has(const char* option) const { return options.contains(option); }
  int64_t integer(const char* option) const { return options.at(option).integer(); }
};

std::vector<PipelineCase> cases_of(const std::string& task) {
  static const JsonValue all(read_text(folder("expected.json")), "expected.json");
  std::vector<PipelineCase> cases;
  for (size_t i = 0; i < all.size(); ++i) {
    const JsonValue c = all.at(i);
    if (c.at("task").string() == task)
      cases.push_back({c.at("model").string(), c.at("input"), c.at("options"), c.at("output")});
  }
  EXPECT_FALSE(cases.empty());
  return cases;
}

std::vector<std::string> strings(const JsonValue& list) {
  std::vector<std::string> all;
  for (size_t i = 0; i < list.size(); ++i) all.push_back(list.at(i).string());
  return all;
}

TEST(Pipelines, ClassifyTexts) {
  const auto classify = pipeline(task::text_classification, folder("bert"));
  for (const PipelineCase& c : cases_of("text-classification")) {
    SCOPED_TRACE(c.input.dump() + c.options.dump());
    TextClassificationOptions options;
    if (c.has("top_k")) {
      options.top_k(std::nullopt);
      if (!c.options.at("top_k").is_null()) options.top_k(c.integer("top_k"));
    }
    if (c.has("function_to_apply"))
      options.function_to_apply(c.options.at("function_to_apply").string() == "none"
                                    ? ClassificationFunction::None
                                    : ClassificationFunction::Sigmoid);
    const auto got =
        c.input.kind() == JsonValue::Kind::String
            ? classify(c.input.string(), options)
            : classify(std::pair(c.input.at("text").string(), c.input.at("text_pair").string()),
                       options);
    ASSERT_EQ(got.size(), c.output.size());
    for (size_t i = 0; i < got.size(); ++i) {
      EXPECT_EQ(got[i].label, c.output.at(i).at("label").string());
      EXPECT_NEAR(got[i].score, c.output.at(i).at("score").number(), kNear);
    }
  }
}

TEST(Pipelines, ClassifyBatchesAsSingleTexts) {
  const auto classify = pipeline(task::sentiment_analysis, folder("bert"));
  const std::vector<std::string> texts{"Anna lives in Berlin.", "", "Cats",
                                       "The weather in Paris is fine today, said Maria"};
  for (const int64_t batch_size : {1, 2, 3, 100}) {
    const auto all = classify(texts, TextClassificationOptions().batch_size(batch_size));
    ASSERT_EQ(all.size(), texts.size());
    for (size_t i = 0; i < texts.size(); ++i) {
      const auto one = classify(texts[i]);
      EXPECT_EQ(all[i][0].label, one[0].label);
      EXPECT_NEAR(all[i][0].score, one[0].score, kNear);
    }
  }
  // A text that is too long is cut.
  std::string many;
  for (int i = 0; i < 200; ++i) many += "Anna lives in Oslo. ";
  EXPECT_EQ(classify(many).size(), 1u);
  EXPECT_TRUE(classify(std::vector<std::string>{}).empty());
}

TEST(Pipelines, TagTokens) {
  const std::map<std::string, AggregationStrategy> strategies{
      {"none", AggregationStrategy::None},
      {"simple", AggregationStrategy::Simple},
      {"first", AggregationStrategy::First},
      {"average", AggregationStrategy::Average},
      {"max", AggregationStrategy::Max}};
  std::map<std::string, TokenClassificationPipeline> taggers;
  for (const char* name : {"bert", "roberta"})
    taggers.emplace(name, pipeline(task::ner, folder(name)));
  for (const PipelineCase& c : cases_of("token-classification")) {
    SCOPED_TRACE(c.model + c.input.dump() + c.options.dump());
    const auto strategy = strategies.at(c.options.at("aggregation_strategy").string());
    TokenClassificationOptions options;
    options.aggregation_strategy(strategy);
    if (c.has("stride")) options.stride(c.integer("stride"));
    if (c.has("ignore_labels")) options.ignore_labels(strings(c.options.at("ignore_labels")));
    const auto got = taggers.at(c.model)(c.input.string(), options);
    ASSERT_EQ(got.size(), c.output.size());
    const bool alone = strategy == AggregationStrategy::None;
    for (size_t i = 0; i < got.size(); ++i) {
      const JsonValue e = c.output.at(i);
      EXPECT_EQ(got[i].entity, e.at(alone ? "entity" : "entity_group").string());
      EXPECT_NEAR(got[i].score, e.at("score").number(), kNear);
      EXPECT_EQ(got[i].word, e.at("word").string());
      EXPECT_EQ(got[i].start, e.at("start").integer());
      EXPECT_EQ(got[i].end, e.at("end").integer());
      EXPECT_EQ(got[i].index.has_value(), alone);
      if (alone) {
        EXPECT_EQ(*got[i].index, e.at("index").integer());
      }
    }
  }
  EXPECT_THAT(error_of<ValueError>(
                  [&] { taggers.at("bert")("Anna", TokenClassificationOptions().stride(3)); }),
              HasSubstr("expected an aggregation_strategy with stride"));
}

TEST(Pipelines, FillMasks) {
  const auto fill = pipeline(task::fill_mask, folder("bert"));
  for (const PipelineCase& c : cases_of("fill-mask")) {
    SCOPED_TRACE(c.input.dump());
    FillMaskOptions options;
    if (c.has("top_k")) options.top_k(c.integer("top_k"));
    if (c.has("targets")) options.targets(strings(c.options.at("targets")));
    const auto got = fill(c.input.string(), options);
    ASSERT_EQ(got.size(), c.output.size());
    for (size_t mask = 0; mask < got.size(); ++mask) {
      ASSERT_EQ(got[mask].size(), c.output.at(mask).size());
      for (size_t i = 0; i < got[mask].size(); ++i) {
        const JsonValue e = c.output.at(mask).at(i);
        EXPECT_NEAR(got[mask][i].score, e.at("score").number(), kNear);
        EXPECT_EQ(got[mask][i].token, e.at("token").integer());
        EXPECT_EQ(got[mask][i].token_str, e.at("token_str").string());
        EXPECT_EQ(got[mask][i].sequence, e.at("sequence").string());
      }
    }
  }
  EXPECT_THAT(error_of<ValueError>([&] { fill("Anna lives."); }),
              HasSubstr("expected [MASK] in the text, got 'Anna lives.'"));
  auto without = AutoTokenizer::from_pretrained(folder("bert"));
  // A length that only the tokenizer knows cuts off no mask; its side says which token a target is.
  without.model_max_length = 4;
  without.truncation_side = Side::Left;
  const FillMaskPipeline left(without, AutoModelForMaskedLM::from_pretrained(folder("bert")));
  const std::string text = "Anna lives in Berlin and [MASK].";
  EXPECT_EQ(left(text)[0][0].token, fill(text)[0][0].token);
  EXPECT_EQ(left(text, FillMaskOptions().targets({"cats rain"}))[0][0].token,
            without.encode("cats rain", false).back());
  EXPECT_EQ(fill(text, FillMaskOptions().targets({"cats rain"}))[0][0].token,
            without.encode("cats rain", false).front());
  without.mask_token.reset();
  EXPECT_THAT(error_of<ValueError>([&] {
                FillMaskPipeline(without, AutoModelForMaskedLM::from_pretrained(folder("bert")));
              }),
              HasSubstr("got one without"));
}

TEST(Pipelines, ExtractFeatures) {
  const auto extract = pipeline(task::feature_extraction, folder("bert"));
  for (const PipelineCase& c : cases_of("feature-extraction")) {
    const Tensor got = extract(c.input.string());
    const JsonValue rows = c.output.at(0);
    ASSERT_EQ(got.dim(), 3);
    ASSERT_EQ(got.size(0), 1);
    ASSERT_EQ(got.size(1), static_cast<int64_t>(rows.size()));
    const auto* values = got.const_data_ptr<float>();
    for (size_t i = 0; i < rows.size(); ++i)
      for (const double expected : rows.at(i).numbers()) EXPECT_NEAR(*values++, expected, kNear);
  }
}

TEST(Pipelines, TextsAreCutToWhatTheModelTakes) {
  std::string text;
  for (int i = 0; i < 200; ++i) text += "Anna lives in Berlin. ";
  for (const auto& [name, most] : {std::pair{"bert", 48}, {"gpt2", 48}, {"roberta", 48}}) {
    const auto extract = pipeline(task::feature_extraction, folder(name));
    EXPECT_EQ(extract(text).size(1), most) << name;
    const auto embed = pipeline(task::sentence_embedding, folder(name));
    EXPECT_EQ(embed(text).size(0), 16) << name;
    EXPECT_EQ(embed.encoder().dimension(), 16) << name;
    auto encoder = embed.encoder();
    encoder.set_max_seq_length(1000);
    EXPECT_EQ(encoder.max_seq_length(), most) << name;
  }
}

TEST(Pipelines, EmbedSentences) {
  const auto embed = pipeline(task::sentence_embedding, folder("bert"));
  const auto extract = pipeline(task::feature_extraction, folder("bert"));
  const std::vector<std::string> texts{"Anna lives in Berlin.", "Cats"};
  const Tensor vectors = embed(texts);
  ASSERT_EQ(vectors.sizes(), IntArrayRef({2, 16}));
  // Without modules.json, the mean of the tokens' states.
  for (size_t i = 0; i < texts.size(); ++i) {
    const Tensor mean = extract(texts[i])[0].mean(0);
    EXPECT_TRUE(allclose(vectors[static_cast<int64_t>(i)], mean, 1e-4, 1e-5));
    EXPECT_TRUE(allclose(embed(texts[i]), mean, 1e-4, 1e-5));
  }
}

TEST(Pipelines, AnswerQuestions) {
  const auto answer = pipeline(task::question_answering, folder("bert"));
  for (const PipelineCase& c : cases_of("question-answering")) {
    SCOPED_TRACE(c.input.dump() + c.options.dump());
    QuestionAnsweringOptions options;
    if (c.has("top_k")) options.top_k(c.integer("top_k"));
    if (c.has("max_answer_len")) options.max_answer_len(c.integer("max_answer_len"));
    if (c.has("max_seq_len")) options.max_seq_len(c.integer("max_seq_len"));
    if (c.has("doc_stride")) options.doc_stride(c.integer("doc_stride"));
    options.handle_impossible_answer(c.has("handle_impossible_answer"));
    options.align_to_words(!c.has("align_to_words"));
    const auto got =
        answer(c.input.at("question").string(), c.input.at("context").string(), options);
    ASSERT_EQ(got.size(), c.output.size());
    for (size_t i = 0; i < got.size(); ++i) {
      const JsonValue e = c.output.at(i);
      EXPECT_EQ(got[i].answer, e.at("answer").string());
      EXPECT_NEAR(got[i].score, e.at("score").number(), kNear);
      EXPECT_EQ(got[i].start, e.at("start").integer());
      EXPECT_EQ(got[i].end, e.at("end").integer());
    }
  }
  EXPECT_THAT(error_of<ValueError>([&] { answer("Who?", ""); }), HasSubstr("an empty context"));
  std::string long_question;
  for (int i = 0; i < 60; ++i) long_question += "who ";
  EXPECT_THAT(error_of<ValueError>([&] { answer(long_question, "Anna"); }),
              HasSubstr("leaves room for the context in 48 tokens"));
  EXPECT_THAT(
      error_of<ValueError>([&] { answer("Who?", "Anna", QuestionAnsweringOptions().top_k(0)); }),
      HasSubstr("top_k"));
}

TEST(Pipelines, ClassifyByAnyLabels) {
  const ZeroShotClassificationPipeline classify(
      AutoTokenizer::from_pretrained(folder("bert")),
      AutoModelForSequenceClassification::from_pretrained(
          folder("bert"),
          ModelOptions().labels({"contradiction", "neutral", "entailment", "a", "b"})));
  for (const PipelineCase& c : cases_of("zero-shot-classification")) {
    SCOPED_TRACE(c.options.dump());
    ZeroShotOptions options;
    options.multi_label(c.has("multi_label"));
    if (c.has("hypothesis_template"))
      options.hypothesis_template(c.options.at("hypothesis_template").string());
    const auto got =
        classify(c.input.at("sequence").string(), strings(c.input.at("labels")), options);
    EXPECT_EQ(got.sequence, c.output.at("sequence").string());
    EXPECT_EQ(got.labels, strings(c.output.at("labels")));
    const auto expected = c.output.at("scores").numbers();
    ASSERT_EQ(got.scores.size(), expected.size());
    for (size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(got.scores[i], expected[i], kNear);
  }
  // A text that is too short to be cut as far as the tokenizer's length wants stays whole.
  PreTrainedTokenizer short_tokenizer = classify.tokenizer();
  short_tokenizer.model_max_length = 24;
  const ZeroShotClassificationPipeline cuts(
      short_tokenizer,
      AutoModelForSequenceClassification::from_pretrained(
          folder("bert"), ModelOptions().labels({"a", "b", "entailment", "c", "d"})));
  const std::vector<std::string> two{"rain", "sports"};
  const ZeroShotOptions lengthy =
      ZeroShotOptions().hypothesis_template("It is about {} and about nothing else, is it?");
  EXPECT_EQ(cuts("Cats", two, lengthy).scores, classify("Cats", two, lengthy).scores);
  const std::string text = "Cats sleep on the warm stones, and the weather in Paris is fine today";
  EXPECT_NE(cuts(text, two).scores, classify(text, two).scores);
  EXPECT_THAT(
      error_of<ValueError>([] { pipeline(task::zero_shot_classification, folder("bert")); }),
      HasSubstr("got classes O, B-PER"));
  const std::vector<std::string> labels{"rain"};
  EXPECT_THAT(error_of<ValueError>([&] {
                classify("Rain", labels, ZeroShotOptions().hypothesis_template("It rains."));
              }),
              HasSubstr("expected {} in hypothesis_template"));
}

// More of them than the model sees at once.
TEST(Pipelines, ManyLabelsAreAsLikelyAsEachAlone) {
  const ZeroShotClassificationPipeline classify(
      AutoTokenizer::from_pretrained(folder("bert")),
      AutoModelForSequenceClassification::from_pretrained(
          folder("bert"),
          ModelOptions().new_head(true).labels({"contradiction", "neutral", "entailment"})));
  std::vector<std::string> labels;
  for (int i = 0; i < 37; ++i) labels.push_back("label " + std::to_string(i));
  const auto options = ZeroShotOptions().multi_label(true);
  const ZeroShotResult all = classify("Anna lives in Berlin.", labels, options);
  ASSERT_EQ(all.labels.size(), labels.size());
  for (size_t i = 0; i < labels.size(); ++i) {
    const std::vector<std::string> one{all.labels[i]};
    EXPECT_NEAR(all.scores[i], classify("Anna lives in Berlin.", one, options).scores[0], 1e-5);
  }
}

TEST(Pipelines, WriteOn) {
  const auto write = pipeline(task::text_generation, folder("gpt2"));
  EXPECT_EQ(write.generation_config.max_new_tokens(), 256);
  for (const PipelineCase& c : cases_of("text-generation")) {
    SCOPED_TRACE(c.input.dump() + c.options.dump());
    GenerationConfig config = write.generation_config;
    config.max_new_tokens(c.integer("max_new_tokens"));
    if (c.has("num_beams")) config.num_beams(c.integer("num_beams"));
    if (c.has("num_return_sequences"))
      config.num_return_sequences(c.integer("num_return_sequences"));
    TextGenerationOptions options;
    options.generation_config(config).return_full_text(!c.has("return_full_text"));
    std::string streamed;
    if (!c.has("num_beams")) options.streamer([&](std::string_view text) { streamed += text; });
    if (c.input.kind() == JsonValue::Kind::String) {
      const auto got = write(c.input.string(), options);
      ASSERT_EQ(got.size(), c.output.size());
      for (size_t i = 0; i < got.size(); ++i)
        EXPECT_EQ(got[i].generated_text, c.output.at(i).at("generated_text").string());
      if (!c.has("num_beams")) {
        EXPECT_TRUE(got[0].generated_text.ends_with(streamed));
        EXPECT_FALSE(streamed.empty());
      }
      continue;
    }
    const std::vector<ChatMessage> messages{
        {c.input.at(0).at("role").string(), c.input.at(0).at("content").string()}};
    const auto got = write(messages, options);
    const JsonValue expected = c.output.at(0).at("generated_text").at(1);
    ASSERT_EQ(got[0].messages.size(), 2u);
    EXPECT_EQ(got[0].messages[1].role, "assistant");
    EXPECT_EQ(got[0].messages[1].content, expected.at("content").string());
    EXPECT_EQ(got[0].generated_text, expected.at("content").string());
    // Words of the assistant at the end are gone on with.
    auto begun = messages;
    begun.push_back({"assistant", "I am "});
    const auto more = write(begun, options);
    ASSERT_EQ(more[0].messages.size(), 2u);
    EXPECT_EQ(more[0].messages[1].content, "I am " + more[0].generated_text);
  }
}

TEST(Pipelines, WriteOfNothing) {
  const auto write = pipeline(task::text_generation, folder("gpt2"));
  const std::string bos = write.tokenizer().bos_token.value();
  const auto config = GenerationConfig().max_new_tokens(5);
  const auto options = TextGenerationOptions().generation_config(config).return_full_text(false);
  EXPECT_EQ(write("", options)[0].generated_text, write(bos, options)[0].generated_text);
}

TEST(Pipelines, NeedAModelOfTheirTask) {
  EXPECT_THROW(pipeline(task::text_generation, folder("bert")), FormatError);
  EXPECT_THROW(pipeline(task::text_classification, folder("missing")), FileError);
  EXPECT_THAT(error_of<ValueError>([] {
                TextGenerationPipeline(AutoTokenizer::from_pretrained(folder("bert")),
                                       AutoModel::from_pretrained(folder("bert")));
              }),
              HasSubstr("causal language modelling"));
}

}  // namespace
}  // namespace hearth::text
