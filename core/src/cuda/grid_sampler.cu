// SPDX-License-Identifier: Apache-2.0
// Sampling by a grid: a thread for each position, or for a position and some of the channels.
#include "hearth/base/context.h"

#include "backends/grid_call.h"
#include "cuda/atomic.cuh"
#include "cuda/in_order.cuh"
#include "cuda/kernels.h"
#include "ops/copy.h"
#include "ops/grid_sampler.h"

#define HEARTH_ELEMENT_NAMESPACE hearth::cuda
#define HEARTH_ELEMENT_FN __device__ __forceinline__
#include "backends/grid_axis.h"

namespace hearth::cuda {

namespace {

/// The elements that a position reads, in the order of the CPU's.
template <class A, int kTaps>
struct Reads {
  GridTap<A> x[kTaps], y[kTaps], z[kTaps];
  int slices;
  int64_t width, height;

  template <class T>
  __device__ __forceinline__ Reads(const GridArgs& g, const T* position)
      : slices(g.dims == 3 ? kTaps : 1), width(g.size[0]), height(g.size[1]) {
    grid_taps<kTaps>(g, convert<A>(position[0]), g.size[0], x);
    grid_taps<kTaps>(g, convert<A>(position[1]), g.size[1], y);
    z[0] = {0, A(1), A(0)};
    if (g.dims == 3) grid_taps<kTaps>(g, convert<A>(position[2]), g.size[2], z);
  }
  /// Calls f(pixel, x, y, z) for each, with pixel -1 for one outside.
  template <class F>
  __device__ __forceinline__ void each(const F& f) const {
#pragma unroll
    for (int d = 0; d < kTaps; ++d) {
      if (d >= slices) break;
#pragma unroll
      for (int h = 0; h < kTaps; ++h)
#pragma unroll
        for (int w = 0; w < kTaps; ++w) {
          const bool outside = (x[w].at | y[h].at | z[d].at) < 0;
          const int64_t at = (z[d].at * height + y[h].at) * width + x[w].at;
          f(outside ? int64_t{-1} : at, x[w], y[h], z[d]);
        }
    }
  }
};

/// Calls f(integral constant) with the taps along each dim.
template <class F>
void with_taps(int taps, const F& f) {
  if (taps == 1) return f(std::integral_constant<int, 1>());
  if (taps == 2) return f(std::integral_constant<int, 2>());
  f(std::integral_constant<int, 4>());
}

/// How channels are shared out, so that few positions keep the device busy as well.
int64_t parts_of(int64_t positions, int64_t channels) {
  const int64_t wanted = int64_t{multiprocessors()} * 2048 / std::max<int64_t>(positions, 1);
  return std::clamp<int64_t>(wanted, 1, std::max<int64_t>(channels / 4, 1));
}

template <class T, int kTaps>
void sample(const GridArgs& g, int64_t images, const T* x, const T* grid, T* y) {
  using A = accumulate_t<T>;
  const int64_t positions = g.out_channel, all = images * positions;
  const int64_t parts = parts_of(all, g.channels), each = (g.channels + parts - 1) / parts;
  const int64_t image = g.channels * g.size[0] * g.size[1] * (g.dims == 3 ? g.size[2] : 1);
  for_each(all * parts, "grid_sampler", [=] __device__(int64_t i) {
    const int64_t part = i / all, p = i - part * all, n = p / positions;
    const Reads<A, kTaps> reads(g, grid + p * g.dims);
    const int64_t last = min((part + 1) * each, g.channels);
    for (int64_t c = part * each; c < last; ++c) {
      const T* from = x + n * image + c * g.channel;
      A sum(0);
      reads.each([&](int64_t at, const auto& tx, const auto& ty, const auto& tz) {
        // What is outside counts as a zero, which NaN's weight shows.
        const A v = at < 0 ? A(0) : convert<A>(from[at * g.pixel]);
        sum += tx.weight * ty.weight * tz.weight * v;
      });
      y[(n * g.channels + c) * positions + (p - n * positions)] = convert<T>(sum);
    }
  });
}

void forward(const Call& call) {
  const Tensor x = dense_image(call.in[0]), grid = image_raw(call.in[1], false);
  const Tensor& y = call.out[0];
  if (impl(y).numel == 0) return;
  const GridArgs g = grid_args(call.as<ops::GridSampler>(), impl(x), grid_positions(impl(grid)));
  with_floating_type(impl(x).dtype, "grid_sampler", [&]<class T>(T) {
    with_taps(g.taps, [&](auto taps) {
      sample<T, taps.value>(g, impl(x).sizes[0], ptr<T>(x), ptr<T>(grid), ptr<T>(y));
    });
  });
}

/// Adds to gx, in any order, what each position read of it.
template <class T, int kTaps>
void add_back(const GridArgs& g, int64_t images, const T* gy, const T* grid, accumulate_t<T>* gx) {
  using A = accumulate_t<T>;
  const int64_t positions = g.out_channel, all = images * positions;
  const int64_t parts = parts_of(all, g.channels), each = (g.channels + parts - 1) / parts;
  const int64_t image = g.channels * g.size[0] * g.size[1] * (g.dims == 3 ? g.size[2] : 1);
  for_each(all * parts, "grid_sampler_backward", [=] __device__(int64_t i) {
    const int64_t part = i / all, p = i - part * all, n = p / positions;
    const Reads<A, kTaps> reads(g, grid + p * g.dims);
    const int64_t last = min((part + 1) * each, g.channels);
    for (int64_t c = part * each; c < last; ++c) {
      A* to = gx + n * image + c * g.channel;
      const A v = convert<A>(gy[(n * g.channels + c) * positions + (p - n * positions)]);
      reads.each([&](int64_t at, const auto& tx, const auto& ty, const auto& tz) {
        if (at >= 0) atomic_add(to + at * g.pixel, tx.weight * ty.weight * tz.weight * v);
      });
    }
  });
}

/// The same from the first position to the last.
template <class T, int kTaps>
void add_back_in_order(const GridArgs& g, int64_t images, const T* gy, const T* grid,
                       accumulate_t<T>* gx) {
  using A = accumulate_t<T>;
  const int64_t positions = g.out_channel;
  const int64_t elements = kTaps * kTaps * (g.dims == 3 ? kTaps : 1);
  const int64_t pixels = g.size[0] * g.size[1] * (g.dims == 3 ? g.size[2] : 1);
  /// Pixel and weight of element e of a position.
  const auto read = [=] __device__(int64_t p, int64_t e, A * weight) {
    int64_t pixel = -1, k = 0;
    Reads<A, kTaps>(g, grid + p * g.dims)
        .each([&](int64_t at, const auto& tx, const auto& ty, const auto& tz) {
          if (k++ != e) return;
          pixel = at;
          *weight = tx.weight * ty.weight * tz.weight;
        });
    return pixel;
  };
  visit_in_order(
      images * positions * elements, images * pixels, g.channels, "grid_sampler_backward",
      [=] __device__(int64_t j) {
        A weight;
        const int64_t p = j / elements, pixel = read(p, j - p * elements, &weight);
        return pixel < 0 ? -1 : p / positions * pixels + pixel;
      },
      [=] __device__(int64_t at, const Visitors& visitors, int64_t c) {
        const int64_t n = at / pixels;
        A* to = gx + n * g.channels * pixels + c * g.channel + (at - n * pixels) * g.pixel;
        A sum = *to;
        for (int64_t k = 0; k < visitors.count; ++k) {
          const int64_t j = visitors[k], p = j / elements;
          A weight = A(0);
          read(p, j - p * elements, &weight);
          sum += weight * convert<A>(gy[(n * g.channels + c) * positions + (p - n * positions)]);
        }
        *to = sum;
      });
}

template <class T, int kTaps>
void grid_gradient(const GridArgs& g, int64_t images, const T* gy, const T* x, const T* grid,
                   T* ggrid) {
  using A = accumulate_t<T>;
  const int64_t positions = g.out_channel;
  const int64_t image = g.channels * g.size[0] * g.size[1] * (g.dims == 3 ? g.size[2] : 1);
  for_each(images * positions, "grid_sampler_backward", [=] __device__(int64_t p) {
    const int64_t n = p / positions;
    const Reads<A, kTaps> reads(g, grid + p * g.dims);
    A sums[3] = {A(0), A(0), A(0)};
    for (int64_t c = 0; c < g.channels; ++c) {
      const T* from = x + n * image + c * g.channel;
      const A v = convert<A>(gy[(n * g.channels + c) * positions + (p - n * positions)]);
      reads.each([&](int64_t at, const auto& tx, const auto& ty, const auto& tz) {
        const A value = v * (at < 0 ? A(0) : convert<A>(from[at * g.pixel]));
        sums[0] += tx.slope * ty.weight * tz.weight * value;
        sums[1] += tx.weight * ty.slope * tz.weight * value;
        sums[2] += tx.weight * ty.weight * tz.slope * value;
      });
    }
    for (int d = 0; d < g.dims; ++d) ggrid[p * g.dims + d] = convert<T>(sums[d]);
  });
}

void zero(const Tensor& dense) {
  if (dense.nbytes())
    check(cudaMemsetAsync(raw_data(dense), 0, dense.nbytes(), stream()), "grid_sampler_backward");
}

/// add(sums) with zeros of the type that elements of `out` add up in; `out` becomes what they are.
template <class F>
void add_up(const Tensor& out, const F& add) {
  const TensorImpl& o = impl(out);
  const ScalarType type = accumulate_type(o.dtype);
  const Tensor sums = type == o.dtype ? out : new_tensor(o.sizes, type, o.device, o.strides);
  zero(sums);
  add(sums);
  if (type != o.dtype) copy_raw_into(out, sums);
}

template <class T>
void backward_as(const Call& call) {
  const auto& op = call.as<ops::GridSamplerBackward>();
  const Tensor gy = image_raw(call.in[0], false), x = dense_image(call.in[1]);
  const Tensor grid = image_raw(call.in[2], false);
  const Tensor &gx = call.out[0], &ggrid = call.out[1];
  if (impl(gy).numel == 0) {
    zero(gx);
    return zero(ggrid);
  }
  const int64_t positions = grid_positions(impl(grid)), images = impl(x).sizes[0];
  add_up(gx, [&](const Tensor& sums) {
    const GridArgs g = grid_args(op, impl(sums), positions);
    with_taps(g.taps, [&](auto taps) {
      auto* to = ptr<accumulate_t<T>>(sums);
      deterministic() ? add_back_in_order<T, taps.value>(g, images, ptr<T>(gy), ptr<T>(grid), to)
                      : add_back<T, taps.value>(g, images, ptr<T>(gy), ptr<T>(grid), to);
    });
  });
  const GridArgs g = grid_args(op, impl(x), positions);
  with_taps(g.taps, [&](auto taps) {
    grid_gradient<T, taps.value>(g, images, ptr<T>(gy), ptr<T>(x), ptr<T>(grid), ptr<T>(ggrid));
  });
}

void backward(const Call& call) {
  with_floating_type(impl(call.in[1]).dtype, "grid_sampler_backward",
                     [&]<class T>(T) { backward_as<T>(call); });
}

}  // namespace

void install_grid_sampler() {
  ops::GridSampler::row().kernel[kSlot] = &forward;
  ops::GridSamplerBackward::row().kernel[kSlot] = &backward;
}

}  // namespace hearth::cuda
