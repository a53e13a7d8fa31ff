// SPDX-License-Identifier: Apache-2.0
// GPT-2 (Radford et al., 2019), under Hugging Face's names of classes and weights.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hearth/base/arg.h"
#include "hearth/nn/pimpl.h"
#include "hearth/text/models/causal_lm.h"

namespace hearth::text {

/// Settings of a GPT-2, as config.json names them.
struct HEARTH_API GPT2Config {
  /// config.json. Throws FormatError and ValueError.
  static GPT2Config from_json(const data::readers::JsonValue& json);
  data::readers::JsonValue to_json(const char* architecture) const;
  /// Throws ValueError for sizes that do not fit.
  void check() const;
  /// How many numbers the model's weights are, without those of a head.
  int64_t least_weights() const;
  /// What a query's products with keys are multiplied by.
  double attention_scale(int64_t layer) const;

  HEARTH_ARG(std::string, model_type) = "gpt2";
  HEARTH_ARG(int64_t, vocab_size) = 50257;
  HEARTH_ARG(int64_t, n_positions) = 1024;
  HEARTH_ARG(int64_t, n_embd) = 768;
  HEARTH_ARG(int64_t, n_layer) = 12;
  HEARTH_ARG(int64_t, n_head) = 12;
  /// 0: 4 n_embd.
  HEARTH_ARG(int64_t, n_inner) = 0;
  /// "gelu_new", "gelu", "relu" or "silu".
  HEARTH_ARG(std::string, activation_function) = "gelu_new";
  HEARTH_ARG(double, resid_pdrop) = 0.1;
  HEARTH_ARG(double, embd_pdrop) = 0.1;
  HEARTH_ARG(double, attn_pdrop) = 0.1;
  /// Scores are divided by the root of a head's size.
  HEARTH_ARG(bool, scale_attn_weights) = true;
  /// Those of layer i, from 0, are divided by i + 1 as well.
  HEARTH_ARG(bool, scale_attn_by_inverse_layer_idx) = false;
  /// Only kept for the file: scores of 16 bits are always computed in 32.
  HEARTH_ARG(bool, reorder_and_upcast_attn) = false;
  HEARTH_ARG(double, layer_norm_epsilon) = 1e-5;
  HEARTH_ARG(double, initializer_range) = 0.02;
  HEARTH_ARG(bool, tie_word_embeddings) = true;
  HEARTH_ARG(std::optional<int64_t>, pad_token_id);
  HEARTH_ARG(int64_t, bos_token_id) = 50256;
  HEARTH_ARG(int64_t, eos_token_id) = 50256;
  HEARTH_ARG(std::vector<std::string>, id2label) = {"LABEL_0", "LABEL_1"};
};

class MatrixImpl;

/// Embeddings of tokens and positions, and layers: input_ids [batch, length] to last_hidden_state
/// [batch, length, n_embd].
class HEARTH_API GPT2ModelImpl : public PreTrainedModelImpl {
 public:
  explicit GPT2ModelImpl(const GPT2Config& options);
  ~GPT2ModelImpl() override;
  ModelOutput forward(const ModelInputs& inputs) override;
  const GPT2Config options;

 private:
  friend class GPT2LMHeadModelImpl;
  struct Parts;
  std::unique_ptr<Parts> parts_;
};
HEARTH_MODULE(GPT2Model);

/// With a head that says what token comes next; it multiplies with the embeddings.
class HEARTH_API GPT2LMHeadModelImpl : public CausalLMImpl {
 public:
  explicit GPT2LMHeadModelImpl(const GPT2Config& options);
  ~GPT2LMHeadModelImpl() override;
  ModelOutput forward(const ModelInputs& inputs) override;
  CacheOptions cache_options() const override;
  int64_t vocab_size() const override;
  int64_t max_position_embeddings() const override;
  bool ends_with_positions() const override { return true; }

  GPT2Model transformer{nullptr};

 private:
  std::shared_ptr<MatrixImpl> head_;
};
HEARTH_MODULE(GPT2LMHeadModel);

/// With a head that puts a text in a class, by its last token: logits [batch, classes].
class HEARTH_API GPT2ForSequenceClassificationImpl : public PreTrainedModelImpl {
 public:
  explicit GPT2ForSequenceClassificationImpl(const GPT2Config& options);
  ~GPT2ForSequenceClassificationImpl() override;
  ModelOutput forward(const ModelInputs& inputs) override;

  GPT2Model transformer{nullptr};

 private:
  std::shared_ptr<MatrixImpl> score_;
};
HEARTH_MODULE(GPT2ForSequenceClassification);

}  // namespace hearth::text
