// SPDX-License-Identifier: Apache-2.0
// Ops that read or write by index. Index inputs are int64; the public functions convert.
#pragma once

#include "dispatch/op.h"

namespace hearth::ops {

/// Self at index tensors (inputs from 1 on, one per dim, undefined for a whole dim).
struct Index {
  static constexpr OpInfo info{
      .name = "index",
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

struct IndexSelect {
  int64_t dim = 0;
  static constexpr OpInfo info{
      .name = "index_select",
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
                               .strided = true,
                               .args = {{"self", arg::in_place},
                                        {"index", arg::index | arg::on_cpu | arg::apart},
                                        {"source", arg::apart}}};
  HEARTH_OP(IndexCopy, dim)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.in = 2, .specs = true}; }
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

struct Gather {
  int64_t dim = 0;
  static constexpr OpInfo info{
      .name = "gather", .args = {{"self", arg::apart}, {"index", arg::index | arg::in_place}}};
  HEARTH_OP(Gather, dim)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.in = 2, .specs = true}; }
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

struct Scatter {
  int64_t dim = 0;
  static constexpr OpInfo info{
      .name = "scatter",
      .strided = true,
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
      .strided = true,
      .args = {{"self", arg::in_place}, {"index", arg::index | arg::apart}, {"src", arg::apart}}};
  HEARTH_OP(ScatterAdd, dim)
  Specs infer(Args in) const;
  Saves saves(NeedMask need) const { return {.in = need[2] ? 2u : 0u, .specs = true}; }
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

struct MaskedSelect {
  static constexpr OpInfo info{.name = "masked_select",
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
      .strided = true,
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

struct Embedding {
  int64_t padding_idx = -1;
  bool scale_grad_by_freq = false;
  static constexpr OpInfo info{.name = "embedding",
                               .args = {"weight", {"indices", arg::index | arg::on_cpu}}};
  HEARTH_OP(Embedding, padding_idx, scale_grad_by_freq)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.in = 2, .specs = true}; }
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

/// The gradient of embedding's weight from that of its result (input 0) and the indices (input 1).
struct EmbeddingBackward {
  int64_t num_weights = 0;
  int64_t padding_idx = -1;
  bool scale_grad_by_freq = false;
  static constexpr OpInfo info{.name = "embedding_backward",
                               .args = {"grad", {"indices", arg::index | arg::on_cpu}}};
  HEARTH_OP(EmbeddingBackward, num_weights, padding_idx, scale_grad_by_freq)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.in = 2}; }
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

/// Where index tensors put their dims: the result's sizes are those of self's dims before `first`,
/// the indices' broadcast sizes, then self's remaining dims. Indices with a gap come first.
struct IndexLayout {
  DimVector broadcast;      ///< the index tensors' common sizes
  DimVector before, after;  ///< self's dims that are not indexed
  DimVector sizes;
};
HEARTH_API IndexLayout index_layout(const TensorImpl& self, Args indices);

}  // namespace hearth::ops
