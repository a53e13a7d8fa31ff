// SPDX-License-Identifier: Apache-2.0
#include "cuda/matrix_kernels.h"
#include "cuda/solver.h"
#include "cuda/solver_room.h"

namespace hearth::cuda::solver {

namespace {

void set_zero(int* info, int64_t count) {
  if (count == 0) return;
  check(cudaMemsetAsync(info, 0, static_cast<size_t>(count) * sizeof(int), stream()), "linalg");
}

/// For batched routines, whose arrays are not const.
template <class T>
auto pointers_in(const MatrixPointers<T>& pointers) {
  using Number = typename Routines<T>::Number;
  return reinterpret_cast<Number**>(const_cast<T**>(pointers.data()));
}

}  // namespace

template <class T>
void potrf(char uplo, const Matrices<T>& a, int* info) {
  using R = Routines<T>;
  if (a.size * a.count == 0) return set_zero(info, a.count);
  const int n = a.rows;
  if (batched(a.count, n)) {
    const MatrixPointers<T> pointers(a);
    return check(R::potrf_batched(cusolver(), triangle(uplo), n, pointers_in(pointers), a.ld, info,
                                  static_cast<int>(a.count)));
  }
  int size = 0;
  check(R::potrf_size(cusolver(), triangle(uplo), n, native(a.data), a.ld, &size));
  const Room<T> room(size);
  for (int64_t i = 0; i < a.count; ++i)
    check(R::potrf(cusolver(), triangle(uplo), n, native(a[i]), a.ld, room.data(), size, info + i));
}

template <class T>
void getrf(const Matrices<T>& a, int* pivots, int* info) {
  using R = Routines<T>;
  if (a.size * a.count == 0) return set_zero(info, a.count);
  if (a.rows == a.cols && batched(a.count, a.rows)) {
    const MatrixPointers<T> pointers(a);
    return check(R::getrf_batched(cublas(), a.rows, pointers_in(pointers), a.ld, pivots, info,
                                  static_cast<int>(a.count)));
  }
  int size = 0;
  check(R::getrf_size(cusolver(), a.rows, a.cols, native(a.data), a.ld, &size));
  const Room<T> room(size);
  const int64_t k = std::min(a.rows, a.cols);
  for (int64_t i = 0; i < a.count; ++i)
    check(R::getrf(cusolver(), a.rows, a.cols, native(a[i]), a.ld, room.data(), pivots + i * k,
                   info + i));
}

template <class T>
void getrs(char trans, const Matrices<T>& lu, const BatchPlaces& places, const int* pivots,
           const Matrices<T>& b) {
  using R = Routines<T>;
  if (b.size * b.count == 0) return;
  if (batched(b.count, b.rows)) {
    const MatrixPointers<T> factors(lu, places, b.count), results(b);
    int refused = 0;  // an argument; about matrices it has nothing to say
    return check(R::getrs_batched(cublas(), operation<T>(trans), b.rows, b.cols,
                                  pointers_in(factors), lu.ld, pivots, pointers_in(results), b.ld,
                                  &refused, static_cast<int>(b.count)));
  }
  const Workspace info(sizeof(int));
  for (int64_t i = 0; i < b.count; ++i)
    check(R::getrs(cusolver(), operation<T>(trans), b.rows, b.cols, native(lu[places(i)]), lu.ld,
                   pivots + i * b.rows, native(b[i]), b.ld, info.data<int>()));
}

template <class T>
void trsm(char side, char uplo, char trans, char diag, const Matrices<T>& a,
          const BatchPlaces& places, const Matrices<T>& b) {
  using R = Routines<T>;
  if (b.size * b.count == 0) return;
  const T one(1);
  const cublasDiagType_t unit = diag == 'U' ? CUBLAS_DIAG_UNIT : CUBLAS_DIAG_NON_UNIT;
  if (batched(b.count, side == 'L' ? b.rows : b.cols)) {
    const MatrixPointers<T> triangles(a, places, b.count), results(b);
    return check(R::trsm_batched(cublas(), side_of(side), triangle(uplo), operation<T>(trans), unit,
                                 b.rows, b.cols, native(&one), pointers_in(triangles), a.ld,
                                 pointers_in(results), b.ld, static_cast<int>(b.count)));
  }
  for (int64_t i = 0; i < b.count; ++i)
    check(R::trsm(cublas(), side_of(side), triangle(uplo), operation<T>(trans), unit, b.rows,
                  b.cols, native(&one), native(a[places(i)]), a.ld, native(b[i]), b.ld));
}

#define HEARTH_INSTANTIATE(T, name)                                                     \
  template void potrf<T>(char, const Matrices<T>&, int*);                               \
  template void getrf<T>(const Matrices<T>&, int*, int*);                               \
  template void getrs<T>(char, const Matrices<T>&, const BatchPlaces&, const int*,      \
                         const Matrices<T>&);                                           \
  template void trsm<T>(char, char, char, char, const Matrices<T>&, const BatchPlaces&, \
                        const Matrices<T>&);
HEARTH_FOR_LAPACK(HEARTH_INSTANTIATE)
#undef HEARTH_INSTANTIATE

}  // namespace hearth::cuda::solver
