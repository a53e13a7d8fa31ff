// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ops/random.h"

namespace hearth::ops {

/// Outputs: the result, and for backward the log of each row's sum of exponentials (infinite for
/// rows that nothing takes part in). Dropout falls on probabilities, in the logical order of
/// [..., L, S], as ops::Dropout has it.
struct Attention {
  bool causal;
  double scale;
  double dropout_p = 0;
  uint64_t seed = 0, offset = 0;
  static constexpr OpInfo info{.name = "scaled_dot_product_attention",
                               .kind = Kind::Fused,
                               .cast = Cast::Lower,
                               .args = {"query",
                                        "key",
                                        "value",
                                        {"attn_mask", arg::optional | arg::as_is},
                                        kGeneratorMemory},
                               .outputs = {out::fresh, out::constant}};
  HEARTH_OP(Attention, causal, scale, dropout_p, seed, offset)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.in = 0b11111, .out = 0b11}; }
  Tensors decompose(Args in) const;
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

/// The gradients of query, key and value; those not wanted are empty.
struct AttentionBackward {
  bool causal;
  double scale;
  bool need_query, need_key, need_value;
  double dropout_p = 0;
  uint64_t seed = 0, offset = 0;
  static constexpr OpInfo info{.name = "scaled_dot_product_attention_backward",
                               .kind = Kind::Fused,
                               .args = {"grad",
                                        "query",
                                        "key",
                                        "value",
                                        {"attn_mask", arg::optional | arg::as_is},
                                        "result",
                                        "logsumexp",
                                        kGeneratorMemory}};
  HEARTH_OP(AttentionBackward, causal, scale, need_query, need_key, need_value, dropout_p, seed,
            offset)
  Specs infer(Args in) const;
  Tensors decompose(Args in) const;
};

}  // namespace hearth::ops
