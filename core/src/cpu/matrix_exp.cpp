// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <utility>

#include "backends/matrix_series.h"
#include "cpu/gemm.h"
#include "cpu/kernels.h"
#include "cpu/matrices.h"
#include "cpu/scratch.h"

namespace hearth::cpu {

namespace {

using lapack::Real;

template <class T>
Real<T> magnitude(T x) {
  if constexpr (lapack::is_complex<T>) {
    return std::hypot(x.real_, x.imag_);
  } else {
    return std::abs(x);
  }
}

/// exp of one row-major matrix.
template <class T>
class Exponential {
 public:
  explicit Exponential(int64_t n)
      : n_(n), size_(n * n), memory_(static_cast<size_t>(std::max<int64_t>(1, 6 * n * n))) {
    product_.dtype = dtype_of<T>;
    product_.m = product_.n = product_.k = product_.c_stride = n;
    product_.a_stride = product_.b_stride = {n, 1};
  }

  void run(const T* a, T* out) {
    const Real<T> norm = norm1(a);
    if (!std::isfinite(norm)) {
      std::fill_n(out, size_, T(std::numeric_limits<Real<T>>::quiet_NaN()));
      return;
    }
    const MatrixSeries& series = matrix_series(std::is_same_v<Real<T>, double>, norm);
    int halvings = 0;
    if (norm > series.norm)
      halvings = std::max(0, static_cast<int>(std::ceil(std::log2(norm / series.norm))));
    const auto scale = static_cast<Real<T>>(std::ldexp(1.0, -halvings));
    for (int64_t i = 0; i < size_; ++i) power(1)[i] = a[i] * T(scale);
    taylor(series, out);
    for (int k = 0; k < halvings; ++k) {
      std::copy_n(out, size_, power(1));
      multiply(power(1), power(1), out, 0);
    }
  }

 private:
  T* power(int k) { return memory_.data() + (k - 1) * size_; }
  Real<T> norm1(const T* a) const {
    Real<T> most = 0;
    for (int64_t j = 0; j < n_; ++j) {
      Real<T> sum = 0;
      for (int64_t i = 0; i < n_; ++i) sum += magnitude(a[i * n_ + j]);
      if (!(sum <= most)) most = sum;  // NaN too
    }
    return most;
  }
  void multiply(const T* a, const T* b, T* c, double beta) {
    product_.a = a;
    product_.b = b;
    product_.c = c;
    product_.beta = beta;
    matmul(product_);
  }
  void taylor(const MatrixSeries& series, T* out) {
    for (int k = 2; k <= series.powers; ++k) multiply(power(k - 1), power(1), power(k), 0);
    const int degree = series.powers * series.groups;
    T *sum = power(5), *next = power(6);
    std::fill_n(sum, size_, T(0));
    add(degree, 0, sum);
    for (int group = series.groups - 1; group >= 0; --group) {
      multiply(sum, power(series.powers), next, 0);
      for (int k = 0; k < series.powers; ++k) add(group * series.powers + k, k, next);
      std::swap(sum, next);
    }
    std::copy_n(sum, size_, out);
  }
  /// sum += A^k / degree!
  void add(int degree, int k, T* sum) {
    const auto factor = static_cast<Real<T>>(1 / std::tgamma(degree + 1.0));
    if (k == 0) {
      for (int64_t i = 0; i < n_; ++i) sum[i * (n_ + 1)] += T(factor);
      return;
    }
    const T* a = power(k);
    for (int64_t i = 0; i < size_; ++i) sum[i] += a[i] * T(factor);
  }

  int64_t n_, size_;
  Scratch<T> memory_;  ///< A's powers up to the fourth, and two more matrices
  MatmulArgs product_;
};

template <class T>
void matrix_exp(const Call& call) {
  const Tensor a = contiguous_raw(call.in[0]);
  const int64_t n = impl(a).sizes.back(), size = n * n;
  if (impl(a).numel == 0) return;
  const T* from = ptr<T>(a);
  T* to = ptr<T>(call.out[0]);
  const auto run = [&](int64_t begin, int64_t end) {
    Exponential<T> exponential(n);
    for (int64_t i = begin; i < end; ++i) exponential.run(from + i * size, to + i * size);
  };
  const int64_t count = impl(a).numel / size;
  // Few matrices leave the threads to their products.
  if (count < get_num_threads()) return run(0, count);
  parallel_for(count, std::max<int64_t>(1, (1 << 14) / (size * n)), run);
}

}  // namespace

void install_matrix_exp() { ops::MatrixExp::row().kernel[0] = HEARTH_LAPACK_KERNEL(matrix_exp); }

}  // namespace hearth::cpu
