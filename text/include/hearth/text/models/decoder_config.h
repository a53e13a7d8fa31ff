// SPDX-License-Identifier: Apache-2.0
// Settings of decoders, under the names of config.json.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hearth/base/arg.h"
#include "hearth/base/macros.h"
#include "hearth/data/readers/jsonl.h"

namespace hearth::text {

/// How far queries and keys are turned at a position: config.json's "rope_parameters", or
/// "rope_scaling" with "rope_theta" in older ones.
struct HEARTH_API RopeParameters {
  /// "default", "linear", "dynamic", "llama3", "yarn" or "longrope".
  HEARTH_ARG(std::string, rope_type) = "default";
  HEARTH_ARG(double, rope_theta) = 10000;
  HEARTH_ARG(double, factor) = 1;
  HEARTH_ARG(double, partial_rotary_factor) = 1;
  HEARTH_ARG(std::optional<double>, attention_factor);
  HEARTH_ARG(double, low_freq_factor) = 1;
  HEARTH_ARG(double, high_freq_factor) = 4;
  /// 0: as the model's max_position_embeddings.
  HEARTH_ARG(int64_t, original_max_position_embeddings) = 0;
  HEARTH_ARG(double, beta_fast) = 32;
  HEARTH_ARG(double, beta_slow) = 1;
  HEARTH_ARG(double, mscale) = 0;
  HEARTH_ARG(double, mscale_all_dim) = 0;
  HEARTH_ARG(bool, truncate) = true;
  /// Of "longrope": what each pair's frequency is divided by, head_size() / 2 numbers each: in
  /// sequences of original_max_position_embeddings tokens or less, and in longer ones.
  HEARTH_ARG(std::vector<double>, short_factor);
  HEARTH_ARG(std::vector<double>, long_factor);
};

/// Settings of a decoder in the manner of Llama. `model_type` is "llama", "mistral", "qwen2",
/// "qwen3", "gemma", "gemma2", "gemma3_text" or "smollm3" and decides what the others cannot say:
/// of_type() has each family's defaults, which are Hugging Face's.
struct HEARTH_API DecoderConfig {
  /// Throws ValueError for a type that it does not know.
  static DecoderConfig of_type(const std::string& model_type);
  /// config.json. Throws FormatError for one that no model has.
  static DecoderConfig from_json(const data::readers::JsonValue& json);
  data::readers::JsonValue to_json(const std::string& architecture) const;
  static bool knows(const std::string& model_type);

  /// Throws ValueError for sizes that do not fit.
  void check() const;
  /// How many numbers the model's weights are, without those of a head.
  int64_t least_weights() const;
  /// Of a head of attention.
  int64_t head_size() const;
  /// Whether a layer sees no more than sliding_window tokens.
  bool slides(int64_t layer) const;
  /// What a query's products with keys are multiplied by.
  double attention_scale() const;

  /// What follows from model_type.
  bool has_qkv_bias() const;
  bool has_query_norm() const;
  /// Norms multiply by 1 + weight, embeddings by the root of hidden_size.
  bool is_gemma() const;
  /// Norms stand behind attention and feed-forward part, too.
  bool has_outer_norms() const;

  HEARTH_ARG(std::string, model_type) = "llama";
  HEARTH_ARG(int64_t, vocab_size) = 32000;
  HEARTH_ARG(int64_t, hidden_size) = 4096;
  HEARTH_ARG(int64_t, intermediate_size) = 11008;
  HEARTH_ARG(int64_t, num_hidden_layers) = 32;
  HEARTH_ARG(int64_t, num_attention_heads) = 32;
  /// Each serves a group of query heads.
  HEARTH_ARG(int64_t, num_key_value_heads) = 32;
  /// 0: hidden_size / num_attention_heads.
  HEARTH_ARG(int64_t, head_dim) = 0;
  /// "silu", "gelu", "gelu_pytorch_tanh", "gelu_new" or "relu".
  HEARTH_ARG(std::string, hidden_act) = "silu";
  HEARTH_ARG(int64_t, max_position_embeddings) = 2048;
  HEARTH_ARG(double, initializer_range) = 0.02;
  HEARTH_ARG(double, rms_norm_eps) = 1e-6;
  /// The head multiplies with the embeddings.
  HEARTH_ARG(bool, tie_word_embeddings) = false;
  HEARTH_ARG(bool, attention_bias) = false;
  HEARTH_ARG(bool, mlp_bias) = false;
  HEARTH_ARG(double, attention_dropout) = 0;
  HEARTH_ARG(RopeParameters, rope);
  /// Of sliding layers, where they differ (gemma3).
  HEARTH_ARG(std::optional<RopeParameters>, sliding_rope);
  /// Tokens that a query of a sliding layer sees, itself included; 0: all.
  HEARTH_ARG(int64_t, sliding_window) = 0;
  /// "full_attention" or "sliding_attention", of each layer. Empty: all of the first.
  HEARTH_ARG(std::vector<std::string>, layer_types);
  /// 0 for layers that do not turn queries and keys; empty: all do.
  HEARTH_ARG(std::vector<int64_t>, no_rope_layers);
  /// Scores are divided by its root; 0: by that of head_size().
  HEARTH_ARG(double, query_pre_attn_scalar) = 0;
  /// Scores x become cap tanh(x / cap); 0: as they are.
  HEARTH_ARG(double, attn_logit_softcapping) = 0;
  HEARTH_ARG(double, final_logit_softcapping) = 0;
  HEARTH_ARG(std::optional<int64_t>, pad_token_id);
  HEARTH_ARG(std::optional<int64_t>, bos_token_id);
  HEARTH_ARG(std::vector<int64_t>, eos_token_id);
  /// Names of the classes of a ForSequenceClassification.
  HEARTH_ARG(std::vector<std::string>, id2label) = {"LABEL_0", "LABEL_1"};
};

}  // namespace hearth::text
