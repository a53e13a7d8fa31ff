// SPDX-License-Identifier: Apache-2.0
// BERT (Devlin et al., "BERT: Pre-training of Deep Bidirectional Transformers", 2018), with Hugging
// Face's options, classes and parameter names.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hearth/base/arg.h"
#include "hearth/nn/pimpl.h"
#include "hearth/text/models/encoder_heads.h"

namespace hearth::text {

/// Settings of a BERT, as config.json names them.
struct HEARTH_API BertConfig {
  static BertConfig from_json(const data::readers::JsonValue& config);
  /// As config.json has it; `architecture` is the name of the model's class.
  data::readers::JsonValue to_json(const char* architecture) const;
  /// Throws ValueError for sizes that no model has.
  void check() const;
  int64_t least_weights() const;
  int64_t num_labels() const { return static_cast<int64_t>(id2label_.size()); }

  HEARTH_ARG(std::string, model_type) = "bert";
  HEARTH_ARG(int64_t, vocab_size) = 30522;
  HEARTH_ARG(int64_t, hidden_size) = 768;
  HEARTH_ARG(int64_t, num_hidden_layers) = 12;
  HEARTH_ARG(int64_t, num_attention_heads) = 12;
  HEARTH_ARG(int64_t, intermediate_size) = 3072;
  /// gelu, gelu_new, gelu_pytorch_tanh, relu or silu
  HEARTH_ARG(std::string, hidden_act) = "gelu";
  HEARTH_ARG(double, hidden_dropout_prob) = 0.1;
  HEARTH_ARG(double, attention_probs_dropout_prob) = 0.1;
  HEARTH_ARG(int64_t, max_position_embeddings) = 512;
  HEARTH_ARG(int64_t, type_vocab_size) = 2;
  HEARTH_ARG(double, initializer_range) = 0.02;
  HEARTH_ARG(double, layer_norm_eps) = 1e-12;
  /// Its row of the embeddings gets no gradient.
  HEARTH_ARG(std::optional<int64_t>, pad_token_id) = 0;
  HEARTH_ARG(std::string, position_embedding_type) = "absolute";
  HEARTH_ARG(bool, is_decoder) = false;
  HEARTH_ARG(bool, tie_word_embeddings) = true;
  /// hidden_dropout_prob unless given.
  HEARTH_ARG(std::optional<double>, classifier_dropout);
  /// Of BertModel; other classes have one where they need it.
  HEARTH_ARG(bool, add_pooling_layer) = true;
  HEARTH_ARG(std::vector<std::string>, id2label) = {"LABEL_0", "LABEL_1"};
  HEARTH_ARG(std::optional<std::string>, problem_type);
};

/// Tokens to hidden states [batch, length, hidden], and a pooled one [batch, hidden]: tanh of a
/// linear layer on the first token.
class HEARTH_API BertModelImpl : public PreTrainedModelImpl {
 public:
  explicit BertModelImpl(const BertConfig& options = {}, const char* architecture = "BertModel");
  ~BertModelImpl() override;
  ModelOutput forward(const ModelInputs& inputs) override;
  /// [vocab_size, hidden_size], which heads for masked tokens share.
  const Tensor& word_embeddings() const;

  const BertConfig options;

 protected:
  /// int64 [1 or batch, length]
  virtual Tensor position_ids(const ModelInputs& inputs, int64_t length) const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};
HEARTH_MODULE(BertModel);

/// Scores of all tokens at each place.
class HEARTH_API BertForMaskedLMImpl : public EncoderWithHeadImpl {
 public:
  explicit BertForMaskedLMImpl(const BertConfig& options = {});
  ~BertForMaskedLMImpl() override;

 protected:
  Tensor scores(const ModelOutput& base, const ModelInputs& inputs) override;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};
HEARTH_MODULE(BertForMaskedLM);

/// A linear layer on the pooled state.
class HEARTH_API BertForSequenceClassificationImpl : public EncoderWithHeadImpl {
 public:
  explicit BertForSequenceClassificationImpl(const BertConfig& options = {});
  ~BertForSequenceClassificationImpl() override;

 protected:
  Tensor scores(const ModelOutput& base, const ModelInputs& inputs) override;

 private:
  std::shared_ptr<nn::LinearImpl> classifier_;
  double dropout_;
};
HEARTH_MODULE(BertForSequenceClassification);

class HEARTH_API BertForTokenClassificationImpl : public TokenHeadImpl {
 public:
  explicit BertForTokenClassificationImpl(const BertConfig& options = {});
};
HEARTH_MODULE(BertForTokenClassification);

class HEARTH_API BertForQuestionAnsweringImpl : public TokenHeadImpl {
 public:
  explicit BertForQuestionAnsweringImpl(const BertConfig& options = {});
};
HEARTH_MODULE(BertForQuestionAnswering);

}  // namespace hearth::text
