// SPDX-License-Identifier: Apache-2.0
// The names that cuSOLVER's and cuBLAS' routines have for each type of numbers.
#pragma once

#include <cublas_v2.h>
#include <cusolverDn.h>

#include "backends/matrices.h"
#include "cuda/runtime.h"

namespace hearth::cuda::solver {

template <class T>
struct Routines;

#define HEARTH_ROUTINES(T, Native, kind, L, orthogonal)                            \
  template <>                                                                      \
  struct Routines<T> {                                                             \
    using Number = Native;                                                         \
    static constexpr cudaDataType type = kind;                                     \
    static constexpr auto potrf = &cusolverDn##L##potrf;                           \
    static constexpr auto potrf_size = &cusolverDn##L##potrf_bufferSize;           \
    static constexpr auto potrf_batched = &cusolverDn##L##potrfBatched;            \
    static constexpr auto getrf = &cusolverDn##L##getrf;                           \
    static constexpr auto getrf_size = &cusolverDn##L##getrf_bufferSize;           \
    static constexpr auto getrf_batched = &cublas##L##getrfBatched;                \
    static constexpr auto getrs = &cusolverDn##L##getrs;                           \
    static constexpr auto getrs_batched = &cublas##L##getrsBatched;                \
    static constexpr auto trsm = &cublas##L##trsm_v2;                              \
    static constexpr auto trsm_batched = &cublas##L##trsmBatched;                  \
    static constexpr auto geqrf = &cusolverDn##L##geqrf;                           \
    static constexpr auto geqrf_size = &cusolverDn##L##geqrf_bufferSize;           \
    static constexpr auto orgqr = &cusolverDn##L##orthogonal##gqr;                 \
    static constexpr auto orgqr_size = &cusolverDn##L##orthogonal##gqr_bufferSize; \
    static constexpr auto ormqr = &cusolverDn##L##orthogonal##mqr;                 \
    static constexpr auto ormqr_size = &cusolverDn##L##orthogonal##mqr_bufferSize; \
    static constexpr auto gesvdj_batched = &cusolverDn##L##gesvdjBatched;          \
    static constexpr auto gesvdj_size = &cusolverDn##L##gesvdjBatched_bufferSize;  \
  };
HEARTH_ROUTINES(float, float, CUDA_R_32F, S, or)
HEARTH_ROUTINES(double, double, CUDA_R_64F, D, or)
HEARTH_ROUTINES(complex<float>, cuComplex, CUDA_C_32F, C, un)
HEARTH_ROUTINES(complex<double>, cuDoubleComplex, CUDA_C_64F, Z, un)
#undef HEARTH_ROUTINES

/// Numbers as the libraries type them.
template <class T>
auto* native(T* x) {
  return reinterpret_cast<typename Routines<T>::Number*>(x);
}
template <class T>
auto* native(const T* x) {
  return reinterpret_cast<const typename Routines<T>::Number*>(x);
}

using cuda::check;
void check(cublasStatus_t status);
void check(cusolverStatus_t status);
/// The thread's, of the current device, on the current stream.
cublasHandle_t cublas();
cusolverDnHandle_t cusolver();
/// Which of several algorithms cuSOLVER's newer routines use: its defaults.
cusolverDnParams_t parameters();

/// Batched routines are for many small matrices: each has one multiprocessor. From this order on,
/// one matrix after another fills the device better.
inline constexpr int kBatchedOrder = 256;
inline bool batched(int64_t count, int order) { return count > 1 && order <= kBatchedOrder; }

inline cublasFillMode_t triangle(char uplo) {
  return uplo == 'U' ? CUBLAS_FILL_MODE_UPPER : CUBLAS_FILL_MODE_LOWER;
}
inline cublasSideMode_t side_of(char side) {
  return side == 'L' ? CUBLAS_SIDE_LEFT : CUBLAS_SIDE_RIGHT;
}
/// The adjoint of real matrices is their transposed, which all routines know.
template <class T>
cublasOperation_t operation(char trans) {
  constexpr bool kComplex = !std::is_same_v<T, Real<T>>;
  return trans == 'N' ? CUBLAS_OP_N : trans == 'C' && kComplex ? CUBLAS_OP_C : CUBLAS_OP_T;
}

}  // namespace hearth::cuda::solver
