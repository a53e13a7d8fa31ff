// SPDX-License-Identifier: Apache-2.0
#include "hearth/nn/modules/attention.h"

#include "hearth/nn/functional/attention.h"
#include "hearth/nn/init.h"
#include "hearth/ops/creation.h"

#include "nn/builtin.h"

namespace hearth::nn {

namespace F = functional;

MultiheadAttentionImpl::MultiheadAttentionImpl(int64_t embed_dim, int64_t num_heads)
    : MultiheadAttentionImpl(MultiheadAttentionOptions(embed_dim, num_heads)) {}
MultiheadAttentionImpl::MultiheadAttentionImpl(const MultiheadAttentionOptions& options_)
    : options(options_) {
  MultiheadAttentionImpl::reset();
}
MultiheadAttentionImpl::~MultiheadAttentionImpl() = default;

void MultiheadAttentionImpl::reset() {
  const int64_t e = options.embed_dim();
  HEARTH_CHECK_AS(ValueError, e > 0 && options.num_heads() > 0 && e % options.num_heads() == 0,
                  "[MultiheadAttention] embed_dim must be divisible by num_heads, got ", e, " and ",
                  options.num_heads());
  head_dim = e / options.num_heads();
  _qkv_same_embed_dim = options.kdim() == e && options.vdim() == e;
  const auto matrix = [&](bool wanted, int64_t rows, int64_t cols) {
    return wanted ? empty({rows, cols}) : Tensor();
  };
  q_proj_weight = register_parameter("q_proj_weight", matrix(!_qkv_same_embed_dim, e, e));
  k_proj_weight =
      register_parameter("k_proj_weight", matrix(!_qkv_same_embed_dim, e, options.kdim()));
  v_proj_weight =
      register_parameter("v_proj_weight", matrix(!_qkv_same_embed_dim, e, options.vdim()));
  in_proj_weight = register_parameter("in_proj_weight", matrix(_qkv_same_embed_dim, 3 * e, e));
  in_proj_bias = register_parameter("in_proj_bias", options.bias() ? empty({3 * e}) : Tensor());
  out_proj = register_module("out_proj", Linear(LinearOptions(e, e).bias(options.bias())));
  const bool bias_kv = options.add_bias_kv();
  bias_k = register_parameter("bias_k", bias_kv ? empty({1, 1, e}) : Tensor());
  bias_v = register_parameter("bias_v", bias_kv ? empty({1, 1, e}) : Tensor());
  _reset_parameters();
}

void MultiheadAttentionImpl::_reset_parameters() {
  for (const Tensor& w : {in_proj_weight, q_proj_weight, k_proj_weight, v_proj_weight})
    if (w.defined()) init::xavier_uniform_(w);
  if (in_proj_bias.defined()) {
    init::zeros_(in_proj_bias);
    init::zeros_(out_proj->bias);
  }
  if (bias_k.defined()) init::xavier_normal_(bias_k);
  if (bias_v.defined()) init::xavier_normal_(bias_v);
}

std::tuple<Tensor, Tensor> MultiheadAttentionImpl::forward(
    const Tensor& query, const Tensor& key, const Tensor& value, const Tensor& key_padding_mask,
    bool need_weights, const Tensor& attn_mask, bool average_attn_weights, bool is_causal) {
  return F::multi_head_attention_forward(
      query, key, value,
      F::MultiheadAttentionForwardFuncOptions(
          options.embed_dim(), options.num_heads(), in_proj_weight, in_proj_bias, bias_k, bias_v,
          options.add_zero_attn(), options.dropout(), out_proj->weight, out_proj->bias)
          .training(is_training())
          .key_padding_mask(key_padding_mask)
          .need_weights(need_weights)
          .attn_mask(attn_mask)
          .use_separate_proj_weight(!_qkv_same_embed_dim)
          .q_proj_weight(q_proj_weight)
          .k_proj_weight(k_proj_weight)
          .v_proj_weight(v_proj_weight)
          .average_attn_weights(average_attn_weights)
          .batch_first(options.batch_first())
          .is_causal(is_causal)
          .hidden_rows_are_nan(options.hidden_rows_are_nan()));
}

void MultiheadAttentionImpl::pretty_print(std::ostream& stream) const {
  stream << "torch::nn::MultiheadAttention";
}
HEARTH_DEFINE_CLONE(MultiheadAttentionImpl)

}  // namespace hearth::nn
