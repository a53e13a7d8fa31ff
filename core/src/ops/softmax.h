// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dispatch/op.h"

namespace hearth::ops {

struct Softmax {
  int64_t dim;
  std::optional<ScalarType> dtype;
  static constexpr OpInfo info{.name = "softmax", .kind = Kind::Fused};
  HEARTH_OP(Softmax, dim, dtype)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.out = 1}; }
  Tensors decompose(Args in) const;
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

struct LogSoftmax {
  int64_t dim;
  std::optional<ScalarType> dtype;
  static constexpr OpInfo info{.name = "log_softmax", .kind = Kind::Fused};
  HEARTH_OP(LogSoftmax, dim, dtype)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.out = 1}; }
  Tensors decompose(Args in) const;
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

/// The gradient of both, from that of the result and the result.
struct SoftmaxBackward {
  int64_t dim;
  bool log;
  static constexpr OpInfo info{
      .name = "softmax_backward", .kind = Kind::Fused, .args = {"grad", "result"}};
  HEARTH_OP(SoftmaxBackward, dim, log)
  Specs infer(Args in) const;
  Tensors decompose(Args in) const;
};

}  // namespace hearth::ops
