// SPDX-License-Identifier: Apache-2.0
#include "hearth/text/pipelines/pipeline.h"

#include <algorithm>
#include <utility>

#include "hearth/autograd/grad_mode.h"
#include "hearth/base/error.h"
#include "hearth/ops/view.h"

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
  const int64_t most = std::min(tokenizer_.model_max_length,
                                model_->max_tokens().value_or(PreTrainedTokenizer::kNoLimit));
  return most != PreTrainedTokenizer::kNoLimit ? std::optional(most) : std::nullopt;
}

BatchOptions Pipeline::cut() const {
  const auto most = max_length();
  return BatchOptions().truncation(most.has_value()).max_length(most);
}

BatchOptions Pipeline::cut_to_model() const {
  const auto most = model_->max_tokens();
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

ModelOutput Pipeline::run_in_parts(const BatchEncoding& batch) const {
  constexpr int64_t kAtOnce = 16;
  if (batch.size() <= kAtOnce) return run(batch);
  std::vector<Tensor> logits, states, starts, ends;
  for (int64_t first = 0; first < batch.size(); first += kAtOnce) {
    const auto rows = [&](const Tensor& t) {
      return t.defined() ? t.narrow(0, first, std::min(kAtOnce, batch.size() - first)) : t;
    };
    BatchEncoding part;
    part.input_ids = rows(batch.input_ids);
    part.attention_mask = rows(batch.attention_mask);
    part.token_type_ids = rows(batch.token_type_ids);
    const ModelOutput out = run(part);
    logits.push_back(out.logits);
    states.push_back(out.last_hidden_state);
    starts.push_back(out.start_logits);
    ends.push_back(out.end_logits);
  }
  const auto whole = [](const std::vector<Tensor>& parts) {
    return parts[0].defined() ? cat(parts, 0) : Tensor();
  };
  ModelOutput out;
  out.logits = whole(logits);
  out.last_hidden_state = whole(states);
  out.start_logits = whole(starts);
  out.end_logits = whole(ends);
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
