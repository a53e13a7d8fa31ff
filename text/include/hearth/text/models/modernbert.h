// SPDX-License-Identifier: Apache-2.0
// ModernBERT (Warner et al., "Smarter, Better, Faster, Longer", 2024), with Hugging Face's options,
// classes and parameter names.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hearth/base/arg.h"
#include "hearth/nn/pimpl.h"
#include "hearth/text/models/encoder_heads.h"

namespace hearth::text {

/// Settings of a ModernBERT, as config.json names them.
struct HEARTH_API ModernBertConfig {
  /// Reads "rope_parameters", as newer files have them, for the two thetas as well.
  static ModernBertConfig from_json(const data::readers::JsonValue& config);
  data::readers::JsonValue to_json(const char* architecture) const;
  /// Throws ValueError for sizes that no model has.
  void check() const;
  int64_t least_weights() const;
  int64_t num_labels() const { return static_cast<int64_t>(id2label_.size()); }
  /// Whether a layer's tokens attend to their neighbourhood only.
  bool is_local(int64_t layer) const;

  HEARTH_ARG(std::string, model_type) = "modernbert";
  HEARTH_ARG(int64_t, vocab_size) = 50368;
  HEARTH_ARG(int64_t, hidden_size) = 768;
  HEARTH_ARG(int64_t, intermediate_size) = 1152;
  HEARTH_ARG(int64_t, num_hidden_layers) = 22;
  HEARTH_ARG(int64_t, num_attention_heads) = 12;
  HEARTH_ARG(std::string, hidden_activation) = "gelu";
  HEARTH_ARG(int64_t, max_position_embeddings) = 8192;
  HEARTH_ARG(double, initializer_range) = 0.02;
  HEARTH_ARG(double, norm_eps) = 1e-5;
  HEARTH_ARG(bool, norm_bias) = false;
  /// Its row of the embeddings gets no gradient.
  HEARTH_ARG(std::optional<int64_t>, pad_token_id) = 50283;
  HEARTH_ARG(double, global_rope_theta) = 160000;
  HEARTH_ARG(double, local_rope_theta) = 10000;
  HEARTH_ARG(bool, attention_bias) = false;
  HEARTH_ARG(double, attention_dropout) = 0;
  /// "full_attention" or "sliding_attention" of each layer; unless given, the first layer and each
  /// global_attn_every_n_layers-th after it are full.
  HEARTH_ARG(std::vector<std::string>, layer_types);
  HEARTH_ARG(int64_t, global_attn_every_n_layers) = 3;
  /// How many tokens a neighbourhood has, half of them on each side.
  HEARTH_ARG(int64_t, local_attention) = 128;
  HEARTH_ARG(double, embedding_dropout) = 0;
  HEARTH_ARG(bool, mlp_bias) = false;
  HEARTH_ARG(double, mlp_dropout) = 0;
  HEARTH_ARG(bool, decoder_bias) = true;
  /// What stands for a text: "cls", its first token, or "mean".
  HEARTH_ARG(std::string, classifier_pooling) = "cls";
  HEARTH_ARG(double, classifier_dropout) = 0;
  HEARTH_ARG(bool, classifier_bias) = false;
  HEARTH_ARG(std::string, classifier_activation) = "gelu";
  HEARTH_ARG(bool, tie_word_embeddings) = true;
  HEARTH_ARG(std::vector<std::string>, id2label) = {"LABEL_0", "LABEL_1"};
  HEARTH_ARG(std::optional<std::string>, problem_type);
};

/// Tokens to hidden states [batch, length, hidden].
class HEARTH_API ModernBertModelImpl : public PreTrainedModelImpl {
 public:
  explicit ModernBertModelImpl(const ModernBertConfig& options = {});
  ~ModernBertModelImpl() override;
  ModelOutput forward(const ModelInputs& inputs) override;
  /// [vocab_size, hidden_size]
  const Tensor& word_embeddings() const;

  const ModernBertConfig options;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};
HEARTH_MODULE(ModernBertModel);

/// Its heads: a linear layer, an activation and a norm, and then a linear layer of each head's own.
class HEARTH_API ModernBertWithHeadImpl : public EncoderWithHeadImpl {
 public:
  ~ModernBertWithHeadImpl() override;

 protected:
  ModernBertWithHeadImpl(const ModernBertConfig& options, Head head, const char* architecture);
  Tensor scores(const ModelOutput& base, const ModelInputs& inputs) override;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

class HEARTH_API ModernBertForMaskedLMImpl : public ModernBertWithHeadImpl {
 public:
  explicit ModernBertForMaskedLMImpl(const ModernBertConfig& options = {});
};
HEARTH_MODULE(ModernBertForMaskedLM);

class HEARTH_API ModernBertForSequenceClassificationImpl : public ModernBertWithHeadImpl {
 public:
  explicit ModernBertForSequenceClassificationImpl(const ModernBertConfig& options = {});
};
HEARTH_MODULE(ModernBertForSequenceClassification);

class HEARTH_API ModernBertForTokenClassificationImpl : public ModernBertWithHeadImpl {
 public:
  explicit ModernBertForTokenClassificationImpl(const ModernBertConfig& options = {});
};
HEARTH_MODULE(ModernBertForTokenClassification);

class HEARTH_API ModernBertForQuestionAnsweringImpl : public ModernBertWithHeadImpl {
 public:
  explicit ModernBertForQuestionAnsweringImpl(const ModernBertConfig& options = {});
};
HEARTH_MODULE(ModernBertForQuestionAnswering);

}  // namespace hearth::text
