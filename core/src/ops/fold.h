// SPDX-License-Identifier: Apache-2.0
// Images [N, C, H, W] as columns [N, C kh kw, L] of their windows, and back. Lists have an entry
// for height and one for width. Each row is linear in its input and the gradient of the other.
#pragma once

#include "dispatch/op.h"

namespace hearth::ops {

struct Im2Col {
  DimVector kernel_size, dilation, padding, stride;
  static constexpr OpInfo info{.name = "im2col", .jvp = Jvp::Linear};
  HEARTH_OP(Im2Col, kernel_size, dilation, padding, stride)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.specs = true}; }
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

/// Elements that several windows hold are added up.
struct Col2Im {
  DimVector output_size, kernel_size, dilation, padding, stride;
  static constexpr OpInfo info{.name = "col2im", .jvp = Jvp::Linear};
  HEARTH_OP(Col2Im, output_size, kernel_size, dilation, padding, stride)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {}; }
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

/// The number of windows along dim d of `size` elements.
template <class Op>
int64_t num_windows(const Op& op, size_t d, int64_t size) {
  const int64_t span = op.dilation[d] * (op.kernel_size[d] - 1) + 1;
  const int64_t room = size + 2 * op.padding[d] - span;
  return room < 0 ? 0 : room / op.stride[d] + 1;
}

}  // namespace hearth::ops
