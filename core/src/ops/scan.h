// SPDX-License-Identifier: Apache-2.0
// Scans along one dim.
#pragma once

#include "dispatch/op.h"

namespace hearth::ops {

/// Running sums, from the end when `reverse`: each is the other's derivative.
struct Cumsum {
  int64_t dim = 0;
  std::optional<ScalarType> dtype;
  bool reverse = false;
  static constexpr OpInfo info{
      .name = "cumsum", .jvp = Jvp::Linear, .args = {{"self", arg::in_place}}};
  HEARTH_OP(Cumsum, dim, dtype, reverse)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {}; }
  Grads vjp(const Saved& s, Args g, NeedMask) const;
};

struct Cumprod {
  int64_t dim = 0;
  std::optional<ScalarType> dtype;
  static constexpr OpInfo info{.name = "cumprod", .args = {{"self", arg::in_place}}};
  HEARTH_OP(Cumprod, dim, dtype)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.in = 1}; }
  Grads vjp(const Saved& s, Args g, NeedMask) const;
};

/// out[k] = sum over i >= k of g[i] times the product of x[j], j <= i but k. Exact with zeros.
struct CumprodBackward {
  int64_t dim = 0;
  static constexpr OpInfo info{
      .name = "cumprod_backward", .kind = Kind::Fused, .args = {"grad", "self"}};
  HEARTH_OP(CumprodBackward, dim)
  Specs infer(Args in) const;
  Tensors decompose(Args in) const;
};

/// y[i] = log(sum over j <= i of exp(x[j])).
struct Logcumsumexp {
  int64_t dim = 0;
  static constexpr OpInfo info{.name = "logcumsumexp", .args = {{"self", arg::in_place}}};
  HEARTH_OP(Logcumsumexp, dim)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.in = 1, .out = 1}; }
  Grads vjp(const Saved& s, Args g, NeedMask) const;
};

/// out[i] = r[i] * exp(x[i] - y[i]) with r[i] = g[i] + r[i + 1] * exp(y[i] - y[i + 1]): of real
/// numbers no exponent is positive.
struct LogcumsumexpBackward {
  int64_t dim = 0;
  static constexpr OpInfo info{
      .name = "logcumsumexp_backward", .kind = Kind::Fused, .args = {"grad", "self", "result"}};
  HEARTH_OP(LogcumsumexpBackward, dim)
  Specs infer(Args in) const;
  Tensors decompose(Args in) const;
};

/// Running extremes and the last positions that have them; NaN wins.
struct Cummax {
  int64_t dim = 0;
  static constexpr OpInfo info{.name = "cummax", .outputs = {out::fresh, out::constant}};
  HEARTH_OP(Cummax, dim)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.out = 2, .specs = true}; }
  Grads vjp(const Saved& s, Args g, NeedMask) const;
};
struct Cummin {
  int64_t dim = 0;
  static constexpr OpInfo info{.name = "cummin", .outputs = {out::fresh, out::constant}};
  HEARTH_OP(Cummin, dim)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.out = 2, .specs = true}; }
  Grads vjp(const Saved& s, Args g, NeedMask) const;
};

}  // namespace hearth::ops
