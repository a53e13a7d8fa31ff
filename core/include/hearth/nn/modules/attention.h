// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/nn/modules/linear.h"
#include "hearth/nn/options/attention.h"

namespace hearth::nn {

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

}  // namespace hearth::nn
