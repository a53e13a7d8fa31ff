// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hearth/text/models/pretrained_model.h"
#include "hearth/text/training/token_examples.h"
#include "hearth/train/classification.h"

namespace hearth::text {

/// Trains a model of text, from its first weights or fine-tuning others: by cross entropy with
/// labels of texts one for sequence classification, with labels of tokens one for token
/// classification or for the next token; with numbers one for sequence classification by what
/// config.json's "problem_type" says, mean squared error ("regression") or binary cross entropy
/// ("multi_label_classification"). Batches are of texts of about the same length.
///
///     TextTrainer trainer(*model, labeled_examples(tokenizer, texts, labels, 128), "reviews",
///                         train::ClassificationOptions().epochs(3).lr(5e-5));
///     trainer.validate_on(labeled_examples(tokenizer, test_texts, test_labels, 128));
///     trainer.fit();
class HEARTH_API TextTrainer : public train::ClassificationTrainer {
 public:
  /// `what` describes the data, for checkpoints: one of another training is refused. The model must
  /// outlive this; it computes where its parameters lie.
  TextTrainer(PreTrainedModelImpl& model, TokenExamples examples, const std::string& what,
              const train::ClassificationOptions& options);

  /// After every epoch, on texts that it does not learn from.
  void validate_on(TokenExamples examples, size_t batch_size = 32);

 private:
  TextTrainer(PreTrainedModelImpl& model, std::shared_ptr<const TokenExamples> examples,
              const std::string& what, const train::ClassificationOptions& options);
};

/// What a model thinks of examples: probabilities, float [targets, classes], and targets, int64
/// [targets], of all that count, in the examples' order, on the CPU. For train::evaluate. Where
/// texts have numbers, targets are float [texts, numbers], and probabilities are those of each
/// class for itself, or, for regression, the numbers that the model predicts.
struct Predictions {
  Tensor probabilities, targets;
  /// How many targets each example has.
  std::vector<int64_t> counts;
};
HEARTH_API Predictions predict(PreTrainedModelImpl& model, const TokenExamples& examples,
                               int64_t batch_size = 32);
/// The mean cross entropy of the targets, without keeping probabilities: of a language model, the
/// logarithm of its perplexity.
HEARTH_API double mean_loss(PreTrainedModelImpl& model, const TokenExamples& examples,
                            int64_t batch_size = 8);

}  // namespace hearth::text
