// SPDX-License-Identifier: Apache-2.0
#include <limits>

#include "cuda/solver.h"
#include "cuda/solver_room.h"

namespace hearth::cuda::solver {

template <class T>
void syevd(bool vectors, char uplo, const Matrices<T>& a, Real<T>* w, int* info) {
  constexpr cudaDataType type = Routines<T>::type, real = Routines<Real<T>>::type;
  if (a.size * a.count == 0) return;
  const cusolverEigMode_t job = vectors ? CUSOLVER_EIG_MODE_VECTOR : CUSOLVER_EIG_MODE_NOVECTOR;
  size_t device = 0, host = 0;
#if CUSOLVER_VERSION >= 11701
  if (batched(a.count, a.rows)) {
    check(cusolverDnXsyevBatched_bufferSize(cusolver(), parameters(), job, triangle(uplo), a.rows,
                                            type, a.data, a.ld, real, w, type, &device, &host,
                                            a.count));
    const Rooms rooms(device, host);
    return check(cusolverDnXsyevBatched(
        cusolver(), parameters(), job, triangle(uplo), a.rows, type, a.data, a.ld, real, w, type,
        rooms.device(), rooms.device_bytes, rooms.host(), rooms.host_bytes, info, a.count));
  }
#endif
  check(cusolverDnXsyevd_bufferSize(cusolver(), parameters(), job, triangle(uplo), a.rows, type,
                                    a.data, a.ld, real, w, type, &device, &host));
  const Rooms rooms(device, host);
  for (int64_t i = 0; i < a.count; ++i)
    check(cusolverDnXsyevd(cusolver(), parameters(), job, triangle(uplo), a.rows, type, a[i], a.ld,
                           real, w + i * a.rows, type, rooms.device(), rooms.device_bytes,
                           rooms.host(), rooms.host_bytes, info + i));
}

template <class T>
void geev(const Matrices<T>& a, T* w, T* vectors, int* info) {
#if CUSOLVER_VERSION >= 11702
  constexpr cudaDataType type = Routines<T>::type;
  if (a.size * a.count == 0) return;
  const cusolverEigMode_t none = CUSOLVER_EIG_MODE_NOVECTOR,
                          job = vectors ? CUSOLVER_EIG_MODE_VECTOR : none;
  // Real and imaginary parts are numbers of their own.
  const int64_t values = std::is_same_v<T, Real<T>> ? 2 * int64_t{a.rows} : a.rows;
  size_t device = 0, host = 0;
  check(cusolverDnXgeev_bufferSize(cusolver(), parameters(), none, job, a.rows, type, a.data, a.ld,
                                   type, w, type, nullptr, a.ld, type, vectors, a.ld, type, &device,
                                   &host));
  const Rooms rooms(device, host);
  for (int64_t i = 0; i < a.count; ++i)
    check(cusolverDnXgeev(cusolver(), parameters(), none, job, a.rows, type, a[i], a.ld, type,
                          w + i * values, type, nullptr, a.ld, type,
                          vectors ? vectors + i * a.size : nullptr, a.ld, type, rooms.device(),
                          rooms.device_bytes, rooms.host(), rooms.host_bytes, info + i));
#else
  (void)a, (void)w, (void)vectors, (void)info;
  throw NotImplementedError(
      "[linalg_eig] on CUDA this needs a build with the toolkit of CUDA 12.8 "
      "or newer, whose cuSOLVER has it; move the matrix to the CPU");
#endif
}

template <class T>
void gesvd(bool all, const Matrices<T>& a, Real<T>* s, T* u, T* vt, int* info) {
  constexpr cudaDataType type = Routines<T>::type, real = Routines<Real<T>>::type;
  if (a.size * a.count == 0) return;
  const auto job = static_cast<signed char>(!u ? 'N' : all ? 'A' : 'S');
  const int64_t m = a.rows, n = a.cols, size_u = m * (all ? m : n), size_vt = n * n;
  size_t device = 0, host = 0;
  check(cusolverDnXgesvd_bufferSize(cusolver(), parameters(), job, job, m, n, type, a.data, a.ld,
                                    real, s, type, u, m, type, vt, n, type, &device, &host));
  const Rooms rooms(device, host);
  for (int64_t i = 0; i < a.count; ++i)
    check(cusolverDnXgesvd(cusolver(), parameters(), job, job, m, n, type, a[i], a.ld, real,
                           s + i * n, type, u ? u + i * size_u : nullptr, m, type,
                           vt ? vt + i * size_vt : nullptr, n, type, rooms.device(),
                           rooms.device_bytes, rooms.host(), rooms.host_bytes, info + i));
}

template <class T>
void gesvdj(const Matrices<T>& a, Real<T>* s, T* u, T* v, int* info) {
  using R = Routines<T>;
  thread_local gesvdjInfo_t parameters = nullptr;
  if (!parameters) {
    check(cusolverDnCreateGesvdjInfo(&parameters));
    check(cusolverDnXgesvdjSetTolerance(parameters, std::numeric_limits<Real<T>>::epsilon()));
    check(cusolverDnXgesvdjSetSortEig(parameters, 1));
  }
  const cusolverEigMode_t job = u ? CUSOLVER_EIG_MODE_VECTOR : CUSOLVER_EIG_MODE_NOVECTOR;
  const int m = a.rows, n = a.cols, count = static_cast<int>(a.count);
  int size = 0;
  check(R::gesvdj_size(cusolver(), job, m, n, native(a.data), a.ld, s, native(u), m, native(v), n,
                       &size, parameters, count));
  const Room<T> room(size);
  check(R::gesvdj_batched(cusolver(), job, m, n, native(a.data), a.ld, s, native(u), m, native(v),
                          n, room.data(), room.size(), info, parameters, count));
}

#define HEARTH_INSTANTIATE(T, name)                                         \
  template void syevd<T>(bool, char, const Matrices<T>&, Real<T>*, int*);   \
  template void geev<T>(const Matrices<T>&, T*, T*, int*);                  \
  template void gesvd<T>(bool, const Matrices<T>&, Real<T>*, T*, T*, int*); \
  template void gesvdj<T>(const Matrices<T>&, Real<T>*, T*, T*, int*);
HEARTH_FOR_LAPACK(HEARTH_INSTANTIATE)
#undef HEARTH_INSTANTIATE

}  // namespace hearth::cuda::solver
