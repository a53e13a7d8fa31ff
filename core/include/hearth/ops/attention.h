// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "hearth/tensor/tensor.h"

namespace hearth {

/// softmax(query key^T scale + mask) value, for query [..., L, E], key [..., S, E] and value
/// [..., S, Ev] whose leading dims broadcast. `attn_mask` broadcasts to [..., L, S]: bool (true
/// takes part) or floating (added). With `is_causal` position i attends to positions up to i; it
/// takes no mask besides. `scale` defaults to 1 / sqrt(E). Rows that nothing takes part in give 0.
/// `dropout_p` > 0 drops attention weights. No L x S matrix is kept, unless with dropout or a mask
/// that requires grad.
HEARTH_API Tensor scaled_dot_product_attention(const Tensor& query, const Tensor& key,
                                               const Tensor& value,
                                               const std::optional<Tensor>& attn_mask = {},
                                               double dropout_p = 0.0, bool is_causal = false,
                                               std::optional<double> scale = std::nullopt,
                                               bool enable_gqa = false);

}  // namespace hearth
