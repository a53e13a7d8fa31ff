// SPDX-License-Identifier: Apache-2.0
// LAPACK as kernels call it: one matrix at a time, columns one after another. T is float, double or
// a complex number of these. `info` is LAPACK's: 0, or positive where the matrix is to blame;
// arguments that LAPACK refuses throw. lapack/openblas.cpp calls OpenBLAS; lapack/plain.cpp stands
// in for it with loops of its own, and throws NotImplementedError for what has none.
#pragma once

#include <cstdint>
#include <type_traits>

#include "hearth/base/complex.h"

#include "backends/matrices.h"
#include "ops/decompositions.h"

namespace hearth::cpu::lapack {

using hearth::Real;
template <class T>
inline constexpr bool is_complex = !std::is_same_v<T, Real<T>>;

/// Checks at first use that OpenBLAS and libgomp agree about threads; before any other call.
void prepare();

// ---- Cholesky: A = L L^H ('L') or U^H U ('U'), in that triangle of a
template <class T>
int potrf(char uplo, int n, T* a, int lda);
/// The inverse from it, in the same triangle.
template <class T>
int potri(char uplo, int n, T* a, int lda);

// ---- LU with row swaps: A = P L U
template <class T>
int getrf(int m, int n, T* a, int lda, int* pivots);
/// op(A) X = B in place of b; trans is 'N', 'T' or 'C'.
template <class T>
void getrs(char trans, int n, int columns, const T* lu, int lda, const int* pivots, T* b, int ldb);
/// The inverse in place of the factors, which are regular.
template <class T>
void getri(int n, T* lu, int lda, const int* pivots);

/// op(A) X = B (side 'L') or X op(A) = B ('R') for a triangle of a, b being m x n.
template <class T>
void trsm(char side, char uplo, char trans, char diag, int m, int n, const T* a, int lda, T* b,
          int ldb);

// ---- L D L^T, or L D L^H where hermitian, of the lower triangle
template <class T>
int sytrf(bool hermitian, int n, T* a, int lda, int* pivots);
template <class T>
void sytrs(bool hermitian, int n, int columns, const T* a, int lda, const int* pivots, T* b,
           int ldb);

// ---- QR by reflections
template <class T>
void geqrf(int m, int n, T* a, int lda, T* tau);
/// The first n columns of the product of k reflections.
template <class T>
void orgqr(int m, int n, int k, T* a, int lda, const T* tau);
/// That product, or its adjoint, times c.
template <class T>
void ormqr(char side, bool adjoint, int m, int n, int k, const T* a, int lda, const T* tau, T* c,
           int ldc);

// ---- spectra. Vectors are computed where the pointer to them is not null.
/// Eigenvalues w in ascending order, and eigenvectors in place of a.
template <class T>
int syevd(bool vectors, char uplo, int n, T* a, int lda, Real<T>* w);
template <class T>
int geev(int n, T* a, int lda, complex<Real<T>>* w, complex<Real<T>>* vectors, int ldv);
/// `all`: square u and vt, else as many columns and rows as there are singular values.
template <class T>
int gesdd(bool all, int m, int n, T* a, int lda, Real<T>* s, T* u, int ldu, T* vt, int ldvt);

// ---- least squares: x in the first n rows of b, which has max(m, n)
using ops::LstsqDriver;
/// The rank goes where `rank` points, singular values to `s` (Gelsd and Gelss).
template <class T>
int lstsq(LstsqDriver driver, int m, int n, int columns, T* a, int lda, T* b, int ldb, double rcond,
          int64_t* rank, Real<T>* s);

}  // namespace hearth::cpu::lapack
