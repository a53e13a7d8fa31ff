// SPDX-License-Identifier: Apache-2.0
#include "cuda/channels.cuh"
#include "cuda/kernels.h"
#include "cuda/vmath.cuh"
#include "ops/group_norm.h"

namespace hearth::cuda {

namespace {

/// Where the elements of one sample's group are.
struct Groups {
  int64_t groups, each, channels, spatial;  ///< `each`: channels of a group
  bool last;
  Quotient split;  ///< an element's number by the length of its innermost stretch

  Groups(const Channels& s, int64_t count)
      : groups(count),
        each(s.channels / count),
        channels(s.channels),
        spatial(s.spatial),
        last(s.last),
        split(last ? each : spatial, each * spatial) {}
  __device__ __forceinline__ int64_t start(int64_t row) const {
    if (!last) return row * each * spatial;
    const int64_t sample = row / groups;
    return sample * spatial * channels + (row - sample * groups) * each;
  }
  /// Element i's place after the start, and its channel within the group.
  __device__ __forceinline__ int64_t place(int64_t i) const {
    if (!last) return i;
    const int64_t q = split.of(i);
    return q * channels + (i - q * each);
  }
  __device__ __forceinline__ int64_t channel(int64_t i) const {
    const int64_t q = split.of(i);
    return last ? i - q * each : q;
  }
};

template <class T, class O>
struct Forward {
  Source<T> x;
  O* y;
  Groups shape;
  const T *weight, *bias;  ///< by channel; may be null
  T *mean_out, *rstd_out;  ///< by group
  double eps;

  __device__ __forceinline__ void load(T (&v)[kKept], int64_t start, int64_t n,
                                       const Places& at) const {
    x.visit([&](const auto* p) {
#pragma unroll
      for (int k = 0; k < kKept; ++k)
        v[k] = at[k] < n ? convert<T>(p[start + shape.place(at[k])]) : T(0);
    });
  }

  template <class Team>
  __device__ __forceinline__ void operator()(const Team& team, int64_t row, int64_t,
                                             int64_t n) const {
    const int64_t start = row >= 0 ? shape.start(row) : 0;
    const int64_t first = row >= 0 ? row % shape.groups * shape.each : 0;
    T v[kKept];
    const int64_t step = int64_t{kKept} * team.size;
    T sum = 0, squares = 0;
    for (int64_t chunk = 0; chunk < n; chunk += step) {
      load(v, start, n, Places(team, chunk));
#pragma unroll
      for (int k = 0; k < kKept; ++k) sum += v[k];
    }
    const T count = static_cast<T>(n), total = team.all(sum, Add());
    const T mean = n > 0 ? total / count : T(0);
    for (int64_t chunk = 0; chunk < n; chunk += step) {
      const Places at(team, chunk);
      if (n > step) load(v, start, n, at);
#pragma unroll
      for (int k = 0; k < kKept; ++k)
        if (at[k] < n) squares += (v[k] - mean) * (v[k] - mean);
    }
    squares = team.all(squares, Add());
    const T rstd = static_cast<T>(1 / vmath::sqrt(static_cast<double>(squares / count) + eps));
    if (team.rank == 0 && row >= 0) {
      mean_out[row] = mean;
      rstd_out[row] = rstd;
    }
    for (int64_t chunk = 0; chunk < n; chunk += step) {
      const Places at(team, chunk);
      if (n > step) load(v, start, n, at);
#pragma unroll
      for (int k = 0; k < kKept; ++k) {
        if (at[k] >= n) continue;
        T value = (v[k] - mean) * rstd;
        if (weight || bias) {
          const int64_t c = first + shape.channel(at[k]);
          if (weight) value *= weight[c];
          if (bias) value += bias[c];
        }
        y[start + shape.place(at[k])] = convert<O>(value);
      }
    }
  }
};

void group_norm(const Call& call) {
  const auto& op = call.as<ops::GroupNorm>();
  const Tensor out = writable_channels(call.out[0]);
  const Tensor input = readable_in_layout(call.in[0], out, call.compute);
  const Channels shape(out);
  const Groups groups(shape, op.groups);
  const Tensor weight = contiguous_or_none(call.in[1], call.compute);
  const Tensor bias = contiguous_or_none(call.in[2], call.compute);
  const Rows rows{shape.n * op.groups, groups.each * shape.spatial, 1};
  with_result_type(call.compute, impl(out).dtype, call.op.info.name, [&](auto t, auto o) {
    using T = decltype(t);
    using O = decltype(o);
    for_each_row(
        rows, call.op.info.name,
        Forward<T, O>{Source<T>(input), ptr<O>(out), groups, data_or_null<T>(weight),
                      data_or_null<T>(bias), ptr<T>(call.out[1]), ptr<T>(call.out[2]), op.eps});
  });
  finish_channels(call.out[0], out);
}

/// Of every sample's channel: the sums of g (a) and of g * (x - mean) (b).
template <class T>
struct ChannelDots {
  Source<T> g, x;
  const T* mean;
  Groups shape;
  int64_t stride;
  Pair<double>* dots;

  template <class Team>
  __device__ __forceinline__ void operator()(const Team& team, int64_t row, int64_t start,
                                             int64_t n) const {
    T centre = 0;
    if (row >= 0) {
      const int64_t sample = row / shape.channels, c = row - sample * shape.channels;
      centre = mean[sample * shape.groups + c / shape.each];
    }
    Pair<T> sums{0, 0};
    for (int64_t chunk = 0; chunk < n; chunk += int64_t{kKept} * team.size) {
      const Places at(team, chunk);
      T gv[kKept], xv[kKept];
      load_places(gv, g, start, stride, n, at);
      load_places(xv, x, start, stride, n, at);
#pragma unroll
      for (int k = 0; k < kKept; ++k) {
        sums.a += gv[k];
        sums.b += gv[k] * (xv[k] - centre);
      }
    }
    const Pair<double> wide{static_cast<double>(sums.a), static_cast<double>(sums.b)};
    const Pair<double> total = team.all(wide, Add());
    if (team.rank == 0 && row >= 0) dots[row] = total;
  }
};

/// Turns the sums of a group's channels into their factors.
template <class T>
struct GroupFactors {
  const Pair<double>* dots;
  const T *weight, *mean, *rstd;
  Groups shape;
  double count;  ///< of a group's elements
  Factor<T>* factors;

  template <class Team>
  __device__ __forceinline__ void operator()(const Team& team, int64_t row, int64_t start,
                                             int64_t n) const {
    const int64_t first = row >= 0 ? row % shape.groups * shape.each : 0;
    Pair<double> sums{0, 0};
    for (int64_t i = team.rank; i < n; i += team.size) {
      const double w = weight ? static_cast<double>(weight[first + i]) : 1.0;
      sums.a += w * dots[start + i].a;
      sums.b += w * dots[start + i].b;
    }
    sums = team.all(sums, Add());
    if (row < 0) return;
    const double r = static_cast<double>(rstd[row]);
    for (int64_t i = team.rank; i < n; i += team.size) {
      const double w = weight ? static_cast<double>(weight[first + i]) : 1.0;
      factors[start + i] = {mean[row], static_cast<T>(r * w),
                            static_cast<T>(-r * r * r * sums.b / count),
                            static_cast<T>(-r * sums.a / count)};
    }
  }
};

/// The gradients of weight and bias: sums over samples, in order.
template <class T>
struct AffineGrads {
  const Pair<double>* dots;
  const T* rstd;
  Groups shape;
  int64_t samples;
  T *dweight, *dbias;  ///< may be null

  __device__ __forceinline__ void operator()(int64_t c) const {
    double w = 0, b = 0;
    for (int64_t n = 0; n < samples; ++n) {
      const Pair<double> d = dots[n * shape.channels + c];
      w += d.b * static_cast<double>(rstd[n * shape.groups + c / shape.each]);
      b += d.a;
    }
    if (dweight) dweight[c] = static_cast<T>(w);
    if (dbias) dbias[c] = static_cast<T>(b);
  }
};

template <class T>
void group_norm_backward_in(const Call& call, const Tensor& layout, const Tensor& grad,
                            const Tensor& input) {
  const auto& op = call.as<ops::GroupNormBackward>();
  const std::string_view name = call.op.info.name;
  const Channels shape(layout);
  const Groups groups(shape, op.groups);
  const Tensor mean = contiguous_or_none(call.in[2], call.compute);
  const Tensor rstd = contiguous_or_none(call.in[3], call.compute);
  const Tensor weight = contiguous_or_none(call.in[4], call.compute);
  const int64_t all = shape.n * shape.channels;
  const Workspace dots_space(static_cast<size_t>(all) * sizeof(Pair<double>));
  auto* dots = dots_space.data<Pair<double>>();
  const int64_t inner = shape.last ? shape.channels : 1;
  for_each_row(
      Rows{all, shape.spatial, inner}, name,
      ChannelDots<T>{Source<T>(grad), Source<T>(input), ptr<T>(mean), groups, inner, dots});
  if (op.need_weight || op.need_bias)
    for_each(shape.channels, name,
             AffineGrads<T>{dots, ptr<T>(rstd), groups, shape.n,
                            op.need_weight ? ptr<T>(call.out[1]) : nullptr,
                            op.need_bias ? ptr<T>(call.out[2]) : nullptr});
  if (!op.need_input) return;
  const Workspace factors(static_cast<size_t>(all) * sizeof(Factor<T>));
  for_each_row(
      Rows{shape.n * op.groups, groups.each, 1}, name,
      GroupFactors<T>{dots, data_or_null<T>(weight), ptr<T>(mean), ptr<T>(rstd), groups,
                      static_cast<double>(groups.each * shape.spatial), factors.data<Factor<T>>()});
  apply_factors(layout, grad, input, shape, factors.data(), true, call.compute, name);
}

void group_norm_backward(const Call& call) {
  const auto& op = call.as<ops::GroupNormBackward>();
  const Tensor dx = op.need_input ? writable_channels(call.out[0]) : call.out[0];
  const Tensor layout = backward_layout(dx, call.in[1], op.need_input);
  const Tensor grad = readable_in_layout(call.in[0], layout, call.compute);
  const Tensor input = readable_in_layout(call.in[1], layout, call.compute);
  with_compute_type(call.compute, call.op.info.name, [&](auto t) {
    group_norm_backward_in<decltype(t)>(call, layout, grad, input);
  });
  if (op.need_input) finish_channels(call.out[0], dx);
}

}  // namespace

void install_group_norm() {
  ops::GroupNorm::row().kernel[kSlot] = converting(&group_norm);
  ops::GroupNormBackward::row().kernel[kSlot] = converting(&group_norm_backward);
}

}  // namespace hearth::cuda
