// SPDX-License-Identifier: Apache-2.0
// A call of grid_sampler, or of its backward, as kernels want it.
#pragma once

#include "backends/grid_args.h"
#include "ops/grid_sampler.h"
#include "tensor/image_layout.h"

namespace hearth {

/// The input in one of both dense layouts.
inline Tensor dense_image(const Tensor& x) { return image_raw(x, prefers_channels_last(impl(x))); }

/// Positions of each image.
inline int64_t grid_positions(const TensorImpl& grid) {
  int64_t n = 1;
  for (size_t d = 1; d + 1 < grid.sizes.size(); ++d) n *= grid.sizes[d];
  return n;
}

/// Of an image x laid out as it is, which `positions` positions are read of.
template <class Op>
GridArgs grid_args(const Op& op, const TensorImpl& x, int64_t positions) {
  GridArgs g{};
  g.dims = static_cast<int>(x.sizes.size()) - 2;
  g.taps = op.mode == ops::GridMode::Nearest ? 1 : op.mode == ops::GridMode::Bilinear ? 2 : 4;
  g.padding = static_cast<int>(op.padding);
  g.align = op.align_corners;
  for (size_t d = 0; d + 2 < x.sizes.size(); ++d) g.size[d] = x.sizes[x.sizes.size() - 1 - d];
  g.channels = x.sizes[1];
  const bool last = prefers_channels_last(x);
  int64_t pixels = 1;
  for (int d = 0; d < g.dims; ++d) pixels *= g.size[d];
  g.channel = last ? 1 : pixels;
  g.pixel = last ? g.channels : 1;
  HEARTH_CHECK_AS(NotImplementedError, pixels * g.pixel <= INT32_MAX,
                  "[grid_sampler] images of more than 2^31 - 1 pixels are not supported, got ",
                  x.sizes.ref());
  g.out_channel = positions;
  return g;
}

}  // namespace hearth
