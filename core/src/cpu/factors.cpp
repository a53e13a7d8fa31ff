// SPDX-License-Identifier: Apache-2.0
// Cholesky, LU and LDL factors, and what is solved with them.
#include <cmath>
#include <limits>

#include "cpu/kernels.h"
#include "cpu/matrices.h"
#include "cpu/scratch.h"

namespace hearth::cpu {

namespace {

using lapack::Real;

int64_t cube(int64_t n) { return n * n * n; }

template <class T>
void cholesky(const Call& call) {
  const bool upper = call.as<ops::CholeskyEx>().upper;
  copy_raw_into(call.out[0], call.in[0]);
  const auto a = Matrices<T>::out(call.out[0]);
  int* info = ptr<int>(call.out[1]);
  for_each_matrix(a.count, cube(a.rows) / 3, [&](int64_t i) {
    info[i] = lapack::potrf(upper ? 'L' : 'U', a.rows, a[i], a.ld);
    for (int j = 0; j < a.cols; ++j) {
      T* column = a.column(i, j);
      if (upper) {
        std::fill_n(column, j, T(0));
      } else {
        std::fill(column + j + 1, column + a.rows, T(0));
      }
    }
  });
}

template <class T>
T conjugate(T x) {
  if constexpr (lapack::is_complex<T>) {
    return {x.real_, -x.imag_};
  } else {
    return x;
  }
}

template <class T>
void cholesky_inverse(const Call& call) {
  const char triangle = call.as<ops::CholeskyInverse>().upper ? 'U' : 'L';
  copy_raw_into(call.out[0], call.in[0]);
  const auto a = Matrices<T>::out(call.out[0]);
  for_each_matrix(a.count, 2 * cube(a.rows) / 3, [&](int64_t i) {
    const int info = lapack::potri(triangle, a.rows, a[i], a.ld);
    if (info > 0) ops::throw_failed("cholesky_inverse", info, impl(call.in[0]).dim() > 2 ? i : -1);
    for (int j = 0; j < a.cols; ++j)
      for (int k = 0; k < j; ++k) {
        T &above = a.column(i, j)[k], &below = a.column(i, k)[j];
        (triangle == 'L' ? above : below) = conjugate(triangle == 'L' ? below : above);
      }
  });
}

/// Factors A into `lu`, and the row swaps and what LAPACK says where they belong.
template <class T>
void factor(const Tensor& a, const Tensor& lu, int* pivots, int* info) {
  copy_raw_into(lu, a);
  const auto m = Matrices<T>::out(lu);
  const int64_t k = std::min(m.rows, m.cols);
  for_each_matrix(m.count, m.size * k, [&](int64_t i) {
    info[i] = lapack::getrf(m.rows, m.cols, m[i], m.ld, pivots + i * k);
  });
}

template <class T>
void lu_factor(const Call& call) {
  factor<T>(call.in[0], call.out[0], ptr<int>(call.out[1]), ptr<int>(call.out[2]));
}

template <class T>
void permutation(const Call& call) {
  const Tensor pivots = contiguous_raw(call.in[0]);
  const auto p = Matrices<T>::out(call.out[0]);
  const int64_t k = impl(pivots).sizes.back(), n = p.rows;
  const int* swap = ptr<int>(pivots);
  std::fill_n(p.data, p.count * p.size, T(0));
  Scratch<int64_t> row(static_cast<size_t>(std::max<int64_t>(1, n)));
  for (int64_t i = 0; i < p.count; ++i, swap += k) {
    for (int64_t j = 0; j < n; ++j) row.data()[j] = j;
    for (int64_t j = 0; j < k; ++j) {
      HEARTH_CHECK_AS(ValueError, j < n && swap[j] >= 1 && swap[j] <= n,
                      "[lu_unpack] expected pivots between 1 and ", n, ", got ", swap[j]);
      std::swap(row.data()[j], row.data()[swap[j] - 1]);
    }
    // Row-major, as infer says.
    for (int64_t j = 0; j < n; ++j) p[i][row.data()[j] * n + j] = T(1);
  }
}

/// op(A) X = B in place of `b`; `lu` and `pivots` may have fewer batch dims, or of size 1.
template <class T>
void solve_with(const Tensor& lu_columns, const Tensor& pivots, char trans, const Tensor& b) {
  const auto lu = Matrices<T>::of(lu_columns);
  const auto x = Matrices<T>::out(b);
  const BatchPlaces factors(lu_columns, b), swaps(pivots, b, 1);
  const int* swap = ptr<int>(pivots);
  for_each_matrix(x.count, x.size * x.rows, [&](int64_t i) {
    lapack::getrs(trans, x.rows, x.cols, lu[factors(i)], lu.ld, swap + swaps(i) * x.rows, x[i],
                  x.ld);
  });
}

template <class T>
void lu_solve(const Call& call) {
  const bool adjoint = call.as<ops::LuSolve>().adjoint;
  broadcast_into(call.out[0], call.in[2]);
  if (impl(call.out[0]).numel == 0) return;
  const Tensor pivots = contiguous_raw(call.in[1]);
  const auto swap = ptr<int>(pivots);
  const auto n = impl(call.out[0]).sizes[impl(call.out[0]).sizes.size() - 2];
  for (int64_t i = 0; i < impl(pivots).numel; ++i)
    HEARTH_CHECK_AS(ValueError, swap[i] >= 1 && swap[i] <= n,
                    "[linalg_lu_solve] expected pivots between 1 and ", n, ", got ", swap[i]);
  solve_with<T>(columns_of(call.in[0]), pivots, adjoint ? 'C' : 'N', call.out[0]);
}

template <class T>
void solve(const Call& call) {
  factor<T>(call.in[0], call.out[1], ptr<int>(call.out[2]), ptr<int>(call.out[3]));
  broadcast_into(call.out[0], call.in[1]);
  if (impl(call.out[0]).numel == 0) return;
  solve_with<T>(transposed(call.out[1]), call.out[2], 'N', call.out[0]);
}

/// Up to this order, solving for the columns of 1 is faster than LAPACK's inverse.
constexpr int kSolvedInverse = 256;

template <class T>
void inverse(const Call& call) {
  copy_raw_into(call.out[0], call.in[0]);
  const auto a = Matrices<T>::out(call.out[0]);
  int* info = ptr<int>(call.out[1]);
  const int n = a.rows;
  const bool solves = n <= kSolvedInverse;
  for_each_matrix(a.count, 2 * cube(n), [&](int64_t i) {
    Scratch<int> pivots(static_cast<size_t>(a.ld));
    Scratch<T> factors(solves ? static_cast<size_t>(a.size) : 0);
    T* lu = solves ? factors.data() : a[i];
    if (solves) std::copy_n(a[i], a.size, lu);
    info[i] = lapack::getrf(n, n, lu, a.ld, pivots.data());
    if (info[i] != 0) {
      std::fill_n(a[i], a.size, T(std::numeric_limits<Real<T>>::quiet_NaN()));
    } else if (solves) {
      std::fill_n(a[i], a.size, T(0));
      for (int k = 0; k < n; ++k) a.column(i, k)[k] = T(1);
      lapack::getrs('N', n, n, lu, a.ld, pivots.data(), a[i], a.ld);
    } else {
      lapack::getri(n, lu, a.ld, pivots.data());
    }
  });
}

/// Calls f(matrix, x, swapped) for every element of every diagonal of the factors, `swapped` where
/// its row changed places.
template <class T, class F>
void along_diagonals(const Tensor& lu, const int* pivots, const F& f) {
  const auto a = Matrices<T>::out(lu);
  for (int64_t i = 0; i < a.count; ++i)
    for (int k = 0; k < a.rows; ++k) f(i, a.column(i, k)[k], pivots[i * a.rows + k] != k + 1);
}

template <class T>
void det(const Call& call) {
  const Tensor &det = call.out[0], &lu = call.out[1], &pivots = call.out[2];
  Scratch<int> info(static_cast<size_t>(std::max<int64_t>(1, impl(det).numel)));
  factor<T>(call.in[0], lu, ptr<int>(pivots), info.data());
  T* to = ptr<T>(det);
  std::fill_n(to, impl(det).numel, T(1));
  along_diagonals<T>(lu, ptr<int>(pivots),
                     [&](int64_t i, T x, bool swapped) { to[i] = to[i] * (swapped ? -x : x); });
}

template <class T>
Real<T> magnitude(T x) {
  if constexpr (lapack::is_complex<T>) {
    return std::hypot(x.real_, x.imag_);
  } else {
    return std::abs(x);
  }
}

template <class T>
void slogdet(const Call& call) {
  const Tensor &sign = call.out[0], &lu = call.out[2], &pivots = call.out[3];
  Scratch<int> info(static_cast<size_t>(std::max<int64_t>(1, impl(sign).numel)));
  factor<T>(call.in[0], lu, ptr<int>(pivots), info.data());
  T* signs = ptr<T>(sign);
  auto* logs = ptr<Real<T>>(call.out[1]);
  std::fill_n(signs, impl(sign).numel, T(1));
  std::fill_n(logs, impl(sign).numel, Real<T>(0));
  along_diagonals<T>(lu, ptr<int>(pivots), [&](int64_t i, T x, bool swapped) {
    const Real<T> size = magnitude(x);
    const T unit = size == 0 ? T(0) : x / T(size);
    signs[i] = signs[i] * (swapped ? -unit : unit);
    logs[i] += std::log(size);
  });
}

/// A row-major triangle is the other one of the transposed matrix, so it is not copied.
template <class T>
void solve_triangular(const Call& call) {
  const auto& op = call.as<ops::SolveTriangular>();
  broadcast_into(call.out[0], call.in[1]);
  if (impl(call.out[0]).numel == 0) return;
  const bool turned = impl(call.in[0]).contiguous;
  const Tensor columns = turned ? call.in[0] : columns_of(call.in[0]);
  const auto a = Matrices<T>::of(columns);
  const auto x = Matrices<T>::out(call.out[0]);
  const BatchPlaces places(call.in[0], call.out[0]);
  const char side = op.left ? 'L' : 'R', triangle = op.upper != turned ? 'U' : 'L',
             trans = turned ? 'T' : 'N', diagonal = op.unitriangular ? 'U' : 'N';
  for_each_matrix(x.count, x.size * a.rows / 2, [&](int64_t i) {
    lapack::trsm(side, triangle, trans, diagonal, x.rows, x.cols, a[places(i)], a.ld, x[i], x.ld);
  });
}

template <class T>
void ldl_factor(const Call& call) {
  const bool hermitian = call.as<ops::LdlFactorEx>().hermitian;
  copy_raw_into(call.out[0], call.in[0]);
  const auto a = Matrices<T>::out(call.out[0]);
  int *pivots = ptr<int>(call.out[1]), *info = ptr<int>(call.out[2]);
  for_each_matrix(a.count, cube(a.rows) / 3, [&](int64_t i) {
    info[i] = lapack::sytrf(hermitian, a.rows, a[i], a.ld, pivots + i * a.rows);
    for (int j = 0; j < a.cols; ++j) std::fill_n(a.column(i, j), j, T(0));
  });
}

template <class T>
void ldl_solve(const Call& call) {
  const bool hermitian = call.as<ops::LdlSolve>().hermitian;
  broadcast_into(call.out[0], call.in[2]);
  if (impl(call.out[0]).numel == 0) return;
  const Tensor columns = columns_of(call.in[0]), pivots = contiguous_raw(call.in[1]);
  const auto a = Matrices<T>::of(columns);
  const auto x = Matrices<T>::out(call.out[0]);
  const int* swap = ptr<int>(pivots);
  for (int64_t i = 0; i < impl(pivots).numel; ++i)
    HEARTH_CHECK_AS(ValueError, swap[i] != 0 && std::abs(swap[i]) <= x.rows,
                    "[linalg_ldl_solve] expected pivots between 1 and ", x.rows,
                    " or their negatives, got ", swap[i]);
  const BatchPlaces factors(call.in[0], call.out[0]), swaps(pivots, call.out[0], 1);
  for_each_matrix(x.count, x.size * x.rows, [&](int64_t i) {
    lapack::sytrs(hermitian, x.rows, x.cols, a[factors(i)], a.ld, swap + swaps(i) * x.rows, x[i],
                  x.ld);
  });
}

}  // namespace

void install_factors() {
  ops::CholeskyEx::row().kernel[0] = HEARTH_LAPACK_KERNEL(cholesky);
  ops::CholeskyInverse::row().kernel[0] = HEARTH_LAPACK_KERNEL(cholesky_inverse);
  ops::LuFactorEx::row().kernel[0] = HEARTH_LAPACK_KERNEL(lu_factor);
  ops::LuPermutation::row().kernel[0] = [](const Call& call) {
    with_lapack_type(impl(call.out[0]).dtype, [&]<class T>(T) { permutation<T>(call); });
  };
  ops::LuSolve::row().kernel[0] = HEARTH_LAPACK_KERNEL(lu_solve);
  ops::SolveEx::row().kernel[0] = HEARTH_LAPACK_KERNEL(solve);
  ops::InvEx::row().kernel[0] = HEARTH_LAPACK_KERNEL(inverse);
  ops::Det::row().kernel[0] = HEARTH_LAPACK_KERNEL(det);
  ops::SlogDet::row().kernel[0] = HEARTH_LAPACK_KERNEL(slogdet);
  ops::SolveTriangular::row().kernel[0] = HEARTH_LAPACK_KERNEL(solve_triangular);
  ops::LdlFactorEx::row().kernel[0] = HEARTH_LAPACK_KERNEL(ldl_factor);
  ops::LdlSolve::row().kernel[0] = HEARTH_LAPACK_KERNEL(ldl_solve);
}

}  // namespace hearth::cpu
