// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/base/arg.h"
#include "hearth/tensor/tensor.h"

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

}  // namespace functional
}  // namespace hearth::nn
