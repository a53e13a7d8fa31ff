// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dispatch/op.h"

namespace hearth::ops {

/// Sizes after reducing `dims` (all when empty).
DimVector reduced_sizes(const DimVector& sizes, const DimVector& dims, bool keepdim,
                        std::string_view op);

struct Sum {
  DimVector dims;  ///< empty: all
  bool keepdim = false;
  std::optional<ScalarType> dtype;
  static constexpr OpInfo info{.name = "sum"};
  HEARTH_OP(Sum, dims, keepdim, dtype)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.specs = true}; }
  Grads vjp(const Saved& s, Args g, NeedMask) const;
};

struct All {
  DimVector dims;
  bool keepdim = false;
  static constexpr OpInfo info{.name = "all", .differentiable = false};
  HEARTH_OP(All, dims, keepdim)
  Specs infer(Args in) const;
};

struct Any {
  DimVector dims;
  bool keepdim = false;
  static constexpr OpInfo info{.name = "any", .differentiable = false};
  HEARTH_OP(Any, dims, keepdim)
  Specs infer(Args in) const;
};

}  // namespace hearth::ops
