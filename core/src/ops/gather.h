// SPDX-License-Identifier: Apache-2.0
// Ops with an index for every element: gather and scatter.
#pragma once

#include "dispatch/op.h"

namespace hearth::ops {

struct Gather {
  int64_t dim = 0;
  bool sparse_grad = false;
  static constexpr OpInfo info{
      .name = "gather",
      .jvp = Jvp::Linear,
      .barebones = true,
      .args = {{"self", arg::apart}, {"index", arg::index | arg::in_place}}};
  HEARTH_OP(Gather, dim, sparse_grad)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.in = 2, .specs = true}; }
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

struct Scatter {
  int64_t dim = 0;
  static constexpr OpInfo info{
      .name = "scatter",
      .jvp = Jvp::Linear,
      .strided = true,
      .barebones = true,
      .args = {{"self", arg::in_place}, {"index", arg::index | arg::apart}, {"src", arg::apart}}};
  HEARTH_OP(Scatter, dim)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.in = 2, .specs = true}; }
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

struct ScatterValue {
  int64_t dim = 0;
  Scalar value = 0;
  static constexpr OpInfo info{
      .name = "scatter_value",
      .strided = true,
      .args = {{"self", arg::in_place}, {"index", arg::index | arg::apart}}};
  HEARTH_OP(ScatterValue, dim, value)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.in = 2}; }
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

struct ScatterAdd {
  int64_t dim = 0;
  static constexpr OpInfo info{
      .name = "scatter_add",
      .jvp = Jvp::Linear,
      .strided = true,
      .args = {{"self", arg::in_place}, {"index", arg::index | arg::apart}, {"src", arg::apart}}};
  HEARTH_OP(ScatterAdd, dim)
  Specs infer(Args in) const;
  Saves saves(NeedMask need) const { return {.in = need[2] ? 2u : 0u, .specs = true}; }
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

}  // namespace hearth::ops
