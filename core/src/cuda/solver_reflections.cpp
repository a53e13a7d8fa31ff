// SPDX-License-Identifier: Apache-2.0
#include "cuda/matrix_kernels.h"
#include "cuda/solver.h"
#include "cuda/solver_room.h"

namespace hearth::cuda::solver {

template <class T>
void geqrf(const Matrices<T>& a, T* tau) {
  using R = Routines<T>;
  const int64_t k = std::min(a.rows, a.cols);
  if (k * a.count == 0) return;
  int size = 0;
  check(R::geqrf_size(cusolver(), a.rows, a.cols, native(a.data), a.ld, &size));
  const Room<T> room(size);
  const Workspace info(sizeof(int));
  for (int64_t i = 0; i < a.count; ++i)
    check(R::geqrf(cusolver(), a.rows, a.cols, native(a[i]), a.ld, native(tau + i * k), room.data(),
                   room.size(), info.data<int>()));
}

template <class T>
void orgqr(const Matrices<T>& a, int k, const T* tau) {
  using R = Routines<T>;
  if (a.size * a.count == 0) return;
  if (k == 0) return set_identity(a);
  int size = 0;
  check(R::orgqr_size(cusolver(), a.rows, a.cols, k, native(a.data), a.ld, native(tau), &size));
  const Room<T> room(size);
  const Workspace info(sizeof(int));
  for (int64_t i = 0; i < a.count; ++i)
    check(R::orgqr(cusolver(), a.rows, a.cols, k, native(a[i]), a.ld, native(tau + i * k),
                   room.data(), room.size(), info.data<int>()));
}

template <class T>
void ormqr(char side, bool adjoint, const Matrices<T>& a, int k, const T* tau,
           const Matrices<T>& c) {
  using R = Routines<T>;
  if (c.size * c.count == 0 || k == 0) return;
  const cublasOperation_t trans = operation<T>(adjoint ? 'C' : 'N');
  int size = 0;
  check(R::ormqr_size(cusolver(), side_of(side), trans, c.rows, c.cols, k, native(a.data), a.ld,
                      native(tau), native(c.data), c.ld, &size));
  const Room<T> room(size);
  const Workspace info(sizeof(int));
  for (int64_t i = 0; i < c.count; ++i)
    check(R::ormqr(cusolver(), side_of(side), trans, c.rows, c.cols, k, native(a[i]), a.ld,
                   native(tau + i * k), native(c[i]), c.ld, room.data(), room.size(),
                   info.data<int>()));
}

#define HEARTH_INSTANTIATE(T, name)                          \
  template void geqrf<T>(const Matrices<T>&, T*);            \
  template void orgqr<T>(const Matrices<T>&, int, const T*); \
  template void ormqr<T>(char, bool, const Matrices<T>&, int, const T*, const Matrices<T>&);
HEARTH_FOR_LAPACK(HEARTH_INSTANTIATE)
#undef HEARTH_INSTANTIATE

}  // namespace hearth::cuda::solver
