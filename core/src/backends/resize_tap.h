// SPDX-License-Identifier: Apache-2.0
// Where resized images take their pixels from, for both backends.
#pragma once

#include <optional>

#include "backends/device_fn.h"
#include "ops/resize.h"

namespace hearth {

/// Where one output position of a dim comes from: first * w0 + second * w1.
template <class A>
struct AxisTap {
  int64_t first, second;
  A w0, w1;
};

/// One dim, computed in A as PyTorch does.
template <class A>
struct ResizeAxis {
  int64_t in, out;
  A scale;
  bool nearest, align;

  template <class Op>
  ResizeAxis(const Op& op, int64_t from, int64_t to, std::optional<double> asked)
      : in(from), out(to), nearest(op.mode == ops::ResizeMode::Nearest), align(op.align_corners) {
    if (align && !nearest) {
      scale = out > 1 ? static_cast<A>(in - 1) / static_cast<A>(out - 1) : A(0);
    } else {
      scale = asked && *asked > 0 ? static_cast<A>(1.0 / *asked)
                                  : static_cast<A>(in) / static_cast<A>(out);
    }
  }

  HEARTH_DEVICE_FN AxisTap<A> tap(int64_t i) const {
    const A position = static_cast<A>(i);
    if (nearest) {
      // What is cut off of a number that is not negative is what floor would.
      int64_t at = static_cast<int64_t>(position * scale);
      if (at > in - 1) at = in - 1;
      return {at, at, A(1), A(0)};
    }
    A from = align ? scale * position : scale * (position + A(0.5)) - A(0.5);
    if (from < A(0)) from = A(0);
    int64_t first = static_cast<int64_t>(from);
    if (first > in - 1) first = in - 1;
    const int64_t second = first + 1 < in ? first + 1 : in - 1;
    A weight = from - static_cast<A>(first);
    weight = weight < A(0) ? A(0) : weight > A(1) ? A(1) : weight;
    return {first, second, A(1) - weight, weight};
  }
};

}  // namespace hearth
