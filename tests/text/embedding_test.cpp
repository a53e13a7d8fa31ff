// SPDX-License-Identifier: Apache-2.0
// Pooling, vectors of texts of any lengths, and folders of sentence-transformers.
#include <cmath>
#include <filesystem>

#include <gtest/gtest.h>

#include "hearth/autograd/grad_mode.h"
#include "hearth/base/generator.h"
#include "hearth/io/save_tensors.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/predicates.h"
#include "hearth/ops/random.h"
#include "hearth/tensor/tensor_literal.h"
#include "hearth/text/embedding/sentence_encoder.h"
#include "hearth/text/models/bert.h"

#include "error_of.h"
#include "temporary.h"

namespace hearth::text {
namespace {

constexpr char kTokenizer[] = R"({"version": "1.0",
    "truncation": {"max_length": 3, "strategy": "LongestFirst", "stride": 0},
    "padding": {"strategy": {"Fixed": 16}, "direction": "Right", "pad_to_multiple_of": null,
                "pad_id": 0, "pad_type_id": 0, "pad_token": "[PAD]"},
    "pre_tokenizer": {"type": "WhitespaceSplit"},
    "post_processor": {"type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]},
    "model": {"type": "WordLevel", "unk_token": "[UNK]",
              "vocab": {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "a": 4, "b": 5, "c": 6}}})";

BertModel small() {
  BertModel model(BertConfig()
                      .vocab_size(7)
                      .hidden_size(8)
                      .num_hidden_layers(2)
                      .num_attention_heads(2)
                      .intermediate_size(12)
                      .max_position_embeddings(32));
  model->eval();
  return model;
}

TEST(Pooling, EveryWayLeavesPaddingOut) {
  const Tensor states = tensor({1., 2., 3., 4., -5., 6., 100., 200.}).view({1, 4, 2});
  const Tensor mask = tensor({1, 1, 1, 0}, kLong).view({1, 4});
  const auto pooled = [&](const char* mode) { return Pooling::of(mode)(states, mask); };
  const auto row = [](double a, double b) { return tensor({a, b}).view({1, 2}); };
  EXPECT_TRUE(pooled("cls").allclose(row(1, 2)));
  EXPECT_TRUE(pooled("max").allclose(row(3, 6)));
  EXPECT_TRUE(pooled("mean").allclose(row(-1. / 3, 4)));
  EXPECT_TRUE(pooled("mean_sqrt_len").allclose(row(-1 / std::sqrt(3.), 12 / std::sqrt(3.))));
  EXPECT_TRUE(pooled("weightedmean").allclose(row((1 + 6 - 15) / 6., (2 + 8 + 18) / 6.)));
  EXPECT_TRUE(pooled("lasttoken").allclose(row(-5, 6)));
  // The same without a mask, of what is no padding.
  for (const char* mode : {"cls", "max", "mean", "mean_sqrt_len", "weightedmean", "lasttoken"})
    EXPECT_TRUE(Pooling::of(mode)(states.narrow(1, 0, 3), {}).allclose(pooled(mode))) << mode;
  // Padding on the left.
  const Tensor left = tensor({0, 1, 1, 1}, kLong).view({1, 4});
  EXPECT_TRUE(Pooling::of("cls")(states, left).allclose(row(3, 4)));
  EXPECT_TRUE(Pooling::of("lasttoken")(states, left).allclose(row(100, 200)));
  Pooling both = Pooling::of("cls");
  both.pooling_mode_mean_tokens(true);
  EXPECT_TRUE(both(states, mask).allclose(tensor({1., 2., -1. / 3, 4.}).view({1, 4})));
  EXPECT_NE(error_of<ValueError>([] { Pooling::of("sum"); }), "");
}

TEST(SentenceVectors, DoNotDependOnTheirCompany) {
  manual_seed(1);
  BertModel model = small();
  std::vector<std::vector<uint32_t>> ids;
  for (size_t i = 0; i < 40; ++i) {
    ids.emplace_back();
    for (size_t k = 0; k < i * 7 % 30; ++k)
      ids.back().push_back(static_cast<uint32_t>(1 + (i + k * k) % 6));
  }
  int64_t done = 0;
  const Tensor all = sentence_vectors(
      *model, ids, {},
      SentenceVectorsOptions().batch_size(9).on_progress([&](int64_t n) { done = n; }));
  EXPECT_EQ(all.sizes(), IntArrayRef({40, 8}));
  EXPECT_EQ(done, 38);  // without the empty ones
  for (size_t i = 0; i < ids.size(); ++i) {
    const Tensor alone = sentence_vectors(*model, ArrayRef(&ids[i], 1));
    EXPECT_TRUE(alone.allclose(all.narrow(0, static_cast<int64_t>(i), 1), 1e-4, 1e-6)) << i;
    if (ids[i].empty()) {
      EXPECT_TRUE(alone.eq(0).all().item<bool>());
    }
  }
  EXPECT_EQ(sentence_vectors(*model, {}).sizes(), IntArrayRef({0, 8}));
}

/// What sentence-transformers writes.
void write_model(const TemporaryFolder& folder, const char* pooling) {
  save_pretrained(*small(), folder.path);
  write_text(folder / "tokenizer.json", kTokenizer);
  write_text(folder / "tokenizer_config.json", R"({"pad_token": "[PAD]"})");
  write_text(folder / "sentence_bert_config.json",
             R"({"max_seq_length": 6, "do_lower_case": false})");
  write_text(folder / "config_sentence_transformers.json",
             R"({"prompts": {"query": "a a "}, "default_prompt_name": null})");
  write_text(folder / "modules.json", R"([
    {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
    {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
    {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"}])");
  std::filesystem::create_directories(folder / "1_Pooling");
  write_text(folder / "1_Pooling/config.json", pooling);
}

TEST(SentenceVectors, NormalizeNothingWithoutNaNInItsGradient) {
  const Tensor x = tensor({{3.0, 4.0}, {0.0, 0.0}}).requires_grad_(true);
  const Tensor y = normalized_rows(x);
  EXPECT_TRUE(y.allclose(tensor({{0.6, 0.8}, {0.0, 0.0}})));
  y.select(1, 0).sum().backward();
  EXPECT_TRUE(x.grad().select(0, 0).allclose(tensor({0.128, -0.096})));
  EXPECT_TRUE(x.grad().select(0, 1).isfinite().all().item<bool>());
}

TEST(SentenceEncoder, DoesWhatTheFolderSays) {
  manual_seed(2);
  const TemporaryFolder folder;
  write_model(folder, R"({"word_embedding_dimension": 8, "pooling_mode_cls_token": true})");
  const auto encoder = SentenceEncoder::from_pretrained(folder.path);
  EXPECT_TRUE(encoder.pooling().pooling_mode_cls_token());
  EXPECT_FALSE(encoder.pooling().pooling_mode_mean_tokens());
  EXPECT_TRUE(encoder.normalizes());
  EXPECT_EQ(encoder.max_seq_length(), 6);
  EXPECT_EQ(encoder.dimension(), 8);
  const std::vector<std::string> texts{"a b", "c", "b a c b a c b"};
  const Tensor x = encoder.encode(texts);
  const auto by_hand = [&](const std::vector<int64_t>& ids) {
    const NoGradGuard no_grad;
    return normalized_rows(encoder.model()
                               .forward(ModelInputs().input_ids(tensor(ids).unsqueeze(0)))
                               .last_hidden_state.select(1, 0));
  };
  EXPECT_TRUE(x.narrow(0, 0, 1).allclose(by_hand({2, 4, 5, 3}), 1e-4, 1e-6));
  EXPECT_TRUE(x.narrow(0, 1, 1).allclose(by_hand({2, 6, 3}), 1e-4, 1e-6));
  // Cut by max_seq_length, not by what tokenizer.json says.
  EXPECT_TRUE(x.narrow(0, 2, 1).allclose(by_hand({2, 5, 4, 6, 5, 3}), 1e-4, 1e-6));
  EXPECT_TRUE(encoder.encode(texts, SentenceOptions().prompt_name("query"))
                  .narrow(0, 1, 1)
                  .allclose(by_hand({2, 4, 4, 6, 3}), 1e-4, 1e-6));
  EXPECT_FALSE(encoder.encode(texts, SentenceOptions().normalize_embeddings(false)).allclose(x));
  EXPECT_NE(
      error_of<ValueError>([&] { encoder.encode(texts, SentenceOptions().prompt_name("x")); }), "");
  EXPECT_TRUE(cosine_similarities(x, x).diagonal().allclose(ones({3})));
}

TEST(SentenceEncoder, WithoutModulesTakesTheMean) {
  manual_seed(3);
  const TemporaryFolder folder;
  write_model(folder, "{}");
  std::filesystem::remove(folder / "modules.json");
  const auto encoder = SentenceEncoder::from_pretrained(folder.path);
  EXPECT_TRUE(encoder.pooling().pooling_mode_mean_tokens());
  EXPECT_FALSE(encoder.normalizes());
}

TEST(SentenceEncoder, LinearLayersFollowThePooling) {
  manual_seed(4);
  const TemporaryFolder folder;
  write_model(folder, R"({"pooling_mode_mean_tokens": true})");
  const Tensor weight = randn({5, 8}), bias = randn({5});
  std::filesystem::create_directories(folder / "2_Dense");
  save_tensors({{"linear.weight", weight}, {"linear.bias", bias}},
               folder / "2_Dense/model.safetensors");
  write_text(folder / "2_Dense/config.json", R"({"in_features": 8, "out_features": 5, "bias": true,
      "activation_function": "torch.nn.modules.activation.Tanh"})");
  const std::vector<std::string> texts{"a b", "c"};
  const Tensor before = SentenceEncoder::from_pretrained(folder.path)
                            .encode(texts, SentenceOptions().normalize_embeddings(false));
  write_text(folder / "modules.json", R"([
    {"idx": 0, "path": "", "type": "sentence_transformers.models.Transformer"},
    {"idx": 1, "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
    {"idx": 2, "path": "2_Dense", "type": "sentence_transformers.models.Dense"}])");
  const auto encoder = SentenceEncoder::from_pretrained(folder.path);
  EXPECT_EQ(encoder.dimension(), 5);
  EXPECT_TRUE(
      encoder.encode(texts).allclose((before.matmul(weight.t()) + bias).tanh(), 1e-4, 1e-6));
}

TEST(SentenceEncoder, WrongFoldersSayWhatIsWrong) {
  const TemporaryFolder folder;
  const auto error = [&](const char* modules, const char* pooling) {
    write_model(folder, pooling);
    write_text(folder / "modules.json", modules);
    return error_of([&] { SentenceEncoder::from_pretrained(folder.path); });
  };
  const auto expect = [](const std::string& text, const char* part) {
    EXPECT_NE(text.find(part), std::string::npos) << text;
  };
  expect(error(R"([{"path": "../x", "type": "a.Pooling"}])", "{}"), "expected folders inside");
  expect(error(R"([{"path": "/x", "type": "a.Pooling"}])", "{}"), "expected folders inside");
  expect(error(R"([{"path": "1_Pooling", "type": "a.Pooling"}])", "{}"), "names no way");
  expect(error(R"([{"path": "x", "type": "a.Pooling"}])", "{}"), "does not exist");
  expect(error(R"([{"path": "x", "type": "a.Clever"}])", "{}"), "got a.Clever");
  expect(error(R"([{"type": "a.Normalize"}])", "{}"), "path");
  expect(error("[", "{}"), "modules.json");
}

}  // namespace
}  // namespace hearth::text
