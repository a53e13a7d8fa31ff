// SPDX-License-Identifier: Apache-2.0
// Ways of writing on, against transformers: scripts/text-decoder-goldens.py made the values.
#include <cmath>
#include <fstream>
#include <limits>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hearth/base/error.h"
#include "hearth/io/tensor_file.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/softmax.h"
#include "hearth/ops/view.h"
#include "hearth/tensor/tensor_literal.h"
#include "hearth/text/generation/generate.h"
#include "hearth/text/models/auto.h"

#include "error_of.h"
#include "temporary.h"

namespace hearth::text {
namespace {

using data::readers::JsonValue;
using Ids = std::vector<int64_t>;

const std::string kFolder = HEARTH_TEST_DATA_DIR "/text/decoders/";

const TensorFile& expected() {
  static const TensorFile file(kFolder + "expected.safetensors");
  return file;
}

std::shared_ptr<CausalLMImpl> open(const std::string& name) {
  return std::dynamic_pointer_cast<CausalLMImpl>(
      AutoModelForCausalLM::from_pretrained(kFolder + name));
}

JsonValue json_of(const std::string& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return JsonValue(text.str(), path);
}

std::vector<Ids> rows_of(const Tensor& t) {
  std::vector<Ids> rows;
  for (int64_t i = 0; i < t.size(0); ++i) {
    rows.emplace_back();
    for (int64_t j = 0; j < t.size(1); ++j) rows.back().push_back(t[i][j].item<int64_t>());
  }
  return rows;
}

Tensor ids() { return expected().tensor("ids"); }
Tensor mask() { return expected().tensor("mask"); }
Tensor padded() { return where(mask().ne(0), ids(), 3); }

GenerationConfig defaults() { return GenerationConfig().eos_token_id({2}).pad_token_id(3); }

class Generates : public testing::TestWithParam<const char*> {
 protected:
  Tensor want(const std::string& name) const {
    return expected().tensor(std::string(GetParam()) + "." + name);
  }
};

TEST_P(Generates, WhatTransformersDoes) {
  const auto model = open(GetParam());
  const Tensor one = ids().narrow(0, 0, 1);
  for (const bool cache : {true, false})
    for (const int64_t chunk : {0, 5}) {
      const GenerationConfig config =
          GenerationConfig().max_new_tokens(16).use_cache(cache).prefill_chunk_size(chunk);
      EXPECT_EQ(rows_of(generate(*model, one, config).sequences), rows_of(want("greedy")));
    }
  const GenerateOptions options = GenerateOptions().attention_mask(mask());
  const GenerationConfig greedy = defaults().max_new_tokens(12);
  EXPECT_EQ(rows_of(generate(*model, padded(), greedy, options).sequences),
            rows_of(want("greedy_padded")));
  const GenerationConfig beams = defaults().max_new_tokens(9).num_beams(3).num_return_sequences(2);
  EXPECT_EQ(rows_of(generate(*model, padded(), beams, options).sequences), rows_of(want("beams")));
}

TEST_P(Generates, TheSameWithGuesses) {
  const auto model = open(GetParam());
  const Tensor one = ids().narrow(0, 0, 1);
  const GenerationConfig config = GenerationConfig().max_new_tokens(40).max_length(60);
  const GenerateOutput plain = generate(*model, one, config);
  const GenerateOutput fast =
      generate(*model, one, GenerationConfig(config).prompt_lookup_num_tokens(5));
  EXPECT_EQ(rows_of(fast.sequences), rows_of(plain.sequences));
  EXPECT_LT((fast.logprobs - plain.logprobs).abs().max().item<double>(), 1e-4);
  EXPECT_LE(fast.accepted_tokens, fast.guessed_tokens);
}

INSTANTIATE_TEST_SUITE_P(All, Generates,
                         testing::Values("gpt2", "llama", "mistral", "qwen2", "qwen3", "gemma",
                                         "gemma2", "gemma3_text", "smollm3"),
                         [](const auto& test) { return std::string(test.param); });

TEST(Generation, SearchesAsTransformersDoes) {
  const auto model = open("llama");
  const JsonValue searches = json_of(kFolder + "searches.json");
  ASSERT_EQ(searches.size(), 13U);
  for (const std::string& name : searches.keys()) {
    const GenerationConfig config = GenerationConfig::from_json(searches.at(name));
    const bool whole = name == "processed" || name.starts_with("greedy");
    GenerateOptions options;
    if (!whole) options.attention_mask(mask());
    const GenerateOutput out = generate(*model, whole ? ids() : padded(), config, options);
    EXPECT_EQ(rows_of(out.sequences), rows_of(expected().tensor("search." + name))) << name;
    if (config.num_beams() == 1) continue;
    const Tensor scores = expected().tensor("search." + name + ".scores");
    ASSERT_EQ(out.sequences_scores.sizes(), scores.sizes());
    const Tensor error = (out.sequences_scores - scores).abs() / (scores.abs() + 1);
    EXPECT_LT(error.max().item<double>(), 1e-5) << name;
  }
}

TEST(Generation, AnswersToSeveralPromptsAreThoseToEach) {
  const auto model = open("mistral");
  const GenerationConfig config =
      defaults().max_new_tokens(10).repetition_penalty(1.4).no_repeat_ngram_size(2);
  const GenerateOutput both =
      generate(*model, padded(), config, GenerateOptions().attention_mask(mask()));
  const Tensor second = ids().narrow(0, 1, 1).narrow(1, 4, 9);
  const GenerateOutput alone = generate(*model, second, config);
  const Ids together = rows_of(both.sequences)[1], apart = rows_of(alone.sequences)[0];
  EXPECT_EQ(Ids(together.begin() + 4, together.begin() + 4 + static_cast<int64_t>(apart.size())),
            apart);
}

TEST(Generation, ChanceDependsOnTheSeedAlone) {
  const auto model = open("llama");
  const GenerationConfig config =
      defaults().do_sample(true).max_new_tokens(12).temperature(1.5).num_return_sequences(3);
  const auto with_seed = [&](uint64_t seed) {
    return rows_of(
        generate(*model, ids(), config, GenerateOptions().generator(Generator(seed))).sequences);
  };
  const auto first = with_seed(1);
  EXPECT_EQ(first.size(), 6U);
  EXPECT_EQ(with_seed(1), first);
  EXPECT_NE(with_seed(2), first);
  EXPECT_NE(first[0], first[1]);
}

TEST(Generation, DrawsTokensAsOftenAsTheyAreProbable) {
  const auto model = open("llama");
  const Tensor one = ids().narrow(0, 0, 1);
  const GenerationConfig config = GenerationConfig()
                                      .do_sample(true)
                                      .max_new_tokens(1)
                                      .num_return_sequences(4000)
                                      .top_k(4)
                                      .output_logits(true);
  const GenerateOutput out =
      generate(*model, one, config, GenerateOptions().generator(Generator(3)));
  std::vector<double> count(48);
  for (const Ids& row : rows_of(out.sequences)) count[static_cast<size_t>(row.back())] += 1;
  const auto [values, tokens] = out.logits[0][0].topk(4);
  const Tensor p = softmax(values, 0);
  double drawn = 0;
  for (int64_t i = 0; i < 4; ++i) {
    const double n = count[static_cast<size_t>(tokens[i].item<int64_t>())];
    const double want = p[i].item<double>() * 4000;
    EXPECT_NEAR(n, want, 5 * std::sqrt(want)) << i;
    drawn += n;
  }
  EXPECT_EQ(drawn, 4000);
}

TEST(Generation, GuessesDoNotChangeWhatIsDrawn) {
  const auto model = open("llama");
  const Tensor one = ids().narrow(0, 0, 1);
  const GenerationConfig config = defaults().do_sample(true).max_new_tokens(30).temperature(0.4);
  const auto run = [&](int64_t guesses) {
    return rows_of(generate(*model, one, GenerationConfig(config).prompt_lookup_num_tokens(guesses),
                            GenerateOptions().generator(Generator(8)))
                       .sequences);
  };
  EXPECT_EQ(run(6), run(0));
}

TEST(Generation, BeamsOfChanceGoOnWhereFewTokensArePossible) {
  const auto model = open("llama");
  for (const int64_t top_k : {1, 2, 3}) {
    const GenerateOutput out = generate(
        *model, ids(),
        defaults().do_sample(true).num_beams(6).top_k(top_k).max_new_tokens(5).num_return_sequences(
            6),
        GenerateOptions().generator(Generator(4)));
    ASSERT_EQ(out.sequences.size(0), 12);
    const Tensor first = out.sequences_scores.narrow(0, 0, 1);
    EXPECT_TRUE(first.isfinite().all().item<bool>() && first.item<double>() > -100) << top_k;
    for (const Ids& row : rows_of(out.sequences))
      for (const int64_t id : row) EXPECT_TRUE(id >= 0 && id < 48) << id;
  }
}

TEST(Generation, BeamsOfChanceGoOnWhereOneTokenIsNearlyCertain) {
  // Of what is left beside two tokens, nothing remains when probabilities are added up.
  const auto peaked = [](const TokensSoFar&, std::span<float> all) {
    for (size_t i = 0; i < all.size(); ++i) all[i] = i == 5 ? 0.F : i == 6 ? -16.F : -46.F;
  };
  const GenerateOutput out = generate(
      *open("llama"), ids(),
      defaults().do_sample(true).num_beams(6).max_new_tokens(5).num_return_sequences(6),
      GenerateOptions().generator(Generator(4)).logits_processor({logits_processor(peaked)}));
  ASSERT_EQ(out.sequences.size(0), 12);
  EXPECT_TRUE(out.sequences_scores.isfinite().all().item<bool>());
}

TEST(Generation, TellsHowProbableEachTokenWas) {
  const auto model = open("qwen2");
  const GenerationConfig config = GenerationConfig().max_new_tokens(6);
  for (const int64_t beams : {1, 3}) {
    const GenerateOutput out = generate(*model, ids(), GenerationConfig(config).num_beams(beams));
    const Tensor logits = model->forward(ModelInputs().input_ids(out.sequences)).logits;
    const Tensor all = log_softmax(logits, -1).narrow(1, 12, 6);
    const Tensor want = all.gather(2, out.sequences.narrow(1, 13, 6).unsqueeze(2)).squeeze(2);
    EXPECT_LT((out.logprobs - want).abs().max().item<double>(), 1e-4);
  }
}

TEST(Generation, CustomProcessorsStreamersAndCriteriaAreAsked) {
  const auto model = open("llama");
  Ids streamed;
  const GenerateOutput out =
      generate(*model, ids().narrow(0, 0, 1), GenerationConfig().max_new_tokens(30),
               GenerateOptions()
                   .logits_processor(
                       {logits_processor([](const TokensSoFar& so_far, std::span<float> scores) {
                         // Counting up.
                         scores[static_cast<size_t>((so_far.ids.back() + 1) % 48)] = 1000;
                       })})
                   .stopping_criteria({stopping_criterion(
                       [](const TokensSoFar& so_far) { return so_far.ids.back() == 9; })})
                   .streamer([&](int64_t id) { streamed.push_back(id); }));
  const Ids row = rows_of(out.sequences)[0];
  EXPECT_EQ(row.back(), 9);
  EXPECT_EQ(row[row.size() - 2], 8);
  EXPECT_EQ(Ids(row.begin() + 13, row.end()), streamed);
}

TEST(Generation, GoesOnWithTheCacheOfTheTextBefore) {
  const auto model = open("llama");
  const Tensor one = ids().narrow(0, 0, 1);
  const auto cache = std::make_shared<Cache>(model->cache_options());
  const GenerationConfig config = GenerationConfig().max_new_tokens(5);
  const GenerateOutput first = generate(*model, one, config, GenerateOptions().cache(cache));
  EXPECT_EQ(cache->get_seq_length(), 17);
  const GenerateOutput second =
      generate(*model, first.sequences, config, GenerateOptions().cache(cache));
  EXPECT_EQ(rows_of(second.sequences),
            rows_of(generate(*model, one, GenerationConfig().max_new_tokens(10)).sequences));
  EXPECT_EQ(rows_of(generate(*model, one,
                             GenerationConfig().max_new_tokens(5).cache_implementation("static"))
                        .sequences),
            rows_of(first.sequences));
}

TEST(Generation, EndsWherePositionsDo) {
  const auto gpt2 = open("gpt2"), llama = open("llama");
  const int64_t positions = gpt2->max_position_embeddings();
  for (const int64_t beams : {1, 2}) {
    const auto config = GenerationConfig().max_new_tokens(positions + 9).num_beams(beams);
    EXPECT_EQ(generate(*gpt2, ids(), config).sequences.size(1), positions + 1);
    EXPECT_EQ(generate(*llama, ids(), config).sequences.size(1), 13 + positions + 9);
  }
  const Tensor one = ids().narrow(0, 0, 1);
  const auto guessed = GenerationConfig().max_new_tokens(500).prompt_lookup_num_tokens(5);
  EXPECT_EQ(generate(*gpt2, one, guessed).sequences.size(1), positions + 1);
}

TEST(Generation, BeamsThatAreTheSameEndLikeOthers) {
  const auto model = open("llama");
  const GenerateOutput out = generate(
      *model, ids(),
      defaults().num_beams(3).num_return_sequences(3).max_new_tokens(1).forced_eos_token_id({2}));
  ASSERT_EQ(out.sequences.size(1), 14);
  for (const Ids& row : rows_of(out.sequences)) EXPECT_EQ(row.back(), 2);
}

TEST(Generation, PaddingOfNoTokenIsNone) {
  const auto model = open("llama");
  const auto with_padding = [&](std::optional<int64_t> pad) {
    // Rows end at different times.
    const auto at_odd = stopping_criterion([](const TokensSoFar& so_far) {
      return so_far.ids.size() > 15 + static_cast<size_t>(so_far.ids[0] % 2);
    });
    Tensor prompts = ids().clone();
    prompts.select(1, 0).copy_(tensor({int64_t{4}, int64_t{5}}));
    return rows_of(
        generate(*model, prompts,
                 GenerationConfig().eos_token_id({2}).pad_token_id(pad).max_new_tokens(8),
                 GenerateOptions().stopping_criteria({at_odd}))
            .sequences);
  };
  EXPECT_EQ(with_padding(-1), with_padding(2));
}

TEST(Generation, EndsAfterItsTime) {
  const auto model = open("llama");
  const GenerateOutput out =
      generate(*model, ids().narrow(0, 0, 1), GenerationConfig().max_new_tokens(45).max_time(0));
  EXPECT_EQ(out.sequences.size(1), 14);
}

TEST(Generation, RefusesWhatMakesNoSense) {
  const auto model = open("llama");
  const auto refused = [&](const GenerationConfig& config, const GenerateOptions& options = {}) {
    return error_of([&] { generate(*model, ids(), config, options); });
  };
  using testing::HasSubstr;
  EXPECT_THAT(refused(GenerationConfig().max_length(13)), HasSubstr("above the 13 tokens"));
  EXPECT_THAT(refused(GenerationConfig().num_beams(2).num_return_sequences(3)),
              HasSubstr("at most num_beams"));
  EXPECT_THAT(refused(GenerationConfig().do_sample(true).temperature(0)),
              HasSubstr("do_sample(false)"));
  EXPECT_THAT(refused(GenerationConfig().stop_strings({"x"})), HasSubstr("tokenizer"));
  EXPECT_THAT(refused({}, GenerateOptions().streamer([](int64_t) {})), HasSubstr("one text"));
  const Tensor holes =
      tensor({{1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0}});
  EXPECT_THAT(refused({}, GenerateOptions().attention_mask(holes)), HasSubstr("at the left"));
  EXPECT_THAT(error_of([&] { generate(*model, ids() + 40, {}); }), HasSubstr("ids below 48"));
  // Without a length, there are 20 new tokens.
  EXPECT_EQ(generate(*model, ids(), {}).sequences.size(1), 33);
}

TEST(GenerationConfigFile, IsWhatWasWritten) {
  const TemporaryFolder folder;
  GenerationConfig config;
  config.max_new_tokens(7).early_stopping(EarlyStopping::Never).eos_token_id({1, 5});
  config.sequence_bias({{{4, 5}, -1.25}}).bad_words_ids({{3}, {4, 5}}).top_p(0.9);
  config.stop_strings({"end", "\n"}).exponential_decay_length_penalty({{3, 1.5}});
  config.save_pretrained(folder.path);
  const GenerationConfig back = GenerationConfig::from_pretrained(folder.path);
  EXPECT_EQ(back.to_json(), config.to_json());
  EXPECT_EQ(back.sequence_bias(), config.sequence_bias());
  EXPECT_EQ(back.early_stopping(), EarlyStopping::Never);
  const JsonValue json(config.to_json());
  EXPECT_EQ(json.size(), 8U);  // what differs from the defaults
  EXPECT_THAT(error_of<FormatError>(
                  [] { GenerationConfig::from_json(JsonValue(R"({"early_stopping": "soon"})")); }),
              testing::HasSubstr("got soon"));
  EXPECT_EQ(GenerationConfig::from_pretrained(kFolder + "llama").eos_token_id(), Ids{2});
}

TEST(LogitsProcessors, OfWhatIsImpossibleLeaveItSo) {
  const float never = -std::numeric_limits<float>::infinity();
  for (const auto& processor : {top_h(0.5), top_k(2), top_p(0.5), min_p(0.1), typical_p(0.5),
                                epsilon_cutoff(0.1), eta_cutoff(0.1)}) {
    std::vector<float> scores(5, never);
    processor->process({}, scores);
    EXPECT_THAT(scores, testing::Each(never));
  }
}

// As torch.topk has it, NaN is larger than all.
TEST(LogitsProcessors, NoNumbersStayAndDisturbNothing) {
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  std::vector<float> scores{1, kNan, 3, 2};
  top_k(2)->process({}, scores);
  EXPECT_TRUE(std::isinf(scores[0]) && std::isnan(scores[1]) && std::isinf(scores[3]));
  EXPECT_EQ(scores[2], 3);
  for (const size_t size : {17, 100, 1000}) {
    std::vector<float> many(size, kNan);
    for (size_t i = 0; i < size; i += 3) many[i] = static_cast<float>(i);
    for (const auto& processor : {top_h(0.5), top_k(5), top_p(0.5), min_p(0.1), typical_p(0.5),
                                  epsilon_cutoff(0.1), eta_cutoff(0.1)})
      processor->process({}, many);
    EXPECT_TRUE(std::isnan(many[1]));
  }
  const auto model = open("llama");
  const auto with_nan = [](const TokensSoFar&, std::span<float> all) { all[7] = kNan; };
  EXPECT_THAT(error_of([&] {
                generate(*model, ids(), defaults().do_sample(true),
                         GenerateOptions().logits_processor({logits_processor(with_nan)}));
              }),
              testing::HasSubstr("their sum is nan"));
}

TEST(LogitsProcessors, AloneGiveTransformersScores) {
  const std::vector<std::pair<const char*, LogitsProcessorPtr>> cases = {
      {"repetition_penalty", repetition_penalty(1.7)},
      {"no_repeat_ngram", no_repeat_ngram(3)},
      {"no_repeat_unigram", no_repeat_ngram(1)},
      {"sequence_bias", sequence_bias({{{3}, 1.5}, {{5, 4}, -2.0}, {{7, 4, 5, 4, 9}, 3.25}})},
      {"no_bad_words", no_bad_words({{8}, {5, 4, 30}, {4, 31}, {2}}, {2})},
      {"min_length", min_length(10, {2, 3})},
      {"min_length_reached", min_length(9, {2, 3})},
      {"forced_eos", forced_eos_token(10, {2, 3})},
      {"forced_eos_later", forced_eos_token(11, {2, 3})},
      {"exponential_decay", exponential_decay_length_penalty(6, 1.3, {2, 3})},
      {"suppress", suppress_tokens({1, 39})},
      {"suppress_at_begin", suppress_tokens_at_begin({1, 39}, 9)},
      {"temperature", temperature(0.7)},
      {"top_k", top_k(5)},
      {"top_k_tie", top_k(1, 3)},
      {"top_p", top_p(0.8)},
      {"top_p_small", top_p(0.01, 2)},
      {"min_p", min_p(0.1)},
      {"min_p_keep", min_p(0.9, 4)},
      {"typical", typical_p(0.6)},
      {"typical_keep", typical_p(0.05, 3)},
      {"encoder_repetition_penalty", encoder_repetition_penalty(1.7, 5)},
      {"encoder_no_repeat_ngram", encoder_no_repeat_ngram(2, 5)},
      {"encoder_no_repeat_unigram", encoder_no_repeat_ngram(1, 5)},
      {"top_h", top_h(0.4)},
      {"top_h_small", top_h(0.01)},
      {"epsilon", epsilon_cutoff(0.02)},
      {"eta", eta_cutoff(0.05)},
      {"normalize", logit_normalization()},
      {"inf_nan_remove", inf_nan_remove()},
      {"forced_bos", forced_bos_token(6)},
  };
  const std::vector<Ids> texts = rows_of(expected().tensor("processors.ids"));
  for (const auto& [name, processor] : cases) {
    const std::string key = std::string("processors.") + name;
    const bool invalid = key == "processors.inf_nan_remove";
    const Tensor got = expected().tensor(invalid ? "processors.invalid" : "processors.in").clone();
    for (size_t row = 0; row < texts.size(); ++row) {
      Ids text = texts[row];
      if (key == "processors.forced_bos") text.resize(1);
      // Padding before the text makes no difference but to lengths.
      processor->process({text, 0}, {got.mutable_data_ptr<float>() + row * 40, 40});
    }
    const Tensor want = expected().tensor(key);
    for (int64_t i = 0; i < want.numel(); ++i) {
      const float w = want.const_data_ptr<float>()[i], g = got.const_data_ptr<float>()[i];
      if (std::isinf(w)) {
        EXPECT_EQ(g, w) << name << " " << i;
      } else {
        EXPECT_NEAR(g, w, 1e-5 * (1 + std::abs(w))) << name << " " << i;
      }
    }
  }
}

TEST(LogitsProcessors, DoNotLookAtPadding) {
  const Ids text{7, 7, 7, 1, 2, 1};
  std::vector<float> scores(10, 2);
  repetition_penalty(2)->process({text, 3}, scores);
  EXPECT_EQ(scores[7], 2);
  EXPECT_EQ(scores[1], 1);
  no_repeat_ngram(2)->process({text, 3}, scores);
  EXPECT_TRUE(std::isinf(scores[2]));
  EXPECT_EQ(scores[7], 2);
}

TEST(LogitsProcessors, StandInTransformersOrder) {
  GenerationConfig config;
  config.do_sample(true).eos_token_id({1}).min_new_tokens(2).temperature(0.5).top_p(0.9);
  config.typical_p(0.5).repetition_penalty(1.1).renormalize_logits(true).suppress_tokens({5});
  const auto mine = logits_processor([](const TokensSoFar&, std::span<float>) {});
  const auto list = logits_processors(config, 4, 20, {mine});
  ASSERT_EQ(list.size(), 9U);  // top_k is on by default
  EXPECT_EQ(list[3], mine);
}

}  // namespace
}  // namespace hearth::text
