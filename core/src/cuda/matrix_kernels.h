// SPDX-License-Identifier: Apache-2.0
// What is done to batches of matrices around the libraries' routines.
#pragma once

#include "backends/matrices.h"
#include "cuda/runtime.h"

namespace hearth::cuda {

/// Sets what is not in a triangle ('U' or 'L') to 0.
template <class T>
void keep_triangle(char uplo, const Matrices<T>& a);
/// Sets the diagonals to 1 and all else to 0.
template <class T>
void set_identity(const Matrices<T>& a);
/// Sets the matrices whose `info` is not 0 to NaN.
template <class T>
void fail_where(const int* info, const Matrices<T>& a);

/// Where the matrices lie, as batched routines ask for it: an array on the device. With `places`,
/// those that meet the matrices of a result, `count` of them.
template <class T>
class MatrixPointers {
 public:
  explicit MatrixPointers(const Matrices<T>& a);
  MatrixPointers(const Matrices<T>& a, const BatchPlaces& places, int64_t count);
  T* const* data() const { return memory_.data<T*>(); }

 private:
  Workspace memory_;
};

/// The `n` pivots of each of the matrices of a result, between 1 and n. Others are reported, as
/// indices of linalg_lu_solve, and replaced.
void gather_pivots(const int* pivots, const BatchPlaces& places, int64_t count, int n, int* out);

/// Complex eigenvalues and, unless null, eigenvectors, from those of real matrices as LAPACK packs
/// them: real parts of `count` values and then imaginary parts for each matrix; of a pair of
/// conjugates, one column with the real and one with the imaginary part of the first's vector.
template <class R>
void unpack_eigenpairs(int n, int64_t count, const R* values, const R* vectors,
                       complex<R>* to_values, complex<R>* to_vectors);

}  // namespace hearth::cuda
