// SPDX-License-Identifier: Apache-2.0
// Padding with the input's own elements, and back: a thread for each element of what is written.
#include "cuda/channels.cuh"
#include "cuda/element.cuh"
#include "cuda/kernels.h"
#include "cuda/launch.cuh"
#include "ops/copy.h"
#include "ops/pad_axis.h"

namespace hearth::cuda {

namespace {

/// A place in an image of rows.
struct Spot {
  int64_t unit, width, height, depth, image;
};

/// Elements of images in the order of memory.
struct Order {
  int64_t units, widths, heights, depths;
  Quotient by_unit, by_width, by_height, by_depth;

  Order(int64_t unit, int64_t width, int64_t height, int64_t depth, int64_t count)
      : units(unit),
        widths(width),
        heights(height),
        depths(depth),
        by_unit(unit, count),
        by_width(width, count),
        by_height(height, count),
        by_depth(depth, count) {}
  __device__ __forceinline__ Spot spot(int64_t i) const {
    Spot s;
    s.unit = by_unit.split(i);
    s.width = by_width.split(i);
    s.height = by_height.split(i);
    s.depth = by_depth.split(i);
    s.image = i;
    return s;
  }
  __device__ __forceinline__ int64_t place(int64_t image, int64_t d, int64_t h, int64_t w,
                                           int64_t unit) const {
    return (((image * depths + d) * heights + h) * widths + w) * units + unit;
  }
};

Order input_order(const PadRows& r, int64_t count) {
  return {r.unit, r.in_width, r.in_height, r.in_depth, count};
}
Order result_order(const PadRows& r, int64_t count) {
  return {r.unit, r.width.size, r.height.size, r.depth.size, count};
}

template <class U>
void pad_units(const PadRows& r, const Tensor& input, const Tensor& out) {
  const int64_t n = impl(out).numel;
  const Order to_order = result_order(r, n), from_order = input_order(r, impl(input).numel);
  const PadAxis depth = r.depth, height = r.height, width = r.width;
  const U* from = ptr<U>(input);
  U* to = ptr<U>(out);
  for_each(n, "pad", [=] __device__(int64_t i) {
    const Spot s = to_order.spot(i);
    to[i] = from[from_order.place(s.image, depth.source(s.depth), height.source(s.height),
                                  width.source(s.width), s.unit)];
  });
}

void forward(const Call& call) {
  const auto& op = call.as<ops::PadFromSelf>();
  if (impl(call.out[0]).numel == 0) return;
  const bool last = pads_channels_last(call.in[0], op.pad);
  const Tensor x = image_raw(call.in[0], last);
  const PadRows r(op.mode, op.pad, impl(x).sizes, last);
  with_element_size(impl(x).dtype, [&](auto u) { pad_units<decltype(u)>(r, x, call.out[0]); });
}

/// Each element takes the gradients of all its copies.
template <class T>
void sum_copies(const PadRows& r, const Tensor& gradient, const Tensor& out) {
  using A = accumulate_t<T>;
  const int64_t n = impl(out).numel;
  const Order to_order = input_order(r, n), from_order = result_order(r, impl(gradient).numel);
  const PadAxis depth = r.depth, height = r.height, width = r.width;
  const T* from = ptr<T>(gradient);
  T* to = ptr<T>(out);
  for_each(n, "pad_backward", [=] __device__(int64_t i) {
    const Spot s = to_order.spot(i);
    A sum(0);
    depth.copies(s.depth, [&](int64_t d0, int64_t depths) {
      height.copies(s.height, [&](int64_t h0, int64_t heights) {
        width.copies(s.width, [&](int64_t w0, int64_t widths) {
          for (int64_t d = d0; d < d0 + depths; ++d)
            for (int64_t h = h0; h < h0 + heights; ++h)
              for (int64_t w = w0; w < w0 + widths; ++w)
                sum = sum + convert<A>(from[from_order.place(s.image, d, h, w, s.unit)]);
        });
      });
    });
    to[i] = convert<T>(sum);
  });
}

void backward(const Call& call) {
  const auto& op = call.as<ops::PadFromSelfBackward>();
  const TensorImpl& out = impl(call.out[0]);
  if (out.numel == 0) return;
  HEARTH_CHECK_AS(NotImplementedError, is_floating_point(out.dtype) || is_complex(out.dtype),
                  "[pad_from_self_backward] no CUDA kernel for ", out.dtype);
  const bool last = pads_channels_last(call.in[0], op.pad);
  const Tensor g = image_raw(call.in[0], last);
  const PadRows r(op.mode, op.pad, op.input_size, last);
  with_type(out.dtype, [&]<class T>(T) {
    if constexpr (!std::is_integral_v<T>) sum_copies<T>(r, g, call.out[0]);
  });
}

}  // namespace

void install_pad_modes() {
  ops::PadFromSelf::row().kernel[kSlot] = &forward;
  ops::PadFromSelfBackward::row().kernel[kSlot] = &backward;
}

}  // namespace hearth::cuda
