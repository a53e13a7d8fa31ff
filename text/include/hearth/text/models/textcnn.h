// SPDX-License-Identifier: Apache-2.0
// Kim, "Convolutional Neural Networks for Sentence Classification", 2014.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hearth/base/arg.h"
#include "hearth/nn/pimpl.h"
#include "hearth/text/models/pretrained_model.h"

namespace hearth::text {

/// Settings of a TextCNN, as its config.json names them.
struct HEARTH_API TextCNNConfig {
  static TextCNNConfig from_json(const data::readers::JsonValue& config);
  data::readers::JsonValue to_json(const char* architecture) const;
  /// Throws ValueError for sizes that no model has.
  void check() const;
  int64_t least_weights() const;

  HEARTH_ARG(std::string, model_type) = "textcnn";
  HEARTH_ARG(int64_t, vocab_size) = 30000;
  HEARTH_ARG(int64_t, embedding_dim) = 128;
  /// How many tokens each bank of filters sees at once, and how many filters a bank has.
  HEARTH_ARG(std::vector<int64_t>, kernel_sizes) = {3, 4, 5};
  HEARTH_ARG(int64_t, num_filters) = 100;
  HEARTH_ARG(double, dropout) = 0.5;
  HEARTH_ARG(std::optional<int64_t>, pad_token_id) = 0;
  HEARTH_ARG(std::vector<std::string>, id2label) = {"LABEL_0", "LABEL_1"};
  HEARTH_ARG(std::optional<std::string>, problem_type);
};

/// Classifies texts by the strongest answer of each filter anywhere in the text. Padding counts as
/// vectors of zeros; logits do not depend on how much of it there is.
class HEARTH_API TextCNNImpl : public PreTrainedModelImpl {
 public:
  explicit TextCNNImpl(const TextCNNConfig& options = {});
  ~TextCNNImpl() override;
  ModelOutput forward(const ModelInputs& inputs) override;

  const TextCNNConfig options;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};
HEARTH_MODULE(TextCNN);

}  // namespace hearth::text
