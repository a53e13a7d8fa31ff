// SPDX-License-Identifier: Apache-2.0
#include "text/sentences.h"

#include "hearth/base/progress.h"

#include "text/model.h"

void SentenceModel::declare(OptionList& options) {
  declare_model(options, model_);
  options.add("--batch-size", batch_size_, "Texts at once").between(1, 100000);
  options.add("--max-length", max_length_, "Tokens of a text, special ones included")
      .between(3, 1e6)
      .by_default("by model");
  options.add("--prompt-name", prompt_name_, "Which of the model's prompts stands before texts")
      .value("NAME");
  options.add("--prompt", prompt_, "What stands before texts").value("TEXT");
  options.flag("--normalize", normalize_, "Vectors of length 1, whatever the model says");
}

void SentenceModel::open(hearth::Device device, hearth::ScalarType dtype) {
  encoder_ = hearth::text::SentenceEncoder::from_pretrained(
      folder_of_model(model_), hearth::text::ModelOptions().dtype(dtype));
  if (max_length_) encoder_->set_max_seq_length(*max_length_);
  encoder_->model().to(device);
}

hearth::Tensor SentenceModel::encode(const std::vector<std::string>& texts,
                                     const char* label) const {
  hearth::Progress progress(
      hearth::ProgressOptions(label).unit("texts").total(static_cast<int64_t>(texts.size())));
  auto options = hearth::text::SentenceOptions()
                     .batch_size(batch_size_)
                     .prompt_name(prompt_name_)
                     .prompt(prompt_)
                     .on_progress([&](int64_t done) { progress.set(done); });
  if (normalize_) options.normalize_embeddings(true);
  return encoder_->encode(texts, options);
}
