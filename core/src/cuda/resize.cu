// SPDX-License-Identifier: Apache-2.0
#include "backends/resize_tap.h"
#include "cuda/element.cuh"
#include "cuda/image.cuh"
#include "cuda/kernels.h"
#include "cuda/launch.cuh"
#include "ops/resize.h"

namespace hearth::cuda {

namespace {

/// One dim, with the way back from positions to outputs.
template <class A>
struct Axis : ResizeAxis<A> {
  using ResizeAxis<A>::ResizeAxis;
  using ResizeAxis<A>::in;
  using ResizeAxis<A>::out;
  using ResizeAxis<A>::scale;
  using ResizeAxis<A>::nearest;
  using ResizeAxis<A>::align;
  using ResizeAxis<A>::tap;

  /// The outputs that position p goes into: [low, high]. They are those taken from within a pixel
  /// of p, and at either end all beyond.
  __device__ void reached(int64_t p, int64_t* low, int64_t* high) const {
    *low = 0;
    *high = out - 1;
    if (!(scale > A(0))) return;
    const A shift = nearest || align ? A(0) : A(0.5);
    const int64_t rounding = 1 + (out >> 20);
    if (p > 0) {
      const A from = static_cast<A>(nearest ? p : p - 1);
      const int64_t l = static_cast<int64_t>((from + shift) / scale - shift) - rounding;
      if (l > 0) *low = l;
    }
    if (p < in - 1) {
      const A to = static_cast<A>(p + 1);
      const int64_t h = static_cast<int64_t>((to + shift) / scale - shift) + rounding;
      if (h < out - 1) *high = h;
    }
    while (*low < *high && weight(*low, p) == A(0)) ++*low;
    while (*low < *high && weight(*high, p) == A(0)) --*high;
  }
  /// How much of position p output i takes.
  __device__ A weight(int64_t i, int64_t p) const {
    const AxisTap<A> t = tap(i);
    return (t.first == p ? t.w0 : A(0)) + (t.second == p ? t.w1 : A(0));
  }
};

template <class T>
void forward_as(const Call& call) {
  using A = accumulate_t<T>;
  const auto& op = call.as<ops::Resize2d>();
  const bool last = prefers_channels_last(impl(call.in[0]));
  const Tensor source = image_raw(call.in[0], last);
  const TensorImpl &s = impl(source), &t = impl(call.out[0]);
  const Axis<A> rows(op, s.sizes[2], t.sizes[2], op.scale_h);
  const Axis<A> cols(op, s.sizes[3], t.sizes[3], op.scale_w);
  const Image image(t, last);
  const T* x = ptr<T>(source);
  T* y = ptr<T>(call.out[0]);
  for_each(t.numel, "upsample2d", [=] __device__(int64_t i) {
    const Pixel to = image.at(i, rows.in * cols.in);
    const AxisTap<A> r = rows.tap(to.h), c = cols.tap(to.w);
    const T* plane = x + to.plane;
    const int64_t step = image.step();
    const auto at = [&](int64_t h, int64_t w) { return plane[(h * cols.in + w) * step]; };
    if (rows.nearest) {
      y[i] = at(r.first, c.first);
      return;
    }
    const A top =
        c.w0 * convert<A>(at(r.first, c.first)) + c.w1 * convert<A>(at(r.first, c.second));
    const A bottom =
        c.w0 * convert<A>(at(r.second, c.first)) + c.w1 * convert<A>(at(r.second, c.second));
    y[i] = convert<T>(r.w0 * top + r.w1 * bottom);
  });
}

template <class T>
void backward_as(const Call& call) {
  using A = accumulate_t<T>;
  const auto& op = call.as<ops::Resize2dBackward>();
  const bool last = prefers_channels_last(impl(call.in[0]));
  const Tensor g = image_raw(call.in[0], last);
  const TensorImpl &s = impl(g), &t = impl(call.out[0]);
  const Axis<A> rows(op, t.sizes[2], s.sizes[2], op.scale_h);
  const Axis<A> cols(op, t.sizes[3], s.sizes[3], op.scale_w);
  const Image image(t, last);
  const T* gy = ptr<T>(g);
  T* gx = ptr<T>(call.out[0]);
  for_each(t.numel, "upsample2d_backward", [=] __device__(int64_t i) {
    const Pixel to = image.at(i, rows.out * cols.out);
    int64_t top, bottom, left, right;
    rows.reached(to.h, &top, &bottom);
    cols.reached(to.w, &left, &right);
    A sum(0);
    for (int64_t h = top; h <= bottom; ++h) {
      const A down = rows.weight(h, to.h);
      if (down == A(0)) continue;
      for (int64_t w = left; w <= right; ++w) {
        const A across = cols.weight(w, to.w);
        if (across != A(0))
          sum += down * across * convert<A>(gy[to.plane + (h * cols.out + w) * image.step()]);
      }
    }
    gx[i] = convert<T>(sum);
  });
}

void forward(const Call& call) {
  with_floating_type(impl(call.in[0]).dtype, "upsample2d",
                     [&]<class T>(T) { forward_as<T>(call); });
}
void backward(const Call& call) {
  with_floating_type(impl(call.in[0]).dtype, "upsample2d_backward",
                     [&]<class T>(T) { backward_as<T>(call); });
}

}  // namespace

void install_resize() {
  ops::Resize2d::row().kernel[kSlot] = &forward;
  ops::Resize2dBackward::row().kernel[kSlot] = &backward;
}

}  // namespace hearth::cuda
