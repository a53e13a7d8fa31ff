// SPDX-License-Identifier: Apache-2.0
// The rows of pointwise.def and their shared rules.
#pragma once

#include "dispatch/op.h"
#include "pointwise/op_ids.h"
#include "pointwise/probe.h"

namespace hearth::ops {

/// Attributes of every pointwise op: its numbers, and a C++ scalar standing for one input.
struct Pointwise {
  /// Which input `scalar` stands for.
  enum class Side : uint8_t { None, A, B };
  friend constexpr Side last_value(Side) { return Side::B; }

  Scalar p0 = 0, p1 = 0, p2 = 0;
  Scalar scalar = 0;
  Side side = Side::None;

  auto fields() { return std::tie(p0, p1, p2, scalar, side); }
  auto fields() const { return std::tie(p0, p1, p2, scalar, side); }
  static constexpr std::string_view field_names = "p0, p1, p2, scalar, side";
};

enum class PointwiseResult : uint8_t { SAME, NUMBER, FLOAT, BOOL, REAL };

/// What the shared rules know about one line of pointwise.def. Tensor forms of the derivatives are
/// what double backward and decompose evaluate.
struct PointwiseInfo {
  PointwiseOp op;
  uint8_t arity;
  unsigned types;
  PointwiseResult result;
  DerivativeReads reads;
  /// Derivative by one input, of (g, a, b, c, y) where unread ones may be undefined.
  using TensorDerivative = Tensor (*)(const Tensor* slots, const Pointwise& fields);
  TensorDerivative derivative[3];
};
inline constexpr unsigned kTypeI = 1, kTypeF = 2, kTypeC = 4, kMaskA = 8, kMaskB = 16, kNoBool = 32;

/// A derivative's row finds its op and input here.
struct PointwiseBackwardInfo {
  const PointwiseInfo* forward;
  int input;
};

HEARTH_API OpTable& pointwise_row(PointwiseOp op);
/// The row of the derivative by input k; null when it is absent or just g.
HEARTH_API OpTable* pointwise_backward_row(PointwiseOp op, int input);

/// Type in which tensors and a scalar meet (torch.result_type): dims beat 0-dim tensors, which beat
/// C++ scalars, within a category of types.
ScalarType result_type(Args in, const Scalar* scalar = nullptr, unsigned skip = 0);

/// The scalar that a kernel computes with. Integers' ops wrap it to the tensors' type first, as
/// PyTorch's do (an exponent apart: a power by the wrapped one is another number), and comparisons
/// round it to a floating one, so that what was stored as a half type equals the number it was
/// made of.
HEARTH_API Scalar scalar_operand(const PointwiseInfo& info, const Pointwise& fields,
                                 ScalarType compute);

}  // namespace hearth::ops
