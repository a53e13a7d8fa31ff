// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tuple>

#include "hearth/base/arg.h"
#include "hearth/nn/modules/linear.h"

namespace hearth::nn {

/// Options of MultiheadAttention.
struct MultiheadAttentionOptions {
  MultiheadAttentionOptions(int64_t embed_dim, int64_t num_heads)
      : embed_dim_(embed_dim), num_heads_(num_heads), kdim_(embed_dim), vdim_(embed_dim) {}
  HEARTH_ARG(int64_t, embed_dim);
  HEARTH_ARG(int64_t, num_heads);
  /// Probability of an attention weight to be dropped in training.
  HEARTH_ARG(double, dropout) = 0.0;
  HEARTH_ARG(bool, bias) = true;
  /// Whether to add a learned key and value to the sequences.
  HEARTH_ARG(bool, add_bias_kv) = false;
  /// Whether to add a key and value of zeros.
  HEARTH_ARG(bool, add_zero_attn) = false;
  /// Features of keys and values.
  HEARTH_ARG(int64_t, kdim);
  HEARTH_ARG(int64_t, vdim);
  /// Whether inputs are [batch, length, features] instead of [length, batch, features].
  HEARTH_ARG(bool, batch_first) = false;
  /// What a position gets from which masks hide everything, when no weights are asked for: NaN, as
  /// with weights, or 0.
  HEARTH_ARG(bool, hidden_rows_are_nan) = false;
};

/// Attention of several heads, each with its own projections of queries, keys and values; shapes
/// and masks as in functional::multi_head_attention_forward.
class HEARTH_API MultiheadAttentionImpl : public Module {
 public:
  MultiheadAttentionImpl(int64_t embed_dim, int64_t num_heads);
  explicit MultiheadAttentionImpl(const MultiheadAttentionOptions& options_);
  HEARTH_BUILTIN_MODULE(MultiheadAttentionImpl)
  void _reset_parameters();
  /// The output and the attention weights. Without need_weights they are not computed, which is
  /// faster.
  std::tuple<Tensor, Tensor> forward(const Tensor& query, const Tensor& key, const Tensor& value,
                                     const Tensor& key_padding_mask = {}, bool need_weights = true,
                                     const Tensor& attn_mask = {}, bool average_attn_weights = true,
                                     bool is_causal = false);

  MultiheadAttentionOptions options;
  bool _qkv_same_embed_dim = true;
  Tensor in_proj_weight;  ///< [3 * embed_dim, embed_dim] if keys and values have embed_dim features
  Tensor in_proj_bias;    ///< [3 * embed_dim]
  Tensor bias_k;          ///< [1, 1, embed_dim] with add_bias_kv
  Tensor bias_v;
  Linear out_proj = nullptr;
  Tensor q_proj_weight;  ///< [embed_dim, embed_dim], unless in_proj_weight
  Tensor k_proj_weight;  ///< [embed_dim, kdim]
  Tensor v_proj_weight;  ///< [embed_dim, vdim]
  int64_t head_dim = 0;

 protected:
  FORWARD_HAS_DEFAULT_ARGS({3, AnyValue(Tensor())}, {4, AnyValue(true)}, {5, AnyValue(Tensor())},
                           {6, AnyValue(true)}, {7, AnyValue(false)})
};
HEARTH_MODULE(MultiheadAttention);

namespace functional {

/// Options of F::multi_head_attention_forward.
struct MultiheadAttentionForwardFuncOptions {
  MultiheadAttentionForwardFuncOptions(int64_t embed_dim_to_check, int64_t num_heads,
                                       Tensor in_proj_weight, Tensor in_proj_bias, Tensor bias_k,
                                       Tensor bias_v, bool add_zero_attn, double dropout_p,
                                       Tensor out_proj_weight, Tensor out_proj_bias)
      : embed_dim_to_check_(embed_dim_to_check),
        num_heads_(num_heads),
        in_proj_weight_(std::move(in_proj_weight)),
        in_proj_bias_(std::move(in_proj_bias)),
        bias_k_(std::move(bias_k)),
        bias_v_(std::move(bias_v)),
        add_zero_attn_(add_zero_attn),
        dropout_p_(dropout_p),
        out_proj_weight_(std::move(out_proj_weight)),
        out_proj_bias_(std::move(out_proj_bias)) {}
  HEARTH_ARG(int64_t, embed_dim_to_check);
  HEARTH_ARG(int64_t, num_heads);
  HEARTH_ARG(Tensor, in_proj_weight);
  HEARTH_ARG(Tensor, in_proj_bias);
  HEARTH_ARG(Tensor, bias_k);
  HEARTH_ARG(Tensor, bias_v);
  HEARTH_ARG(bool, add_zero_attn);
  HEARTH_ARG(double, dropout_p);
  HEARTH_ARG(Tensor, out_proj_weight);
  HEARTH_ARG(Tensor, out_proj_bias);
  HEARTH_ARG(bool, training) = true;
  HEARTH_ARG(Tensor, key_padding_mask) = {};
  HEARTH_ARG(bool, need_weights) = true;
  HEARTH_ARG(Tensor, attn_mask) = {};
  HEARTH_ARG(bool, use_separate_proj_weight) = false;
  HEARTH_ARG(Tensor, q_proj_weight) = {};
  HEARTH_ARG(Tensor, k_proj_weight) = {};
  HEARTH_ARG(Tensor, v_proj_weight) = {};
  HEARTH_ARG(Tensor, static_k) = {};
  HEARTH_ARG(Tensor, static_v) = {};
  HEARTH_ARG(bool, average_attn_weights) = true;
  /// Whether inputs and output are [batch, length, features].
  HEARTH_ARG(bool, batch_first) = false;
  /// Whether a position sees only itself and those before; only without attn_mask.
  HEARTH_ARG(bool, is_causal) = false;
  /// As in MultiheadAttentionOptions.
  HEARTH_ARG(bool, hidden_rows_are_nan) = false;
};

/// Multi-head attention with projections. query [L, N, E], key [S, N, K], value [S, N, V] (or with
/// batch_first N before the length; or without N). Masks are bool, true where attention is not
/// allowed, or floating and added to the scores: attn_mask [L, S] or [N * heads, L, S],
/// key_padding_mask [N, S]. Returns the output like query, and the attention weights [N, L, S]
/// ([N, heads, L, S] unless averaged), undefined unless need_weights.
HEARTH_API std::tuple<Tensor, Tensor> multi_head_attention_forward(
    const Tensor& query, const Tensor& key, const Tensor& value,
    const MultiheadAttentionForwardFuncOptions& options);

}  // namespace functional
}  // namespace hearth::nn
