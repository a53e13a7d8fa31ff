// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tuple>

#include "hearth/nn/options/attention.h"

namespace hearth::nn::functional {

/// Multi-head attention with projections. query [L, N, E], key [S, N, K], value [S, N, V] (or with
/// batch_first N before the length; or without N). Masks are bool, true where attention is not
/// allowed, or floating and added to the scores: attn_mask [L, S] or [N * heads, L, S],
/// key_padding_mask [N, S]. Returns the output like query, and the attention weights [N, L, S]
/// ([N, heads, L, S] unless averaged), undefined unless need_weights.
HEARTH_API std::tuple<Tensor, Tensor> multi_head_attention_forward(
    const Tensor& query, const Tensor& key, const Tensor& value,
    const MultiheadAttentionForwardFuncOptions& options);

}  // namespace hearth::nn::functional
