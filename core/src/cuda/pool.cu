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
  int64_t begin, count;
  double size;  ///< what a mean divides by: the product of both dims' sizes
};

/// The windows of one dim: those of a kernel, or (kernel 0) parts of equal length.
struct Windows {
  int64_t in, out, kernel = 0, stride = 1, padding = 0, step = 1;
  bool count_padding = false;

  __device__ Window of(int64_t i) const {
    if (kernel == 0) {
      const int64_t begin = i * in / out, end = ((i + 1) * in + out - 1) / out;
      return {begin, end - begin, static_cast<double>(end - begin)};
    }
    const int64_t start = i * stride - padding;
    const int64_t skipped = start < 0 ? (-start + step - 1) / step : 0;
    int64_t begin = start + skipped * step;
    if (begin > in - 1) begin = in - 1;
    const int64_t room = (in - 1 - begin) / step + 1, wanted = kernel - skipped;
    int64_t count = wanted < room ? wanted : room;
    if (count < 0) count = 0;
    int64_t size = count;
    if (count_padding) {
      const int64_t end = start + kernel < in + padding ? start + kernel : in + padding;
      size = end - start;
    }
    return {begin, count, static_cast<double>(size)};
  }
  /// The outputs whose windows may hold position p: [first, last].
  __device__ void covering(int64_t p, int64_t* first, int64_t* last) const {
    if (kernel == 0) {
      *first = p * out / in;
      *last = ((p + 1) * out + in - 1) / in - 1;
    } else {
      const int64_t low = p + padding - step * (kernel - 1);
      *first = low > 0 ? (low + stride - 1) / stride : 0;
      *last = (p + padding) / stride;
    }
    if (*last > out - 1) *last = out - 1;
  }
  __device__ bool holds(const Window& w, int64_t p) const {
    const int64_t d = p - w.begin;
    return d >= 0 && d % step == 0 && d / step < w.count;
  }
};

struct Pool {
  Windows rows, cols;
  Image in, out;
  double divisor = 0;  ///< 0: the windows' sizes

  template <class Op>
  Pool(const Op& op, const TensorImpl& x, const TensorImpl& y, bool last)
      : rows(windows(op, x, y, 0)), cols(windows(op, x, y, 1)), in(x, last), out(y, last) {
    if constexpr (requires { op.divisor_override; })
      if (op.divisor_override) divisor = static_cast<double>(*op.divisor_override);
  }

 private:
  template <class Op>
  static Windows windows(const Op& op, const TensorImpl& x, const TensorImpl& y, size_t d) {
    Windows w{x.sizes[d + 2], y.sizes[d + 2]};
    if constexpr (requires { op.kernel_size; }) {
      if (op.kernel_size.empty()) return w;
      w.kernel = op.kernel_size[d];
      w.stride = op.stride[d];
      w.padding = op.padding[d];
    }
    if constexpr (requires { op.dilation; })
      if (!op.dilation.empty()) w.step = op.dilation[d];
    if constexpr (requires { op.count_include_pad; }) w.count_padding = op.count_include_pad;
    return w;
  }
};

/// Largest elements, their places in the plane, and what stands there in `values`; outputs that are
/// null are left out. The first of equals, NaN above all.
template <class T>
void max_places(const Pool& p, const T* x, const T* values, T* y, int64_t* places, int64_t n) {
  for_each(n, "max_pool2d", [=] __device__(int64_t i) {
    using A = accumulate_t<T>;
    const Pixel to = p.out.at(i, p.in.height, p.in.width);
    const Window rows = p.rows.of(to.h), cols = p.cols.of(to.w);
    const int64_t step = p.in.step();
    int64_t best = rows.begin * p.in.width + cols.begin;
    A most = convert<A>(x[to.plane + best * step]);
    for (int64_t r = 0; r < rows.count; ++r)
      for (int64_t c = 0; c < cols.count; ++c) {
        const int64_t at =
            (rows.begin + r * p.rows.step) * p.in.width + cols.begin + c * p.cols.step;
        const A v = convert<A>(x[to.plane + at * step]);
        if (v > most || v != v) {
          most = v;
          best = at;
        }
      }
    if (places) places[i] = best;
    if (y) y[i] = values ? values[to.plane + best * step] : x[to.plane + best * step];
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
  const Workspace memory(static_cast<size_t>(impl(g).numel) * sizeof(int64_t));
  auto* places = memory.data<int64_t>();
  max_places<T>(p, ptr<T>(x), nullptr, nullptr, places, impl(g).numel);
  const T* gy = ptr<T>(g);
  T* gx = ptr<T>(call.out[0]);
  for_each(impl(call.out[0]).numel, "max_pool2d_backward", [=] __device__(int64_t i) {
    const Pixel to = p.in.at(i, p.out.height, p.out.width);
    const int64_t place = to.h * p.in.width + to.w, step = p.out.step();
    int64_t top, bottom, left, right;
    p.rows.covering(to.h, &top, &bottom);
    p.cols.covering(to.w, &left, &right);
    accumulate_t<T> sum(0);
    for (int64_t h = top; h <= bottom; ++h)
      for (int64_t w = left; w <= right; ++w) {
        const int64_t at = to.plane + (h * p.out.width + w) * step;
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
    const Window rows = p.rows.of(to.h), cols = p.cols.of(to.w);
    const int64_t step = p.in.step();
    A sum(0);
    for (int64_t r = 0; r < rows.count; ++r)
      for (int64_t c = 0; c < cols.count; ++c)
        sum += convert<A>(x[to.plane + ((rows.begin + r) * p.in.width + cols.begin + c) * step]);
    const double size = p.divisor != 0 ? p.divisor : rows.size * cols.size;
    y[i] = convert<T>(sum / static_cast<A>(size));
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
    const int64_t step = p.out.step();
    int64_t top, bottom, left, right;
    p.rows.covering(to.h, &top, &bottom);
    p.cols.covering(to.w, &left, &right);
    A sum(0);
    for (int64_t h = top; h <= bottom; ++h) {
      const Window rows = p.rows.of(h);
      if (!p.rows.holds(rows, to.h)) continue;
      for (int64_t w = left; w <= right; ++w) {
        const Window cols = p.cols.of(w);
        if (!p.cols.holds(cols, to.w)) continue;
        const double size = p.divisor != 0 ? p.divisor : rows.size * cols.size;
        sum += convert<A>(gy[to.plane + (h * p.out.width + w) * step]) / static_cast<A>(size);
      }
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
