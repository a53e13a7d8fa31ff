// SPDX-License-Identifier: Apache-2.0
// Small models of tests/data/text/gguf/generate_models.py against transformers' logits.

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "hearth/autograd/grad_mode.h"
#include "hearth/base/error.h"
#include "hearth/io/safetensors.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/text/gguf/gguf_file.h"
#include "hearth/text/models/auto.h"
#include "hearth/text/models/causal_lm.h"

#include "temporary.h"

namespace hearth::text {
namespace {

constexpr const char* kFolder = HEARTH_TEST_DATA_DIR "/text/gguf/";

std::string path_of(const std::string& name) { return kFolder + name + ".gguf"; }

const std::map<std::string, Tensor>& expected() {
  static const auto& all =
      *new auto(safetensors::load_file(std::string(kFolder) + "models.safetensors"));
  return all;
}

double largest_difference(const Tensor& a, const Tensor& b) {
  return (a - b).abs().max().item<double>();
}

class GgufModels : public testing::TestWithParam<const char*> {
 protected:
  std::string name() const { return GetParam(); }
  ModelInputs inputs() const { return ModelInputs().input_ids(expected().at(name() + ".ids")); }
  Tensor logits() const { return expected().at(name() + ".logits"); }
  NoGradGuard no_grad_;
};

TEST_P(GgufModels, GiveTransformersLogits) {
  const auto model = AutoModelForCausalLM::from_pretrained(path_of(name()));
  EXPECT_TRUE(model->config().contains("quantization_config"));
  EXPECT_FALSE(model->is_training());
  EXPECT_LE(largest_difference(model->forward(inputs()).logits, logits()), 2e-5);
}

TEST_P(GgufModels, GiveTheSameDequantized) {
  const auto model =
      AutoModelForCausalLM::from_pretrained(path_of(name()), ModelOptions().dequantize(true));
  EXPECT_FALSE(model->config().contains("quantization_config"));
  for (const auto& item : model->named_parameters())
    EXPECT_EQ(item.value().scalar_type(), kFloat) << item.key();
  EXPECT_LE(largest_difference(model->forward(inputs()).logits, logits()), 2e-5);
}

TEST_P(GgufModels, AreCloseWithRoundedActivations) {
  const auto model =
      AutoModelForCausalLM::from_pretrained(path_of(name()), ModelOptions().fast(true));
  const Tensor got = model->forward(inputs()).logits;
  const double off = (got - logits()).norm().item<double>();
  EXPECT_GT(off, 0);
  EXPECT_LE(off, 1e-3 * logits().norm().item<double>());
}

TEST_P(GgufModels, OpenWithoutHeadAndInHalfPrecision) {
  const auto base = AutoModel::from_pretrained(path_of(name()), ModelOptions().dtype(kBFloat16));
  const Tensor last = base->forward(inputs()).last_hidden_state;
  EXPECT_EQ(last.scalar_type(), kBFloat16);
  EXPECT_EQ(last.size(1), 12);
}

INSTANTIATE_TEST_SUITE_P(All, GgufModels,
                         testing::Values("llama", "llama3", "qwen2", "qwen3", "gemma", "gemma2",
                                         "gemma3", "gpt2"),
                         [](const auto& model) { return std::string(model.param); });

TEST(GgufModel, SaysWhatItCannotOpen) {
  const auto refused = [](const auto& f, const std::string& part) {
    try {
      f();
      ADD_FAILURE() << "no error: " << part;
    } catch (const Error& e) {
      EXPECT_NE(std::string(e.what()).find(part), std::string::npos) << e.what();
    }
  };
  refused([] { AutoModel::from_pretrained(path_of("types")); },
          "types.gguf] holds a model of architecture none, expected one of gemma");
  refused([] { AutoModelForSequenceClassification::from_pretrained(path_of("llama")); },
          "llama.gguf] does not hold the LlamaForSequenceClassification that is expected: files of "
          "this kind hold no head for SequenceClassification");
  const auto model = AutoModelForCausalLM::from_pretrained(path_of("llama"));
  const TemporaryFolder folder;
  refused([&] { save_pretrained(*model, folder.path); },
          "expected plain weights, got quantized ones");
}

TEST(GgufModel, IsSavedDequantized) {
  const TemporaryFolder folder;
  const auto model =
      AutoModelForCausalLM::from_pretrained(path_of("qwen2"), ModelOptions().dequantize(true));
  save_pretrained(*model, folder.path);
  const NoGradGuard no_grad;
  const auto again = AutoModelForCausalLM::from_pretrained(folder.path);
  const ModelInputs inputs = ModelInputs().input_ids(expected().at("qwen2.ids"));
  EXPECT_TRUE(again->forward(inputs).logits.equal(model->forward(inputs).logits));
}

TEST(GgufModel, IsTheOnlyOneOfAFolder) {
  namespace fs = std::filesystem;
  const TemporaryFolder folder;
  EXPECT_EQ(find_gguf(folder.path), "");
  fs::copy_file(path_of("llama"), folder.path + "/model.gguf");
  EXPECT_EQ(find_gguf(folder.path), folder.path + "/model.gguf");
  EXPECT_NE(AutoModelForCausalLM::from_pretrained(folder.path), nullptr);
  fs::copy_file(path_of("qwen2"), folder.path + "/other.gguf");
  try {
    find_gguf(folder.path);
    ADD_FAILURE() << "two files";
  } catch (const ValueError& e) {
    EXPECT_NE(std::string(e.what()).find("model.gguf, "), std::string::npos) << e.what();
  }
  std::ofstream(folder.path + "/config.json") << "{}";
  EXPECT_EQ(find_gguf(folder.path), "");
}

}  // namespace
}  // namespace hearth::text
