// SPDX-License-Identifier: Apache-2.0
#include "ops/grid_sampler.h"

#include <cstring>

#include "cpu/grid_kernels.h"
#include "cpu/image_loop.h"
#include "cpu/kernels.h"
#include "tensor/image_layout.h"

namespace hearth::cpu {

namespace {

const GridTable& table() {
  static const GridTable& selected = HEARTH_SELECT_ISA(grid_table);
  return selected;
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

/// The input in one of both dense layouts.
Tensor dense_image(const Tensor& x) { return image_raw(x, prefers_channels_last(impl(x))); }

/// Positions of each image.
int64_t positions_of(const TensorImpl& grid) {
  int64_t n = 1;
  for (size_t d = 1; d + 1 < grid.sizes.size(); ++d) n *= grid.sizes[d];
  return n;
}

constexpr int64_t kGrain = 8192;

void forward(const Call& call) {
  const Tensor x = dense_image(call.in[0]), grid = image_raw(call.in[1], false);
  const Tensor& y = call.out[0];
  if (impl(y).numel == 0) return;
  ComputeElements ex(x), egrid(grid), ey(y);
  ex.load();
  egrid.load();
  const int64_t n = positions_of(impl(grid));
  const GridArgs g = grid_args(call.as<ops::GridSampler>(), impl(x), n);
  const int64_t image = impl(x).numel / impl(x).sizes[0];
  const auto kernel = table().forward[impl(x).dtype == kDouble];
  parallel_for(impl(x).sizes[0] * n, 1 + kGrain / g.channels, [&](int64_t begin, int64_t end) {
    // A chunk may end in another image than it began in.
    while (begin < end) {
      const int64_t i = begin / n, first = begin % n, count = std::min(end - begin, n - first);
      kernel(g, count, egrid.at(begin * g.dims), ex.at(i * image),
             ey.at(i * g.channels * n + first));
      begin += count;
    }
  });
  ey.store();
}

/// Adds up what each channel's elements were read for: parts of channels at a time.
void backward_input(const GridArgs& g, ComputeElements& egrid, ComputeElements& egy,
                    ComputeElements& egx, const TensorImpl& gx) {
  constexpr int64_t kPart = 8;
  const int64_t n = g.out_channel, parts = (g.channels + kPart - 1) / kPart;
  const int64_t image = gx.numel / gx.sizes[0];
  const auto kernel = table().backward_input[gx.dtype == kDouble];
  parallel_for(gx.sizes[0] * parts, 1 + kGrain / (kPart * n), [&](int64_t begin, int64_t end) {
    for (int64_t u = begin; u < end; ++u) {
      const int64_t i = u / parts, first = u % parts * kPart;
      GridArgs part = g;
      part.channels = std::min(kPart, g.channels - first);
      kernel(part, n, egrid.at(i * n * g.dims), egy.at((i * g.channels + first) * n),
             egx.at(i * image + first * g.channel));
    }
  });
}

void backward(const Call& call) {
  const auto& op = call.as<ops::GridSamplerBackward>();
  const Tensor gy = image_raw(call.in[0], false), x = dense_image(call.in[1]);
  const Tensor grid = image_raw(call.in[2], false);
  const Tensor &gx = call.out[0], &ggrid = call.out[1];
  ComputeElements egy(gy), ex(x), egrid(grid), egx(gx), eggrid(ggrid);
  const size_t element = impl(gx).dtype == kDouble ? 8 : 4;
  std::memset(egx.at(0), 0, static_cast<size_t>(impl(gx).numel) * element);
  std::memset(eggrid.at(0), 0, static_cast<size_t>(impl(ggrid).numel) * element);
  if (impl(gy).numel > 0) {
    egy.load();
    ex.load();
    egrid.load();
    const int64_t n = positions_of(impl(grid));
    backward_input(grid_args(op, impl(gx), n), egrid, egy, egx, impl(gx));
    const GridArgs g = grid_args(op, impl(x), n);
    const int64_t image = impl(x).numel / impl(x).sizes[0];
    const auto kernel = table().backward_grid[impl(x).dtype == kDouble];
    parallel_for(impl(x).sizes[0] * n, 1 + kGrain / g.channels, [&](int64_t begin, int64_t end) {
      while (begin < end) {
        const int64_t i = begin / n, first = begin % n, count = std::min(end - begin, n - first);
        kernel(g, count, egrid.at(begin * g.dims), ex.at(i * image),
               egy.at(i * g.channels * n + first), eggrid.at(begin * g.dims));
        begin += count;
      }
    });
  }
  egx.store();
  eggrid.store();
}

}  // namespace

void install_grid_sampler() {
  ops::GridSampler::row().kernel[0] = &forward;
  ops::GridSamplerBackward::row().kernel[0] = &backward;
}

}  // namespace hearth::cpu
