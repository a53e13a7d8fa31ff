// SPDX-License-Identifier: Apache-2.0
// Stands for cuSOLVER's dense routines, by LAPACK. What they may destroy is destroyed, and working
// memory is written from end to end.
#include <cstring>
#include <limits>

#include <cusolverDn.h>

#include "device.h"
#include "elements.h"
#include "lapack.h"

struct cusolverDnContext {
  int device;
  cudaStream_t stream = nullptr;
  hearth::emulator::HandleMemory memory{};
};
struct cusolverDnParams {
  int unused = 0;
};
struct gesvdjInfo {
  int unused = 0;
};

namespace hearth::emulator {

namespace {

/// Working memory that the routines ask for: numbers, or bytes of the newer ones.
constexpr int kNumbers = 24;
constexpr size_t kDeviceBytes = 384, kHostBytes = 40;

char letter(cublasFillMode_t uplo) { return uplo == CUBLAS_FILL_MODE_UPPER ? 'U' : 'L'; }
char letter(cublasOperation_t op) {
  return op == CUBLAS_OP_N ? 'N' : op == CUBLAS_OP_T ? 'T' : 'C';
}
template <class T>
void scribble(T* memory, int numbers) {
  std::memset(static_cast<void*>(memory), 0xff, static_cast<size_t>(numbers) * sizeof(T));
}
template <class T>
void destroy(T* matrix, int rows, int cols, int ld) {
  for (int j = 0; j < cols; ++j)
    std::fill_n(matrix + static_cast<size_t>(j) * static_cast<size_t>(ld), rows,
                T(std::numeric_limits<float>::quiet_NaN()));
}
bool leads(int64_t ld, int64_t rows) { return rows >= 0 && ld >= std::max<int64_t>(1, rows); }

template <class F>
cusolverStatus_t run(cusolverDnHandle_t handle, const F& work) {
  if (!handle || handle->device != current_device()) return CUSOLVER_STATUS_NOT_INITIALIZED;
  return enqueue(handle->stream, work) == cudaSuccess ? CUSOLVER_STATUS_SUCCESS
                                                      : CUSOLVER_STATUS_EXECUTION_FAILED;
}

cusolverStatus_t size_if(bool valid, int* size) {
  if (!valid) return CUSOLVER_STATUS_INVALID_VALUE;
  *size = kNumbers;
  return CUSOLVER_STATUS_SUCCESS;
}

template <class T>
cusolverStatus_t potrf(cusolverDnHandle_t handle, cublasFillMode_t uplo, int n, T* const* a,
                       int lda, int* info, int count) {
  if (!leads(lda, n) || count < 0) return CUSOLVER_STATUS_INVALID_VALUE;
  const char triangle = letter(uplo);
  return run(handle, [=] {
    for (int i = 0; i < count; ++i) Lapack<T>::potrf(&triangle, &n, a[i], &lda, info + i, 1);
  });
}
template <class T>
cusolverStatus_t potrf(cusolverDnHandle_t handle, cublasFillMode_t uplo, int n, T* a, int lda,
                       T* work, int size, int* info) {
  if (!leads(lda, n) || size < kNumbers) return CUSOLVER_STATUS_INVALID_VALUE;
  const char triangle = letter(uplo);
  return run(handle, [=] {
    scribble(work, size);
    Lapack<T>::potrf(&triangle, &n, a, &lda, info, 1);
  });
}

template <class T>
cusolverStatus_t getrf(cusolverDnHandle_t handle, int m, int n, T* a, int lda, T* work, int* pivots,
                       int* info) {
  if (!leads(lda, m) || n < 0 || !pivots) return CUSOLVER_STATUS_INVALID_VALUE;
  return run(handle, [=] {
    scribble(work, kNumbers);
    Lapack<T>::getrf(&m, &n, a, &lda, pivots, info);
  });
}

template <class T>
cusolverStatus_t getrs(cusolverDnHandle_t handle, cublasOperation_t trans, int n, int columns,
                       const T* a, int lda, const int* pivots, T* b, int ldb, int* info) {
  if (!leads(lda, n) || !leads(ldb, n) || columns < 0) return CUSOLVER_STATUS_INVALID_VALUE;
  const char op = letter(trans);
  return run(handle,
             [=] { Lapack<T>::getrs(&op, &n, &columns, a, &lda, pivots, b, &ldb, info, 1); });
}

template <class T>
cusolverStatus_t geqrf(cusolverDnHandle_t handle, int m, int n, T* a, int lda, T* tau, T* work,
                       int size, int* info) {
  if (!leads(lda, m) || n < 0 || size < kNumbers) return CUSOLVER_STATUS_INVALID_VALUE;
  return run(handle, [=] {
    scribble(work, size);
    with_work<T>([&](T* room, const int* length) {
      Lapack<T>::geqrf(&m, &n, a, &lda, tau, room, length, info);
    });
  });
}

template <class T>
cusolverStatus_t orgqr(cusolverDnHandle_t handle, int m, int n, int k, T* a, int lda, const T* tau,
                       T* work, int size, int* info) {
  if (!leads(lda, m) || n < 1 || n > m || k < 1 || k > n || size < kNumbers)
    return CUSOLVER_STATUS_INVALID_VALUE;
  return run(handle, [=] {
    scribble(work, size);
    with_work<T>([&](T* room, const int* length) {
      Lapack<T>::orgqr(&m, &n, &k, a, &lda, tau, room, length, info);
    });
  });
}

template <class T>
cusolverStatus_t ormqr(cusolverDnHandle_t handle, cublasSideMode_t side, cublasOperation_t trans,
                       int m, int n, int k, const T* a, int lda, const T* tau, T* c, int ldc,
                       T* work, int size, int* info) {
  const int order = side == CUBLAS_SIDE_LEFT ? m : n;
  if (!leads(lda, order) || !leads(ldc, m) || n < 0 || k < 0 || k > order || size < kNumbers)
    return CUSOLVER_STATUS_INVALID_VALUE;
  // Complex reflections have an adjoint, not a transposed.
  if (trans == (Lapack<T>::complex ? CUBLAS_OP_T : CUBLAS_OP_C))
    return CUSOLVER_STATUS_INVALID_VALUE;
  const char s = side == CUBLAS_SIDE_LEFT ? 'L' : 'R', op = letter(trans);
  return run(handle, [=] {
    scribble(work, size);
    with_work<T>([&](T* room, const int* length) {
      Lapack<T>::ormqr(&s, &op, &m, &n, &k, a, &lda, tau, c, &ldc, room, length, info, 1, 1);
    });
  });
}

// ---- the newer routines

template <class T>
inline constexpr cudaDataType kType = std::is_same_v<T, float>                 ? CUDA_R_32F
                                      : std::is_same_v<T, double>              ? CUDA_R_64F
                                      : std::is_same_v<T, std::complex<float>> ? CUDA_C_32F
                                                                               : CUDA_C_64F;

cusolverStatus_t sizes_if(cusolverStatus_t valid, size_t* device, size_t* host) {
  *device = kDeviceBytes;
  *host = kHostBytes;
  return valid;
}
bool has_room(void* device, size_t device_bytes, void* host, size_t host_bytes) {
  if (device_bytes < kDeviceBytes || host_bytes < kHostBytes) return false;
  std::memset(device, 0xff, device_bytes);
  std::memset(host, 0xff, host_bytes);
  return true;
}

/// f(T()) for the numbers of `type`, which `real` are the parts of.
template <class F>
bool with_numbers(cudaDataType type, const F& f) {
  switch (type) {
    case CUDA_R_32F:
      return f(float()), true;
    case CUDA_R_64F:
      return f(double()), true;
    case CUDA_C_32F:
      return f(std::complex<float>()), true;
    case CUDA_C_64F:
      return f(std::complex<double>()), true;
    default:
      return false;
  }
}
cusolverStatus_t valid_types(cudaDataType type, cudaDataType real) {
  bool fits = false;
  with_numbers(type, [&]<class T>(T) { fits = real == kType<typename Lapack<T>::Real>; });
  return fits ? CUSOLVER_STATUS_SUCCESS : CUSOLVER_STATUS_INVALID_VALUE;
}

template <class T>
void syev(bool vectors, char uplo, int n, T* a, int lda, typename Lapack<T>::Real* w, int* info) {
  const char job = vectors ? 'V' : 'N';
  with_work<T>([&](T* room, const int* length) {
    if constexpr (Lapack<T>::complex) {
      std::vector<typename Lapack<T>::Real> reals(static_cast<size_t>(3 * n + 1));
      Lapack<T>::syev(&job, &uplo, &n, a, &lda, w, room, length, reals.data(), info, 1, 1);
    } else {
      Lapack<T>::syev(&job, &uplo, &n, a, &lda, w, room, length, info, 1, 1);
    }
  });
  if (!vectors) destroy(a, n, n, lda);
}

template <class T>
void geev(bool vectors, int n, T* a, int lda, T* w, T* v, int ldv, int* info) {
  const char none = 'N', job = vectors ? 'V' : 'N';
  const int one = 1, ld = vectors ? ldv : 1;
  with_work<T>([&](T* room, const int* length) {
    if constexpr (Lapack<T>::complex) {
      std::vector<typename Lapack<T>::Real> reals(static_cast<size_t>(2 * n));
      Lapack<T>::geev(&none, &job, &n, a, &lda, w, nullptr, &one, v, &ld, room, length,
                      reals.data(), info, 1, 1);
    } else {
      Lapack<T>::geev(&none, &job, &n, a, &lda, w, w + n, nullptr, &one, v, &ld, room, length, info,
                      1, 1);
    }
  });
  destroy(a, n, n, lda);
}

template <class T>
void gesvd(char jobu, char jobvt, int m, int n, T* a, int lda, typename Lapack<T>::Real* s, T* u,
           int ldu, T* vt, int ldvt, int* info) {
  with_work<T>([&](T* room, const int* length) {
    if constexpr (Lapack<T>::complex) {
      std::vector<typename Lapack<T>::Real> reals(static_cast<size_t>(5 * n + 1));
      Lapack<T>::gesvd(&jobu, &jobvt, &m, &n, a, &lda, s, u, &ldu, vt, &ldvt, room, length,
                       reals.data(), info, 1, 1);
    } else {
      Lapack<T>::gesvd(&jobu, &jobvt, &m, &n, a, &lda, s, u, &ldu, vt, &ldvt, room, length, info, 1,
                       1);
    }
  });
  destroy(a, m, n, lda);
}

/// Square vectors, and V instead of its adjoint.
template <class T>
cusolverStatus_t gesvdj(cusolverDnHandle_t handle, cusolverEigMode_t job, int m, int n, T* a,
                        int lda, typename Lapack<T>::Real* s, T* u, int ldu, T* v, int ldv, T* work,
                        int size, int* info, int count) {
  const bool vectors = job == CUSOLVER_EIG_MODE_VECTOR;
  if (m < 1 || n < 1 || m > 32 || n > 32 || !leads(lda, m) || size < kNumbers || count < 0 ||
      (vectors && (!leads(ldu, m) || !leads(ldv, n))))
    return CUSOLVER_STATUS_INVALID_VALUE;
  return run(handle, [&] {
    scribble(work, size);
    std::vector<T> vt(static_cast<size_t>(n * n));
    for (int64_t i = 0; i < count; ++i) {
      const char kind = vectors ? 'A' : 'N';
      T* left = vectors ? u + i * ldu * m : nullptr;
      gesvd(kind, kind, m, n, a + i * lda * n, lda, s + i * std::min(m, n), left, ldu, vt.data(), n,
            info + i);
      for (int64_t j = 0; vectors && j < n; ++j)
        for (int64_t k = 0; k < n; ++k) {
          const T x = vt[static_cast<size_t>(k + j * n)];
          if constexpr (Lapack<T>::complex) {
            v[i * ldv * n + j + k * ldv] = std::conj(x);
          } else {
            v[i * ldv * n + j + k * ldv] = x;
          }
        }
    }
  });
}

}  // namespace
}  // namespace hearth::emulator

using namespace hearth::emulator;

cusolverStatus_t cusolverDnCreate(cusolverDnHandle_t* handle) {
  *handle = new cusolverDnContext{current_device()};
  return (*handle)->memory.error == cudaSuccess ? CUSOLVER_STATUS_SUCCESS
                                                : CUSOLVER_STATUS_ALLOC_FAILED;
}
cusolverStatus_t cusolverDnSetStream(cusolverDnHandle_t handle, cudaStream_t stream) {
  handle->stream = stream;
  return CUSOLVER_STATUS_SUCCESS;
}
cusolverStatus_t cusolverDnCreateParams(cusolverDnParams_t* parameters) {
  *parameters = new cusolverDnParams;
  return CUSOLVER_STATUS_SUCCESS;
}

cusolverStatus_t cusolverDnCreateGesvdjInfo(gesvdjInfo_t* parameters) {
  *parameters = new gesvdjInfo;
  return CUSOLVER_STATUS_SUCCESS;
}
cusolverStatus_t cusolverDnXgesvdjSetTolerance(gesvdjInfo_t, double) {
  return CUSOLVER_STATUS_SUCCESS;
}
cusolverStatus_t cusolverDnXgesvdjSetSortEig(gesvdjInfo_t, int sorted) {
  return sorted ? CUSOLVER_STATUS_SUCCESS : CUSOLVER_STATUS_NOT_SUPPORTED;
}

#define HEARTH_CUSOLVER(L, orthogonal, N, T, R)                                                    \
  cusolverStatus_t cusolverDn##L##potrf_bufferSize(cusolverDnHandle_t, cublasFillMode_t, int n,    \
                                                   N*, int lda, int* size) {                       \
    return size_if(leads(lda, n), size);                                                           \
  }                                                                                                \
  cusolverStatus_t cusolverDn##L##potrf(cusolverDnHandle_t handle, cublasFillMode_t uplo, int n,   \
                                        N* a, int lda, N* work, int size, int* info) {             \
    return potrf(handle, uplo, n, reinterpret_cast<T*>(a), lda, reinterpret_cast<T*>(work), size,  \
                 info);                                                                            \
  }                                                                                                \
  cusolverStatus_t cusolverDn##L##potrfBatched(cusolverDnHandle_t handle, cublasFillMode_t uplo,   \
                                               int n, N* a[], int lda, int* info, int count) {     \
    return potrf(handle, uplo, n, reinterpret_cast<T* const*>(a), lda, info, count);               \
  }                                                                                                \
  cusolverStatus_t cusolverDn##L##getrf_bufferSize(cusolverDnHandle_t, int m, int n, N*, int lda,  \
                                                   int* size) {                                    \
    return size_if(leads(lda, m) && n >= 0, size);                                                 \
  }                                                                                                \
  cusolverStatus_t cusolverDn##L##getrf(cusolverDnHandle_t handle, int m, int n, N* a, int lda,    \
                                        N* work, int* pivots, int* info) {                         \
    return getrf(handle, m, n, reinterpret_cast<T*>(a), lda, reinterpret_cast<T*>(work), pivots,   \
                 info);                                                                            \
  }                                                                                                \
  cusolverStatus_t cusolverDn##L##getrs(cusolverDnHandle_t handle, cublasOperation_t trans, int n, \
                                        int columns, const N* a, int lda, const int* pivots, N* b, \
                                        int ldb, int* info) {                                      \
    return getrs(handle, trans, n, columns, reinterpret_cast<const T*>(a), lda, pivots,            \
                 reinterpret_cast<T*>(b), ldb, info);                                              \
  }                                                                                                \
  cusolverStatus_t cusolverDn##L##geqrf_bufferSize(cusolverDnHandle_t, int m, int n, N*, int lda,  \
                                                   int* size) {                                    \
    return size_if(leads(lda, m) && n >= 0, size);                                                 \
  }                                                                                                \
  cusolverStatus_t cusolverDn##L##geqrf(cusolverDnHandle_t handle, int m, int n, N* a, int lda,    \
                                        N* tau, N* work, int size, int* info) {                    \
    return geqrf(handle, m, n, reinterpret_cast<T*>(a), lda, reinterpret_cast<T*>(tau),            \
                 reinterpret_cast<T*>(work), size, info);                                          \
  }                                                                                                \
  cusolverStatus_t cusolverDn##L##orthogonal##gqr_bufferSize(                                      \
      cusolverDnHandle_t, int m, int n, int k, const N*, int lda, const N*, int* size) {           \
    return size_if(leads(lda, m) && n <= m && k <= n, size);                                       \
  }                                                                                                \
  cusolverStatus_t cusolverDn##L##orthogonal##gqr(cusolverDnHandle_t handle, int m, int n, int k,  \
                                                  N* a, int lda, const N* tau, N* work, int size,  \
                                                  int* info) {                                     \
    return orgqr(handle, m, n, k, reinterpret_cast<T*>(a), lda, reinterpret_cast<const T*>(tau),   \
                 reinterpret_cast<T*>(work), size, info);                                          \
  }                                                                                                \
  cusolverStatus_t cusolverDn##L##orthogonal##mqr_bufferSize(                                      \
      cusolverDnHandle_t, cublasSideMode_t side, cublasOperation_t, int m, int n, int k, const N*, \
      int lda, const N*, const N*, int ldc, int* size) {                                           \
    const int order = side == CUBLAS_SIDE_LEFT ? m : n;                                            \
    return size_if(leads(lda, order) && leads(ldc, m) && k <= order, size);                        \
  }                                                                                                \
  cusolverStatus_t cusolverDn##L##orthogonal##mqr(                                                 \
      cusolverDnHandle_t handle, cublasSideMode_t side, cublasOperation_t trans, int m, int n,     \
      int k, const N* a, int lda, const N* tau, N* c, int ldc, N* work, int size, int* info) {     \
    return ormqr(handle, side, trans, m, n, k, reinterpret_cast<const T*>(a), lda,                 \
                 reinterpret_cast<const T*>(tau), reinterpret_cast<T*>(c), ldc,                    \
                 reinterpret_cast<T*>(work), size, info);                                          \
  }                                                                                                \
  cusolverStatus_t cusolverDn##L##gesvdjBatched_bufferSize(                                        \
      cusolverDnHandle_t, cusolverEigMode_t, int m, int n, const N*, int lda, const R*, const N*,  \
      int, const N*, int, int* size, gesvdjInfo_t, int) {                                          \
    return size_if(leads(lda, m) && m <= 32 && n <= 32, size);                                     \
  }                                                                                                \
  cusolverStatus_t cusolverDn##L##gesvdjBatched(                                                   \
      cusolverDnHandle_t handle, cusolverEigMode_t job, int m, int n, N* a, int lda, R* s, N* u,   \
      int ldu, N* v, int ldv, N* work, int size, int* info, gesvdjInfo_t, int count) {             \
    return gesvdj(handle, job, m, n, reinterpret_cast<T*>(a), lda, s, reinterpret_cast<T*>(u),     \
                  ldu, reinterpret_cast<T*>(v), ldv, reinterpret_cast<T*>(work), size, info,       \
                  count);                                                                          \
  }
HEARTH_CUSOLVER(S, or, float, float, float)
HEARTH_CUSOLVER(D, or, double, double, double)
HEARTH_CUSOLVER(C, un, cuComplex, std::complex<float>, float)
HEARTH_CUSOLVER(Z, un, cuDoubleComplex, std::complex<double>, double)

cusolverStatus_t cusolverDnXsyevBatched_bufferSize(cusolverDnHandle_t, cusolverDnParams_t,
                                                   cusolverEigMode_t, cublasFillMode_t, int64_t n,
                                                   cudaDataType type, const void*, int64_t lda,
                                                   cudaDataType real, const void*,
                                                   cudaDataType compute, size_t* device,
                                                   size_t* host, int64_t) {
  if (!leads(lda, n) || compute != type) return CUSOLVER_STATUS_INVALID_VALUE;
  return sizes_if(valid_types(type, real), device, host);
}
cusolverStatus_t cusolverDnXsyevd_bufferSize(cusolverDnHandle_t handle, cusolverDnParams_t params,
                                             cusolverEigMode_t job, cublasFillMode_t uplo,
                                             int64_t n, cudaDataType type, const void* a,
                                             int64_t lda, cudaDataType real, const void* w,
                                             cudaDataType compute, size_t* device, size_t* host) {
  return cusolverDnXsyevBatched_bufferSize(handle, params, job, uplo, n, type, a, lda, real, w,
                                           compute, device, host, 1);
}
cusolverStatus_t cusolverDnXsyevBatched(cusolverDnHandle_t handle, cusolverDnParams_t,
                                        cusolverEigMode_t job, cublasFillMode_t uplo, int64_t n,
                                        cudaDataType type, void* a, int64_t lda, cudaDataType real,
                                        void* w, cudaDataType compute, void* room, size_t bytes,
                                        void* host_room, size_t host_bytes, int* info,
                                        int64_t count) {
  if (!leads(lda, n) || compute != type || !has_room(room, bytes, host_room, host_bytes))
    return CUSOLVER_STATUS_INVALID_VALUE;
  cusolverStatus_t status = valid_types(type, real);
  if (status != CUSOLVER_STATUS_SUCCESS) return status;
  with_numbers(type, [&]<class T>(T) {
    status = run(handle, [=] {
      for (int64_t i = 0; i < count; ++i)
        syev(job == CUSOLVER_EIG_MODE_VECTOR, letter(uplo), static_cast<int>(n),
             static_cast<T*>(a) + i * lda * n, static_cast<int>(lda),
             static_cast<typename Lapack<T>::Real*>(w) + i * n, info + i);
    });
  });
  return status;
}
cusolverStatus_t cusolverDnXsyevd(cusolverDnHandle_t handle, cusolverDnParams_t params,
                                  cusolverEigMode_t job, cublasFillMode_t uplo, int64_t n,
                                  cudaDataType type, void* a, int64_t lda, cudaDataType real,
                                  void* w, cudaDataType compute, void* room, size_t bytes,
                                  void* host_room, size_t host_bytes, int* info) {
  return cusolverDnXsyevBatched(handle, params, job, uplo, n, type, a, lda, real, w, compute, room,
                                bytes, host_room, host_bytes, info, 1);
}

// Of real matrices, values and vectors are real numbers as LAPACK packs them.
cusolverStatus_t cusolverDnXgeev_bufferSize(cusolverDnHandle_t, cusolverDnParams_t,
                                            cusolverEigMode_t left, cusolverEigMode_t right,
                                            int64_t n, cudaDataType type, const void*, int64_t lda,
                                            cudaDataType values, const void*, cudaDataType lefts,
                                            const void*, int64_t, cudaDataType rights, const void*,
                                            int64_t ldv, cudaDataType compute, size_t* device,
                                            size_t* host) {
  if (left != CUSOLVER_EIG_MODE_NOVECTOR || !leads(lda, n) ||
      (right == CUSOLVER_EIG_MODE_VECTOR && !leads(ldv, n)))
    return CUSOLVER_STATUS_INVALID_VALUE;
  for (const cudaDataType other : {values, lefts, rights, compute})
    if (other != type) return CUSOLVER_STATUS_INVALID_VALUE;
  return sizes_if(CUSOLVER_STATUS_SUCCESS, device, host);
}
cusolverStatus_t cusolverDnXgeev(cusolverDnHandle_t handle, cusolverDnParams_t params,
                                 cusolverEigMode_t left, cusolverEigMode_t right, int64_t n,
                                 cudaDataType type, void* a, int64_t lda, cudaDataType values,
                                 void* w, cudaDataType lefts, void* vl, int64_t ldvl,
                                 cudaDataType rights, void* v, int64_t ldv, cudaDataType compute,
                                 void* room, size_t bytes, void* host_room, size_t host_bytes,
                                 int* info) {
  size_t device = 0, host = 0;
  cusolverStatus_t status =
      cusolverDnXgeev_bufferSize(handle, params, left, right, n, type, a, lda, values, w, lefts, vl,
                                 ldvl, rights, v, ldv, compute, &device, &host);
  if (status != CUSOLVER_STATUS_SUCCESS) return status;
  if (!has_room(room, bytes, host_room, host_bytes)) return CUSOLVER_STATUS_INVALID_VALUE;
  with_numbers(type, [&]<class T>(T) {
    status = run(handle, [=] {
      geev(right == CUSOLVER_EIG_MODE_VECTOR, static_cast<int>(n), static_cast<T*>(a),
           static_cast<int>(lda), static_cast<T*>(w), static_cast<T*>(v), static_cast<int>(ldv),
           info);
    });
  });
  return status;
}

cusolverStatus_t cusolverDnXgesvd_bufferSize(cusolverDnHandle_t, cusolverDnParams_t,
                                             signed char jobu, signed char jobvt, int64_t m,
                                             int64_t n, cudaDataType type, const void*, int64_t lda,
                                             cudaDataType real, const void*, cudaDataType lefts,
                                             const void*, int64_t ldu, cudaDataType rights,
                                             const void*, int64_t ldvt, cudaDataType compute,
                                             size_t* device, size_t* host) {
  const auto known = [](signed char job) { return job == 'N' || job == 'S' || job == 'A'; };
  if (!known(jobu) || !known(jobvt) || m < n || n < 0 || !leads(lda, m) || !leads(ldu, m) ||
      !leads(ldvt, n) || lefts != type || rights != type || compute != type)
    return CUSOLVER_STATUS_INVALID_VALUE;
  return sizes_if(valid_types(type, real), device, host);
}
cusolverStatus_t cusolverDnXgesvd(cusolverDnHandle_t handle, cusolverDnParams_t params,
                                  signed char jobu, signed char jobvt, int64_t m, int64_t n,
                                  cudaDataType type, void* a, int64_t lda, cudaDataType real,
                                  void* s, cudaDataType lefts, void* u, int64_t ldu,
                                  cudaDataType rights, void* vt, int64_t ldvt, cudaDataType compute,
                                  void* room, size_t bytes, void* host_room, size_t host_bytes,
                                  int* info) {
  size_t device = 0, host = 0;
  cusolverStatus_t status =
      cusolverDnXgesvd_bufferSize(handle, params, jobu, jobvt, m, n, type, a, lda, real, s, lefts,
                                  u, ldu, rights, vt, ldvt, compute, &device, &host);
  if (status != CUSOLVER_STATUS_SUCCESS) return status;
  if (!has_room(room, bytes, host_room, host_bytes)) return CUSOLVER_STATUS_INVALID_VALUE;
  with_numbers(type, [&]<class T>(T) {
    status = run(handle, [=] {
      gesvd(static_cast<char>(jobu), static_cast<char>(jobvt), static_cast<int>(m),
            static_cast<int>(n), static_cast<T*>(a), static_cast<int>(lda),
            static_cast<typename Lapack<T>::Real*>(s), static_cast<T*>(u), static_cast<int>(ldu),
            static_cast<T*>(vt), static_cast<int>(ldvt), info);
    });
  });
  return status;
}
