// SPDX-License-Identifier: Apache-2.0
// Stands for what of cuBLAS solves equations, by LAPACK.
#include <cublas_v2.h>

#include "device.h"
#include "lapack.h"

struct cublasContext {
  int device;
  cudaStream_t stream = nullptr;
  hearth::emulator::HandleMemory memory{};
};

namespace hearth::emulator {

namespace {

char letter(cublasFillMode_t uplo) { return uplo == CUBLAS_FILL_MODE_UPPER ? 'U' : 'L'; }
char letter(cublasSideMode_t side) { return side == CUBLAS_SIDE_LEFT ? 'L' : 'R'; }
char letter(cublasDiagType_t diag) { return diag == CUBLAS_DIAG_UNIT ? 'U' : 'N'; }
char letter(cublasOperation_t op) {
  return op == CUBLAS_OP_N ? 'N' : op == CUBLAS_OP_T ? 'T' : 'C';
}

/// Does `work` for each of the matrices, in order of the handle's stream.
template <class F>
cublasStatus_t each(cublasHandle_t handle, int count, const F& work) {
  if (!handle || handle->device != current_device()) return CUBLAS_STATUS_NOT_INITIALIZED;
  const cudaError_t done = enqueue(handle->stream, [count, work] {
    for (int i = 0; i < count; ++i) work(i);
  });
  return done == cudaSuccess ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_EXECUTION_FAILED;
}

template <class T>
cublasStatus_t trsm(cublasHandle_t handle, cublasSideMode_t side, cublasFillMode_t uplo,
                    cublasOperation_t trans, cublasDiagType_t diag, int m, int n, const T* alpha,
                    const T* const* a, int lda, T* const* b, int ldb, int count) {
  const int order = side == CUBLAS_SIDE_LEFT ? m : n;
  if (m < 0 || n < 0 || count < 0 || lda < std::max(1, order) || ldb < std::max(1, m))
    return CUBLAS_STATUS_INVALID_VALUE;
  const char s = letter(side), u = letter(uplo), t = letter(trans), d = letter(diag);
  const T factor = *alpha;
  return each(handle, count, [=](int i) {
    Lapack<T>::trsm(&s, &u, &t, &d, &m, &n, &factor, a[i], &lda, b[i], &ldb, 1, 1, 1, 1);
  });
}

template <class T>
cublasStatus_t getrf(cublasHandle_t handle, int n, T* const* a, int lda, int* pivots, int* info,
                     int count) {
  if (n < 0 || count < 0 || lda < std::max(1, n)) return CUBLAS_STATUS_INVALID_VALUE;
  if (!pivots) return CUBLAS_STATUS_NOT_SUPPORTED;  // would be without swaps
  return each(handle, count,
              [=](int i) { Lapack<T>::getrf(&n, &n, a[i], &lda, pivots + i * n, info + i); });
}

template <class T>
cublasStatus_t getrs(cublasHandle_t handle, cublasOperation_t trans, int n, int columns,
                     const T* const* a, int lda, const int* pivots, T* const* b, int ldb, int* info,
                     int count) {
  // Of the host, and about arguments.
  *info = n < 0 ? -2 : columns < 0 ? -3 : lda < std::max(1, n) ? -5 : ldb < std::max(1, n) ? -8 : 0;
  if (*info != 0 || count < 0) return CUBLAS_STATUS_INVALID_VALUE;
  const char t = letter(trans);
  return each(handle, count, [=](int i) {
    int refused = 0;
    Lapack<T>::getrs(&t, &n, &columns, a[i], &lda, pivots + i * n, b[i], &ldb, &refused, 1);
  });
}

}  // namespace
}  // namespace hearth::emulator

using namespace hearth::emulator;

cublasStatus_t cublasCreate_v2(cublasHandle_t* handle) {
  *handle = new cublasContext{current_device()};
  return (*handle)->memory.error == cudaSuccess ? CUBLAS_STATUS_SUCCESS
                                                : CUBLAS_STATUS_ALLOC_FAILED;
}
cublasStatus_t cublasSetStream_v2(cublasHandle_t handle, cudaStream_t stream) {
  handle->stream = stream;
  return CUBLAS_STATUS_SUCCESS;
}
const char* cublasGetStatusString(cublasStatus_t status) {
  return status == CUBLAS_STATUS_INVALID_VALUE   ? "CUBLAS_STATUS_INVALID_VALUE"
         : status == CUBLAS_STATUS_NOT_SUPPORTED ? "CUBLAS_STATUS_NOT_SUPPORTED"
                                                 : "another status of cuBLAS";
}

#define HEARTH_CUBLAS(L, N, T)                                                                   \
  cublasStatus_t cublas##L##trsm_v2(cublasHandle_t handle, cublasSideMode_t side,                \
                                    cublasFillMode_t uplo, cublasOperation_t trans,              \
                                    cublasDiagType_t diag, int m, int n, const N* alpha,         \
                                    const N* a, int lda, N* b, int ldb) {                        \
    const T* from = reinterpret_cast<const T*>(a);                                               \
    T* to = reinterpret_cast<T*>(b);                                                             \
    return trsm(handle, side, uplo, trans, diag, m, n, reinterpret_cast<const T*>(alpha), &from, \
                lda, &to, ldb, 1);                                                               \
  }                                                                                              \
  cublasStatus_t cublas##L##trsmBatched(                                                         \
      cublasHandle_t handle, cublasSideMode_t side, cublasFillMode_t uplo,                       \
      cublasOperation_t trans, cublasDiagType_t diag, int m, int n, const N* alpha,              \
      const N* const a[], int lda, N* const b[], int ldb, int count) {                           \
    return trsm(handle, side, uplo, trans, diag, m, n, reinterpret_cast<const T*>(alpha),        \
                reinterpret_cast<const T* const*>(a), lda, reinterpret_cast<T* const*>(b), ldb,  \
                count);                                                                          \
  }                                                                                              \
  cublasStatus_t cublas##L##getrfBatched(cublasHandle_t handle, int n, N* const a[], int lda,    \
                                         int* pivots, int* info, int count) {                    \
    return getrf(handle, n, reinterpret_cast<T* const*>(a), lda, pivots, info, count);           \
  }                                                                                              \
  cublasStatus_t cublas##L##getrsBatched(                                                        \
      cublasHandle_t handle, cublasOperation_t trans, int n, int columns, const N* const a[],    \
      int lda, const int* pivots, N* const b[], int ldb, int* info, int count) {                 \
    return getrs(handle, trans, n, columns, reinterpret_cast<const T* const*>(a), lda, pivots,   \
                 reinterpret_cast<T* const*>(b), ldb, info, count);                              \
  }
HEARTH_CUBLAS(S, float, float)
HEARTH_CUBLAS(D, double, double)
HEARTH_CUBLAS(C, cuComplex, std::complex<float>)
HEARTH_CUBLAS(Z, cuDoubleComplex, std::complex<double>)
