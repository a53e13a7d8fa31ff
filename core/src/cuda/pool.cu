// SPDX-License-Identifier: Apache-2.0
#include "cuda/element.cuh"
#include "cuda/image.cuh"
#include "cuda/kernels.h"
#include "cuda/launch.cuh"
#include "cuda/vmath.cuh"
#include "ops/pool.h"

namespace hearth::cuda {

namespace {

/// The part of a dim that an output looks at.
struct Window {
  int begin, count;
  int size;  ///< what a mean divides by: the product of both dims' sizes
};

/// The windows of one dim: those of a kernel, or (kernel 0) parts of equal length. In 32 bits, for
/// 64-bit divisions would take longer than the memory.
struct Windows {
  int in, out, kernel = 0, stride = 1, padding = 0, step = 1;
  bool count_padding = false;
  bool narrow;  ///< in * out fits 31 bits
  Divisor by_in, by_out, by_stride;

  Windows(int64_t from, int64_t to)
      : in(static_cast<int>(from)),
        out(static_cast<int>(to)),
        narrow(from * to + from + to < int64_t{1} << 31) {
    if (from > 0) by_in = Divisor(static_cast<uint32_t>(from));
    if (to > 0) by_out = Divisor(static_cast<uint32_t>(to));
  }

  __device__ __forceinline__ int quotient(int64_t n, const Divisor& by) const {
    return static_cast<int>(narrow ? by.divide(static_cast<uint32_t>(n))
                                   : static_cast<uint64_t>(n) / by.divisor);
  }
  __device__ __forceinline__ Window of(int i) const {
    if (kernel == 0) {
      const int begin = quotient(int64_t{i} * in, by_out);
      const int count = quotient((int64_t{i} + 1) * in + out - 1, by_out) - begin;
      return {begin, count, count};
    }
    const int start = i * stride - padding;
    int skipped = start < 0 ? -start : 0;
    if (step != 1) skipped = (skipped + step - 1) / step;
    const int begin = min(start + skipped * step, in - 1);
    const int room = step == 1 ? in - begin : (in - 1 - begin) / step + 1;
    const int count = max(min(kernel - skipped, room), 0);
    return {begin, count, count_padding ? min(start + kernel, in + padding) - start : count};
  }
  /// The outputs whose windows hold position p, or with steps may hold it: [first, last].
  __device__ __forceinline__ void covering(int p, int* first, int* last) const {
    if (kernel == 0) {
      *first = quotient(int64_t{p} * out, by_in);
      *last = quotient((int64_t{p} + 1) * out + in - 1, by_in) - 1;
    } else {
      const int low = p + padding - step * (kernel - 1);
      *first =
          low > 0 ? static_cast<int>(by_stride.divide(static_cast<uint32_t>(low + stride - 1))) : 0;
      *last = static_cast<int>(by_stride.divide(static_cast<uint32_t>(p + padding)));
    }
    *last = min(*last, out - 1);
  }
};

struct Pool {
  Windows rows, cols;
  Image in, out;
  double divisor = 0;  ///< 0: the windows' sizes

  template <class Op>
  Pool(const Op& op, const TensorImpl& x, const TensorImpl& y, bool last)
      : rows(windows(op, x, y, 0)), cols(windows(op, x, y, 1)), in(x, last), out(y, last) {
    HEARTH_CHECK_AS(ShapeError, x.sizes[2] * x.sizes[3] <= INT32_MAX,
                    "[pool] images of more than 2^31 - 1 pixels are not supported, got ",
                    x.sizes.ref());
    if constexpr (requires { op.divisor_override; })
      if (op.divisor_override) divisor = static_cast<double>(*op.divisor_override);
  }
  /// What the mean of a window divides by.
  template <class A>
  __device__ __forceinline__ A size(const Window& row, const Window& col) const {
    return static_cast<A>(divisor != 0 ? divisor
                                       : static_cast<double>(int64_t{row.size} * col.size));
  }

 private:
  template <class Op>
  static Windows windows(const Op& op, const TensorImpl& x, const TensorImpl& y, size_t d) {
    Windows w(x.sizes[d + 2], y.sizes[d + 2]);
    if constexpr (requires { op.kernel_size; }) {
      if (op.kernel_size.empty()) return w;
      int64_t step = 1;
      if constexpr (requires { op.dilation; })
        if (!op.dilation.empty()) step = op.dilation[d];
      for (const int64_t n : {op.kernel_size[d], op.stride[d], op.padding[d], step,
                              op.kernel_size[d] * step + x.sizes[d + 2]})
        HEARTH_CHECK_AS(NotImplementedError, n < int64_t{1} << 29, "[", Op::info.name,
                        "] windows of more than 2^29 elements are not supported on CUDA");
      w.kernel = static_cast<int>(op.kernel_size[d]);
      w.stride = static_cast<int>(op.stride[d]);
      w.padding = static_cast<int>(op.padding[d]);
      w.step = static_cast<int>(step);
      w.by_stride = Divisor(static_cast<uint32_t>(w.stride));
    }
    if constexpr (requires { op.count_include_pad; }) w.count_padding = op.count_include_pad;
    return w;
  }
};

/// Largest elements, their places in the plane, and what stands there in `values`; outputs that are
/// null are left out. The first of equals, NaN above all.
template <class T, class Place>
void max_places(const Pool& p, const T* x, const T* values, T* y, Place* places, int64_t n) {
  for_each(n, "max_pool2d", [=] __device__(int64_t i) {
    using A = accumulate_t<T>;
    const Pixel to = p.out.at(i, p.in.height, p.in.width);
    const Window rows = p.rows.of(static_cast<int>(to.h)), cols = p.cols.of(static_cast<int>(to.w));
    const int64_t pixel = p.in.step();
    const T* plane = x + to.plane;
    int best = rows.begin * p.cols.in + cols.begin;
    A most = convert<A>(plane[best * pixel]);
    for (int r = 0; r < rows.count; ++r) {
      int at = (rows.begin + r * p.rows.step) * p.cols.in + cols.begin;
      for (int c = 0; c < cols.count; ++c, at += p.cols.step) {
        const A v = convert<A>(plane[at * pixel]);
        if (v > most || v != v) {
          most = v;
          best = at;
        }
      }
    }
    if (places) places[i] = best;
    if (y) y[i] = (values ? values : x)[to.plane + best * pixel];
  });
}

template <class T, class Op>
void max_forward_as(const Call& call, bool last) {
  const Tensor x = image_raw(call.in[0], last);
  const Tensor values = call.in.get(1).defined() ? image_raw(call.in[1], last) : Tensor();
  const Tensor& y = call.out[0];
  max_places<T>(Pool(call.as<Op>(), impl(x), impl(y), last), ptr<T>(x),
                values.defined() ? ptr<T>(values) : nullptr, ptr<T>(y),
                call.out.size() > 1 ? ptr<int64_t>(call.out[1]) : nullptr, impl(y).numel);
}

template <class Op>
void max_forward(const Call& call) {
  const bool last = prefers_channels_last(impl(call.in[0]));
  const ScalarType type = impl(call.in[0]).dtype;
  HEARTH_CHECK_AS(NotImplementedError, type != kBool && !is_complex(type), "[", call.op.info.name,
                  "] no CUDA kernel for ", type);
  with_type(type, [&]<class T>(T) {
    if constexpr (!kIsComplex<T> && !std::is_same_v<T, bool>) max_forward_as<T, Op>(call, last);
  });
}

template <class T>
void max_backward_as(const Call& call) {
  const auto& op = call.as<ops::MaxPool2dBackward>();
  const bool last = prefers_channels_last(impl(call.in[1]));
  const Tensor g = image_raw(call.in[0], last), x = image_raw(call.in[1], last);
  const Pool p(op, impl(x), impl(g), last);
  const Workspace memory(static_cast<size_t>(impl(g).numel) * sizeof(int));
  int* places = memory.data<int>();
  max_places<T>(p, ptr<T>(x), nullptr, nullptr, places, impl(g).numel);
  const T* gy = ptr<T>(g);
  T* gx = ptr<T>(call.out[0]);
  for_each(impl(call.out[0]).numel, "max_pool2d_backward", [=] __device__(int64_t i) {
    const Pixel to = p.in.at(i, p.out.height, p.out.width);
    const int y = static_cast<int>(to.h), x = static_cast<int>(to.w);
    const int place = y * p.cols.in + x;
    const int64_t pixel = p.out.step();
    int top, bottom, left, right;
    p.rows.covering(y, &top, &bottom);
    p.cols.covering(x, &left, &right);
    accumulate_t<T> sum(0);
    for (int h = top; h <= bottom; ++h)
      for (int w = left; w <= right; ++w) {
        const int64_t at = to.plane + (int64_t{h} * p.cols.out + w) * pixel;
        if (places[at] == place) sum += convert<accumulate_t<T>>(gy[at]);
      }
    gx[i] = convert<T>(sum);
  });
}

void max_backward(const Call& call) {
  with_floating_type(impl(call.in[1]).dtype, "max_pool2d_backward",
                     [&]<class T>(T) { max_backward_as<T>(call); });
}

template <class T, class Op>
void avg_forward_as(const Call& call) {
  const bool last = prefers_channels_last(impl(call.in[0]));
  const Tensor source = image_raw(call.in[0], last);
  const Pool p(call.as<Op>(), impl(source), impl(call.out[0]), last);
  const T* x = ptr<T>(source);
  T* y = ptr<T>(call.out[0]);
  for_each(impl(call.out[0]).numel, "avg_pool2d", [=] __device__(int64_t i) {
    using A = accumulate_t<T>;
    const Pixel to = p.out.at(i, p.in.height, p.in.width);
    const Window rows = p.rows.of(static_cast<int>(to.h)), cols = p.cols.of(static_cast<int>(to.w));
    const int64_t pixel = p.in.step();
    const T* plane = x + to.plane;
    A sum(0);
    for (int r = 0; r < rows.count; ++r) {
      const int at = (rows.begin + r) * p.cols.in + cols.begin;
      for (int c = 0; c < cols.count; ++c) sum += convert<A>(plane[(at + c) * pixel]);
    }
    y[i] = convert<T>(sum / p.size<A>(rows, cols));
  });
}

template <class Op>
void avg_forward(const Call& call) {
  with_floating_type(impl(call.in[0]).dtype, call.op.info.name,
                     [&]<class T>(T) { avg_forward_as<T, Op>(call); });
}

template <class T>
void avg_backward_as(const Call& call) {
  const bool last = prefers_channels_last(impl(call.in[0]));
  const Tensor g = image_raw(call.in[0], last);
  const Pool p(call.as<ops::AvgPool2dBackward>(), impl(call.out[0]), impl(g), last);
  const T* gy = ptr<T>(g);
  T* gx = ptr<T>(call.out[0]);
  for_each(impl(call.out[0]).numel, "avg_pool2d_backward", [=] __device__(int64_t i) {
    using A = accumulate_t<T>;
    const Pixel to = p.in.at(i, p.out.height, p.out.width);
    const int64_t pixel = p.out.step();
    int top, bottom, left, right;
    p.rows.covering(static_cast<int>(to.h), &top, &bottom);
    p.cols.covering(static_cast<int>(to.w), &left, &right);
    A sum(0);
    for (int h = top; h <= bottom; ++h) {
      const Window rows = p.rows.of(h);
      const T* line = gy + to.plane + int64_t{h} * p.cols.out * pixel;
      for (int w = left; w <= right; ++w)
        sum += convert<A>(line[w * pixel]) / p.size<A>(rows, p.cols.of(w));
    }
    gx[i] = convert<T>(sum);
  });
}

void avg_backward(const Call& call) {
  with_floating_type(impl(call.in[0]).dtype, "avg_pool2d_backward",
                     [&]<class T>(T) { avg_backward_as<T>(call); });
}

}  // namespace

void install_pool() {
  ops::MaxPool2d::row().kernel[kSlot] = &max_forward<ops::MaxPool2d>;
  ops::AdaptiveMaxPool2d::row().kernel[kSlot] = &max_forward<ops::AdaptiveMaxPool2d>;
  ops::MaxPool2dBackward::row().kernel[kSlot] = &max_backward;
  ops::AvgPool2d::row().kernel[kSlot] = &avg_forward<ops::AvgPool2d>;
  ops::AdaptiveAvgPool2d::row().kernel[kSlot] = &avg_forward<ops::AdaptiveAvgPool2d>;
  ops::AvgPool2dBackward::row().kernel[kSlot] = &avg_backward;
}

}  // namespace hearth::cuda
