// SPDX-License-Identifier: Apache-2.0
// QR, eigenvalues, singular values and least squares.
#include <cmath>

#include "hearth/ops/linalg_decompositions.h"

#include "cpu/kernels.h"
#include "cpu/matrices.h"
#include "cpu/scratch.h"

namespace hearth::cpu {

namespace {

using lapack::Real;

size_t at_least_one(int64_t n) { return static_cast<size_t>(std::max<int64_t>(1, n)); }

/// For messages: the matrix, or -1 where there is only one.
int64_t place_of(int64_t i, const Tensor& matrices) { return impl(matrices).dim() > 2 ? i : -1; }

/// Copies `columns` columns of `rows` elements.
template <class T>
void copy_columns(const T* from, int ld_from, T* to, int ld_to, int rows, int columns) {
  for (int j = 0; j < columns; ++j)
    std::copy_n(from + int64_t{j} * ld_from, rows, to + int64_t{j} * ld_to);
}

template <class T>
void qr(const Call& call) {
  const ops::QrMode mode = call.as<ops::Qr>().mode;
  const Tensor factored = columns_copy(call.in[0]);
  const auto a = Matrices<T>::of(factored);
  const auto q = mode == ops::QrMode::R ? a : Matrices<T>::out(call.out[0]);
  const auto r = Matrices<T>::out(call.out[1]);
  const int k = std::min(a.rows, a.cols);
  for_each_matrix(a.count, 4 * a.size * k, [&](int64_t i) {
    Scratch<T> tau(at_least_one(k));
    if (k > 0) lapack::geqrf(a.rows, a.cols, a[i], a.ld, tau.data());
    for (int j = 0; j < r.cols; ++j) {
      const int above = std::min({j + 1, k, r.rows});
      if (above > 0) std::copy_n(a.column(i, j), above, r.column(i, j));
      std::fill(r.column(i, j) + above, r.column(i, j) + r.rows, T(0));
    }
    if (mode == ops::QrMode::R) return;
    copy_columns(a[i], a.ld, q[i], q.ld, a.rows, k);
    for (int j = k; j < q.cols; ++j) std::fill_n(q.column(i, j), q.rows, T(0));
    if (q.cols > 0) lapack::orgqr(q.rows, q.cols, k, q[i], q.ld, tau.data());
  });
}

template <class T>
void geqrf(const Call& call) {
  copy_raw_into(call.out[0], call.in[0]);
  const auto a = Matrices<T>::out(call.out[0]);
  if (a.size == 0) return;
  const int k = std::min(a.rows, a.cols);
  T* tau = ptr<T>(call.out[1]);
  for_each_matrix(a.count, 2 * a.size * k,
                  [&](int64_t i) { lapack::geqrf(a.rows, a.cols, a[i], a.ld, tau + i * k); });
}

template <class T>
void householder_product(const Call& call) {
  copy_raw_into(call.out[0], call.in[0]);
  const auto q = Matrices<T>::out(call.out[0]);
  if (q.size == 0) return;
  const Tensor factors = contiguous_raw(call.in[1]);
  const int k = lapack_int(impl(factors).sizes.back());
  const T* tau = ptr<T>(factors);
  for_each_matrix(q.count, 2 * q.size * k,
                  [&](int64_t i) { lapack::orgqr(q.rows, q.cols, k, q[i], q.ld, tau + i * k); });
}

template <class T>
void ormqr(const Call& call) {
  const auto& op = call.as<ops::Ormqr>();
  copy_raw_into(call.out[0], call.in[2]);
  const auto c = Matrices<T>::out(call.out[0]);
  if (c.size == 0) return;
  const Tensor columns = columns_of(call.in[0]), factors = contiguous_raw(call.in[1]);
  const auto a = Matrices<T>::of(columns);
  const int k = lapack_int(impl(factors).sizes.back());
  if (k == 0) return;
  const T* tau = ptr<T>(factors);
  for_each_matrix(c.count, 4 * c.size * k, [&](int64_t i) {
    lapack::ormqr(op.left ? 'L' : 'R', op.transpose, c.rows, c.cols, k, a[i], a.ld, tau + i * k,
                  c[i], c.ld);
  });
}

template <class T>
void svd(const Call& call) {
  const auto& op = call.as<ops::Svd>();
  const Tensor destroyed = columns_copy(call.in[0]);
  const auto a = Matrices<T>::of(destroyed);
  auto* s = ptr<Real<T>>(call.out[1]);
  const int k = std::min(a.rows, a.cols);
  if (!op.compute_uv) {
    for_each_matrix(k == 0 ? 0 : a.count, 4 * a.size * k, [&](int64_t i) {
      const int info =
          lapack::gesdd<T>(false, a.rows, a.cols, a[i], a.ld, s + i * k, nullptr, 1, nullptr, 1);
      if (info != 0) ops::throw_failed("linalg.svd", info, place_of(i, call.in[0]));
    });
    return;
  }
  const auto u = Matrices<T>::out(call.out[0]), vt = Matrices<T>::out(call.out[2]);
  if (k == 0) {
    for (const auto& square : {u, vt})
      for (int64_t i = 0; i < square.count; ++i)
        for (int j = 0; j < square.cols; ++j)
          for (int l = 0; l < square.rows; ++l) square.column(i, j)[l] = T(j == l ? 1 : 0);
    return;
  }
  for_each_matrix(a.count, 8 * a.size * k, [&](int64_t i) {
    const int info = lapack::gesdd(op.full_matrices, a.rows, a.cols, a[i], a.ld, s + i * k, u[i],
                                   u.ld, vt[i], vt.ld);
    if (info != 0) ops::throw_failed("linalg.svd", info, place_of(i, call.in[0]));
  });
}

template <class T>
void eigh(const Call& call) {
  const auto& op = call.as<ops::Eigh>();
  // A symmetric matrix is its own transposed, in the other triangle, so rows are read as columns.
  constexpr bool kTurned = !lapack::is_complex<T>;
  const Tensor a = kTurned ? transposed(call.in[0]) : call.in[0];
  const char triangle = op.upper != kTurned ? 'U' : 'L';
  Tensor scratch;
  if (op.compute_v) {
    copy_raw_into(call.out[1], a);
  } else {
    scratch = columns_copy(a);
  }
  const auto v = op.compute_v ? Matrices<T>::out(call.out[1]) : Matrices<T>::of(scratch);
  if (v.size == 0) return;
  auto* w = ptr<Real<T>>(call.out[0]);
  for_each_matrix(v.count, 4 * v.size * v.rows, [&](int64_t i) {
    const int info = lapack::syevd(op.compute_v, triangle, v.rows, v[i], v.ld, w + i * v.rows);
    if (info != 0) ops::throw_failed("linalg.eigh", info, place_of(i, call.in[0]));
  });
}

bool finite(float x) { return std::isfinite(x); }
bool finite(double x) { return std::isfinite(x); }
template <class T>
bool finite(complex<T> x) {
  return std::isfinite(x.real_) && std::isfinite(x.imag_);
}

template <class T>
void eig(const Call& call) {
  using C = complex<Real<T>>;
  const bool vectors = call.as<ops::Eig>().compute_v;
  const Tensor destroyed = columns_copy(call.in[0]);
  const auto a = Matrices<T>::of(destroyed);
  if (a.size == 0) return;
  for (int64_t i = 0; i < a.count * a.size; ++i)
    HEARTH_CHECK(finite(a.data[i]),
                 "[linalg_eig] torch.linalg.eig: input tensor should not contain infs or NaNs.");
  auto* w = ptr<C>(call.out[0]);
  C* v = vectors ? ptr<C>(call.out[1]) : nullptr;
  for_each_matrix(a.count, 20 * a.size * a.rows, [&](int64_t i) {
    const int info =
        lapack::geev(a.rows, a[i], a.ld, w + i * a.rows, vectors ? v + i * a.size : nullptr, a.ld);
    if (info != 0) ops::throw_failed("linalg.eig", info, place_of(i, call.in[0]));
  });
}

template <class T>
void lstsq(const Call& call) {
  const auto& op = call.as<ops::Lstsq>();
  const Tensor destroyed = columns_copy(call.in[0]);
  const auto a = Matrices<T>::of(destroyed);
  const auto x = Matrices<T>::out(call.out[0]);
  const int k = std::min(a.rows, a.cols), ldb = std::max({1, a.rows, a.cols});
  const bool ranks = op.driver != ops::LstsqDriver::Gels, values = impl(call.out[2]).numel > 0;
  auto* rank = ptr<int64_t>(call.out[1]);
  auto* s = ptr<Real<T>>(call.out[2]);
  if (k == 0 || x.cols == 0) {
    std::fill_n(x.data, x.count * x.size, T(0));
    if (ranks) std::fill_n(rank, impl(call.out[1]).numel, 0);
    if (values) std::fill_n(s, impl(call.out[2]).numel, Real<T>(0));
    return;
  }
  const Tensor right = columns_of(call.in[1]);
  const auto b = Matrices<T>::of(right);
  for_each_matrix(a.count, 4 * a.size * k, [&](int64_t i) {
    Scratch<T> work(static_cast<size_t>(ldb) * static_cast<size_t>(b.cols));
    Scratch<Real<T>> singular(at_least_one(k));
    std::fill_n(work.data(), int64_t{ldb} * b.cols, T(0));
    copy_columns(b[i], b.ld, work.data(), ldb, b.rows, b.cols);
    int64_t found = 0;
    const int info = lapack::lstsq(op.driver, a.rows, a.cols, b.cols, a[i], a.ld, work.data(), ldb,
                                   op.rcond, &found, singular.data());
    if (info != 0) ops::throw_failed("linalg.lstsq", info, place_of(i, call.in[0]));
    copy_columns(work.data(), ldb, x[i], x.ld, x.rows, x.cols);
    if (ranks) rank[i] = found;
    if (values) std::copy_n(singular.data(), k, s + i * k);
  });
}

}  // namespace

void install_spectra() {
  ops::Qr::row().kernel[0] = HEARTH_LAPACK_KERNEL(qr);
  ops::Geqrf::row().kernel[0] = HEARTH_LAPACK_KERNEL(geqrf);
  if (has_lapack()) {  // else by their decompositions
    ops::HouseholderProduct::row().kernel[0] = HEARTH_LAPACK_KERNEL(householder_product);
    ops::Ormqr::row().kernel[0] = HEARTH_LAPACK_KERNEL(ormqr);
  }
  ops::Svd::row().kernel[0] = HEARTH_LAPACK_KERNEL(svd);
  ops::Eigh::row().kernel[0] = HEARTH_LAPACK_KERNEL(eigh);
  ops::Eig::row().kernel[0] = HEARTH_LAPACK_KERNEL(eig);
  ops::Lstsq::row().kernel[0] = HEARTH_LAPACK_KERNEL(lstsq);
}

}  // namespace hearth::cpu
