// SPDX-License-Identifier: Apache-2.0
#include "hearth/text/embedding/sentence_encoder.h"

#include <algorithm>

#include "hearth/autograd/grad_mode.h"
#include "hearth/base/error.h"
#include "hearth/ops/linalg.h"
#include "hearth/ops/pointwise.h"

#include "models/config_json.h"

namespace hearth::text {

SentenceEncoder::SentenceEncoder(std::shared_ptr<PreTrainedModelImpl> model,
                                 PreTrainedTokenizer tokenizer, Pooling pooling, bool normalize)
    : model_(std::move(model)),
      tokenizer_(std::make_shared<PreTrainedTokenizer>(std::move(tokenizer))),
      pooling_(std::move(pooling)),
      normalize_(normalize) {
  const int64_t positions = model_->max_tokens().value_or(512);
  tokenizer_->tokenizer.no_padding();
  set_max_seq_length(std::min(positions, tokenizer_->model_max_length));
}

int64_t SentenceEncoder::max_seq_length() const {
  return tokenizer_->tokenizer.truncation()->max_length();
}
void SentenceEncoder::set_max_seq_length(int64_t length) {
  // What the model takes is the most, whatever is asked for.
  const int64_t most = std::min(length, model_->max_tokens().value_or(length));
  tokenizer_->tokenizer.enable_truncation(Truncation().max_length(most));
}

int64_t SentenceEncoder::dimension() const {
  if (!dense_.empty()) return dense_.back().weight.size(0);
  // Configurations call it by many names; the model knows.
  return sentence_vectors(*model_, {}, pooling_).size(1);
}

std::string SentenceEncoder::prompt_for(const SentenceOptions& options) const {
  if (options.prompt()) return *options.prompt();
  const std::string& name =
      options.prompt_name().empty() ? default_prompt_name : options.prompt_name();
  if (name.empty()) return "";
  const auto at = std::find_if(prompts.begin(), prompts.end(),
                               [&](const auto& prompt) { return prompt.first == name; });
  HEARTH_CHECK_AS(ValueError, at != prompts.end(), "[SentenceEncoder] there is no prompt '", name,
                  "'");
  return at->second;
}

Tensor SentenceEncoder::encode(ArrayRef<std::string> texts, const SentenceOptions& options) const {
  const std::string prompt = prompt_for(options);
  std::vector<std::string> prompted;
  if (!prompt.empty()) {
    for (const std::string& text : texts) prompted.push_back(prompt + text);
    texts = prompted;
  }
  const NoGradGuard no_grad;
  Tensor x = sentence_vectors(*model_, tokenizer_->tokenizer.encode_ids_batch(texts), pooling_,
                              SentenceVectorsOptions()
                                  .batch_size(options.batch_size())
                                  .pad_id(tokenizer_->pad_token_id().value_or(0))
                                  .on_progress(options.on_progress()));
  for (const Dense& layer : dense_) {
    x = linear(x, layer.weight, layer.bias);
    if (layer.tanh) x = x.tanh();
  }
  return options.normalize_embeddings().value_or(normalize_) ? normalized_rows(x) : x;
}

}  // namespace hearth::text
