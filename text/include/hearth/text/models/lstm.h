// SPDX-License-Identifier: Apache-2.0
// Classifiers of texts and taggers of tokens by a recurrent layer (Hochreiter and Schmidhuber,
// "Long Short-Term Memory", 1997).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hearth/base/arg.h"
#include "hearth/nn/pimpl.h"
#include "hearth/text/models/encoder_heads.h"

namespace hearth::text {

/// Settings, as their config.json names them.
struct HEARTH_API LSTMConfig {
  static LSTMConfig from_json(const data::readers::JsonValue& config);
  data::readers::JsonValue to_json(const char* architecture) const;
  /// Throws ValueError for sizes that no model has.
  void check() const;
  int64_t least_weights() const;
  int64_t num_labels() const { return static_cast<int64_t>(id2label_.size()); }

  HEARTH_ARG(std::string, model_type) = "lstm";
  HEARTH_ARG(int64_t, vocab_size) = 30000;
  HEARTH_ARG(int64_t, embedding_dim) = 128;
  HEARTH_ARG(int64_t, hidden_size) = 128;
  HEARTH_ARG(int64_t, num_hidden_layers) = 1;
  HEARTH_ARG(bool, bidirectional) = true;
  HEARTH_ARG(double, dropout) = 0.2;
  HEARTH_ARG(std::optional<int64_t>, pad_token_id) = 0;
  HEARTH_ARG(std::vector<std::string>, id2label) = {"LABEL_0", "LABEL_1"};
  HEARTH_ARG(std::optional<std::string>, problem_type);
};

/// Tokens to states [batch, length, hidden, or twice that of both directions], and a pooled one:
/// the last state of each direction. Padding, which must stand behind the tokens, is not computed;
/// its states are zeros.
class HEARTH_API LSTMModelImpl : public PreTrainedModelImpl {
 public:
  explicit LSTMModelImpl(const LSTMConfig& options = {});
  ~LSTMModelImpl() override;
  ModelOutput forward(const ModelInputs& inputs) override;

  const LSTMConfig options;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};
HEARTH_MODULE(LSTMModel);

/// A linear layer on the last state of each direction.
class HEARTH_API LSTMForSequenceClassificationImpl : public EncoderWithHeadImpl {
 public:
  explicit LSTMForSequenceClassificationImpl(const LSTMConfig& options = {});
  ~LSTMForSequenceClassificationImpl() override;

 protected:
  Tensor scores(const ModelOutput& base, const ModelInputs& inputs) override;

 private:
  std::shared_ptr<nn::LinearImpl> classifier_;
  double dropout_;
};
HEARTH_MODULE(LSTMForSequenceClassification);

class HEARTH_API LSTMForTokenClassificationImpl : public TokenHeadImpl {
 public:
  explicit LSTMForTokenClassificationImpl(const LSTMConfig& options = {});
};
HEARTH_MODULE(LSTMForTokenClassification);

}  // namespace hearth::text
