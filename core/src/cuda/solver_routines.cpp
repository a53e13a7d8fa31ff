// SPDX-License-Identifier: Apache-2.0
#include "cuda/solver_routines.h"

#include "cuda/on_stream.h"

namespace hearth::cuda::solver {

void check(cublasStatus_t status) {
  if (status == CUBLAS_STATUS_SUCCESS) return;
  const std::string text = cat_str("[linalg] cuBLAS: ", cublasGetStatusString(status));
  if (status == CUBLAS_STATUS_ALLOC_FAILED) throw OutOfMemory(text);
  throw DeviceError(text);
}

void check(cusolverStatus_t status) {
  if (status == CUSOLVER_STATUS_SUCCESS) return;
  const char* why = status == CUSOLVER_STATUS_NOT_INITIALIZED    ? "not initialized"
                    : status == CUSOLVER_STATUS_ALLOC_FAILED     ? "out of memory"
                    : status == CUSOLVER_STATUS_INVALID_VALUE    ? "invalid value"
                    : status == CUSOLVER_STATUS_ARCH_MISMATCH    ? "not for this device"
                    : status == CUSOLVER_STATUS_EXECUTION_FAILED ? "execution failed"
                    : status == CUSOLVER_STATUS_INTERNAL_ERROR   ? "internal error"
                                                                 : "error";
  const std::string text = cat_str("[linalg] cuSOLVER: ", why, " (", static_cast<int>(status), ")");
  if (status == CUSOLVER_STATUS_ALLOC_FAILED) throw OutOfMemory(text);
  throw DeviceError(text);
}

cublasHandle_t cublas() {
  return on_stream<cublasHandle_t>(
      [](cublasHandle_t* made) { check(cublasCreate(made)); },
      [](cublasHandle_t h, cudaStream_t on) { check(cublasSetStream(h, on)); });
}

cusolverDnHandle_t cusolver() {
  return on_stream<cusolverDnHandle_t>(
      [](cusolverDnHandle_t* made) { check(cusolverDnCreate(made)); },
      [](cusolverDnHandle_t h, cudaStream_t on) { check(cusolverDnSetStream(h, on)); });
}

cusolverDnParams_t parameters() {
  static const cusolverDnParams_t made = [] {
    cusolverDnParams_t parameters = nullptr;
    check(cusolverDnCreateParams(&parameters));
    return parameters;
  }();
  return made;
}

}  // namespace hearth::cuda::solver
