// SPDX-License-Identifier: Apache-2.0
#include "backends/resize_axis.h"
#include "cuda/element.cuh"
#include "cuda/image.cuh"
#include "cuda/kernels.h"
#include "cuda/launch.cuh"
#include "cuda/resize_bytes.h"
#include "ops/resize.h"

namespace hearth::cuda {

namespace {

/// The three dims of a volume; those that are missing stay as they are.
template <class A>
struct Axes {
  ResizeAxis<A> slices, rows, cols;

  /// From the small image x of Upsample to its result y.
  template <class Op>
  Axes(const Op& op, const TensorImpl& x, const TensorImpl& y)
      : slices(axis(op, x, y, 0)), rows(axis(op, x, y, 1)), cols(axis(op, x, y, 2)) {}

 private:
  template <class Op>
  static ResizeAxis<A> axis(const Op& op, const TensorImpl& x, const TensorImpl& y, size_t d) {
    const size_t dims = x.sizes.size() - 2;
    if (d + dims < 3) return ResizeAxis<A>(ops::Upsample{}, 1, 1, std::nullopt);
    const size_t own = d + dims - 3;
    return ResizeAxis<A>(op, x.sizes[own + 2], y.sizes[own + 2], resize_scale(op, own, dims));
  }
};

template <class T>
void forward_as(const Call& call) {
  using A = accumulate_t<T>;
  const bool last = prefers_channels_last(impl(call.in[0]));
  const Tensor source = image_raw(call.in[0], last);
  const TensorImpl &s = impl(source), &t = impl(call.out[0]);
  const Axes<A> axes(call.as<ops::Upsample>(), s, t);
  const Image image(t, last);
  const T* x = ptr<T>(source);
  T* y = ptr<T>(call.out[0]);
  for_each(t.numel, "upsample", [=] __device__(int64_t i) {
    const Pixel to = image.at(i, axes.slices.in * axes.rows.in * axes.cols.in);
    const ResizeTaps<A> slices = axes.slices.taps(to.d), rows = axes.rows.taps(to.h),
                        cols = axes.cols.taps(to.w);
    const T* plane = x + to.plane;
    const int64_t step = image.step();
    if (axes.cols.nearest()) {
      y[i] = plane[((slices.at(0) * axes.rows.in + rows.at(0)) * axes.cols.in + cols.at(0)) * step];
      return;
    }
    A volume(0);
    for (int64_t d = 0; d < slices.count; ++d) {
      A slice(0);
      for (int64_t h = 0; h < rows.count; ++h) {
        const T* line = plane + (slices.at(d) * axes.rows.in + rows.at(h)) * axes.cols.in * step;
        A sum(0);
        for (int64_t w = 0; w < cols.count; ++w)
          sum += cols.weight(w) * convert<A>(line[cols.at(w) * step]);
        slice += rows.weight(h) * sum;
      }
      volume += slices.weight(d) * slice;
    }
    y[i] = convert<T>(volume);
  });
}

template <class T>
void backward_as(const Call& call) {
  using A = accumulate_t<T>;
  const bool last = prefers_channels_last(impl(call.in[0]));
  const Tensor g = image_raw(call.in[0], last);
  const TensorImpl &s = impl(g), &t = impl(call.out[0]);
  const Axes<A> axes(call.as<ops::UpsampleBackward>(), t, s);
  const Image image(t, last);
  const T* gy = ptr<T>(g);
  T* gx = ptr<T>(call.out[0]);
  for_each(t.numel, "upsample_backward", [=] __device__(int64_t i) {
    const Pixel to = image.at(i, axes.slices.out * axes.rows.out * axes.cols.out);
    int64_t front, back, top, bottom, left, right;
    axes.slices.reached(to.d, &front, &back);
    axes.rows.reached(to.h, &top, &bottom);
    axes.cols.reached(to.w, &left, &right);
    A volume(0);
    for (int64_t d = front; d <= back; ++d) {
      const A deep = axes.slices.weight(d, to.d);
      if (deep == A(0)) continue;
      A slice(0);
      for (int64_t h = top; h <= bottom; ++h) {
        const A down = axes.rows.weight(h, to.h);
        if (down == A(0)) continue;
        const T* line = gy + to.plane + (d * axes.rows.out + h) * axes.cols.out * image.step();
        A sum(0);
        for (int64_t w = left; w <= right; ++w) {
          const A across = axes.cols.weight(w, to.w);
          if (across != A(0)) sum += across * convert<A>(line[w * image.step()]);
        }
        slice += down * sum;
      }
      volume += deep * slice;
    }
    gx[i] = convert<T>(volume);
  });
}

void forward(const Call& call) {
  if (impl(call.out[0]).numel == 0) return;
  if (impl(call.in[0]).dtype == kByte)
    return resize_bytes(call.as<ops::Upsample>(), call.in[0], call.out[0]);
  with_floating_type(impl(call.in[0]).dtype, "upsample", [&]<class T>(T) { forward_as<T>(call); });
}
void backward(const Call& call) {
  with_floating_type(impl(call.in[0]).dtype, "upsample_backward",
                     [&]<class T>(T) { backward_as<T>(call); });
}

}  // namespace

void install_resize() {
  ops::Upsample::row().kernel[kSlot] = &forward;
  ops::UpsampleBackward::row().kernel[kSlot] = &backward;
}

}  // namespace hearth::cuda
