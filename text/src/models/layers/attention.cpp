// SPDX-License-Identifier: Apache-2.0
#include "models/layers/attention.h"

#include <cmath>
#include <limits>

#include "hearth/base/error.h"
#include "hearth/ops/attention.h"
#include "hearth/ops/linalg.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/softmax.h"
#include "hearth/ops/view.h"

#include "models/layers/parts.h"

namespace hearth::text {

Tensor key_mask(const Tensor& attention_mask) {
  if (!attention_mask.defined()) return {};
  HEARTH_CHECK_AS(ShapeError, attention_mask.dim() == 2 || attention_mask.dim() == 3,
                  "[attention_mask] expected [batch, keys] or [batch, queries, keys], got ",
                  attention_mask.sizes());
  const Tensor taken = attention_mask.ne(0);
  if (taken.all().item<bool>()) return {};
  return attention_mask.dim() == 2 ? taken.unsqueeze(1).unsqueeze(1) : taken.unsqueeze(1);
}

Tensor split_heads(const Tensor& x, int64_t heads) {
  return x.unflatten(-1, {heads, x.size(-1) / heads}).transpose(1, 2);
}

Tensor join_heads(const Tensor& x) { return x.transpose(1, 2).flatten(2); }

Tensor attend(const Tensor& query, const Tensor& key, const Tensor& value, const Tensor& mask,
              double dropout_p, Tensor* weights) {
  const std::optional<Tensor> given = mask.defined() ? std::optional(mask) : std::nullopt;
  if (!weights) return scaled_dot_product_attention(query, key, value, given, dropout_p);
  Tensor scores =
      matmul(query, key.transpose(-2, -1)) / std::sqrt(static_cast<double>(query.size(-1)));
  if (given) scores = where(mask, scores, -std::numeric_limits<double>::infinity());
  *weights = softmax(scores, -1);
  return matmul(drop(*weights, dropout_p, true), value);
}

}  // namespace hearth::text
