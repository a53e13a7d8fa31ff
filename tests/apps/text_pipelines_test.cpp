// SPDX-License-Identifier: Apache-2.0
// hearth-text's commands for models as their users run them, on a tiny one with random weights.
#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "hearth/io/npy.h"
#include "hearth/io/safetensors.h"
#include "hearth/ops/pointwise.h"
#include "hearth/text/embedding/sentence_encoder.h"
#include "hearth/text/pipelines/tasks.h"

#include "apps/program_test.h"

namespace {

using hearth::Tensor;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;
using json = nlohmann::json;

struct TextPipelines : ProgramTest {
  TextPipelines() : ProgramTest("hearth-text") {}
  std::string write(const std::string& name, const std::string& content) const {
    write_text(folder / name, content);
    return folder / name;
  }
  json last_of(const Result& r) const {
    EXPECT_EQ(r.code, 0) << r.err;
    return json::parse(r.last());
  }
  const std::string bert = std::string(HEARTH_TEST_DATA_DIR) + "/text/pipelines/bert";
  const std::vector<std::string> texts{"Anna lives in Berlin.", "The weather is fine today",
                                       "Cats sleep on the warm stones."};
  std::string lines() const {
    return write("lines", texts[0] + "\n\n" + texts[1] + "\n" + texts[2] + "\n");
  }
};

TEST_F(TextPipelines, ClassifyLines) {
  const auto classify = pipeline(hearth::text::task::text_classification, bert);
  const json report = last_of(
      run({"classify", "--model", bert, "--top", "2", "--batch-size", "2", "--json", lines()}));
  ASSERT_EQ(report["results"].size(), 4u);
  EXPECT_TRUE(report["results"][1].is_null());
  const auto expected = classify(texts[2], hearth::text::TextClassificationOptions().top_k(2));
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(report["results"][3][i]["label"], expected[i].label);
    EXPECT_NEAR(report["results"][3][i]["score"].get<float>(), expected[i].score, 1e-5);
  }
  const Result plain = run({"classify", "--model", bert, lines()});
  EXPECT_EQ(plain.code, 0) << plain.err;
  EXPECT_THAT(plain.out, AllOf(HasSubstr("\t0."), HasSubstr("\n\n")));
  EXPECT_EQ(std::count(plain.out.begin(), plain.out.end(), '\n'), 4);
  // This model knows of no entailment.
  const Result labels = run({"classify", "--model", bert, "--labels", "a,b", lines()});
  EXPECT_EQ(labels.code, 1);
  EXPECT_THAT(labels.err, HasSubstr("called entailment"));
  EXPECT_EQ(run({"classify", lines()}).code, 2);
  EXPECT_EQ(run({"classify", "--model", folder / "missing", lines()}).code, 1);
}

TEST_F(TextPipelines, TagLines) {
  const auto find = pipeline(hearth::text::task::ner, bert);
  using hearth::text::AggregationStrategy;
  for (const auto& [group, strategy] :
       {std::pair{"simple", AggregationStrategy::Simple}, {"none", AggregationStrategy::None}}) {
    const json report = last_of(run({"ner", "--model", bert, "--group", group, "--json", lines()}));
    const auto expected =
        find(texts[0], hearth::text::TokenClassificationOptions().aggregation_strategy(strategy));
    ASSERT_EQ(report["results"].size(), 4u);
    ASSERT_EQ(report["results"][0].size(), expected.size());
    const char* key = strategy == AggregationStrategy::None ? "entity" : "entity_group";
    for (size_t i = 0; i < expected.size(); ++i) {
      EXPECT_EQ(report["results"][0][i][key], expected[i].entity);
      EXPECT_EQ(report["results"][0][i]["start"], expected[i].start);
      EXPECT_EQ(report["results"][0][i]["word"], expected[i].word);
    }
  }
  const Result wrong = run({"ner", "--model", bert, "--group", "none", "--stride", "2", lines()});
  EXPECT_EQ(wrong.code, 2);
  EXPECT_THAT(wrong.err, HasSubstr("--stride"));
}

TEST_F(TextPipelines, FillMasks) {
  const Result r = run({"fill-mask", "--model", bert, "--top", "2",
                        write("gaps", "Anna [MASK] in Berlin.\n\nno gap\n[MASK] and [MASK]\n")});
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("expected [MASK] in the text, got 'no gap'"));
  EXPECT_THAT(r.out, testing::MatchesRegex("[^\t]+\t0[^\n]*\n\n\n[^|]* \\| [^\n]*\n"));
  const json report = last_of(
      run({"fill-mask", "--model", bert, "--json", write("gap", "Anna [MASK] in Berlin.\n")}));
  EXPECT_EQ(report["results"][0][0].size(), 5u);
}

TEST_F(TextPipelines, AnswerQuestions) {
  const std::string context = write("context", "Anna lives in Berlin.\nPeter lives in Oslo.\n");
  const json report = last_of(run({"answer", "--model", bert, "--question", "Where is Anna?",
                                   "--question", "Who?", "--top", "2", "--json", context}));
  ASSERT_EQ(report["results"].size(), 2u);
  EXPECT_EQ(report["results"][0]["question"], "Where is Anna?");
  EXPECT_EQ(report["results"][0]["answers"].size(), 2u);
  const Result plain = run({"answer", "--model", bert, "--question", "Who?", context});
  EXPECT_THAT(plain.out, testing::MatchesRegex("[^\t\n]+\t0[.0-9]+\t[0-9]+-[0-9]+\n"));
}

TEST_F(TextPipelines, EmbedLines) {
  std::vector<std::string> all{texts[0], "", texts[1], texts[2]};
  const Tensor expected = hearth::text::SentenceEncoder::from_pretrained(bert).encode(all);
  for (const std::string name : {"X.npy", "X.safetensors", "X.jsonl"})
    EXPECT_EQ(run({"embed", "--model", bert, "--output", folder / name, lines()}).code, 0);
  const Tensor npy = hearth::npy::load(folder / "X.npy");
  EXPECT_EQ(npy.sizes(), expected.sizes());
  EXPECT_TRUE(hearth::allclose(npy, expected, 1e-5, 1e-6));
  EXPECT_TRUE(hearth::equal(
      hearth::safetensors::load_file(folder / "X.safetensors").at("embeddings"), npy));
  std::ifstream jsonl(folder / "X.jsonl");
  std::string line;
  for (size_t i = 0; i < all.size(); ++i) {
    ASSERT_TRUE(std::getline(jsonl, line));
    const json object = json::parse(line);
    EXPECT_EQ(object["text"], all[i]);
    EXPECT_EQ(object["embedding"].size(), static_cast<size_t>(npy.size(1)));
    EXPECT_NEAR(object["embedding"][0].get<float>(), npy[static_cast<int64_t>(i)][0].item<float>(),
                1e-6);
  }
  EXPECT_EQ(run({"embed", "--model", bert, "--output", "X.txt", lines()}).code, 2);
}

TEST_F(TextPipelines, ComputeInNarrowerTypes) {
  const Tensor whole = hearth::text::SentenceEncoder::from_pretrained(bert).encode(texts);
  for (const char* type : {"bf16", "fp16"}) {
    const std::string vectors = folder / type + ".npy";
    const Result r =
        run({"embed", "--model", bert, "--precision", type, "--output", vectors, lines()});
    ASSERT_EQ(r.code, 0) << r.err;
    const Tensor narrow = hearth::npy::load(vectors);
    EXPECT_EQ(narrow.scalar_type(), hearth::kFloat);
    EXPECT_FALSE(hearth::equal(narrow[0], whole[0])) << type;
    EXPECT_TRUE(hearth::allclose(narrow[0], whole[0], 0.05, 0.05)) << type;
    const json exact = last_of(run({"classify", "--model", bert, "--json", lines()}));
    const json rough =
        last_of(run({"classify", "--model", bert, "--precision", type, "--json", lines()}));
    const auto score = [](const json& report) {
      return report["results"][0][0]["score"].get<float>();
    };
    EXPECT_NE(score(rough), score(exact)) << type;
    EXPECT_NEAR(score(rough), score(exact), 0.02) << type;
    const std::string gap = write("gap", "Anna [MASK] in Berlin.\n");
    for (const char* command : {"ner", "fill-mask", "similarity"})
      EXPECT_EQ(run({command, "--model", bert, "--precision", type, gap, gap}).code, 0)
          << command << ' ' << type;
    EXPECT_EQ(
        run({"answer", "--model", bert, "--precision", type, "--question", "Who?", lines()}).code,
        0)
        << type;
  }
  EXPECT_EQ(run({"embed", "--model", bert, "--precision", "int8", "--output", "X.npy"}).code, 2);
}

TEST_F(TextPipelines, CompareAndSearch) {
  const json alike =
      last_of(run({"similarity", "--model", bert, "--json", texts[0], texts[0], texts[1]}));
  EXPECT_NEAR(alike["results"][0]["score"].get<float>(), 1, 1e-5);
  EXPECT_LT(alike["results"][1]["score"].get<float>(), 1);
  const Result pairs = run({"similarity", "--model", bert, "--pairs",
                            write("pairs", texts[0] + "\t" + texts[0] + "\n\n")});
  EXPECT_EQ(pairs.out, "1.0000\n\n");
  const Result no_tab = run({"similarity", "--model", bert, "--pairs", write("one", "one text\n")});
  EXPECT_EQ(no_tab.code, 1);
  EXPECT_THAT(no_tab.err, HasSubstr("one: line 1] expected two texts"));
  EXPECT_EQ(run({"similarity", "--model", bert, "alone"}).code, 2);

  const json found = last_of(run({"search", "--model", bert, "--corpus", lines(), "--vectors",
                                  folder / "V.npy", "--top", "2", "--json", texts[1]}));
  ASSERT_EQ(found["results"][0]["hits"].size(), 2u);
  EXPECT_EQ(found["results"][0]["hits"][0]["text"], texts[1]);
  EXPECT_EQ(found["results"][0]["hits"][0]["line"], 3);
  EXPECT_NEAR(found["results"][0]["hits"][0]["score"].get<float>(), 1, 1e-5);
  EXPECT_EQ(hearth::npy::load(folder / "V.npy").size(0), 4);
  // The vectors are taken, and must fit.
  const Result again = run({"search", "--model", bert, "--corpus", folder / "lines", "--vectors",
                            folder / "V.npy", "--top", "1", texts[2]});
  EXPECT_THAT(again.out, AllOf(StartsWith("1.0000\t4\t"), HasSubstr(texts[2])));
  const Result other = run({"search", "--model", bert, "--corpus", write("two", "a\nb\n"),
                            "--vectors", folder / "V.npy", "x"});
  EXPECT_EQ(other.code, 1);
  EXPECT_THAT(other.err, HasSubstr("V.npy] expected float32 [2, 16]"));
}

TEST_F(TextPipelines, ListAndMeasure) {
  const json models = last_of(run({"models", "--json"}));
  EXPECT_EQ(models["models"][0]["name"], "langid");
  EXPECT_THAT(models["families"]["MaskedLM"].get<std::vector<std::string>>(),
              testing::Contains("bert"));
  EXPECT_THAT(run({"models", "langid"}).out, HasSubstr("language-identification"));
  EXPECT_EQ(run({"models", "nothing"}).code, 2);
  const json speed = last_of(
      run({"bench", "--tokenizer", bert, "--model", bert, "--time", "0.01", "--json", lines()}));
  for (const char* what : {"langid", "tokenize", "decode", "embed"})
    EXPECT_GT(speed[what]["rate"], 0) << what;
}

}  // namespace
