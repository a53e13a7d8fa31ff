// SPDX-License-Identifier: Apache-2.0
// What batch norm's kernels share: sums over samples in parts, and one kernel that turns the parts
// into each channel's numbers.
#pragma once

#include "cuda/channels.cuh"
#include "cuda/launch.cuh"
#include "cuda/vmath.cuh"

namespace hearth::cuda {

/// Mean and sum of squared deviations of `count` values.
template <class T>
struct Moments {
  T mean, squares, count;
};
template <class T>
__device__ __forceinline__ Moments<T> shuffle(const Moments<T>& v, int mask) {
  return {cuda::shuffle(v.mean, mask), cuda::shuffle(v.squares, mask),
          cuda::shuffle(v.count, mask)};
}
/// Chan's formula.
struct JoinMoments {
  template <class T>
  __device__ __forceinline__ Moments<T> operator()(const Moments<T>& a, const Moments<T>& b) const {
    if (b.count == T(0)) return a;
    if (a.count == T(0)) return b;
    const T delta = b.mean - a.mean, total = a.count + b.count, share = b.count / total;
    // Differences of infinities are no numbers.
    const T mean = vmath::abs(delta) < vmath::inf(T()) ? a.mean + delta * share : a.mean + b.mean;
    return {mean, a.squares + b.squares + delta * delta * (a.count * share), total};
  }
};

/// The first `count` places, and `none` for the others.
template <class T>
__device__ __forceinline__ void load_or(T (&v)[kKept], const Source<T>& x,
                                        const int64_t (&at)[kKept], int count, T none) {
  x.visit([&](const auto* p) {
#pragma unroll
    for (int k = 0; k < kKept; ++k) v[k] = k < count ? convert<T>(p[at[k]]) : none;
  });
}

/// What is summed of a channel: a thread's State grows by up to kKept elements at a time, and joins
/// others' as a Part.
template <class T>
struct SumMoments {
  Source<T> x;
  using State = Moments<T>;
  using Part = Moments<double>;
  using Join = JoinMoments;

  __device__ __forceinline__ void add(State& s, const int64_t (&at)[kKept], int count,
                                      int64_t) const {
    if (count <= 0) return;
    T v[kKept], sum = 0, squares = 0;
    load_or(v, x, at, count, T(0));
#pragma unroll
    for (int k = 0; k < kKept; ++k) sum += v[k];
    const T mean = sum / static_cast<T>(count);
#pragma unroll
    for (int k = 0; k < kKept; ++k)
      if (k < count) squares += (v[k] - mean) * (v[k] - mean);
    s = Join()(s, State{mean, squares, static_cast<T>(count)});
  }
  static __device__ __forceinline__ Part part(const State& s) {
    return {static_cast<double>(s.mean), static_cast<double>(s.squares),
            static_cast<double>(s.count)};
  }
};

/// Sums of g (a) and of g * (x - mean) (b).
template <class T>
struct SumDots {
  Source<T> g, x;
  const T* mean;
  using State = Pair<T>;
  using Part = Pair<double>;
  using Join = Add;

  __device__ __forceinline__ void add(State& s, const int64_t (&at)[kKept], int count,
                                      int64_t channel) const {
    if (count <= 0) return;
    const T centre = mean[channel];
    T gv[kKept], xv[kKept];
    load_or(gv, g, at, count, T(0));
    load_or(xv, x, at, count, centre);
#pragma unroll
    for (int k = 0; k < kKept; ++k) {
      s.a += gv[k];
      s.b += gv[k] * (xv[k] - centre);
    }
  }
  static __device__ __forceinline__ Part part(const State& s) {
    return {static_cast<double>(s.a), static_cast<double>(s.b)};
  }
};

/// How many of the kKept places first, first + step, ... lie before end.
__device__ __forceinline__ int places_before(int64_t end, int64_t first, int64_t step) {
  if (first >= end) return 0;
  const int64_t count = (end - first + step - 1) / step;
  return count < kKept ? static_cast<int>(count) : kKept;
}

/// Channels one after another: a block sums elements [stretch * each, ...) of a channel.
template <class Sum>
__global__ void planes_kernel(Sum sum, int64_t channels, int64_t count, Quotient spatial,
                              int64_t each, typename Sum::Part* parts) {
  const Block team{static_cast<int>(threadIdx.x), kBlock};
  const int64_t stretches = (count + each - 1) / each;
  for (int64_t job = blockIdx.x; job < channels * stretches; job += gridDim.x) {
    const int64_t stretch = job / channels, c = job - stretch * channels;
    const int64_t end = stretch * each + each < count ? stretch * each + each : count;
    typename Sum::State state{};
    for (int64_t i = stretch * each + team.rank; i < end; i += kKept * kBlock) {
      int64_t at[kKept];
#pragma unroll
      for (int k = 0; k < kKept; ++k) {
        const int64_t element = i + k * kBlock;
        at[k] = element + spatial.divisor * (spatial.of(element) * (channels - 1) + c);
      }
      sum.add(state, at, places_before(end, i, kBlock), c);
    }
    const auto part = team.all(Sum::part(state), typename Sum::Join());
    if (team.rank == 0) parts[job] = part;
  }
}

constexpr int kColumns = 32, kRowsAtOnce = kBlock / kColumns;

/// Channels last: a block sums 32 channels of pixels [stretch * each, ...).
template <class Sum>
__global__ void pixels_kernel(Sum sum, int64_t channels, int64_t count, int64_t each,
                              typename Sum::Part* parts) {
  const Column team{static_cast<int>(threadIdx.y), kRowsAtOnce};
  const int64_t stretches = (count + each - 1) / each;
  const int64_t groups = (channels + kColumns - 1) / kColumns;
  for (int64_t job = blockIdx.x; job < groups * stretches; job += gridDim.x) {
    const int64_t stretch = job / groups, c = job % groups * kColumns + threadIdx.x;
    const int64_t end = stretch * each + each < count ? stretch * each + each : count;
    typename Sum::State state{};
    if (c < channels)
      for (int64_t r = stretch * each + team.rank; r < end; r += kKept * kRowsAtOnce) {
        int64_t at[kKept];
#pragma unroll
        for (int k = 0; k < kKept; ++k) at[k] = (r + k * kRowsAtOnce) * channels + c;
        sum.add(state, at, places_before(end, r, kRowsAtOnce), c);
      }
    const auto part = team.all(Sum::part(state), typename Sum::Join());
    if (team.rank == 0 && c < channels) parts[stretch * channels + c] = part;
  }
}

/// A warp per channel joins its parts and hands them to finish(channel, total).
template <class Sum, class Finish>
__global__ void finish_kernel(const typename Sum::Part* parts, int64_t channels, int64_t stretches,
                              Finish finish) {
  const Lanes team{static_cast<int>(threadIdx.x % 32), 32};
  const int64_t c = (blockIdx.x * int64_t{blockDim.x} + threadIdx.x) / 32;
  if (c >= channels) return;
  typename Sum::Part total{};
  for (int64_t s = team.rank; s < stretches; s += 32)
    total = typename Sum::Join()(total, parts[s * channels + c]);
  total = team.all(total, typename Sum::Join());
  if (team.rank == 0) finish(c, total);
}

/// Calls finish(channel, total) for every channel.
template <class Sum, class Finish>
void sum_channels(const Channels& s, const Sum& sum, const Finish& finish, std::string_view op) {
  const int64_t count = s.n * s.spatial;
  if (s.channels == 0) return;
  const int64_t groups = s.last ? (s.channels + kColumns - 1) / kColumns : s.channels;
  const int64_t wanted = std::max<int64_t>(1, int64_t{multiprocessors()} * 8 / groups);
  const int64_t smallest = kKept * (s.last ? kRowsAtOnce : kBlock);
  const int64_t most = std::max<int64_t>(1, count / smallest);
  const int64_t split = std::min(wanted, most);
  const int64_t each = std::max<int64_t>(1, (count + split - 1) / split);
  const int64_t stretches = (count + each - 1) / each;
  using Part = typename Sum::Part;
  const Workspace space(static_cast<size_t>(stretches * s.channels) * sizeof(Part));
  auto* parts = space.data<Part>();
  if (stretches > 0) {
    const auto blocks = static_cast<unsigned>(std::min<int64_t>(groups * stretches, 1 << 30));
    if (s.last) {
      launch_kernel(op, pixels_kernel<Sum>, blocks, dim3(kColumns, kRowsAtOnce), sum, s.channels,
                    count, each, parts);
    } else {
      launch_kernel(op, planes_kernel<Sum>, blocks, kBlock, sum, s.channels, count,
                    Quotient(s.spatial, s.numel()), each, parts);
    }
  }
  const auto blocks = static_cast<unsigned>((s.channels * 32 + kBlock - 1) / kBlock);
  launch_kernel(op, finish_kernel<Sum, Finish>, blocks, kBlock, parts, s.channels, stretches,
                finish);
}

/// A running statistic, of any floating dtype and stride.
struct RunningStatistic {
  void* data = nullptr;
  ScalarType type = kFloat;
  int64_t stride = 1;
  explicit RunningStatistic(const Tensor& t) {
    if (!t.defined()) return;
    data = raw_data(t);
    type = impl(t).dtype;
    stride = impl(t).strides[0];
  }
  __device__ __forceinline__ double get(int64_t c) const {
    return load_as<double>(data, type, c * stride);
  }
  __device__ __forceinline__ void move(int64_t c, double momentum, double now) const {
    if (data) store_as(data, type, c * stride, (1 - momentum) * get(c) + momentum * now);
  }
};

/// What normalizes, scales and shifts a channel.
template <class T>
__device__ __forceinline__ Factor<T> forward_factor(T mean, T rstd, T weight, T bias) {
  const T scale = rstd * weight;
  if (rstd < vmath::inf(T())) return {mean, T(0), scale, bias};
  // As on the CPU, which has the mean in the shift: an infinite factor leaves no numbers.
  return {T(0), T(0), scale, bias - mean * scale};
}

/// Turns a channel's moments, or in evaluation its running statistics, into its factor.
template <class T>
struct FinishForward {
  const T *weight, *bias;
  RunningStatistic running_mean, running_var;
  double momentum, eps;
  T *mean, *rstd;
  Factor<T>* factors;

  __device__ __forceinline__ void write(int64_t c, double m, double var) const {
    mean[c] = static_cast<T>(m);
    rstd[c] = static_cast<T>(1 / vmath::sqrt(var + eps));
    factors[c] = forward_factor(mean[c], rstd[c], weight ? weight[c] : T(1), bias ? bias[c] : T(0));
  }
  __device__ __forceinline__ void operator()(int64_t c, const Moments<double>& m) const {
    running_mean.move(c, momentum, m.mean);
    running_var.move(c, momentum, m.squares / (m.count - 1));
    write(c, m.mean, m.squares / m.count);
  }
  __device__ __forceinline__ void operator()(int64_t c) const {
    write(c, running_mean.get(c), running_var.get(c));
  }
};

/// The factors of all channels, their means and reciprocal deviations: of rows whose inputs 1 to 4
/// and outputs 1 and 2 are ops::BatchNorm's.
template <class T, class Op>
void compute_forward_factors(const Call& call, const Op& op, const Channels& shape,
                             const Tensor& input, Factor<T>* factors) {
  const Tensor weight = contiguous_or_none(call.in[1], call.compute);
  const Tensor bias = contiguous_or_none(call.in[2], call.compute);
  const FinishForward<T> finish{
      data_or_null<T>(weight),      data_or_null<T>(bias), RunningStatistic(call.in[3]),
      RunningStatistic(call.in[4]), op.momentum,           op.eps,
      ptr<T>(call.out[1]),          ptr<T>(call.out[2]),   factors};
  if (op.training) {
    sum_channels(shape, SumMoments<T>{Source<T>(input)}, finish, call.op.info.name);
  } else {
    for_each(shape.channels, call.op.info.name, finish);
  }
}

/// Turns a channel's sums into its gradients and its factor.
template <class T>
struct FinishBackward {
  const T *weight, *rstd, *mean;
  T *dweight, *dbias;
  Factor<T>* factors;
  double count;
  bool training;

  __device__ __forceinline__ void operator()(int64_t c, const Pair<double>& dots) const {
    const double r = static_cast<double>(rstd[c]);
    const double scale = weight ? r * static_cast<double>(weight[c]) : r;
    if (dweight) dweight[c] = static_cast<T>(dots.b * r);
    if (dbias) dbias[c] = static_cast<T>(dots.a);
    factors[c] = {mean[c], static_cast<T>(scale),
                  training ? static_cast<T>(-scale * r * r * dots.b / count) : T(0),
                  training ? static_cast<T>(-scale * dots.a / count) : T(0)};
  }
  __device__ __forceinline__ void operator()(int64_t c) const { (*this)(c, Pair<double>{0, 0}); }
};

}  // namespace hearth::cuda
