// SPDX-License-Identifier: Apache-2.0
// Ops that pick the true elements of a mask.
#pragma once

#include "dispatch/op.h"

namespace hearth::ops {

struct MaskedSelect {
  static constexpr OpInfo info{.name = "masked_select",
                               .jvp = Jvp::Linear,
                               .barebones = true,
                               .args = {{"self", arg::apart}, {"mask", arg::index | arg::apart}},
                               .outputs = {out::data_dependent}};
  HEARTH_OP(MaskedSelect)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.in = 2, .specs = true}; }
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

struct MaskedScatter {
  static constexpr OpInfo info{
      .name = "masked_scatter",
      .jvp = Jvp::Linear,
      .strided = true,
      .barebones = true,
      .args = {
          {"self", arg::in_place}, {"mask", arg::index | arg::in_place}, {"source", arg::apart}}};
  HEARTH_OP(MaskedScatter)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.in = 2, .specs = true}; }
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

struct Nonzero {
  static constexpr OpInfo info{.name = "nonzero",
                               .differentiable = false,
                               .args = {{"self", arg::apart}},
                               .outputs = {out::data_dependent}};
  HEARTH_OP(Nonzero)
  Specs infer(Args in) const;
};

}  // namespace hearth::ops
