// SPDX-License-Identifier: Apache-2.0
// Layer and rms norm: every row by itself.
#include "cuda/kernels.h"
#include "cuda/source.cuh"
#include "cuda/vmath.cuh"
#include "ops/layer_norm.h"

namespace hearth::cuda {

namespace {

template <class T, class O>
struct Forward {
  Source<T> x;
  O* y;
  const T *weight, *bias;  ///< by element; may be null
  T *mean_out, *rstd_out;  ///< no mean: rms norm
  T eps;

  template <class Team>
  __device__ __forceinline__ void operator()(const Team& team, int64_t row, int64_t start,
                                             int64_t n) const {
    T v[kKept];
    const int64_t step = int64_t{kKept} * team.size;
    const T count = static_cast<T>(n);
    T mean = 0, squares = 0;
    if (mean_out) {
      T sum = 0;
      for (int64_t chunk = 0; chunk < n; chunk += step) {
        load_places(v, x, start, 1, n, Places(team, chunk));
#pragma unroll
        for (int k = 0; k < kKept; ++k) sum += v[k];
      }
      sum = team.all(sum, Add());
      if (n > 0) mean = sum / count;
    }
    for (int64_t chunk = 0; chunk < n; chunk += step) {
      const Places at(team, chunk);
      if (n > step || !mean_out) load_places(v, x, start, 1, n, at);
#pragma unroll
      for (int k = 0; k < kKept; ++k)
        if (at[k] < n) squares += (v[k] - mean) * (v[k] - mean);
    }
    squares = team.all(squares, Add());
    const T rstd = T(1) / vmath::sqrt(squares / count + eps);
    if (team.rank == 0 && row >= 0) {
      if (mean_out) mean_out[row] = mean;
      rstd_out[row] = rstd;
    }
    for (int64_t chunk = 0; chunk < n; chunk += step) {
      const Places at(team, chunk);
      if (n > step) load_places(v, x, start, 1, n, at);
#pragma unroll
      for (int k = 0; k < kKept; ++k) {
        if (at[k] >= n) continue;
        T value = (v[k] - mean) * rstd;
        if (weight) value *= weight[at[k]];
        if (bias) value += bias[at[k]];
        y[start + at[k]] = convert<O>(value);
      }
    }
  }
};

template <class T, class O>
struct InputGrad {
  Source<T> g, x;
  O* dx;
  const T* weight;       ///< by element; may be null
  const T *mean, *rstd;  ///< by row; no mean: rms norm

  template <class Team>
  __device__ __forceinline__ void operator()(const Team& team, int64_t row, int64_t start,
                                             int64_t n) const {
    T gv[kKept], xv[kKept];
    const int64_t step = int64_t{kKept} * team.size;
    const T centre = mean && row >= 0 ? mean[row] : T(0), scale = row >= 0 ? rstd[row] : T(0);
    // gv becomes the gradient of the normalized value, xv the distance from the mean.
    const auto load = [&](const Places& at) {
      load_places(gv, g, start, 1, n, at);
      load_places(xv, x, start, 1, n, at);
#pragma unroll
      for (int k = 0; k < kKept; ++k) {
        if (at[k] >= n) continue;
        if (weight) gv[k] *= weight[at[k]];
        xv[k] -= centre;
      }
    };
    Pair<T> sums{0, 0};
    for (int64_t chunk = 0; chunk < n; chunk += step) {
      load(Places(team, chunk));
#pragma unroll
      for (int k = 0; k < kKept; ++k) {
        sums.a += gv[k];
        sums.b += gv[k] * xv[k];
      }
    }
    sums = team.all(sums, Add());
    const T b = -scale * scale * scale * sums.b / static_cast<T>(n);
    const T c = mean ? -scale * sums.a / static_cast<T>(n) : T(0);
    for (int64_t chunk = 0; chunk < n; chunk += step) {
      const Places at(team, chunk);
      if (n > step) load(at);
#pragma unroll
      for (int k = 0; k < kKept; ++k)
        if (at[k] < n) dx[start + at[k]] = convert<O>(scale * gv[k] + (b * xv[k] + c));
    }
  }
};

/// Blocks of 32 columns by 8 rows: each sums a stretch of rows into parts[stretch].
constexpr int kColumns = 32, kRowsAtOnce = 8;

/// The gradients of weight (a) and bias (b) from rows [stretch * each, ...), by column.
template <class T>
__global__ void affine_kernel(Source<T> g, Source<T> x, const T* mean, const T* rstd, int64_t rows,
                              int64_t n, int64_t each, Pair<T>* parts) {
  const Column team{static_cast<int>(threadIdx.y), kRowsAtOnce};
  const int64_t stretches = (rows + each - 1) / each, groups = (n + kColumns - 1) / kColumns;
  for (int64_t job = blockIdx.x; job < groups * stretches; job += gridDim.x) {
    const int64_t stretch = job / groups, j = job % groups * kColumns + threadIdx.x;
    const int64_t end = stretch * each + each < rows ? stretch * each + each : rows;
    Pair<T> sum{0, 0};
    if (j < n) {
#pragma unroll 4
      for (int64_t r = stretch * each + team.rank; r < end; r += kRowsAtOnce) {
        const T gv = g[r * n + j], distance = x[r * n + j] - (mean ? mean[r] : T(0));
        sum.a += gv * (distance * rstd[r]);
        sum.b += gv;
      }
    }
    sum = team.all(sum, Add());
    if (team.rank == 0 && j < n) parts[stretch * n + j] = sum;
  }
}

/// Joins the parts of all stretches, in order.
template <class T>
struct JoinAffine {
  const Pair<T>* parts;
  int64_t n, stretches;
  T *dweight, *dbias;  ///< may be null
  __device__ __forceinline__ void operator()(int64_t j) const {
    double a = 0, b = 0;
    for (int64_t s = 0; s < stretches; ++s) {
      a += static_cast<double>(parts[s * n + j].a);
      b += static_cast<double>(parts[s * n + j].b);
    }
    if (dweight) dweight[j] = static_cast<T>(a);
    if (dbias) dbias[j] = static_cast<T>(b);
  }
};

template <class T>
void affine_grads(const Source<T>& g, const Source<T>& x, const T* mean, const T* rstd,
                  int64_t rows, int64_t n, T* dweight, T* dbias, std::string_view op) {
  if (n == 0) return;
  // Enough blocks for the card, and stretches long enough that joining them costs little.
  const int64_t groups = (n + kColumns - 1) / kColumns;
  const int64_t wanted = std::max<int64_t>(1, int64_t{multiprocessors()} * 8 / groups);
  const int64_t stretches = std::clamp<int64_t>(rows / 64, 1, wanted);
  const int64_t each = std::max<int64_t>(1, (rows + stretches - 1) / stretches);
  const int64_t used = (rows + each - 1) / each;
  const Workspace parts(static_cast<size_t>(used * n) * sizeof(Pair<T>));
  if (used > 0) {
    const auto blocks = static_cast<unsigned>(std::min<int64_t>(groups * used, 1 << 30));
    launch_kernel(op, affine_kernel<T>, blocks, dim3(kColumns, kRowsAtOnce), g, x, mean, rstd, rows,
                  n, each, parts.data<Pair<T>>());
  }
  for_each(n, op, JoinAffine<T>{parts.data<Pair<T>>(), n, used, dweight, dbias});
}

void normalize_rows(const Call& call, const Tensor& weight_tensor, const Tensor& bias_tensor,
                    const Tensor& mean, const Tensor& rstd, double eps) {
  const Tensor input = contiguous_raw(readable(call.in[0], call.compute));
  const Tensor weight = contiguous_or_none(weight_tensor, call.compute);
  const Tensor bias = contiguous_or_none(bias_tensor, call.compute);
  const Tensor& out = call.out[0];
  const int64_t count = impl(rstd).numel;
  const Rows rows{count, count == 0 ? 0 : impl(input).numel / count, 1};
  with_result_type(call.compute, impl(out).dtype, call.op.info.name, [&](auto t, auto o) {
    using T = decltype(t);
    using O = decltype(o);
    for_each_row(
        rows, call.op.info.name,
        Forward<T, O>{Source<T>(input), ptr<O>(out), data_or_null<T>(weight), data_or_null<T>(bias),
                      mean.defined() ? ptr<T>(mean) : nullptr, ptr<T>(rstd), static_cast<T>(eps)});
  });
}

void layer_norm(const Call& call) {
  normalize_rows(call, call.in[1], call.in[2], call.out[1], call.out[2],
                 call.as<ops::LayerNorm>().eps);
}

void rms_norm(const Call& call) {
  normalize_rows(call, call.in[1], Tensor(), Tensor(), call.out[1], call.as<ops::RmsNorm>().eps);
}

void layer_norm_backward(const Call& call) {
  const auto& op = call.as<ops::LayerNormBackward>();
  const std::string_view name = call.op.info.name;
  const Tensor grad = contiguous_raw(readable(call.in[0], call.compute));
  const Tensor input = contiguous_raw(readable(call.in[1], call.compute));
  const Tensor mean = contiguous_or_none(call.in[2], call.compute);
  const Tensor rstd = contiguous_or_none(call.in[3], call.compute);
  const Tensor weight = contiguous_or_none(call.in[4], call.compute);
  const Tensor& dx = call.out[0];
  const int64_t count = impl(rstd).numel, n = checked_numel(op.normalized_shape);
  if (op.need_input)
    with_result_type(call.compute, impl(dx).dtype, name, [&](auto t, auto o) {
      using T = decltype(t);
      using O = decltype(o);
      for_each_row(Rows{count, n, 1}, name,
                   InputGrad<T, O>{Source<T>(grad), Source<T>(input), ptr<O>(dx),
                                   data_or_null<T>(weight), data_or_null<T>(mean), ptr<T>(rstd)});
    });
  if (!op.need_weight && !op.need_bias) return;
  with_compute_type(call.compute, name, [&](auto t) {
    using T = decltype(t);
    affine_grads<T>(Source<T>(grad), Source<T>(input), data_or_null<T>(mean), ptr<T>(rstd), count,
                    n, op.need_weight ? ptr<T>(call.out[1]) : nullptr,
                    op.need_bias ? ptr<T>(call.out[2]) : nullptr, name);
  });
}

}  // namespace

void install_layer_norm() {
  ops::LayerNorm::row().kernel[kSlot] = converting(&layer_norm);
  ops::RmsNorm::row().kernel[kSlot] = converting(&rms_norm);
  ops::LayerNormBackward::row().kernel[kSlot] = converting(&layer_norm_backward);
}

}  // namespace hearth::cuda
