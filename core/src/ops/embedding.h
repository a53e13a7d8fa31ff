// SPDX-License-Identifier: Apache-2.0
// Rows of a matrix by index.
#pragma once

#include "dispatch/op.h"

namespace hearth::ops {

struct Embedding {
  int64_t padding_idx = -1;
  bool scale_grad_by_freq = false;
  bool sparse = false;  ///< the gradient is a sparse tensor
  static constexpr OpInfo info{.name = "embedding",
                               .jvp = Jvp::Linear,
                               .args = {"weight", {"indices", arg::index | arg::on_cpu}}};
  HEARTH_OP(Embedding, padding_idx, scale_grad_by_freq, sparse)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.in = 2, .specs = true}; }
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

/// The gradient of embedding's weight from that of its result (input 0) and the indices (input 1).
struct EmbeddingBackward {
  int64_t num_weights = 0;
  int64_t padding_idx = -1;
  bool scale_grad_by_freq = false;
  static constexpr OpInfo info{.name = "embedding_backward",
                               .jvp = Jvp::Linear,
                               .args = {"grad", {"indices", arg::index | arg::on_cpu}}};
  HEARTH_OP(EmbeddingBackward, num_weights, padding_idx, scale_grad_by_freq)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.in = 2}; }
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

/// What embedding_backward gives, with the rows of the indices alone: a sparse tensor.
Tensor sparse_embedding_gradient(const Tensor& grad, const Tensor& indices, int64_t num_weights,
                                 int64_t padding_idx);

}  // namespace hearth::ops
