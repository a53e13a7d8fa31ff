// SPDX-License-Identifier: Apache-2.0
// Joulin et al., "Bag of Tricks for Efficient Text Classification", 2016.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hearth/base/arg.h"
#include "hearth/nn/pimpl.h"
#include "hearth/text/models/pretrained_model.h"

namespace hearth::text {

/// Settings of a FastText, as its config.json names them.
struct HEARTH_API FastTextConfig {
  static FastTextConfig from_json(const data::readers::JsonValue& config);
  data::readers::JsonValue to_json(const char* architecture) const;
  /// Throws ValueError for sizes that no model has.
  void check() const;
  int64_t least_weights() const;

  HEARTH_ARG(std::string, model_type) = "fasttext";
  HEARTH_ARG(int64_t, vocab_size) = 30000;
  HEARTH_ARG(int64_t, embedding_dim) = 64;
  /// The longest runs of tokens that have a vector of their own.
  HEARTH_ARG(int64_t, word_ngrams) = 2;
  /// Among how many vectors runs of two tokens and more are spread by their hash.
  HEARTH_ARG(int64_t, bucket) = 100'000;
  HEARTH_ARG(double, dropout) = 0;
  HEARTH_ARG(std::optional<int64_t>, pad_token_id) = 0;
  HEARTH_ARG(std::vector<std::string>, id2label) = {"LABEL_0", "LABEL_1"};
  HEARTH_ARG(std::optional<std::string>, problem_type);
};

/// Classifies texts by the mean of the vectors of their tokens and runs of tokens; masked tokens
/// and those of pad_token_id do not count. A text without tokens is the vector of zeros.
class HEARTH_API FastTextImpl : public PreTrainedModelImpl {
 public:
  explicit FastTextImpl(const FastTextConfig& options = {});
  ~FastTextImpl() override;
  ModelOutput forward(const ModelInputs& inputs) override;

  const FastTextConfig options;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};
HEARTH_MODULE(FastText);

}  // namespace hearth::text
