// SPDX-License-Identifier: Apache-2.0
// Views: other sizes and strides on the same storage.
#pragma once

#include "dispatch/op.h"

namespace hearth::ops {

#define HEARTH_VIEW_INFO(op_name)                   \
  static constexpr OpInfo info {                    \
    .name = op_name, .outputs = { out::view_of(0) } \
  }

struct View {
  DimVector sizes;  ///< one may be -1
  HEARTH_VIEW_INFO("view");
  HEARTH_OP(View, sizes)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.specs = true}; }
  Grads vjp(const Saved& s, Args g, NeedMask) const;
};

struct Permute {
  DimVector dims;
  HEARTH_VIEW_INFO("permute");
  HEARTH_OP(Permute, dims)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {}; }
  Grads vjp(const Saved& s, Args g, NeedMask) const;
};

struct Transpose {
  int64_t dim0 = 0, dim1 = 0;
  HEARTH_VIEW_INFO("transpose");
  HEARTH_OP(Transpose, dim0, dim1)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {}; }
  Grads vjp(const Saved& s, Args g, NeedMask) const;
};

struct Expand {
  DimVector sizes;  ///< -1 keeps a dim
  HEARTH_VIEW_INFO("expand");
  HEARTH_OP(Expand, sizes)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {}; }
  Grads vjp(const Saved& s, Args g, NeedMask) const;
};

struct Slice {
  int64_t dim = 0;
  std::optional<int64_t> start, end;
  int64_t step = 1;
  HEARTH_VIEW_INFO("slice");
  HEARTH_OP(Slice, dim, start, end, step)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.specs = true}; }
  Grads vjp(const Saved& s, Args g, NeedMask) const;
};

struct Select {
  int64_t dim = 0, index = 0;
  HEARTH_VIEW_INFO("select");
  HEARTH_OP(Select, dim, index)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.specs = true}; }
  Grads vjp(const Saved& s, Args g, NeedMask) const;
};

/// Drops the dims of size one among `dims`; without dims, all of them.
struct Squeeze {
  std::optional<DimVector> dims;
  HEARTH_VIEW_INFO("squeeze");
  HEARTH_OP(Squeeze, dims)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.specs = true}; }
  Grads vjp(const Saved& s, Args g, NeedMask) const;
};

struct Unsqueeze {
  int64_t dim = 0;
  HEARTH_VIEW_INFO("unsqueeze");
  HEARTH_OP(Unsqueeze, dim)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.specs = true}; }
  Grads vjp(const Saved& s, Args g, NeedMask) const;
};

struct SplitWithSizes {
  DimVector split_sizes;
  int64_t dim = 0;
  HEARTH_VIEW_INFO("split_with_sizes");
  HEARTH_OP(SplitWithSizes, split_sizes, dim)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.specs = true}; }
  Grads vjp(const Saved& s, Args g, NeedMask) const;
};

struct Unbind {
  int64_t dim = 0;
  HEARTH_VIEW_INFO("unbind");
  HEARTH_OP(Unbind, dim)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.specs = true}; }
  Grads vjp(const Saved& s, Args g, NeedMask) const;
};

#undef HEARTH_VIEW_INFO

}  // namespace hearth::ops
