// SPDX-License-Identifier: Apache-2.0
#include "text/training/learner.h"

#include <nlohmann/json.hpp>

#include "hearth/base/error.h"
#include "hearth/text/training/word_tokenizer.h"

#include "common/options.h"

namespace text = hearth::text;

namespace {

bool is_small(const std::string& name) {
  return name == "fasttext" || name == "textcnn" || name == "lstm";
}

text::PreTrainedTokenizer tokenizer_for(const std::string& model,
                                        const std::optional<std::string>& tokenizer,
                                        const TextData& data, int64_t vocab_size) {
  if (tokenizer) return text::AutoTokenizer::from_pretrained(*tokenizer);
  if (is_small(model))
    return text::word_tokenizer(data.all_texts(), static_cast<size_t>(vocab_size));
  return text::AutoTokenizer::from_pretrained(model);
}

}  // namespace

void Learner::save(const std::string& folder) const {
  text::save_pretrained(*model, folder);
  tokenizer.save_pretrained(folder);
}

Learner make_learner(const std::string& name, TextTask task, const TextData& data,
                     const std::optional<std::string>& tokenizer, int64_t vocab_size,
                     int64_t max_length) {
  const bool fresh_language = name == "gpt2" && task == TextTask::Language;
  if (fresh_language && !tokenizer)
    throw UsageError("--model gpt2 learns from nothing and needs a --tokenizer");
  Learner learner{nullptr, tokenizer_for(name, tokenizer, data, vocab_size), 5e-5, 3, 16};
  if (!is_small(name) && !fresh_language) {
    text::ModelOptions options;
    if (task != TextTask::Language) options.labels(data.classes).new_head(true);
    if (const auto type = problem_type_for(task)) options.problem_type(to_string(*type));
    learner.model = text::open_model(head_for(task), name, options);
    return learner;
  }
  nlohmann::ordered_json config{{"model_type", name},
                                {"vocab_size", learner.tokenizer.tokenizer.vocab_size()}};
  if (fresh_language) {
    config.update({{"n_embd", 256},
                   {"n_layer", 4},
                   {"n_head", 4},
                   {"n_positions", max_length},
                   {"bos_token_id", learner.tokenizer.bos_token_id().value_or(0)},
                   {"eos_token_id", learner.tokenizer.eos_token_id().value_or(0)}});
    learner.lr = 1e-3;
  } else {
    for (size_t i = 0; i < data.classes.size(); ++i)
      config["id2label"][std::to_string(i)] = data.classes[i];
    if (const auto type = problem_type_for(task)) config["problem_type"] = to_string(*type);
    if (const auto pad = learner.tokenizer.pad_token_id()) config["pad_token_id"] = *pad;
    learner.lr = name == "fasttext" ? 2e-2 : 4e-3;
    learner.epochs = 8;
    learner.batch_size = 32;
  }
  learner.model =
      text::make_model(head_for(task), hearth::data::readers::JsonValue(config.dump()), "--model");
  return learner;
}
