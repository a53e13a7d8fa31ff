// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dispatch/op.h"

namespace hearth::ops {

/// How EmbeddingBag joins the rows of a bag.
enum class BagMode : int64_t { Sum, Mean, Max };
constexpr BagMode last_value(BagMode) { return BagMode::Max; }

/// Outputs: the result [bags, D], each index's bag, each bag's size without padding, and the index
/// that each element of the result came from (the sizes once more unless mode is Max).
struct EmbeddingBag {
  BagMode mode = BagMode::Sum;
  bool include_last_offset = false;
  int64_t padding_idx = -1;
  bool scale_grad_by_freq = false;
  bool sparse = false;  ///< weight's gradient is a sparse tensor
  static constexpr OpInfo info{
      .name = "embedding_bag",
      .args = {"weight",
               {"indices", arg::index | arg::on_cpu},
               {"offsets", arg::index | arg::on_cpu},
               {"per_sample_weights", arg::optional}},
      .outputs = {out::fresh, out::constant, out::constant, out::constant}};
  HEARTH_OP(EmbeddingBag, mode, include_last_offset, padding_idx, scale_grad_by_freq, sparse)
  Specs infer(Args in) const;
  Saves saves(NeedMask need) const;
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

}  // namespace hearth::ops
