// SPDX-License-Identifier: Apache-2.0
// Models of text with random weights: embedding of sentences by one of MiniLM's sizes, writing by
// one of SmolLM2-135M's, and training steps. bench/peers/text_models_cases.py holds the same for
// transformers and PyTorch.
#include "hearth/text/embedding/sentence_vectors.h"
#include "hearth/text/generation/generate.h"
#include "hearth/text/models/bert.h"
#include "hearth/text/models/decoder.h"
#include "hearth/text/models/lstm.h"

#include "cases/cases.h"
#include "cases/smollm2.h"

namespace hearth::bench {

namespace {

/// Lengths of sentences with their special tokens, as English ones have them.
std::vector<int64_t> lengths(int64_t n) {
  std::vector<int64_t> all;
  for (int64_t i = 0; i < n; ++i) all.push_back(n == 1 ? 16 : 6 + (i * 7) % 27);
  return all;
}

/// Ids that differ from text to text.
std::vector<std::vector<uint32_t>> ids_of(const std::vector<int64_t>& lengths) {
  std::vector<std::vector<uint32_t>> all;
  uint32_t id = 1;
  for (const int64_t length : lengths) {
    all.emplace_back();
    for (int64_t i = 0; i < length; ++i) all.back().push_back(id = (id * 7919 + 13) % 8000);
  }
  return all;
}

/// The same as a batch, with 0 for padding.
text::ModelInputs batch_of(const std::vector<std::vector<uint32_t>>& rows) {
  size_t longest = 0;
  for (const auto& row : rows) longest = std::max(longest, row.size());
  const Tensor ids =
      zeros({static_cast<int64_t>(rows.size()), static_cast<int64_t>(longest)}, kLong);
  const Tensor mask = zeros_like(ids);
  for (size_t i = 0; i < rows.size(); ++i)
    for (size_t k = 0; k < rows[i].size(); ++k) {
      ids.data_ptr<int64_t>()[i * longest + k] = rows[i][k];
      mask.data_ptr<int64_t>()[i * longest + k] = 1;
    }
  return text::ModelInputs().input_ids(ids.to(device())).attention_mask(mask.to(device()));
}

void add_embedding(Cases& cases, int64_t n) {
  cases["text/MiniLM, " + std::to_string(n) + (n == 1 ? " sentence" : " sentences")] = [n] {
    text::BertModel model(
        text::BertConfig().hidden_size(384).num_hidden_layers(6).intermediate_size(1536));
    model->to(device());
    model->eval();
    const auto ids = ids_of(lengths(n));
    return [=]() mutable {
      const Tensor vectors = text::normalized_rows(text::sentence_vectors(*model, ids));
    };
  };
}

void add_training(Cases& cases, const std::string& name,
                  std::function<std::shared_ptr<text::PreTrainedModelImpl>()> make) {
  cases["text/" + name + " train"] = [make] {
    auto model = make();
    model->to(device());
    model->train();
    auto optimizer = std::make_shared<optim::AdamW>(model->parameters(), optim::AdamWOptions(1e-4));
    const text::ModelInputs inputs =
        batch_of(ids_of(lengths(32))).labels((arange(32) % 2).to(device()));
    return [=] {
      optimizer->zero_grad();
      model->forward(inputs).loss.backward();
      optimizer->step();
    };
  };
}

/// Writing 24 tokens after 16, and reading as many bytes as the weights of a token's step have.
void add_writing(Cases& cases) {
  cases["text/SmolLM2-135M, 24 tokens"] = [] {
    text::LlamaForCausalLM model(smollm2());
    model->to(device());
    model->eval();
    const Tensor prompt = (arange(16, kLong) * 7919 % 8000).unsqueeze(0);
    return [=]() mutable {
      text::generate(*model, prompt, text::GenerationConfig().max_new_tokens(24));
    };
  };
  cases["text/SmolLM2-135M, weights read"] = [] {
    const Tensor weights = ones({smollm2().least_weights()}, device());
    return [=] { const Tensor sum = weights.sum(); };
  };
}

}  // namespace

void add_text_models(Cases& cases) {
  add_writing(cases);
  for (const int64_t n : {1, 32}) add_embedding(cases, n);
  add_training(cases, "encoder of 4 layers, d 256", [] {
    return text::BertForSequenceClassification(text::BertConfig()
                                                   .vocab_size(8000)
                                                   .hidden_size(256)
                                                   .num_hidden_layers(4)
                                                   .num_attention_heads(4)
                                                   .intermediate_size(1024))
        .ptr();
  });
  add_training(cases, "LSTM classifier", [] {
    return text::LSTMForSequenceClassification(text::LSTMConfig().vocab_size(8000)).ptr();
  });
}

}  // namespace hearth::bench
