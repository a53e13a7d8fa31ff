// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/tensor/tensor.h"

namespace hearth::text {

/// Which keys take part, bool [batch, 1, 1 or queries, keys], of an attention mask [batch, keys] or
/// [batch, queries, keys] whose zeros do not. Undefined where all do.
Tensor key_mask(const Tensor& attention_mask);

/// [batch, length, heads * size] as [batch, heads, length, size].
Tensor split_heads(const Tensor& x, int64_t heads);
/// The other way.
Tensor join_heads(const Tensor& x);

/// softmax(query key^T / sqrt(size) + mask) value of tensors [batch, heads, length, size]. With
/// `weights`, what the softmax gives goes there.
Tensor attend(const Tensor& query, const Tensor& key, const Tensor& value, const Tensor& mask,
              double dropout_p, Tensor* weights = nullptr);

}  // namespace hearth::text
