// SPDX-License-Identifier: Apache-2.0
// What models of text have in common: inputs, outputs, and the configuration they were made of.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "hearth/base/arg.h"
#include "hearth/data/readers/jsonl.h"
#include "hearth/nn/module.h"

namespace hearth::text {

class Cache;

/// What a model gets; undefined tensors are those that nobody gave. Names and shapes are those of
/// Hugging Face's `forward`.
struct ModelInputs {
  /// int64 [batch, length]
  HEARTH_ARG(Tensor, input_ids);
  /// [batch, length], with a cache [batch, cached + length]; 0 for padding. All ones unless given.
  HEARTH_ARG(Tensor, attention_mask);
  HEARTH_ARG(Tensor, token_type_ids);
  HEARTH_ARG(Tensor, position_ids);
  /// [batch, length, hidden], in place of input_ids
  HEARTH_ARG(Tensor, inputs_embeds);
  /// With them the output has a loss.
  HEARTH_ARG(Tensor, labels);
  HEARTH_ARG(Tensor, start_positions);
  HEARTH_ARG(Tensor, end_positions);
  /// Keys and values of what came before, which the call adds to; decoders only.
  HEARTH_ARG(std::shared_ptr<Cache>, cache);
  /// Of how many positions at the end logits are wanted; 0: of all. Decoders only.
  HEARTH_ARG(int64_t, logits_to_keep) = 0;
  /// Nobody looks at the states of masked tokens, which then mean nothing: encoders need not
  /// compute them.
  HEARTH_ARG(bool, skip_padding) = false;
  HEARTH_ARG(bool, output_hidden_states) = false;
  HEARTH_ARG(bool, output_attentions) = false;
};

/// What a model gives; undefined what it has not.
struct ModelOutput {
  Tensor loss, logits;
  /// [batch, length, hidden]
  Tensor last_hidden_state;
  Tensor pooler_output;
  /// Of question answering, [batch, length].
  Tensor start_logits, end_logits;
  /// After the embeddings and after each layer; weights [batch, heads, length, length] of each.
  std::vector<Tensor> hidden_states, attentions;
};

/// Base of all models that open Hugging Face's checkpoints.
class HEARTH_API PreTrainedModelImpl : public nn::Module {
 public:
  explicit PreTrainedModelImpl(data::readers::JsonValue config);
  ~PreTrainedModelImpl() override;
  virtual ModelOutput forward(const ModelInputs& inputs) = 0;
  /// config.json, as it came or as the options were written.
  const data::readers::JsonValue& config() const { return config_; }
  void set_config(data::readers::JsonValue config) { config_ = std::move(config); }
  /// Tokens of a text that it takes at most, special ones included; none if config.json names no
  /// positions.
  std::optional<int64_t> max_tokens() const;

 private:
  data::readers::JsonValue config_;
};

}  // namespace hearth::text
