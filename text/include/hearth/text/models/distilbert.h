// SPDX-License-Identifier: Apache-2.0
// DistilBERT (Sanh et al., "DistilBERT, a distilled version of BERT", 2019), with Hugging Face's
// options, classes and parameter names.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hearth/base/arg.h"
#include "hearth/nn/pimpl.h"
#include "hearth/text/models/encoder_heads.h"

namespace hearth::text {

/// Settings of a DistilBERT, as config.json names them.
struct HEARTH_API DistilBertConfig {
  static DistilBertConfig from_json(const data::readers::JsonValue& config);
  data::readers::JsonValue to_json(const char* architecture) const;
  /// Throws ValueError for sizes that no model has.
  void check() const;
  int64_t least_weights() const;
  int64_t num_labels() const { return static_cast<int64_t>(id2label_.size()); }

  HEARTH_ARG(std::string, model_type) = "distilbert";
  HEARTH_ARG(int64_t, vocab_size) = 30522;
  HEARTH_ARG(int64_t, max_position_embeddings) = 512;
  /// Only where weights begin: files hold the positions.
  HEARTH_ARG(bool, sinusoidal_pos_embds) = false;
  HEARTH_ARG(int64_t, n_layers) = 6;
  HEARTH_ARG(int64_t, n_heads) = 12;
  HEARTH_ARG(int64_t, dim) = 768;
  HEARTH_ARG(int64_t, hidden_dim) = 3072;
  HEARTH_ARG(double, dropout) = 0.1;
  HEARTH_ARG(double, attention_dropout) = 0.1;
  HEARTH_ARG(std::string, activation) = "gelu";
  HEARTH_ARG(double, initializer_range) = 0.02;
  HEARTH_ARG(double, qa_dropout) = 0.1;
  HEARTH_ARG(double, seq_classif_dropout) = 0.2;
  /// Its row of the embeddings gets no gradient.
  HEARTH_ARG(std::optional<int64_t>, pad_token_id) = 0;
  HEARTH_ARG(bool, tie_word_embeddings) = true;
  HEARTH_ARG(std::vector<std::string>, id2label) = {"LABEL_0", "LABEL_1"};
  HEARTH_ARG(std::optional<std::string>, problem_type);
};

/// Tokens to hidden states [batch, length, dim]. token_type_ids mean nothing to it.
class HEARTH_API DistilBertModelImpl : public PreTrainedModelImpl {
 public:
  explicit DistilBertModelImpl(const DistilBertConfig& options = {});
  ~DistilBertModelImpl() override;
  ModelOutput forward(const ModelInputs& inputs) override;
  /// [vocab_size, dim]
  const Tensor& word_embeddings() const;

  const DistilBertConfig options;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};
HEARTH_MODULE(DistilBertModel);

class HEARTH_API DistilBertForMaskedLMImpl : public EncoderWithHeadImpl {
 public:
  explicit DistilBertForMaskedLMImpl(const DistilBertConfig& options = {});
  ~DistilBertForMaskedLMImpl() override;

 protected:
  Tensor scores(const ModelOutput& base, const ModelInputs& inputs) override;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};
HEARTH_MODULE(DistilBertForMaskedLM);

/// Two linear layers with a relu between them, on the first token.
class HEARTH_API DistilBertForSequenceClassificationImpl : public EncoderWithHeadImpl {
 public:
  explicit DistilBertForSequenceClassificationImpl(const DistilBertConfig& options = {});
  ~DistilBertForSequenceClassificationImpl() override;

 protected:
  Tensor scores(const ModelOutput& base, const ModelInputs& inputs) override;

 private:
  std::shared_ptr<nn::LinearImpl> pre_classifier_, classifier_;
  double dropout_;
};
HEARTH_MODULE(DistilBertForSequenceClassification);

class HEARTH_API DistilBertForTokenClassificationImpl : public TokenHeadImpl {
 public:
  explicit DistilBertForTokenClassificationImpl(const DistilBertConfig& options = {});
};
HEARTH_MODULE(DistilBertForTokenClassification);

class HEARTH_API DistilBertForQuestionAnsweringImpl : public TokenHeadImpl {
 public:
  explicit DistilBertForQuestionAnsweringImpl(const DistilBertConfig& options = {});
};
HEARTH_MODULE(DistilBertForQuestionAnswering);

}  // namespace hearth::text
