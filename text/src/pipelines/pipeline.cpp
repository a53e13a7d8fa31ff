// SPDX-License-Identifier: Apache-2.0
#include "hearth/text/pipelines/pipeline.h"

#include <utility>

#include "hearth/autograd/grad_mode.h"
#include "hearth/base/error.h"

#include "models/config_json.h"

namespace hearth::text {
namespace {

Tensor to_host(const Tensor& tensor) {
  return tensor.defined() ? tensor.cpu().to(kFloat).contiguous() : tensor;
}

ModelOptions model_options(const PipelineOptions& options) {
  return ModelOptions().dtype(options.dtype()).hub(options.hub());
}

}  // namespace

Pipeline::Pipeline(PreTrainedTokenizer tokenizer, std::shared_ptr<PreTrainedModelImpl> model)
    : tokenizer_(std::move(tokenizer)), model_(std::move(model)) {
  HEARTH_CHECK_AS(ValueError, model_, "[Pipeline] expected a model, got none");
}

Pipeline::Pipeline(Head head, const std::string& name_or_path, const PipelineOptions& options)
    : Pipeline(AutoTokenizer::from_pretrained(name_or_path, options.hub()),
               open_model(head, name_or_path, model_options(options))) {
  to(options.device());
}

void Pipeline::to(Device device) {
  model_->to(device);
  device_ = device;
}

std::optional<int64_t> Pipeline::max_length() const {
  if (tokenizer_.model_max_length != PreTrainedTokenizer::kNoLimit)
    return tokenizer_.model_max_length;
  return positions();
}

std::optional<int64_t> Pipeline::positions() const {
  // RoBERTa counts positions from behind the padding's.
  int64_t positions = 0, pad = 0;
  std::string type;
  read_option(model_->config(), "max_position_embeddings", positions);
  read_option(model_->config(), "model_type", type);
  read_option(model_->config(), "pad_token_id", pad);
  if (positions <= 0) return std::nullopt;
  return type.find("roberta") != type.npos ? positions - pad - 1 : positions;
}

BatchOptions Pipeline::cut() const {
  const auto most = max_length();
  return BatchOptions().truncation(most.has_value()).max_length(most);
}

BatchOptions Pipeline::cut_to_model() const {
  const auto most = positions();
  return most ? BatchOptions().truncation(true).max_length(most) : cut();
}

ModelOutput Pipeline::run(const BatchEncoding& batch) const {
  const NoGradGuard no_grad;
  const auto moved = [this](const Tensor& t) { return t.defined() ? t.to(device_) : t; };
  ModelOutput out = model_->forward(ModelInputs()
                                        .input_ids(moved(batch.input_ids))
                                        .attention_mask(moved(batch.attention_mask))
                                        .token_type_ids(moved(batch.token_type_ids)));
  out.logits = to_host(out.logits);
  out.last_hidden_state = to_host(out.last_hidden_state);
  out.start_logits = to_host(out.start_logits);
  out.end_logits = to_host(out.end_logits);
  return out;
}

std::vector<std::string> Pipeline::labels() const {
  std::vector<std::string> names;
  read_option(model_->config(), "id2label", names);
  // What transformers takes where nothing is said.
  if (names.empty()) names = {"LABEL_0", "LABEL_1"};
  return names;
}

}  // namespace hearth::text
