// SPDX-License-Identifier: Apache-2.0
#include "cpu/isa/loop.h"
#include "cpu/isa/row.h"
#include "cpu/isa/vmath.h"
#include "cpu/softmax_kernels.h"

namespace hearth::cpu::HEARTH_ISA {
namespace {

constexpr auto identity = [](auto v) { return v; };
constexpr auto product = [](auto a, auto b) { return a * b; };

template <class T>
struct Loops {
  static constexpr int64_t kWidth = SoftmaxKernels<T>::kWidth;
  /// Elements whose exponentials are summed before they leave the first-level cache.
  static constexpr int64_t kPiece = 1024;

  static T exp_sum(const T* x, int64_t n, T max) {
    alignas(64) T e[kPiece];
    T sum = 0;
    for (int64_t at = 0; at < n; at += kPiece) {
      const int64_t m = n - at < kPiece ? n - at : kPiece;
      for (int64_t i = 0; i < m; ++i) e[i] = vmath::exp(x[at + i] - max);
      sum += row_sum<T>(m, identity, e);
    }
    return sum;
  }

  static void forward(const T* x, T* y, int64_t n, bool log) {
    const T max = row_max(n, x);
    if (log) {
      const T log_of_sum = vmath::log(exp_sum(x, n, max));
      for (int64_t i = 0; i < n; ++i) y[i] = (x[i] - max) - log_of_sum;
      return;
    }
    T sum = 0;
    for (int64_t at = 0; at < n; at += kPiece) {
      const int64_t m = n - at < kPiece ? n - at : kPiece;
      HEARTH_IVDEP
      for (int64_t i = at; i < at + m; ++i) y[i] = vmath::exp(x[i] - max);
      sum += row_sum<T>(m, identity, y + at);
    }
    const T scale = T(1) / sum;
    for (int64_t i = 0; i < n; ++i) y[i] *= scale;
  }

  static void backward(const T* g, const T* y, T* dx, int64_t n, bool log) {
    if (log) {
      const T sum = row_sum<T>(n, identity, g);
      HEARTH_IVDEP
      for (int64_t i = 0; i < n; ++i) dx[i] = g[i] - vmath::exp(y[i]) * sum;
      return;
    }
    const T sum = row_sum<T>(n, product, g, y);
    HEARTH_IVDEP
    for (int64_t i = 0; i < n; ++i) dx[i] = (g[i] - sum) * y[i];
  }

  static void forward_cols(const T* x, T* y, int64_t n, int64_t stride, int64_t width, bool log) {
    alignas(64) T max[kWidth], sum[kWidth];
    for (int64_t j = 0; j < width; ++j) max[j] = -static_cast<T>(__builtin_inf()), sum[j] = 0;
    for (int64_t i = 0; i < n; ++i) {
      const T* row = x + i * stride;
      for (int64_t j = 0; j < width; ++j) max[j] = row[j] > max[j] ? row[j] : max[j];
    }
    for (int64_t i = 0; i < n; ++i) {
      const T* row = x + i * stride;
      T* out = y + i * stride;
      HEARTH_IVDEP
      for (int64_t j = 0; j < width; ++j) {
        const T shifted = row[j] - max[j], e = vmath::exp(shifted);
        out[j] = log ? shifted : e;
        sum[j] += e;
      }
    }
    for (int64_t j = 0; j < width; ++j) sum[j] = log ? vmath::log(sum[j]) : T(1) / sum[j];
    for (int64_t i = 0; i < n; ++i) {
      T* out = y + i * stride;
      for (int64_t j = 0; j < width; ++j) out[j] = log ? out[j] - sum[j] : out[j] * sum[j];
    }
  }

  static void backward_cols(const T* g, const T* y, T* dx, int64_t n, int64_t stride, int64_t width,
                            bool log) {
    alignas(64) T sum[kWidth];
    for (int64_t j = 0; j < width; ++j) sum[j] = 0;
    for (int64_t i = 0; i < n; ++i) {
      const T *gi = g + i * stride, *yi = y + i * stride;
      for (int64_t j = 0; j < width; ++j) sum[j] += log ? gi[j] : gi[j] * yi[j];
    }
    for (int64_t i = 0; i < n; ++i) {
      const T *gi = g + i * stride, *yi = y + i * stride;
      T* out = dx + i * stride;
      HEARTH_IVDEP
      for (int64_t j = 0; j < width; ++j)
        out[j] = log ? gi[j] - vmath::exp(yi[j]) * sum[j] : (gi[j] - sum[j]) * yi[j];
    }
  }

  static void log_sum_exp(const T* x, int64_t n, T* max, T* log_sum) {
    *max = row_max(n, x);
    *log_sum = vmath::log(exp_sum(x, n, *max));
  }

  static void entropy_grad(const T* x, T* dx, int64_t n, T max, T log_sum, T a, T b, const T* u,
                           T c) {
    if (u) {
      HEARTH_IVDEP
      for (int64_t i = 0; i < n; ++i)
        dx[i] = a * vmath::exp((x[i] - max) - log_sum) - (b * u[i] + c);
    } else {
      HEARTH_IVDEP
      for (int64_t i = 0; i < n; ++i) dx[i] = a * vmath::exp((x[i] - max) - log_sum) - c;
    }
  }

  static void weighted(const T* x, const T* u, int64_t n, T shift, T* dot, T* total) {
    if (u) {
      *dot = row_sum<T>(
          n, [shift](auto xv, auto uv) { return uv * (xv - shift); }, x, u);
      *total = row_sum<T>(n, identity, u);
    } else {
      *dot = row_sum<T>(
          n, [shift](auto xv) { return xv - shift; }, x);
      *total = static_cast<T>(n);
    }
  }

  static constexpr SoftmaxKernels<T> table{forward,     backward,     forward_cols, backward_cols,
                                           log_sum_exp, entropy_grad, weighted};
};

}  // namespace

const SoftmaxKernels<float>& softmax_kernels_f32() { return Loops<float>::table; }
const SoftmaxKernels<double>& softmax_kernels_f64() { return Loops<double>::table; }

}  // namespace hearth::cpu::HEARTH_ISA
