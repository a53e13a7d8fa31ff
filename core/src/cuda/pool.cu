// SPDX-License-Identifier: Apache-2.0
#include <limits>

#include "backends/pool_dims.h"
#include "cuda/element.cuh"
#include "cuda/image.cuh"
#include "cuda/kernels.h"
#include "cuda/launch.cuh"
#include "cuda/vmath.cuh"
#include "ops/pool.h"

namespace hearth::cuda {

namespace {

using Window = PoolWindow<int>;

/// The windows of one dim, and the way back from positions to outputs. In 32 bits, for 64-bit
/// divisions would take longer than the memory.
struct Windows : PoolDim<int> {
  bool narrow;  ///< in * out fits 31 bits
  Divisor by_in, by_out, by_stride;

  explicit Windows(const PoolDim<int>& dim) : PoolDim<int>(dim) {
    const int64_t from = in, to = out;
    narrow = from * to + from + to < int64_t{1} << 31;
    if (from > 0) by_in = Divisor(static_cast<uint32_t>(from));
    if (to > 0) by_out = Divisor(static_cast<uint32_t>(to));
    by_stride = Divisor(static_cast<uint32_t>(stride));
  }

  __device__ __forceinline__ int quotient(int64_t n, const Divisor& by) const {
    return static_cast<int>(narrow ? by.divide(static_cast<uint32_t>(n))
                                   : static_cast<uint64_t>(n) / by.divisor);
  }
  __device__ __forceinline__ Window of(int64_t i) const {
    return window(static_cast<int>(i),
                  [this](int k, int more) { return quotient(int64_t{k} * in + more, by_out); });
  }
  /// The outputs whose windows hold position `at`, or with steps may hold it: [first, last].
  __device__ __forceinline__ void covering(int64_t at, int* first, int* last) const {
    const int p = static_cast<int>(at);
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
  Windows slices, rows, cols;
  Image in, out;
  double divisor = 0;  ///< 0: the windows' sizes

  template <class Op>
  Pool(const Op& op, const TensorImpl& x, const TensorImpl& y, bool last)
      : slices(windows(op, x, y, 0)),
        rows(windows(op, x, y, 1)),
        cols(windows(op, x, y, 2)),
        in(x, last),
        out(y, last) {
    check_pool_volume(x);
    if constexpr (requires { op.divisor_override; })
      if (op.divisor_override) divisor = static_cast<double>(*op.divisor_override);
  }
  /// What the mean of a window divides by.
  template <class A>
  __device__ __forceinline__ A size(const Window& s, const Window& r, const Window& c) const {
    return static_cast<A>(divisor != 0 ? divisor
                                       : static_cast<double>(int64_t{r.size} * c.size) * s.size);
  }
  /// The place of a position in its volume.
  __device__ __forceinline__ int64_t place(int64_t d, int64_t h, int64_t w) const {
    return (d * rows.in + h) * cols.in + w;
  }

 private:
  template <class Op>
  static PoolDim<int> windows(const Op& op, const TensorImpl& x, const TensorImpl& y, size_t d) {
    const auto wide = pool_dim<int64_t>(op, x, y, d);
    const int64_t reach = (Checked(wide.kernel) * wide.step + wide.in).value_or(INT64_MAX);
    const int64_t numbers[] = {wide.kernel, wide.stride, wide.padding, wide.step, reach};
    for (const int64_t n : numbers)
      HEARTH_CHECK_AS(NotImplementedError, wide.kernel == 0 || n < int64_t{1} << 29, "[",
                      Op::info.name,
                      "] windows of more than 2^29 elements are not supported on CUDA");
    return pool_dim<int>(op, x, y, d);
  }
};

/// What no element is smaller than.
template <class T>
__device__ __forceinline__ T lowest() {
  if constexpr (std::is_integral_v<T>) {
    return std::numeric_limits<T>::lowest();
  } else {
    return convert<T>(-std::numeric_limits<accumulate_t<T>>::infinity());
  }
}

/// Largest elements, their places in the volume, and what stands there in `values`; outputs that
/// are null are left out. The first of equals, NaN above all. A window of nothing but padding has
/// no element: its place is that of its first position, or with `gaps_apart` -1.
template <class T, class Place>
void max_places(const Pool& p, const T* x, const T* values, T* y, Place* places, bool gaps_apart,
                int64_t n) {
  for_each(n, "max_pool", [=] __device__(int64_t i) {
    using A = accumulate_t<T>;
    const Pixel to = p.out.at(i, p.in.pixels());
    const Window slices = p.slices.of(to.d), rows = p.rows.of(to.h), cols = p.cols.of(to.w);
    const int64_t pixel = p.in.step();
    const T* volume = x + to.plane;
    int64_t best = p.place(slices.begin, rows.begin, cols.begin);
    if (slices.count == 0 || rows.count == 0 || cols.count == 0) {
      if (places) places[i] = static_cast<Place>(gaps_apart ? -1 : best);
      if (y) y[i] = values ? convert<T>(A(0)) : lowest<T>();
      return;
    }
    A most = convert<A>(volume[best * pixel]);
    for (int s = 0; s < slices.count; ++s)
      for (int r = 0; r < rows.count; ++r) {
        int64_t at =
            p.place(slices.begin + s * p.slices.step, rows.begin + r * p.rows.step, cols.begin);
        for (int c = 0; c < cols.count; ++c, at += p.cols.step) {
          const A v = convert<A>(volume[at * pixel]);
          if (v > most || v != v) {
            most = v;
            best = at;
          }
        }
      }
    if (places) places[i] = static_cast<Place>(best);
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
                call.out.size() > 1 ? ptr<int64_t>(call.out[1]) : nullptr, false, impl(y).numel);
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
  const auto& op = call.as<ops::MaxPoolBackward>();
  const bool last = prefers_channels_last(impl(call.in[1]));
  const Tensor g = image_raw(call.in[0], last), x = image_raw(call.in[1], last);
  const Pool p(op, impl(x), impl(g), last);
  const Workspace memory(static_cast<size_t>(impl(g).numel) * sizeof(int));
  int* places = memory.data<int>();
  max_places<T>(p, ptr<T>(x), nullptr, nullptr, places, true, impl(g).numel);
  const T* gy = ptr<T>(g);
  T* gx = ptr<T>(call.out[0]);
  for_each(impl(call.out[0]).numel, "max_pool_backward", [=] __device__(int64_t i) {
    const Pixel to = p.in.at(i, p.out.pixels());
    const auto place = static_cast<int>(p.place(to.d, to.h, to.w));
    const int64_t pixel = p.out.step();
    int front, back, top, bottom, left, right;
    p.slices.covering(to.d, &front, &back);
    p.rows.covering(to.h, &top, &bottom);
    p.cols.covering(to.w, &left, &right);
    accumulate_t<T> sum(0);
    for (int d = front; d <= back; ++d)
      for (int h = top; h <= bottom; ++h)
        for (int w = left; w <= right; ++w) {
          const int64_t at = to.plane + ((int64_t{d} * p.rows.out + h) * p.cols.out + w) * pixel;
          if (places[at] == place) sum += convert<accumulate_t<T>>(gy[at]);
        }
    gx[i] = convert<T>(sum);
  });
}

void max_backward(const Call& call) {
  with_floating_type(impl(call.in[1]).dtype, "max_pool_backward",
                     [&]<class T>(T) { max_backward_as<T>(call); });
}

template <class T, class Op>
void avg_forward_as(const Call& call) {
  const bool last = prefers_channels_last(impl(call.in[0]));
  const Tensor source = image_raw(call.in[0], last);
  const Pool p(call.as<Op>(), impl(source), impl(call.out[0]), last);
  const T* x = ptr<T>(source);
  T* y = ptr<T>(call.out[0]);
  for_each(impl(call.out[0]).numel, "avg_pool", [=] __device__(int64_t i) {
    using A = accumulate_t<T>;
    const Pixel to = p.out.at(i, p.in.pixels());
    const Window slices = p.slices.of(to.d), rows = p.rows.of(to.h), cols = p.cols.of(to.w);
    const int64_t pixel = p.in.step();
    const T* volume = x + to.plane;
    A sum(0);
    for (int s = 0; s < slices.count; ++s)
      for (int r = 0; r < rows.count; ++r) {
        const int64_t at = p.place(slices.begin + s, rows.begin + r, cols.begin);
        for (int c = 0; c < cols.count; ++c) sum += convert<A>(volume[(at + c) * pixel]);
      }
    y[i] = convert<T>(sum / p.size<A>(slices, rows, cols));
  });
}

template <class Op>
void avg_forward(const Call& call) {
  if (impl(call.in[0]).dtype == kLong) return avg_forward_as<int64_t, Op>(call);
  with_floating_type(impl(call.in[0]).dtype, call.op.info.name,
                     [&]<class T>(T) { avg_forward_as<T, Op>(call); });
}

template <class T>
void avg_backward_as(const Call& call) {
  const bool last = prefers_channels_last(impl(call.in[0]));
  const Tensor g = image_raw(call.in[0], last);
  const Pool p(call.as<ops::AvgPoolBackward>(), impl(call.out[0]), impl(g), last);
  const T* gy = ptr<T>(g);
  T* gx = ptr<T>(call.out[0]);
  for_each(impl(call.out[0]).numel, "avg_pool_backward", [=] __device__(int64_t i) {
    using A = accumulate_t<T>;
    const Pixel to = p.in.at(i, p.out.pixels());
    const int64_t pixel = p.out.step();
    int front, back, top, bottom, left, right;
    p.slices.covering(to.d, &front, &back);
    p.rows.covering(to.h, &top, &bottom);
    p.cols.covering(to.w, &left, &right);
    A sum(0);
    for (int d = front; d <= back; ++d) {
      const Window slices = p.slices.of(d);
      for (int h = top; h <= bottom; ++h) {
        const Window rows = p.rows.of(h);
        const T* line = gy + to.plane + (int64_t{d} * p.rows.out + h) * p.cols.out * pixel;
        for (int w = left; w <= right; ++w)
          sum += convert<A>(line[w * pixel]) / p.size<A>(slices, rows, p.cols.of(w));
      }
    }
    gx[i] = convert<T>(sum);
  });
}

void avg_backward(const Call& call) {
  with_floating_type(impl(call.in[0]).dtype, "avg_pool_backward",
                     [&]<class T>(T) { avg_backward_as<T>(call); });
}

}  // namespace

void install_pool() {
  ops::MaxPool::row().kernel[kSlot] = &max_forward<ops::MaxPool>;
  ops::AdaptiveMaxPool::row().kernel[kSlot] = &max_forward<ops::AdaptiveMaxPool>;
  ops::MaxPoolBackward::row().kernel[kSlot] = &max_backward;
  ops::AvgPool::row().kernel[kSlot] = &avg_forward<ops::AvgPool>;
  ops::AdaptiveAvgPool::row().kernel[kSlot] = &avg_forward<ops::AdaptiveAvgPool>;
  ops::AvgPoolBackward::row().kernel[kSlot] = &avg_backward;
}

}  // namespace hearth::cuda
