// SPDX-License-Identifier: Apache-2.0
// LAPACK as kernels of linear algebra call it, on the device: whole batches, of matrices whose
// columns lie one after another. T is float, double or a complex number of these; `info` (one for
// each matrix, on the device) is LAPACK's. Nothing waits for the device.
#pragma once

#include "backends/matrices.h"

namespace hearth::cuda::solver {

// ---- solver_factors.cpp

/// A = L L^H ('L') or U^H U ('U'), in that triangle of a.
template <class T>
void potrf(char uplo, const Matrices<T>& a, int* info);
/// A = P L U.
template <class T>
void getrf(const Matrices<T>& a, int* pivots, int* info);
/// op(A) X = B in place of b; trans is 'N', 'T' or 'C'. `places` says which factors are b's; there
/// are pivots for each matrix of b.
template <class T>
void getrs(char trans, const Matrices<T>& lu, const BatchPlaces& places, const int* pivots,
           const Matrices<T>& b);
/// op(A) X = B (side 'L') or X op(A) = B ('R') for a triangle of a.
template <class T>
void trsm(char side, char uplo, char trans, char diag, const Matrices<T>& a,
          const BatchPlaces& places, const Matrices<T>& b);

// ---- solver_reflections.cpp

/// A = Q R; tau has min(rows, cols) factors for each matrix.
template <class T>
void geqrf(const Matrices<T>& a, T* tau);
/// The first columns of the product of k reflections, in place.
template <class T>
void orgqr(const Matrices<T>& a, int k, const T* tau);
/// The product of a's first k reflections (or its adjoint) times c ('L'), or the other way round.
template <class T>
void ormqr(char side, bool adjoint, const Matrices<T>& a, int k, const T* tau,
           const Matrices<T>& c);

// ---- solver_spectra.cpp

/// Eigenvalues w in ascending order, and eigenvectors in place of a.
template <class T>
void syevd(bool vectors, char uplo, const Matrices<T>& a, Real<T>* w, int* info);
/// `vectors` may be null. Values and vectors of real matrices are packed as LAPACK does it, see
/// unpack_eigenpairs.
template <class T>
void geev(const Matrices<T>& a, T* w, T* vectors, int* info);
/// Of matrices with at least as many rows as columns. `all`: u is square. Without vectors, null.
template <class T>
void gesvd(bool all, const Matrices<T>& a, Real<T>* s, T* u, T* vt, int* info);
/// The same of a batch of matrices up to kJacobiSide x kJacobiSide, by Jacobi's rotations. u is
/// square, and v, of which vt would be the adjoint.
inline constexpr int kJacobiSide = 32;
template <class T>
void gesvdj(const Matrices<T>& a, Real<T>* s, T* u, T* v, int* info);

}  // namespace hearth::cuda::solver
