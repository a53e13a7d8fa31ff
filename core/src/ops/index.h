// SPDX-License-Identifier: Apache-2.0
// Ops that read or write at index tensors, one per dim, or at one along a dim. Index inputs are
// int64; the public functions convert.
#pragma once

#include "dispatch/op.h"

namespace hearth::ops {

/// Self at index tensors (inputs from 1 on, one per dim, undefined for a whole dim).
struct Index {
  static constexpr OpInfo info{
      .name = "index",
      .jvp = Jvp::Linear,
      .barebones = true,
      .args = {{"self", arg::apart},
               {"indices", arg::optional | arg::index | arg::on_cpu | arg::apart}},
      .tail = 1};
  HEARTH_OP(Index)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.in = ~uint64_t{1}, .specs = true}; }
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

/// Self with values (input 1) at index tensors (from 2 on).
struct IndexPut {
  bool accumulate = false;
  static constexpr OpInfo info{
      .name = "index_put",
      .strided = true,
      .args = {{"self", arg::in_place},
               {"values", arg::apart},
               {"indices", arg::optional | arg::index | arg::on_cpu | arg::apart}},
      .tail = 1};
  HEARTH_OP(IndexPut, accumulate)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.in = ~uint64_t{3}, .specs = true}; }
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

/// Where index tensors put their dims: the result's sizes are those of self's dims before `first`,
/// the indices' broadcast sizes, then self's remaining dims. Indices with a gap come first.
struct IndexShape {
  DimVector broadcast;      ///< the index tensors' common sizes
  DimVector before, after;  ///< self's dims that are not indexed
  DimVector sizes;
};
HEARTH_API IndexShape index_shape(const TensorImpl& self, Args indices);

struct IndexSelect {
  int64_t dim = 0;
  static constexpr OpInfo info{
      .name = "index_select",
      .jvp = Jvp::Linear,
      .barebones = true,
      .args = {{"self", arg::apart}, {"index", arg::index | arg::on_cpu | arg::apart}}};
  HEARTH_OP(IndexSelect, dim)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.in = 2, .specs = true}; }
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

struct IndexAdd {
  int64_t dim = 0;
  Scalar alpha = 1;
  static constexpr OpInfo info{.name = "index_add",
                               .jvp = Jvp::Linear,
                               .strided = true,
                               .args = {{"self", arg::in_place},
                                        {"index", arg::index | arg::on_cpu | arg::apart},
                                        {"source", arg::apart}}};
  HEARTH_OP(IndexAdd, dim, alpha)
  Specs infer(Args in) const;
  Saves saves(NeedMask need) const { return {.in = need[2] ? 2u : 0u, .specs = true}; }
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

/// As index_add, but writes.
struct IndexCopy {
  int64_t dim = 0;
  static constexpr OpInfo info{.name = "index_copy",
                               .jvp = Jvp::Linear,
                               .strided = true,
                               .barebones = true,
                               .args = {{"self", arg::in_place},
                                        {"index", arg::index | arg::on_cpu | arg::apart},
                                        {"source", arg::apart}}};
  HEARTH_OP(IndexCopy, dim)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.in = 2, .specs = true}; }
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

/// Indices of a mask's true elements, one tensor per dim; warns of a mask of bytes. Throws unless
/// the dims from `at` on of a tensor of these sizes are the mask's.
std::vector<Tensor> mask_indices(const Tensor& mask, IntArrayRef sizes, size_t at);

}  // namespace hearth::ops
