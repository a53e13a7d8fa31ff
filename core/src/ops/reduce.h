// SPDX-License-Identifier: Apache-2.0
// Reductions: what they share, sums and products, and quantifiers. Extremes and norms have files of
// their own.
#pragma once

#include "dispatch/op.h"

namespace hearth::ops {

/// Sizes after reducing `dims` (all when empty).
DimVector reduced_sizes(const DimVector& sizes, const DimVector& dims, bool keepdim,
                        std::string_view op);
/// A reduction's output, or its gradient, with its reduced dims as ones, so that it broadcasts
/// against the input.
Tensor keep_dims(const Tensor& reduced, const Spec& input, const DimVector& dims, bool keepdim);
/// How many elements of the input go into each output.
int64_t reduced_count(const Spec& input, const DimVector& dims);

struct Sum {
  DimVector dims;  ///< empty: all
  bool keepdim = false;
  std::optional<ScalarType> dtype;
  static constexpr OpInfo info{.name = "sum", .jvp = Jvp::Linear};
  HEARTH_OP(Sum, dims, keepdim, dtype)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.specs = true}; }
  Grads vjp(const Saved& s, Args g, NeedMask) const;
};

/// The sum of what is not NaN, of floating types.
struct NanSum {
  DimVector dims;  ///< empty: all
  bool keepdim = false;
  std::optional<ScalarType> dtype;
  static constexpr OpInfo info{.name = "nansum", .kind = Kind::Fused};
  HEARTH_OP(NanSum, dims, keepdim, dtype)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.in = 1, .specs = true}; }
  Grads vjp(const Saved& s, Args g, NeedMask) const;
  Tensors decompose(Args in) const;
};

struct Mean {
  DimVector dims;  ///< empty: all
  bool keepdim = false;
  std::optional<ScalarType> dtype;
  static constexpr OpInfo info{.name = "mean", .jvp = Jvp::Linear};
  HEARTH_OP(Mean, dims, keepdim, dtype)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.specs = true}; }
  Grads vjp(const Saved& s, Args g, NeedMask) const;
};

struct Prod {
  DimVector dims;  ///< empty: all
  bool keepdim = false;
  std::optional<ScalarType> dtype;
  static constexpr OpInfo info{.name = "prod"};
  HEARTH_OP(Prod, dims, keepdim, dtype)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.in = 1, .specs = true}; }
  Grads vjp(const Saved& s, Args g, NeedMask) const;
};

/// For each element, g times the product of the others along dim. Exact with zeros.
struct ProdBackward {
  int64_t dim = 0;
  static constexpr OpInfo info{
      .name = "prod_backward", .kind = Kind::Fused, .args = {"grad", "self"}};
  HEARTH_OP(ProdBackward, dim)
  /// g has the input's dims, with one element along dim.
  Specs infer(Args in) const;
  Tensors decompose(Args in) const;
};

struct All {
  DimVector dims;  ///< empty: all
  bool keepdim = false;
  static constexpr OpInfo info{.name = "all", .differentiable = false};
  HEARTH_OP(All, dims, keepdim)
  Specs infer(Args in) const;
};

struct Any {
  DimVector dims;  ///< empty: all
  bool keepdim = false;
  static constexpr OpInfo info{.name = "any", .differentiable = false};
  HEARTH_OP(Any, dims, keepdim)
  Specs infer(Args in) const;
};

struct CountNonzero {
  DimVector dims;  ///< empty: all
  bool keepdim = false;
  static constexpr OpInfo info{.name = "count_nonzero", .differentiable = false};
  HEARTH_OP(CountNonzero, dims, keepdim)
  Specs infer(Args in) const;
};

}  // namespace hearth::ops
