// SPDX-License-Identifier: Apache-2.0
// A model that learns, and the tokenizer that goes with it.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "text/training/task.h"

struct Learner {
  std::shared_ptr<hearth::text::PreTrainedModelImpl> model;
  hearth::text::PreTrainedTokenizer tokenizer;
  /// What suits it.
  double lr;
  int64_t epochs, batch_size;

  /// Writes the folder that from_pretrained, and transformers, open.
  void save(const std::string& folder) const;
};

inline constexpr char kLearnerHelp[] =
    "fasttext, textcnn or lstm (from nothing), gpt2 (a small one from nothing, with --tokenizer), "
    "or "
    "a folder or repository of the hub with a model to fine-tune";

/// `tokenizer` names one in place of the model's own; small models make theirs of the texts, of up
/// to vocab_size words.
Learner make_learner(const std::string& name, TextTask task, const TextData& data,
                     const std::optional<std::string>& tokenizer, int64_t vocab_size,
                     int64_t max_length);
