// SPDX-License-Identifier: Apache-2.0
// Square roots and polar factors of matrices, and Sylvester's equation of Hermitian ones: each by
// way of eigenvectors or singular vectors, and products with these.
#include <cmath>

#include "cpu/gemm.h"
#include "cpu/kernels.h"
#include "cpu/matrices.h"
#include "cpu/scratch.h"

namespace hearth::cpu {

namespace {

using lapack::Real;

template <class T>
T conj(T x) {
  if constexpr (lapack::is_complex<T>) {
    return T(x.real_, -x.imag_);
  } else {
    return x;
  }
}

/// A matrix as a product reads it.
template <class T>
struct Operand {
  const T* data;
  MatrixStride stride;
};
template <class T>
Operand<T> by_rows(const T* data, int64_t columns) {
  return {data, {columns, 1}};
}
template <class T>
Operand<T> by_columns(const T* data, int64_t rows) {
  return {data, {1, rows}};
}

/// out [m, n], by rows.
template <class T>
void multiply(int64_t m, int64_t n, int64_t k, Operand<T> a, Operand<T> b, T* out) {
  MatmulArgs product;
  product.dtype = dtype_of<T>;
  product.m = m;
  product.n = product.c_stride = n;
  product.k = k;
  product.a = a.data;
  product.b = b.data;
  product.c = out;
  product.a_stride = a.stride;
  product.b_stride = b.stride;
  matmul(product);
}

/// Makes a matrix that is Hermitian but for rounding exactly so.
template <class T>
void symmetrize(int n, T* x) {
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t j = 0; j < i; ++j) {
      const T mean = (x[i * n + j] + conj(x[j * n + i])) * T(Real<T>(0.5));
      x[i * n + j] = mean;
      x[j * n + i] = conj(mean);
    }
    if constexpr (lapack::is_complex<T>) x[i * n + i].imag_ = 0;
  }
}

/// Eigenvectors of n x n Hermitian matrices, one matrix at a time.
template <class T>
class Eigenvectors {
 public:
  explicit Eigenvectors(int n)
      : n_(n),
        size_(int64_t{n} * n),
        values_(static_cast<size_t>(n)),
        memory_(static_cast<size_t>(3 * size_)) {}

  /// Of a matrix by columns, from its lower triangle; `place` is for messages.
  void find(const char* op, const T* columns, int64_t place) {
    std::copy_n(columns, size_, vectors());
    const int info = lapack::syevd(true, 'L', n_, vectors(), n_, values_.data());
    if (info != 0) ops::throw_failed(op, info, place);
    for (int64_t k = 0; k < size_; ++k) conjugates()[k] = conj(vectors()[k]);
  }
  Real<T> value(int64_t k) { return values_[static_cast<size_t>(k)]; }
  /// V f(values) V^H.
  template <class F>
  void rebuild(const F& f, T* out) {
    for (int64_t k = 0; k < n_; ++k)
      for (int64_t i = 0; i < n_; ++i)
        work()[k * n_ + i] = conjugates()[k * n_ + i] * T(f(value(k)));
    multiply<T>(n_, n_, n_, by_columns(vectors(), n_), by_rows(work(), n_), out);
    symmetrize(n_, out);
  }
  /// V^H C V, by rows.
  void into(const T* c, T* out) {
    multiply<T>(n_, n_, n_, by_rows(c, n_), by_columns(vectors(), n_), work());
    multiply<T>(n_, n_, n_, by_rows(conjugates(), n_), by_rows(work(), n_), out);
  }
  /// V Y V^H.
  void back(const T* y, T* out) {
    multiply<T>(n_, n_, n_, by_rows(y, n_), by_rows(conjugates(), n_), work());
    multiply<T>(n_, n_, n_, by_columns(vectors(), n_), by_rows(work(), n_), out);
  }

 private:
  T* vectors() { return memory_.data(); }  ///< by columns
  T* conjugates() { return memory_.data() + size_; }
  T* work() { return memory_.data() + 2 * size_; }

  int n_;
  int64_t size_;
  Scratch<Real<T>> values_;
  Scratch<T> memory_;
};

template <class T>
void matrix_sqrth(const Call& call) {
  const Tensor columns = columns_of(call.in[0]);
  const auto a = Matrices<T>::of(columns);
  if (impl(columns).numel == 0) return;
  T* out = ptr<T>(call.out[0]);
  for_each_matrix(a.count, 8 * a.size * a.rows, [&](int64_t i) {
    Eigenvectors<T> v(a.rows);
    v.find("linalg.eigh", a[i], impl(columns).sizes.size() > 2 ? i : -1);
    // Not max, which would make a root of NaN.
    v.rebuild([](Real<T> w) { return w < 0 ? Real<T>(0) : std::sqrt(w); }, out + i * a.size);
  });
}

template <class T>
void hermitian_sylvester(const Call& call) {
  const Tensor columns = columns_of(call.in[0]), right = contiguous_raw(call.in[1]);
  const auto h = Matrices<T>::of(columns);
  if (impl(columns).numel == 0) return;
  const T* c = ptr<T>(right);
  T* out = ptr<T>(call.out[0]);
  const int64_t n = h.rows;
  for_each_matrix(h.count, 12 * h.size * n, [&](int64_t i) {
    Eigenvectors<T> v(h.rows);
    v.find("linalg.eigh", h[i], impl(columns).sizes.size() > 2 ? i : -1);
    Scratch<T> turned(static_cast<size_t>(h.size));
    v.into(c + i * h.size, turned.data());
    for (int64_t j = 0; j < n; ++j)
      for (int64_t k = 0; k < n; ++k)
        turned.data()[j * n + k] = turned.data()[j * n + k] / T(v.value(j) + v.value(k));
    v.back(turned.data(), out + i * h.size);
  });
}

template <class T>
void polar(const Call& call) {
  const Tensor destroyed = columns_copy(call.in[0]);
  const auto a = Matrices<T>::of(destroyed);
  if (a.cols == 0) return;
  const int m = a.rows, n = a.cols;
  const int64_t square = int64_t{n} * n;
  T *factor = ptr<T>(call.out[0]), *h = ptr<T>(call.out[1]);
  for_each_matrix(a.count, 12 * a.size * n, [&](int64_t i) {
    Scratch<Real<T>> s(static_cast<size_t>(n));
    Scratch<T> memory(static_cast<size_t>(a.size + 2 * square));
    T *u = memory.data(), *vh = u + a.size, *v = vh + square;
    const int info = lapack::gesdd(false, m, n, a[i], a.ld, s.data(), u, m, vh, n);
    if (info != 0) ops::throw_failed("linalg.svd", info, impl(destroyed).sizes.size() > 2 ? i : -1);
    multiply<T>(m, n, n, by_columns<T>(u, m), by_columns<T>(vh, n), factor + i * a.size);
    // V S, by rows.
    for (int64_t j = 0; j < n; ++j)
      for (int64_t k = 0; k < n; ++k)
        v[j * n + k] = conj(vh[j * n + k]) * T(s[static_cast<size_t>(k)]);
    multiply<T>(n, n, n, by_rows<T>(v, n), by_columns<T>(vh, n), h + i * square);
    symmetrize(n, h + i * square);
  });
}

}  // namespace

void install_matrix_roots() {
  ops::MatrixSqrth::row().kernel[0] = HEARTH_LAPACK_KERNEL(matrix_sqrth);
  ops::HermitianSylvester::row().kernel[0] = HEARTH_LAPACK_KERNEL(hermitian_sylvester);
  ops::Polar::row().kernel[0] = HEARTH_LAPACK_KERNEL(polar);
}

}  // namespace hearth::cpu
