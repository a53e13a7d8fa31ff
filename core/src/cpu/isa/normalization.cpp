// SPDX-License-Identifier: Apache-2.0
#include "cpu/isa/loop.h"
#include "cpu/isa/row.h"
#include "cpu/isa/vmath.h"
#include "cpu/normalization_kernels.h"

namespace hearth::cpu::HEARTH_ISA {
namespace {

template <class T>
struct Loops {
  static void moments(const T* x, int64_t n, T* mean, T* squares) {
    const T m = row_sum<T>(
                    n, [](auto v) { return v; }, x) /
                static_cast<T>(n);
    *mean = m;
    *squares = row_sum<T>(
        n, [m](auto v) { return (v - m) * (v - m); }, x);
  }

  static void moments_cols(const T* x, int64_t rows, int64_t width, T* mean, T* squares) {
    for (int64_t j = 0; j < width; ++j) mean[j] = squares[j] = 0;
    for (int64_t r = 0; r < rows; ++r) {
      const T* row = x + r * width;
      HEARTH_IVDEP
      for (int64_t j = 0; j < width; ++j) mean[j] += row[j];
    }
    const T scale = T(1) / static_cast<T>(rows);
    for (int64_t j = 0; j < width; ++j) mean[j] *= scale;
    for (int64_t r = 0; r < rows; ++r) {
      const T* row = x + r * width;
      HEARTH_IVDEP
      for (int64_t j = 0; j < width; ++j) {
        const T d = row[j] - mean[j];
        squares[j] = vmath::fma(d, d, squares[j]);
      }
    }
  }

  static T square_sum(const T* x, int64_t n) {
    return row_sum<T>(
        n, [](auto v) { return v * v; }, x);
  }

  static void affine(const T* x, T* y, int64_t n, T mean, T scale, T shift) {
    HEARTH_IVDEP
    for (int64_t i = 0; i < n; ++i) y[i] = vmath::fma(x[i] - mean, scale, shift);
  }

  static void affine_cols(const T* x, T* y, int64_t rows, int64_t width, const T* mean,
                          const T* scale, const T* shift) {
    for (int64_t r = 0; r < rows; ++r, x += width, y += width) {
      HEARTH_IVDEP
      for (int64_t j = 0; j < width; ++j) y[j] = vmath::fma(x[j] - mean[j], scale[j], shift[j]);
    }
  }

  static void normalize(const T* x, T* y, int64_t n, T mean, T scale, const T* weight,
                        const T* bias) {
    if (weight && bias) {
      HEARTH_IVDEP
      for (int64_t i = 0; i < n; ++i) y[i] = vmath::fma((x[i] - mean) * scale, weight[i], bias[i]);
    } else if (weight) {
      HEARTH_IVDEP
      for (int64_t i = 0; i < n; ++i) y[i] = (x[i] - mean) * scale * weight[i];
    } else if (bias) {
      HEARTH_IVDEP
      for (int64_t i = 0; i < n; ++i) y[i] = vmath::fma(x[i] - mean, scale, bias[i]);
    } else {
      affine(x, y, n, mean, scale, 0);
    }
  }

  static void dots(const T* g, const T* x, int64_t n, T mean, T* sum, T* dot) {
    *sum = row_sum<T>(
        n, [](auto v) { return v; }, g);
    *dot = row_sum<T>(
        n, [mean](auto gv, auto xv) { return gv * (xv - mean); }, g, x);
  }

  static void dots_cols(const T* g, const T* x, int64_t rows, int64_t width, const T* mean, T* sum,
                        T* dot) {
    for (int64_t j = 0; j < width; ++j) sum[j] = dot[j] = 0;
    for (int64_t r = 0; r < rows; ++r, g += width, x += width) {
      HEARTH_IVDEP
      for (int64_t j = 0; j < width; ++j) {
        sum[j] += g[j];
        dot[j] = vmath::fma(g[j], x[j] - mean[j], dot[j]);
      }
    }
  }

  static void combine(const T* g, const T* x, T* dx, int64_t n, T mean, T a, T b, T c) {
    HEARTH_IVDEP
    for (int64_t i = 0; i < n; ++i) dx[i] = vmath::fma(a, g[i], vmath::fma(b, x[i] - mean, c));
  }

  static void combine_cols(const T* g, const T* x, T* dx, int64_t rows, int64_t width,
                           const T* mean, const T* a, const T* b, const T* c) {
    for (int64_t r = 0; r < rows; ++r, g += width, x += width, dx += width) {
      HEARTH_IVDEP
      for (int64_t j = 0; j < width; ++j)
        dx[j] = vmath::fma(a[j], g[j], vmath::fma(b[j], x[j] - mean[j], c[j]));
    }
  }

  /// Both sums that normalize_grad needs and the gradients of weight and bias, in one pass over g
  /// and x; the same bits as in a pass for each.
  static void grad_sums(const T* g, const T* x, int64_t n, T mean, T scale, const T* weight,
                        T* dweight, T* dbias, T* sum, T* dot) {
    constexpr int L = kLanes<T>, kChains = 4;
    Vector<T> sums[kChains] = {}, dots[kChains] = {};
    const auto step = [&](int64_t i, int chain) {
      const Vector<T> gv = load_as<T>(g + i), xv = load_as<T>(x + i) - mean;
      const Vector<T> wg = gv * load_as<T>(weight + i);
      sums[chain] += wg;
      dots[chain] += wg * xv;
      store(dweight + i, fma(gv, xv * scale, load_as<T>(dweight + i)));
      store(dbias + i, load_as<T>(dbias + i) + gv);
    };
    int64_t i = 0;
    for (; i + kChains * L <= n; i += kChains * L)
      for (int k = 0; k < kChains; ++k) step(i + k * L, k);
    for (; i + L <= n; i += L) step(i, 0);
    *sum = lanes_sum<T>((sums[0] + sums[1]) + (sums[2] + sums[3]));
    *dot = lanes_sum<T>((dots[0] + dots[1]) + (dots[2] + dots[3]));
    for (; i < n; ++i) {
      const T xv = x[i] - mean, wg = g[i] * weight[i];
      *sum += wg;
      *dot += wg * xv;
      dweight[i] = vmath::fma(g[i], xv * scale, dweight[i]);
      dbias[i] += g[i];
    }
  }

  static void normalize_grad(const T* g, const T* x, T* dx, int64_t n, T mean, T scale,
                             bool centered, const T* weight, T* dweight, T* dbias) {
    const bool together = dx && centered && weight && dweight && dbias;
    if (dx) {
      T sum = 0, dot;
      if (together) {
        grad_sums(g, x, n, mean, scale, weight, dweight, dbias, &sum, &dot);
      } else if (weight) {
        if (centered)
          sum = row_sum<T>(
              n, [](auto gv, auto wv) { return gv * wv; }, g, weight);
        dot = row_sum<T>(
            n, [mean](auto gv, auto xv, auto wv) { return gv * wv * (xv - mean); }, g, x, weight);
      } else {
        if (centered)
          sum = row_sum<T>(
              n, [](auto v) { return v; }, g);
        dot = row_sum<T>(
            n, [mean](auto gv, auto xv) { return gv * (xv - mean); }, g, x);
      }
      const T b = -scale * scale * scale * dot / static_cast<T>(n);
      const T c = -scale * sum / static_cast<T>(n);
      if (weight) {
        HEARTH_IVDEP
        for (int64_t i = 0; i < n; ++i)
          dx[i] = vmath::fma(scale * weight[i], g[i], vmath::fma(b, x[i] - mean, c));
      } else {
        combine(g, x, dx, n, mean, scale, b, c);
      }
    }
    if (together) return;
    if (dweight) {
      HEARTH_IVDEP
      for (int64_t i = 0; i < n; ++i)
        dweight[i] = vmath::fma(g[i], (x[i] - mean) * scale, dweight[i]);
    }
    if (dbias) {
      HEARTH_IVDEP
      for (int64_t i = 0; i < n; ++i) dbias[i] += g[i];
    }
  }

  static constexpr NormKernels<T> table{moments,     moments_cols, square_sum,    affine,
                                        affine_cols, normalize,    dots,          dots_cols,
                                        combine,     combine_cols, normalize_grad};
};

}  // namespace

const NormKernels<float>& norm_kernels_f32() { return Loops<float>::table; }
const NormKernels<double>& norm_kernels_f64() { return Loops<double>::table; }

}  // namespace hearth::cpu::HEARTH_ISA
