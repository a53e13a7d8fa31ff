// SPDX-License-Identifier: Apache-2.0
// Reductions that work with a number per output or finish with a function: variance, norms,
// logsumexp.
#pragma once

#include "ops/reduce.h"

namespace hearth::ops {

/// Variance, or standard deviation, and mean: sum((x - mean)^2) / max(0, n - correction).
struct VarMean {
  DimVector dims;  ///< empty: all
  bool keepdim = false;
  double correction = 1;
  bool root = false;  ///< the standard deviation
  static constexpr OpInfo info{.name = "var_mean"};
  HEARTH_OP(VarMean, dims, keepdim, correction, root)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const {
    return {.in = 1, .out = root ? uint64_t{3} : uint64_t{2}, .specs = true};
  }
  Grads vjp(const Saved& s, Args g, NeedMask) const;
};

/// sum(|x|^p)^(1/p), with the limits for 0 and +-inf.
struct VectorNorm {
  DimVector dims;  ///< empty: all
  bool keepdim = false;
  double p = 2;
  std::optional<ScalarType> dtype;
  static constexpr OpInfo info{.name = "linalg_vector_norm"};
  HEARTH_OP(VectorNorm, dims, keepdim, p, dtype)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.in = p != 0, .out = p != 0 && p != 1, .specs = true}; }
  Grads vjp(const Saved& s, Args g, NeedMask) const;
};

/// log(sum(exp(x))) without overflow.
struct LogSumExp {
  DimVector dims;  ///< empty: all
  bool keepdim = false;
  static constexpr OpInfo info{.name = "logsumexp"};
  HEARTH_OP(LogSumExp, dims, keepdim)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.in = 1, .out = 1, .specs = true}; }
  Grads vjp(const Saved& s, Args g, NeedMask) const;
};

}  // namespace hearth::ops
