// SPDX-License-Identifier: Apache-2.0
#include "cuda/kernels.h"
#include "cuda/softmax.cuh"
#include "ops/softmax.h"

namespace hearth::cuda {

namespace {

/// A dense tensor as memory sees it around one of its dims.
Rows rows_around(const Tensor& t, int64_t dim) {
  const TensorImpl& i = impl(t);
  if (i.numel == 0) return {0, 0, 1};
  if (i.dim() == 0) return {1, 1, 1};
  const auto d = static_cast<size_t>(dim < 0 ? dim + i.dim() : dim);
  const int64_t n = i.sizes[d];
  return {i.numel / n, n, n == 1 ? 1 : i.strides[d]};
}

template <class T, class O>
struct Forward {
  Source<T> x;
  O* y;
  int64_t stride;
  bool log;

  template <class Team>
  __device__ __forceinline__ void operator()(const Team& team, int64_t, int64_t start,
                                             int64_t n) const {
    T v[kKept];
    const int64_t step = int64_t{kKept} * team.size;
    const ExpSum<T> sum = exp_sum(team, v, x, start, stride, n);
    const T last = log ? vmath::log(sum.sum) : T(1) / sum.sum;
    for (int64_t chunk = 0; chunk < n; chunk += step) {
      const Places at(team, chunk);
      if (n > step) load_places(v, x, start, stride, n, at);
#pragma unroll
      for (int k = 0; k < kKept; ++k) {
        const T shifted = v[k] - sum.max;
        const T value = log ? shifted - last : vmath::exp(shifted) * last;
        if (at[k] < n) y[start + at[k] * stride] = convert<O>(value);
      }
    }
  }
};

template <class T, class O>
struct Backward {
  Source<T> g, y;
  O* dx;
  int64_t stride;
  bool log;

  template <class Team>
  __device__ __forceinline__ void operator()(const Team& team, int64_t, int64_t start,
                                             int64_t n) const {
    T gv[kKept], yv[kKept];
    const int64_t step = int64_t{kKept} * team.size;
    T sum = 0;
    for (int64_t chunk = 0; chunk < n; chunk += step) {
      const Places at(team, chunk);
      load_places(gv, g, start, stride, n, at);
      load_places(yv, y, start, stride, n, at);
#pragma unroll
      for (int k = 0; k < kKept; ++k) sum += log ? gv[k] : gv[k] * yv[k];
    }
    sum = team.all(sum, Add());
    for (int64_t chunk = 0; chunk < n; chunk += step) {
      const Places at(team, chunk);
      if (n > step) {
        load_places(gv, g, start, stride, n, at);
        load_places(yv, y, start, stride, n, at);
      }
#pragma unroll
      for (int k = 0; k < kKept; ++k) {
        const T value = log ? gv[k] - vmath::exp(yv[k]) * sum : (gv[k] - sum) * yv[k];
        if (at[k] < n) dx[start + at[k] * stride] = convert<O>(value);
      }
    }
  }
};

template <class Op, bool kLog>
void forward(const Call& call) {
  const Tensor& out = call.out[0];
  const Tensor input = readable_in_layout(call.in[0], out, call.compute);
  const Rows rows = rows_around(out, call.as<Op>().dim);
  with_result_type(call.compute, impl(out).dtype, call.op.info.name, [&](auto t, auto o) {
    using T = decltype(t);
    using O = decltype(o);
    for_each_row(rows, call.op.info.name,
                 Forward<T, O>{Source<T>(input), ptr<O>(out), rows.inner, kLog});
  });
}

void backward(const Call& call) {
  const auto& op = call.as<ops::SoftmaxBackward>();
  const Tensor& out = call.out[0];
  const Tensor grad = readable_in_layout(call.in[0], out, call.compute);
  const Tensor result = readable_in_layout(call.in[1], out, call.compute);
  const Rows rows = rows_around(out, op.dim);
  with_result_type(call.compute, impl(out).dtype, call.op.info.name, [&](auto t, auto o) {
    using T = decltype(t);
    using O = decltype(o);
    for_each_row(
        rows, call.op.info.name,
        Backward<T, O>{Source<T>(grad), Source<T>(result), ptr<O>(out), rows.inner, op.log});
  });
}

}  // namespace

void install_softmax() {
  ops::Softmax::row().kernel[kSlot] = converting(&forward<ops::Softmax, false>);
  ops::LogSoftmax::row().kernel[kSlot] = converting(&forward<ops::LogSoftmax, true>);
  ops::SoftmaxBackward::row().kernel[kSlot] = converting(&backward);
}

}  // namespace hearth::cuda
