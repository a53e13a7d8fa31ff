// SPDX-License-Identifier: Apache-2.0
#include "hearth/nn/modules/attention.h"

#include <cmath>

#include "hearth/nn/init.h"
#include "hearth/ops/attention.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/linalg.h"
#include "hearth/ops/pad.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/random.h"
#include "hearth/ops/softmax.h"
#include "hearth/ops/view.h"

#include "base/checked.h"
#include "nn/builtin.h"

namespace hearth::nn {

namespace functional {

namespace {

using Options = MultiheadAttentionForwardFuncOptions;

Tensor rows(const Tensor& t, int64_t from, int64_t to) {
  return t.defined() ? t.slice(0, from, to) : t;
}

/// Projected queries, keys and values.
struct Projected {
  Tensor q, k, v;
};

Projected project(const Tensor& query, const Tensor& key, const Tensor& value, const Options& o) {
  const int64_t e = o.embed_dim_to_check();
  const Tensor& b = o.in_proj_bias();
  if (o.use_separate_proj_weight())
    return {linear(query, o.q_proj_weight(), rows(b, 0, e)),
            linear(key, o.k_proj_weight(), rows(b, e, 2 * e)),
            linear(value, o.v_proj_weight(), rows(b, 2 * e, 3 * e))};
  const Tensor& w = o.in_proj_weight();
  if (query.is_same(key) && key.is_same(value)) {
    const auto parts = linear(query, w, b).chunk(3, -1);
    return {parts[0], parts[1], parts[2]};
  }
  if (key.is_same(value)) {
    const auto parts = linear(key, rows(w, e, 3 * e), rows(b, e, 3 * e)).chunk(2, -1);
    return {linear(query, rows(w, 0, e), rows(b, 0, e)), parts[0], parts[1]};
  }
  return {linear(query, rows(w, 0, e), rows(b, 0, e)),
          linear(key, rows(w, e, 2 * e), rows(b, e, 2 * e)),
          linear(value, rows(w, 2 * e, 3 * e), rows(b, 2 * e, 3 * e))};
}

/// Whether a mask says what is hidden, instead of being numbers to add to scores.
bool hides(const Tensor& mask) {
  return mask.scalar_type() == kBool || mask.scalar_type() == kByte;
}

/// A mask as numbers to add to scores.
Tensor additive(const Tensor& mask, ScalarType dtype) {
  if (!mask.defined()) return mask;
  if (!hides(mask)) return mask.to(dtype);
  return zeros(mask.sizes(), TensorOptions(dtype).device(mask.device()))
      .masked_fill(mask.to(kBool), -INFINITY);
}

void check_sizes(const Tensor& mask, std::initializer_list<int64_t> wanted, const char* name) {
  HEARTH_CHECK_AS(ShapeError, !mask.defined() || mask.sizes() == IntArrayRef(wanted),
                  "[multi_head_attention_forward] The size of ", name, " is not correct: expected ",
                  IntArrayRef(wanted), ", got ", mask.sizes());
}

/// One more key, for all queries, that no mask hides.
Tensor widened(const Tensor& mask) { return mask.defined() ? constant_pad_nd(mask, {0, 1}) : mask; }

}  // namespace

std::tuple<Tensor, Tensor> multi_head_attention_forward(const Tensor& query, const Tensor& key,
                                                        const Tensor& value, const Options& o) {
  const int64_t batch_dim = o.batch_first() ? 0 : 1;
  const int64_t length_dim = 1 - batch_dim;
  if (query.dim() == 2) {
    // One sequence: a batch of one.
    const bool self = query.is_same(key), shared = key.is_same(value);
    const Tensor q = query.unsqueeze(batch_dim);
    const Tensor k = self ? q : key.unsqueeze(batch_dim);
    const Tensor v = shared ? k : value.unsqueeze(batch_dim);
    Options batched = o;
    if (o.key_padding_mask().defined()) batched.key_padding_mask(o.key_padding_mask().unsqueeze(0));
    auto [out, weights] = multi_head_attention_forward(q, k, v, batched);
    return {out.squeeze(batch_dim), weights.defined() ? weights.squeeze(0) : weights};
  }
  const int64_t e = o.embed_dim_to_check();
  const int64_t heads = o.num_heads();
  HEARTH_CHECK_AS(ShapeError, query.dim() == 3 && key.dim() == 3 && value.dim() == 3,
                  "[multi_head_attention_forward] expected query, key and value with 2 or 3 "
                  "dimensions, got ",
                  query.sizes(), ", ", key.sizes(), " and ", value.sizes());
  HEARTH_CHECK_AS(ShapeError, query.size(2) == e,
                  "[multi_head_attention_forward] was expecting embedding dimension of ", e,
                  ", but got ", query.size(2));
  HEARTH_CHECK_AS(ShapeError,
                  key.size(0) == value.size(0) && key.size(1) == value.size(1) &&
                      key.size(batch_dim) == query.size(batch_dim),
                  "[multi_head_attention_forward] key's sequence and batch dims ", key.sizes(),
                  " do not match value's ", value.sizes(), " and query's ", query.sizes());
  HEARTH_CHECK_AS(ValueError, heads > 0 && e % heads == 0,
                  "[multi_head_attention_forward] embed_dim must be divisible by num_heads, got ",
                  e, " and ", heads);
  const int64_t n = query.size(batch_dim);
  const int64_t length = query.size(length_dim);
  const int64_t head_dim = e / heads;

  auto [q, k, v] = project(query, key, value, o);
  int64_t keys = k.size(length_dim);
  // As in LibTorch, integers may be added as well; in a padding mask they could only be a mistake.
  const Tensor &given_mask = o.attn_mask(), &given_padding = o.key_padding_mask();
  HEARTH_CHECK_AS(DtypeError, !given_mask.defined() || !given_mask.is_complex(),
                  "[multi_head_attention_forward] expected a real or bool attn_mask, got ",
                  given_mask.scalar_type());
  HEARTH_CHECK_AS(
      DtypeError,
      !given_padding.defined() || hides(given_padding) || given_padding.is_floating_point(),
      "[multi_head_attention_forward] only float and bool types are supported for "
      "key_padding_mask, not ",
      given_padding.scalar_type());
  Tensor mask = additive(given_mask, q.scalar_type());
  Tensor padding = additive(given_padding, q.scalar_type());
  check_sizes(padding, {n, keys}, "the key_padding_mask");
  if (mask.defined() && mask.dim() == 3) {
    check_sizes(mask, {n * heads, length, keys}, "the 3D attn_mask");
    mask = mask.view({n, heads, length, keys});
  } else {
    // One row may stand for all.
    const int64_t rows = mask.defined() && mask.dim() == 2 && mask.size(0) == 1 ? 1 : length;
    check_sizes(mask, {rows, keys}, "the 2D attn_mask");
    if (mask.defined()) mask = mask.view({1, 1, rows, keys});
  }

  if (o.bias_k().defined() && o.bias_v().defined()) {
    HEARTH_CHECK_AS(ValueError, !o.static_k().defined() && !o.static_v().defined(),
                    "[multi_head_attention_forward] bias cannot be added to static key or value");
    std::vector<int64_t> one{1, 1, e};
    one[static_cast<size_t>(batch_dim)] = n;
    k = cat({k, o.bias_k().expand(one)}, length_dim);
    v = cat({v, o.bias_v().expand(one)}, length_dim);
    mask = widened(mask);
    padding = widened(padding);
  }

  // [N, heads, length, head_dim]
  const auto split = [&](const Tensor& t) {
    const Tensor parts = t.reshape({t.size(0), t.size(1), heads, head_dim});
    return o.batch_first() ? parts.permute({0, 2, 1, 3}) : parts.permute({1, 2, 0, 3});
  };
  q = split(q);
  k = o.static_k().defined() ? o.static_k().view({n, heads, -1, head_dim}) : split(k);
  v = o.static_v().defined() ? o.static_v().view({n, heads, -1, head_dim}) : split(v);
  if (o.add_zero_attn()) {
    k = constant_pad_nd(k, {0, 0, 0, 1});
    v = constant_pad_nd(v, {0, 0, 0, 1});
    mask = widened(mask);
    padding = widened(padding);
  }
  keys = k.size(2);
  if (padding.defined()) {
    check_sizes(padding, {n, keys}, "the key_padding_mask");
    padding = padding.view({n, 1, 1, keys});
    mask = mask.defined() ? mask + padding : padding;
  }

  bool causal = o.is_causal() && !o.attn_mask().defined();
  if (causal && (mask.defined() || o.need_weights())) {
    const Tensor later = ones({length, keys}, TensorOptions(kBool).device(q.device())).triu(1);
    const Tensor hidden = additive(later, q.scalar_type());
    mask = mask.defined() ? mask + hidden : hidden;
    causal = false;
  }
  const double dropout_p = o.training() ? o.dropout_p() : 0.0;
  Tensor out, weights;
  if (o.need_weights()) {
    Tensor scores = (q / std::sqrt(static_cast<double>(head_dim))).matmul(k.transpose(-2, -1));
    if (mask.defined()) scores = scores + mask;
    weights = hearth::softmax(scores, -1);
    if (dropout_p > 0) weights = hearth::dropout(weights, dropout_p, /*train=*/true);
    out = weights.matmul(v);
    if (o.average_attn_weights()) weights = weights.mean(1);
  } else {
    if (o.hidden_rows_are_nan() && mask.defined())
      mask = mask.masked_fill(mask.eq(-INFINITY).all(-1, /*keepdim=*/true), NAN);
    // With batch dims spelled out, so that every implementation may take it.
    const std::optional<Tensor> given =
        mask.defined() ? std::optional<Tensor>(mask.expand({n, heads, length, keys}))
                       : std::nullopt;
    out = hearth::scaled_dot_product_attention(q, k, v, given, dropout_p, causal);
  }
  out = o.batch_first() ? out.permute({0, 2, 1, 3}) : out.permute({2, 0, 1, 3});
  out = out.reshape({query.size(0), query.size(1), e});
  return {linear(out, o.out_proj_weight(), o.out_proj_bias()), weights};
}

}  // namespace functional

namespace F = functional;

MultiheadAttentionImpl::MultiheadAttentionImpl(int64_t embed_dim, int64_t num_heads)
    : MultiheadAttentionImpl(MultiheadAttentionOptions(embed_dim, num_heads)) {}
MultiheadAttentionImpl::MultiheadAttentionImpl(const MultiheadAttentionOptions& options_)
    : options(options_) {
  MultiheadAttentionImpl::reset();
}

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
  const int64_t in_proj = (Checked(3) * e).get("MultiheadAttention", "embed_dim ", e);
  in_proj_weight = register_parameter("in_proj_weight", matrix(_qkv_same_embed_dim, in_proj, e));
  in_proj_bias = register_parameter("in_proj_bias", options.bias() ? empty({in_proj}) : Tensor());
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
