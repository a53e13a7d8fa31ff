// SPDX-License-Identifier: Apache-2.0
// Decoders against transformers: scripts/text-decoder-goldens.py made the models and the values.
#include "hearth/text/models/decoder.h"

#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hearth/autograd/grad_mode.h"
#include "hearth/base/error.h"
#include "hearth/io/tensor_file.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"
#include "hearth/tensor/tensor_literal.h"
#include "hearth/text/models/auto.h"
#include "hearth/text/models/gpt2.h"

#include "error_of.h"

namespace hearth::text {
namespace {

using data::readers::JsonValue;

const std::string kFolder = HEARTH_TEST_DATA_DIR "/text/decoders/";

const TensorFile& expected() {
  static const TensorFile file(kFolder + "expected.safetensors");
  return file;
}

JsonValue json_of(const std::string& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return JsonValue(text.str(), path);
}

/// The largest difference, in units of the tolerance 1e-5 (1 + |expected|).
double error_between(const Tensor& got, const Tensor& want) {
  if (got.sizes() != want.sizes()) return 1e30;
  return ((got - want).abs() / (want.abs() + 1)).max().item<double>();
}

class Decoders : public testing::TestWithParam<const char*> {
 protected:
  std::shared_ptr<CausalLMImpl> open() const {
    return std::dynamic_pointer_cast<CausalLMImpl>(
        AutoModelForCausalLM::from_pretrained(kFolder + GetParam()));
  }
  Tensor want(const std::string& name) const {
    return expected().tensor(std::string(GetParam()) + "." + name);
  }
  NoGradGuard no_grad_;
};

TEST_P(Decoders, AnswerAsTransformersDoes) {
  const auto model = open();
  const Tensor ids = expected().tensor("ids");
  const ModelOutput out = model->forward(
      ModelInputs().input_ids(ids).output_hidden_states(true).output_attentions(true));
  EXPECT_LT(error_between(out.logits, want("logits")), 1e-5);
  EXPECT_LT(error_between(stack(out.hidden_states), want("hidden")), 1e-5);
  EXPECT_LT(error_between(out.attentions.back(), want("attention")), 1e-5);
  // Without anything that asks for the weights of attention, they are never made.
  const ModelOutput fused = model->forward(ModelInputs().input_ids(ids));
  EXPECT_LT(error_between(fused.logits, want("logits")), 1e-5);
  EXPECT_TRUE(fused.hidden_states.empty());

  Tensor labels = ids.clone();
  labels.select(0, 0).narrow(0, 0, 3).fill_(-100);
  const Tensor loss = model->forward(ModelInputs().input_ids(ids).labels(labels)).loss;
  EXPECT_NEAR(loss.item<double>(), want("loss").item<double>(), 1e-5);

  const ModelOutput last = model->forward(ModelInputs().input_ids(ids).logits_to_keep(2));
  EXPECT_LT(error_between(last.logits, want("logits").narrow(1, 11, 2)), 1e-5);
}

TEST_P(Decoders, PaddingAtTheLeftChangesNothing) {
  const auto model = open();
  const Tensor mask = expected().tensor("mask");
  const Tensor ids = where(mask.ne(0), expected().tensor("ids"), 3);
  const Tensor logits =
      model->forward(ModelInputs().input_ids(ids).attention_mask(mask)).logits.select(0, 1);
  EXPECT_LT(error_between(logits.narrow(0, 4, 9), want("padded")), 1e-5);
  const Tensor alone =
      model->forward(ModelInputs().input_ids(ids.narrow(0, 1, 1).narrow(1, 4, 9))).logits;
  EXPECT_LT(error_between(alone.select(0, 0), want("padded")), 1e-5);
}

TEST_P(Decoders, CachedTokensNeedNotBeSeenAgain) {
  const auto model = open();
  const Tensor mask = expected().tensor("mask");
  const Tensor ids = where(mask.ne(0), expected().tensor("ids"), 3);
  const Tensor whole = model->forward(ModelInputs().input_ids(ids).attention_mask(mask)).logits;
  const int64_t fixed = std::string(GetParam()) == "gpt2" ? 0 : 13;
  for (const auto& steps : {std::vector<int64_t>{13}, {5, 1, 1, 1, 3, 2}, {1, 11, 1}}) {
    const auto cache = std::make_shared<Cache>(model->cache_options().max_length(fixed));
    int64_t at = 0;
    for (const int64_t n : steps) {
      const Tensor logits = model
                                ->forward(ModelInputs()
                                              .input_ids(ids.narrow(1, at, n))
                                              .attention_mask(mask.narrow(1, 0, at + n))
                                              .cache(cache))
                                .logits;
      // The padding itself looks at nothing, and says nothing of interest.
      EXPECT_LT(error_between(logits.select(0, 0), whole.select(0, 0).narrow(0, at, n)), 1e-5);
      const int64_t from = std::max<int64_t>(at, 4);
      if (at + n > from) {
        EXPECT_LT(error_between(logits.select(0, 1).narrow(0, from - at, at + n - from),
                                whole.select(0, 1).narrow(0, from, at + n - from)),
                  1e-5);
      }
      at += n;
    }
    EXPECT_EQ(cache->get_seq_length(), 13);
  }
}

TEST_P(Decoders, LearnWithPadding) {
  const AutoGradMode grad(true);
  const auto model = open();
  const Tensor ids = expected().tensor("ids");
  model->forward(ModelInputs().input_ids(ids).labels(ids)).loss.backward();
  for (const auto& item : model->named_parameters())
    EXPECT_TRUE(item.value().grad().defined()) << item.key();
}

INSTANTIATE_TEST_SUITE_P(All, Decoders,
                         testing::Values("gpt2", "llama", "mistral", "qwen2", "qwen3", "gemma",
                                         "gemma2", "gemma3_text", "smollm3"),
                         [](const auto& test) { return std::string(test.param); });

TEST(Decoder, SettingsThatFewModelsHaveAreFollowed) {
  const NoGradGuard no_grad;
  const JsonValue variants = json_of(kFolder + "variants.json");
  ASSERT_EQ(variants.size(), 12U);
  for (const std::string& name : variants.keys()) {
    const JsonValue variant = variants.at(name);
    const auto weights =
        AutoModelForCausalLM::from_pretrained(kFolder + variant.at("weights").string());
    const auto model = AutoModelForCausalLM::from_config(variant.at("config"));
    model->load_state_dict(weights->state_dict());
    model->eval();
    const ModelInputs inputs = ModelInputs().input_ids(expected().tensor("ids"));
    const Tensor want = expected().tensor("variant." + name + ".logits");
    EXPECT_LT(error_between(model->forward(inputs).logits, want), 1e-5) << name;
    const auto again = AutoModelForCausalLM::from_config(model->config());
    again->load_state_dict(weights->state_dict());
    again->eval();
    EXPECT_LT(error_between(again->forward(inputs).logits, want), 1e-5) << name << ", written";
  }
}

TEST(Decoder, ConfigurationsComeBackAsTheyWere) {
  for (const char* type :
       {"llama", "mistral", "qwen2", "qwen3", "gemma", "gemma2", "gemma3_text", "smollm3"}) {
    const DecoderConfig config = DecoderConfig::from_json(json_of(kFolder + type + "/config.json"));
    const JsonValue written = config.to_json("X");
    EXPECT_EQ(DecoderConfig::from_json(written).to_json("X").dump(), written.dump()) << type;
    EXPECT_EQ(config.model_type(), type);
  }
  const DecoderConfig old = DecoderConfig::from_json(JsonValue(
      R"({"model_type": "gemma3_text", "rope_theta": 5e5, "rope_local_base_freq": 2e4,
          "num_hidden_layers": 6, "rope_scaling": {"rope_type": "linear", "factor": 8}})"));
  EXPECT_EQ(old.rope().rope_theta(), 5e5);
  EXPECT_EQ(old.rope().factor(), 8);
  EXPECT_EQ(old.sliding_rope()->rope_theta(), 2e4);
  EXPECT_EQ(old.sliding_rope()->rope_type(), "default");
  EXPECT_TRUE(old.slides(4) && !old.slides(5));
}

TEST(Decoder, PutsTextsInClassesByTheirLastToken) {
  const NoGradGuard no_grad;
  for (const std::string name : {"llama", "gpt2"}) {
    ModelOptions options;
    options.labels({"a", "b", "c"}).new_head(true);
    const auto model = AutoModelForSequenceClassification::from_pretrained(kFolder + name, options);
    model->get_parameter("score.weight").copy_(expected().tensor(name + ".score"));
    Tensor ids = expected().tensor("ids").clone();
    ids.select(0, 1).narrow(0, 8, 5).fill_(3);
    const ModelOutput out =
        model->forward(ModelInputs().input_ids(ids).labels(tensor({int64_t{0}, int64_t{2}})));
    EXPECT_LT(error_between(out.logits, expected().tensor(name + ".classes")), 1e-5);
    EXPECT_GT(out.loss.item<double>(), 0);
    // Padded by another token than the configuration names.
    ids.select(0, 1).narrow(0, 8, 5).fill_(0);
    Tensor mask = ones_like(ids);
    mask.select(0, 1).narrow(0, 8, 5).fill_(0);
    const ModelOutput other = model->forward(ModelInputs().input_ids(ids).attention_mask(mask));
    EXPECT_LT(error_between(other.logits, expected().tensor(name + ".classes")), 1e-5);
  }
}

TEST(Decoder, ClassifiersLearnWhatTheirProblemIs) {
  const NoGradGuard no_grad;
  for (const std::string name : {"llama", "gpt2"}) {
    const auto loss = [&](const std::vector<std::string>& labels, const char* problem,
                          const Tensor& targets, const auto& expected_of) {
      const auto model = AutoModelForSequenceClassification::from_pretrained(
          kFolder + name, ModelOptions().labels(labels).new_head(true).problem_type(problem));
      const ModelOutput out =
          model->forward(ModelInputs().input_ids(expected().tensor("ids")).labels(targets));
      EXPECT_NEAR(out.loss.template item<double>(), expected_of(out.logits).template item<double>(),
                  1e-5)
          << name << " " << problem;
    };
    const Tensor numbers = tensor({1.5F, -2.F});
    loss({"LABEL_0"}, "regression", numbers,
         [&](const Tensor& x) { return (x.flatten() - numbers).square().mean(); });
    const Tensor classes = tensor({1.F, 0.F, 1.F, 0.F, 0.F, 1.F}).view({2, 3});
    loss({"a", "b", "c"}, "multi_label_classification", classes, [&](const Tensor& x) {
      const Tensor p = x.sigmoid();
      return -(classes * p.log() + (1 - classes) * (1 - p).log()).mean();
    });
  }
}

TEST(Cache, WindowsTakeNoMoreMemoryThanThereAreTokens) {
  Cache cache(CacheOptions().num_layers(1).sliding_windows({1 << 20}));
  const Tensor one = ones({1, 2, 3, 4});
  EXPECT_LE(cache.update(one, one, 0).keys.stride(1), 64 * 4);
  // Nor than the window needs, however many come.
  Cache narrow(CacheOptions().num_layers(1).sliding_windows({8}));
  for (int i = 0; i < 300; ++i) {
    const Cache::Past past = narrow.update(one * i, one * i, 0);
    EXPECT_LE(past.keys.stride(1), 2 * (8 - 1 + 64) * 4);
    EXPECT_EQ(past.keys.size(2), std::min(3 * (i + 1), 8 - 1 + 3));
    EXPECT_EQ(past.keys[0][0][-1][0].item<float>(), static_cast<float>(i));
  }
}

TEST(Decoder, RefusesConfigurationsThatFitNothing) {
  const auto refused = [](const char* json) {
    return error_of([&] { AutoModelForCausalLM::from_config(JsonValue(json)); });
  };
  EXPECT_THAT(refused(R"({"model_type": "llama", "num_attention_heads": 5, "hidden_size": 20,
                          "num_key_value_heads": 2})"),
              testing::HasSubstr("groups of query heads"));
  EXPECT_THAT(refused(R"({"model_type": "llama", "num_hidden_layers": 1000000000})"),
              testing::HasSubstr("1 to 4096 layers, got 1000000000"));
  EXPECT_THAT(refused(R"({"model_type": "llama", "rope_scaling": {"rope_type": "spiral"}})"),
              testing::HasSubstr("got spiral"));
  EXPECT_THAT(refused(R"({"model_type": "llama", "hidden_size": 16, "num_attention_heads": 2,
                          "rope_scaling": {"rope_type": "longrope", "short_factor": [1, 2, 3, 4],
                                           "long_factor": [1, 2, 3]}})"),
              testing::HasSubstr("expected 4 positive numbers as short_factor and as long_factor, "
                                 "got 4 and 3 numbers"));
  EXPECT_THAT(refused(R"({"model_type": "llama", "hidden_act": "step", "hidden_size": 8,
                          "num_attention_heads": 2, "intermediate_size": 8, "vocab_size": 4,
                          "num_hidden_layers": 1})"),
              testing::HasSubstr("got step"));
  EXPECT_THAT(refused(R"({"model_type": "gpt2", "n_embd": 10, "n_head": 3})"),
              testing::HasSubstr("heads that divide n_embd"));
  EXPECT_THAT(refused(R"({"model_type": "mistral", "sliding_window": -4})"),
              testing::HasSubstr("sliding_window -4"));
}

}  // namespace
}  // namespace hearth::text
