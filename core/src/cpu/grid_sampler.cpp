// SPDX-License-Identifier: Apache-2.0
#include "ops/grid_sampler.h"

#include <cstring>

#include "backends/grid_call.h"
#include "cpu/grid_kernels.h"
#include "cpu/image_loop.h"
#include "cpu/kernels.h"

namespace hearth::cpu {

namespace {

const GridTable& table() {
  static const GridTable& selected = HEARTH_SELECT_ISA(grid_table);
  return selected;
}

constexpr int64_t kGrain = 8192;

void forward(const Call& call) {
  const Tensor x = dense_image(call.in[0]), grid = image_raw(call.in[1], false);
  const Tensor& y = call.out[0];
  if (impl(y).numel == 0) return;
  ComputeElements ex(x), egrid(grid), ey(y);
  ex.load();
  egrid.load();
  const int64_t n = grid_positions(impl(grid));
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
    const int64_t n = grid_positions(impl(grid));
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
