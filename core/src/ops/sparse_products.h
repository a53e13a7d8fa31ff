// SPDX-License-Identifier: Apache-2.0
// Products of a sparse and a strided matrix, of which rows see indices and values.
#pragma once

#include "dispatch/op.h"

namespace hearth::ops {

/// A CSR matrix [rows, dense's rows] times a strided one.
struct CsrMatmul {
  static constexpr OpInfo info{
      .name = "csr_matmul",
      .kind = Kind::Fused,
      .cast = Cast::Lower,
      .args = {{"crow_indices", arg::index}, {"col_indices", arg::index}, "values", "dense"}};
  HEARTH_OP(CsrMatmul)
  Specs infer(Args in) const;
  Saves saves(NeedMask need) const {
    return {.in = 0b0011u | (need[3] ? 0b0100u : 0u) | (need[2] ? 0b1000u : 0u), .specs = need[3]};
  }
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
  Tensors decompose(Args in) const;
};

/// The elements of a @ b^T at pairs of a row of each: [pairs].
struct SampledMatmul {
  static constexpr OpInfo info{.name = "sampled_matmul",
                               .kind = Kind::Fused,
                               .cast = Cast::Lower,
                               .args = {{"rows", arg::index}, {"columns", arg::index}, "a", "b"}};
  HEARTH_OP(SampledMatmul)
  Specs infer(Args in) const;
  Tensors decompose(Args in) const;
};

}  // namespace hearth::ops
