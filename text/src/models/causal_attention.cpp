// SPDX-License-Identifier: Apache-2.0
#include "models/causal_attention.h"

#include <cmath>
#include <limits>

#include "hearth/autograd/grad_mode.h"
#include "hearth/base/error.h"
#include "hearth/ops/attention.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/index.h"
#include "hearth/ops/linalg.h"
#include "hearth/ops/loss.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/random.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/scan.h"
#include "hearth/ops/softmax.h"
#include "hearth/ops/view.h"

namespace hearth::text {

Places::Places(const ModelInputs& inputs, int64_t batch, int64_t length, Device device,
               const char* who)
    : seen_(inputs.cache() ? inputs.cache()->get_seq_length() : 0), length_(length) {
  const NoGradGuard no_grad;
  if (const Tensor& mask = inputs.attention_mask(); mask.defined()) {
    HEARTH_CHECK_AS(ShapeError,
                    mask.dim() == 2 && mask.size(0) == batch && mask.size(1) == seen_ + length, "[",
                    who, "] expected an attention_mask [", batch, ", ", seen_ + length, "], got ",
                    mask.sizes());
    const Tensor real = mask.ne(0);
    if (!real.all().item<bool>()) real_ = real;
  }
  if (const Tensor& given = inputs.position_ids(); given.defined()) {
    HEARTH_CHECK_AS(ShapeError,
                    given.dim() == 2 && given.size(1) == length &&
                        (given.size(0) == batch || given.size(0) == 1),
                    "[", who, "] expected position_ids [", batch, ", ", length, "], got ",
                    given.sizes());
    positions_ = given;
  } else if (real_.defined()) {
    positions_ = (real_.to(kLong).cumsum(1) - 1).clamp_min(0).narrow(1, seen_, length);
  } else {
    positions_ = arange(seen_, seen_ + length, TensorOptions(kLong).device(device)).unsqueeze(0);
  }
}

const Places::Sight& Places::sight(int64_t first, int64_t keys, int64_t window) {
  const auto [at, is_new] = sights_.try_emplace({window, first});
  Sight& sight = at->second;
  if (!is_new) return sight;
  const NoGradGuard no_grad;
  // A window that nothing lies outside of is none.
  if (keys <= window) window = 0;
  const Tensor real =
      real_.defined() ? real_.narrow(1, first, keys).unsqueeze(1).unsqueeze(1) : Tensor();
  if (length_ == 1 && (window == 0 || keys <= window)) {
    sight.mask = real;
  } else if (!real.defined() && window == 0 && keys == length_) {
    sight.causal = true;
  } else {
    const TensorOptions options = TensorOptions(kLong).device(positions_.device());
    const Tensor query = arange(seen_, seen_ + length_, options).unsqueeze(1);
    const Tensor key = arange(first, first + keys, options);
    Tensor mask = key.le(query);
    if (window > 0) mask = mask.logical_and(key.gt(query - window));
    mask = mask.unsqueeze(0).unsqueeze(0);
    sight.mask = real.defined() ? mask.logical_and(real) : mask;
  }
  return sight;
}

namespace {

/// As it is written down: with weights that can be shown, or capped scores.
Tensor spelled_out(const Tensor& query, const Tensor& key, const Tensor& value,
                   const Places::Sight& sight, const AttentionSettings& settings, Tensor* weights) {
  Tensor scores = matmul(query, key.transpose(-2, -1)) * settings.scale;
  if (settings.softcap > 0) scores = (scores / settings.softcap).tanh() * settings.softcap;
  Tensor mask = sight.mask;
  if (sight.causal) {
    const TensorOptions options = TensorOptions(kBool).device(query.device());
    mask = ones({scores.size(-2), scores.size(-1)}, options).tril();
  } else if (mask.defined()) {
    mask = mask.unsqueeze(1);
  }
  // The smallest number rather than -inf: rows of nothing but padding shall not become NaN.
  scores = scores.to(kFloat);
  if (mask.defined()) scores = where(mask, scores, std::numeric_limits<float>::lowest());
  Tensor p = softmax(scores, -1).to(query.scalar_type());
  if (weights) *weights = p.flatten(1, 2);
  if (settings.dropout > 0) p = dropout(p, settings.dropout, true);
  return matmul(p, value);
}

}  // namespace

Tensor causal_attention(const Tensor& query, const Tensor& key, const Tensor& value, Cache* cache,
                        int64_t layer, Places& places, const AttentionSettings& settings,
                        Tensor* weights) {
  Cache::Past past{key, value, 0};
  if (cache) past = cache->update(key, value, layer);
  const int64_t batch = query.size(0), heads = query.size(1), length = query.size(2);
  const int64_t key_heads = key.size(1), group = heads / key_heads, keys = past.keys.size(2);
  const Places::Sight& sight = places.sight(past.first, keys, settings.window);
  if (!weights && settings.softcap == 0) {
    if (length == 1) {
      // Query heads of a group are rows of one product with their keys.
      const Tensor out = scaled_dot_product_attention(
          query.reshape({batch, key_heads, group, -1}), past.keys, past.values,
          sight.mask.defined() ? std::optional(sight.mask) : std::nullopt, settings.dropout, false,
          settings.scale);
      return out.reshape({batch, 1, -1});
    }
    if (group == 1) {
      const Tensor out = scaled_dot_product_attention(
          query, past.keys, past.values,
          sight.mask.defined() ? std::optional(sight.mask) : std::nullopt, settings.dropout,
          sight.causal, settings.scale);
      return out.transpose(1, 2).reshape({batch, length, -1});
    }
  }
  // [batch, key heads, group, length, head_dim]: keys are not repeated, only looked at repeatedly.
  const Tensor grouped = query.unflatten(1, {key_heads, group});
  const auto shared = [&](const Tensor& t) {
    return t.unsqueeze(2).expand({batch, key_heads, group, keys, t.size(-1)});
  };
  Tensor out;
  if (weights || settings.softcap > 0) {
    out = spelled_out(grouped, shared(past.keys), shared(past.values), sight, settings, weights);
  } else {
    const std::optional<Tensor> mask =
        sight.mask.defined() ? std::optional(sight.mask.unsqueeze(1)) : std::nullopt;
    out = scaled_dot_product_attention(grouped, shared(past.keys), shared(past.values), mask,
                                       settings.dropout, sight.causal, settings.scale);
  }
  return out.permute({0, 3, 1, 2, 4}).reshape({batch, length, -1});
}

Tensor next_token_loss(const Tensor& logits, const Tensor& labels) {
  const int64_t length = logits.size(1);
  HEARTH_CHECK_AS(ShapeError,
                  labels.dim() == 2 && labels.size(0) == logits.size(0) &&
                      labels.size(1) == length && length >= 2,
                  "[next_token_loss] expected labels [", logits.size(0), ", ", length,
                  "] of two tokens or more, got ", labels.sizes());
  return cross_entropy_loss(
      logits.narrow(1, 0, length - 1).reshape({-1, logits.size(2)}).to(kFloat),
      labels.narrow(1, 1, length - 1).reshape({-1}));
}

Tensor kept_positions(const ModelInputs& inputs, const Tensor& x) {
  const int64_t keep = inputs.logits_to_keep();
  return keep > 0 && keep < x.size(1) ? x.narrow(1, x.size(1) - keep, keep) : x;
}

Tensor last_tokens(const ModelInputs& inputs, std::optional<int64_t> pad_token_id,
                   const Tensor& x) {
  const int64_t length = x.size(1);
  const TensorOptions options = TensorOptions(kLong).device(x.device());
  // Padding is the configuration's token, or what is masked: a tokenizer may have another.
  Tensor real;
  if (pad_token_id && inputs.input_ids().defined()) real = inputs.input_ids().ne(*pad_token_id);
  if (const Tensor& mask = inputs.attention_mask(); mask.defined())
    real = real.defined() ? real.logical_and(mask.ne(0)) : mask.ne(0);
  if (!real.defined()) return x.select(1, length - 1);
  const Tensor last = (real.to(kLong) * arange(length, options)).argmax(-1);
  return x.index({arange(x.size(0), options), last});
}

}  // namespace hearth::text
