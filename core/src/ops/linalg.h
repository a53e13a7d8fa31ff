// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dispatch/op.h"

namespace hearth::ops {

/// Every shape that matmul takes; mm, bmm, mv and dot are this with their ranks checked.
struct Matmul {
  static constexpr OpInfo info{
      .name = "matmul", .cast = Cast::Lower, .jvp = Jvp::Multilinear, .args = {"self", "other"}};
  HEARTH_OP(Matmul)
  Specs infer(Args in) const;
  Saves saves(NeedMask need) const {
    return {.in = (need[1] ? 1u : 0u) | (need[0] ? 2u : 0u), .specs = need[1]};
  }
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

/// beta * self + alpha * (a @ b), of matrices, batches of them, or a matrix and a vector.
struct Addmm {
  Scalar beta = 1, alpha = 1;
  static constexpr OpInfo info{
      .name = "addmm", .cast = Cast::Lower, .args = {"self", "mat1", "mat2"}};
  HEARTH_OP(Addmm, beta, alpha)
  Specs infer(Args in) const;
  Saves saves(NeedMask need) const { return {.in = (need[2] ? 2u : 0u) | (need[1] ? 4u : 0u)}; }
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

struct Linear {
  static constexpr OpInfo info{
      .name = "linear", .cast = Cast::Lower, .args = {"input", "weight", {"bias", arg::optional}}};
  HEARTH_OP(Linear)
  Specs infer(Args in) const;
  Saves saves(NeedMask need) const { return {.in = (need[1] ? 1u : 0u) | (need[0] ? 2u : 0u)}; }
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

}  // namespace hearth::ops
