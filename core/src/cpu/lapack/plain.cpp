// SPDX-License-Identifier: Apache-2.0
// What of LAPACK has plain loops, for builds without OpenBLAS.
#include <algorithm>
#include <cmath>

#include "hearth/base/error.h"
#include "hearth/ops/linalg_decompositions.h"

#include "cpu/lapack/lapack.h"
#include "cpu/scratch.h"

namespace hearth {

bool has_lapack() { return false; }

namespace cpu::lapack {

namespace {

[[noreturn]] void throw_missing(const char* routine) {
  throw NotImplementedError(cat_str("[linalg] this needs LAPACK's ", routine,
                                    ", and this build of Hearth has none; install OpenBLAS "
                                    "(Debian: libopenblas-openmp-dev) and build again"));
}

template <class T>
T conjugate(T x) {
  if constexpr (is_complex<T>) {
    return {x.real_, -x.imag_};
  } else {
    return x;
  }
}
template <class T>
Real<T> real_part(T x) {
  if constexpr (is_complex<T>) {
    return x.real_;
  } else {
    return x;
  }
}
/// What LAPACK compares pivots by.
template <class T>
Real<T> size1(T x) {
  if constexpr (is_complex<T>) {
    return std::abs(x.real_) + std::abs(x.imag_);
  } else {
    return std::abs(x);
  }
}

/// Solves op(A) x = b for one column x, A of order n; elements of a column `step` apart.
template <class T>
void solve_triangle(bool upper, char trans, bool unit, int n, const T* a, int lda, T* x, int step) {
  const auto at = [&](int i, int j) {
    const T v =
        trans == 'N' ? a[i + static_cast<int64_t>(j) * lda] : a[j + static_cast<int64_t>(i) * lda];
    return trans == 'C' ? conjugate(v) : v;
  };
  const bool backward = upper == (trans == 'N');
  for (int k = 0; k < n; ++k) {
    const int i = backward ? n - 1 - k : k;
    T sum = x[static_cast<int64_t>(i) * step];
    for (int l = 0; l < k; ++l) {
      const int j = backward ? n - 1 - l : l;
      sum = sum - at(i, j) * x[static_cast<int64_t>(j) * step];
    }
    x[static_cast<int64_t>(i) * step] = unit ? sum : sum / at(i, i);
  }
}

template <class T>
void swap_rows(int columns, T* b, int ldb, int i, int j) {
  for (int c = 0; i != j && c < columns; ++c)
    std::swap(b[i + static_cast<int64_t>(c) * ldb], b[j + static_cast<int64_t>(c) * ldb]);
}

}  // namespace

void prepare() {}

template <class T>
int potrf(char uplo, int n, T* a, int lda) {
  // L by columns, or U by rows.
  const auto at = [&](int i, int j) -> T& {
    return uplo == 'L' ? a[i + static_cast<int64_t>(j) * lda]
                       : a[j + static_cast<int64_t>(i) * lda];
  };
  for (int j = 0; j < n; ++j) {
    Real<T> d = real_part(at(j, j));
    for (int k = 0; k < j; ++k) d -= real_part(at(j, k) * conjugate(at(j, k)));
    if (!(d > 0)) return j + 1;
    d = std::sqrt(d);
    at(j, j) = T(d);
    for (int i = j + 1; i < n; ++i) {
      T sum = at(i, j);
      for (int k = 0; k < j; ++k) sum = sum - at(i, k) * conjugate(at(j, k));
      at(i, j) = sum / T(d);
    }
  }
  return 0;
}

template <class T>
int potri(char uplo, int n, T* a, int lda) {
  const auto size = static_cast<size_t>(n);
  for (size_t i = 0; i < size; ++i)
    if (size1(a[i + i * static_cast<size_t>(lda)]) == 0) return static_cast<int>(i) + 1;
  Scratch<T> inverse(std::max<size_t>(1, size * size));
  for (size_t j = 0; j < size; ++j)
    for (size_t i = 0; i < size; ++i) inverse[i + j * size] = T(i == j ? 1 : 0);
  const char first = uplo == 'L' ? 'N' : 'C', second = uplo == 'L' ? 'C' : 'N';
  trsm('L', uplo, first, 'N', n, n, a, lda, inverse.data(), n);
  trsm('L', uplo, second, 'N', n, n, a, lda, inverse.data(), n);
  for (size_t j = 0; j < size; ++j)
    for (size_t i = uplo == 'L' ? j : 0; i < (uplo == 'L' ? size : j + 1); ++i)
      a[i + j * static_cast<size_t>(lda)] = inverse[i + j * size];
  return 0;
}

template <class T>
int getrf(int m, int n, T* a, int lda, int* pivots) {
  int info = 0;
  const auto column = [&](int j) { return a + static_cast<int64_t>(j) * lda; };
  for (int k = 0; k < std::min(m, n); ++k) {
    int p = k;
    for (int i = k + 1; i < m; ++i)
      if (size1(column(k)[i]) > size1(column(k)[p])) p = i;
    pivots[k] = p + 1;
    if (size1(column(k)[p]) == 0) {
      if (info == 0) info = k + 1;
      continue;
    }
    swap_rows(n, a, lda, k, p);
    for (int i = k + 1; i < m; ++i) column(k)[i] = column(k)[i] / column(k)[k];
    for (int j = k + 1; j < n; ++j)
      for (int i = k + 1; i < m; ++i) column(j)[i] = column(j)[i] - column(k)[i] * column(j)[k];
  }
  return info;
}

template <class T>
void getrs(char trans, int n, int columns, const T* lu, int lda, const int* pivots, T* b, int ldb) {
  const bool plain = trans == 'N';
  for (int k = 0; plain && k < n; ++k) swap_rows(columns, b, ldb, k, pivots[k] - 1);
  trsm('L', plain ? 'L' : 'U', trans, plain ? 'U' : 'N', n, columns, lu, lda, b, ldb);
  trsm('L', plain ? 'U' : 'L', trans, plain ? 'N' : 'U', n, columns, lu, lda, b, ldb);
  for (int k = n - 1; !plain && k >= 0; --k) swap_rows(columns, b, ldb, k, pivots[k] - 1);
}

template <class T>
void getri(int n, T* lu, int lda, const int* pivots) {
  const auto size = static_cast<size_t>(n);
  Scratch<T> inverse(std::max<size_t>(1, size * size));
  for (size_t j = 0; j < size; ++j)
    for (size_t i = 0; i < size; ++i) inverse[i + j * size] = T(i == j ? 1 : 0);
  getrs('N', n, n, lu, lda, pivots, inverse.data(), n);
  for (size_t j = 0; j < size; ++j)
    std::copy_n(inverse.data() + j * size, size, lu + j * static_cast<size_t>(lda));
}

template <class T>
void trsm(char side, char uplo, char trans, char diag, int m, int n, const T* a, int lda, T* b,
          int ldb) {
  const bool upper = uplo == 'U', unit = diag == 'U';
  if (side == 'L') {
    for (int j = 0; j < n; ++j)
      solve_triangle(upper, trans, unit, m, a, lda, b + static_cast<int64_t>(j) * ldb, 1);
    return;
  }
  // x op(A) = b is op(A)^T x^T = b^T; the adjoint's transpose conjugates and does not turn.
  if (trans == 'C') {
    for (int j = 0; j < n; ++j)
      for (int i = 0; i < m; ++i)
        b[i + static_cast<int64_t>(j) * ldb] = conjugate(b[i + static_cast<int64_t>(j) * ldb]);
    trsm(side, uplo, 'T', diag, m, n, a, lda, b, ldb);
    for (int j = 0; j < n; ++j)
      for (int i = 0; i < m; ++i)
        b[i + static_cast<int64_t>(j) * ldb] = conjugate(b[i + static_cast<int64_t>(j) * ldb]);
    return;
  }
  for (int i = 0; i < m; ++i)
    solve_triangle(upper, trans == 'N' ? 'T' : 'N', unit, n, a, lda, b + i, ldb);
}

template <class T>
int sytrf(bool, int, T*, int, int*) {
  throw_missing("sytrf");
}
template <class T>
void sytrs(bool, int, int, const T*, int, const int*, T*, int) {
  throw_missing("sytrs");
}
template <class T>
void geqrf(int, int, T*, int, T*) {
  throw_missing("geqrf");
}
template <class T>
void orgqr(int, int, int, T*, int, const T*) {
  throw_missing("orgqr");
}
template <class T>
void ormqr(char, bool, int, int, int, const T*, int, const T*, T*, int) {
  throw_missing("ormqr");
}
template <class T>
int syevd(bool, char, int, T*, int, Real<T>*) {
  throw_missing("syevd");
}
template <class T>
int geev(int, T*, int, complex<Real<T>>*, complex<Real<T>>*, int) {
  throw_missing("geev");
}
template <class T>
int gesdd(bool, int, int, T*, int, Real<T>*, T*, int, T*, int) {
  throw_missing("gesdd");
}
template <class T>
int lstsq(LstsqDriver, int, int, int, T*, int, T*, int, double, int64_t*, Real<T>*) {
  throw_missing("gels");
}

#include "cpu/lapack/instances.def"

}  // namespace cpu::lapack
}  // namespace hearth
