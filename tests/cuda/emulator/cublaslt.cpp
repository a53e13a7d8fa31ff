// SPDX-License-Identifier: Apache-2.0
// Stands for cuBLASLt: D = alpha op(A) op(B) + beta C (+ bias) of column-major matrices, in double,
// by one algorithm; asked for several, it names a slow one first.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

#include <cublasLt.h>

#include "device.h"
#include "elements.h"

namespace hearth::emulator {

namespace {

struct Product {
  cublasComputeType_t compute;
  cudaDataType_t scale;
  cublasOperation_t a = CUBLAS_OP_N, b = CUBLAS_OP_N;
  cublasLtEpilogue_t epilogue = CUBLASLT_EPILOGUE_DEFAULT;
  const void* bias = nullptr;
};
static_assert(sizeof(Product) <= sizeof(cublasLtMatmulDescOpaque_t));

struct Layout {
  cudaDataType_t type;
  uint64_t rows, cols;
  int64_t leading;
  int32_t batch = 1;
  int64_t stride = 0;
};
static_assert(sizeof(Layout) <= sizeof(cublasLtMatrixLayoutOpaque_t));

struct Preference {
  size_t workspace = 0;
  uint32_t schemes = CUBLASLT_REDUCTION_SCHEME_MASK;
  uint32_t alignment[4] = {256, 256, 256, 256};  ///< of A, B, C and D
};

/// What the chosen algorithm relies on.
struct Algorithm {
  uint32_t alignment[4];
  bool slow;
};
static_assert(sizeof(Algorithm) <= sizeof(cublasLtMatmulAlgo_t));

struct Handle {
  int device;
};

template <class T>
T& as(void* opaque) {
  return *static_cast<T*>(opaque);
}
template <class T>
cublasStatus_t set(T& to, const void* from, size_t bytes) {
  if (bytes != sizeof(T)) return CUBLAS_STATUS_INVALID_VALUE;
  std::memcpy(&to, from, bytes);
  return CUBLAS_STATUS_SUCCESS;
}

bool is_valid(const Layout& l) {
  return l.leading >= static_cast<int64_t>(l.rows) && l.batch >= 1 &&
         with_element(l.type, [](auto) {});
}

cublasStatus_t check(const Product& p, const Layout& a, const Layout& b, const Layout& c,
                     const Layout& d) {
  for (const Layout* l : {&a, &b, &c, &d})
    if (!is_valid(*l) || l->type != d.type || l->batch != d.batch)
      return CUBLAS_STATUS_INVALID_VALUE;
  const bool at = p.a != CUBLAS_OP_N, bt = p.b != CUBLAS_OP_N;
  const uint64_t m = at ? a.cols : a.rows, k = at ? a.rows : a.cols;
  const uint64_t n = bt ? b.rows : b.cols, other_k = bt ? b.cols : b.rows;
  if (k != other_k || m != d.rows || n != d.cols || c.rows != m || c.cols != n)
    return CUBLAS_STATUS_INVALID_VALUE;
  const bool wide = d.type == CUDA_R_64F || d.type == CUDA_C_64F;
  const bool complex = d.type == CUDA_C_32F || d.type == CUDA_C_64F;
  if (wide != (p.compute == CUBLAS_COMPUTE_64F)) return CUBLAS_STATUS_NOT_SUPPORTED;
  const cudaDataType_t scale = complex ? d.type : wide ? CUDA_R_64F : CUDA_R_32F;
  if (p.scale != scale) return CUBLAS_STATUS_NOT_SUPPORTED;
  if (p.epilogue != CUBLASLT_EPILOGUE_DEFAULT &&
      (p.epilogue != CUBLASLT_EPILOGUE_BIAS || wide || complex))
    return CUBLAS_STATUS_NOT_SUPPORTED;
  return CUBLAS_STATUS_SUCCESS;
}

/// op(matrix) by columns, exactly or as tensor cores see it.
template <class T>
std::vector<exact_t<T>> operand(const T* matrix, const Layout& l, cublasOperation_t op, bool tf32) {
  const uint64_t rows = op == CUBLAS_OP_N ? l.rows : l.cols,
                 cols = op == CUBLAS_OP_N ? l.cols : l.rows;
  const auto ld = static_cast<uint64_t>(l.leading);
  std::vector<exact_t<T>> out(rows * cols);
  for (uint64_t j = 0; j < cols; ++j)
    for (uint64_t i = 0; i < rows; ++i) {
      exact_t<T> v = exactly(matrix[op == CUBLAS_OP_N ? i + j * ld : j + i * ld]);
      if constexpr (kIsComplex<T>)
        if (op == CUBLAS_OP_C) v = std::conj(v);
      out[i + j * rows] = tf32 ? rounded_to_tf32(v) : v;
    }
  return out;
}

template <class T>
void multiply(const Product& p, const Layout& la, const T* a, const Layout& lb, const T* b,
              const Layout& lc, const T* c, const Layout& ld, T* d, exact_t<T> alpha,
              exact_t<T> beta) {
  using E = exact_t<T>;
  const bool tf32 = p.compute == CUBLAS_COMPUTE_32F_FAST_TF32;
  const uint64_t m = ld.rows, n = ld.cols, k = p.a == CUBLAS_OP_N ? la.cols : la.rows;
  const std::vector<E> left = operand(a, la, p.a, tf32), right = operand(b, lb, p.b, tf32);
  std::vector<E> column(m);
  for (uint64_t j = 0; j < n; ++j) {
    std::fill(column.begin(), column.end(), E(0));
    for (uint64_t e = 0; e < k; ++e)
      for (uint64_t i = 0; i < m; ++i) column[i] += left[i + e * m] * right[e + j * k];
    for (uint64_t i = 0; i < m; ++i) {
      E v = alpha * column[i];
      // With a factor of zero, C is not read: it may hold anything.
      if (beta != E(0)) v += beta * exactly(c[i + j * static_cast<uint64_t>(lc.leading)]);
      if (p.epilogue == CUBLASLT_EPILOGUE_BIAS) v += exactly(static_cast<const T*>(p.bias)[i]);
      d[i + j * static_cast<uint64_t>(ld.leading)] = rounded<T>(v);
    }
  }
}

}  // namespace
}  // namespace hearth::emulator

using namespace hearth::emulator;

const char* cublasLtGetStatusString(cublasStatus_t status) {
  switch (status) {
    case CUBLAS_STATUS_SUCCESS:
      return "CUBLAS_STATUS_SUCCESS";
    case CUBLAS_STATUS_INVALID_VALUE:
      return "CUBLAS_STATUS_INVALID_VALUE";
    case CUBLAS_STATUS_NOT_SUPPORTED:
      return "CUBLAS_STATUS_NOT_SUPPORTED";
    default:
      return "another status of cuBLASLt";
  }
}

size_t cublasLtGetVersion() { return CUBLAS_VERSION; }

cublasStatus_t cublasLtCreate(cublasLtHandle_t* handle) {
  *handle = reinterpret_cast<cublasLtHandle_t>(new Handle{current_device()});
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtDestroy(cublasLtHandle_t handle) {
  delete reinterpret_cast<Handle*>(handle);
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmulDescCreate(cublasLtMatmulDesc_t* product, cublasComputeType_t compute,
                                        cudaDataType_t scale) {
  *product = reinterpret_cast<cublasLtMatmulDesc_t>(new Product{compute, scale});
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtMatmulDescDestroy(cublasLtMatmulDesc_t product) {
  delete reinterpret_cast<Product*>(product);
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtMatmulDescSetAttribute(cublasLtMatmulDesc_t product,
                                              cublasLtMatmulDescAttributes_t attribute,
                                              const void* value, size_t bytes) {
  auto& p = as<Product>(product);
  switch (attribute) {
    case CUBLASLT_MATMUL_DESC_TRANSA:
      return set(p.a, value, bytes);
    case CUBLASLT_MATMUL_DESC_TRANSB:
      return set(p.b, value, bytes);
    case CUBLASLT_MATMUL_DESC_EPILOGUE:
      return set(p.epilogue, value, bytes);
    case CUBLASLT_MATMUL_DESC_BIAS_POINTER:
      return set(p.bias, value, bytes);
    default:
      return CUBLAS_STATUS_NOT_SUPPORTED;
  }
}

cublasStatus_t cublasLtMatrixLayoutCreate(cublasLtMatrixLayout_t* layout, cudaDataType type,
                                          uint64_t rows, uint64_t cols, int64_t leading) {
  *layout = reinterpret_cast<cublasLtMatrixLayout_t>(new Layout{type, rows, cols, leading});
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtMatrixLayoutDestroy(cublasLtMatrixLayout_t layout) {
  delete reinterpret_cast<Layout*>(layout);
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtMatrixLayoutSetAttribute(cublasLtMatrixLayout_t layout,
                                                cublasLtMatrixLayoutAttribute_t attribute,
                                                const void* value, size_t bytes) {
  auto& l = as<Layout>(layout);
  switch (attribute) {
    case CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT:
      return set(l.batch, value, bytes);
    case CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET:
      return set(l.stride, value, bytes);
    default:
      return CUBLAS_STATUS_NOT_SUPPORTED;
  }
}

cublasStatus_t cublasLtMatmulPreferenceCreate(cublasLtMatmulPreference_t* preference) {
  *preference = reinterpret_cast<cublasLtMatmulPreference_t>(new Preference);
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtMatmulPreferenceDestroy(cublasLtMatmulPreference_t preference) {
  delete reinterpret_cast<Preference*>(preference);
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtMatmulPreferenceSetAttribute(cublasLtMatmulPreference_t preference,
                                                    cublasLtMatmulPreferenceAttributes_t attribute,
                                                    const void* value, size_t bytes) {
  auto& p = as<Preference>(preference);
  switch (attribute) {
    case CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES:
      return set(p.workspace, value, bytes);
    case CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK:
      return set(p.schemes, value, bytes);
    case CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES:
      return set(p.alignment[0], value, bytes);
    case CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES:
      return set(p.alignment[1], value, bytes);
    case CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES:
      return set(p.alignment[2], value, bytes);
    case CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES:
      return set(p.alignment[3], value, bytes);
    default:
      return CUBLAS_STATUS_NOT_SUPPORTED;
  }
}

cublasStatus_t cublasLtMatmulAlgoGetHeuristic(cublasLtHandle_t, cublasLtMatmulDesc_t product,
                                              cublasLtMatrixLayout_t a, cublasLtMatrixLayout_t b,
                                              cublasLtMatrixLayout_t c, cublasLtMatrixLayout_t d,
                                              cublasLtMatmulPreference_t preference, int most,
                                              cublasLtMatmulHeuristicResult_t* results,
                                              int* found) {
  *found = 0;
  const cublasStatus_t status =
      check(as<Product>(product), as<Layout>(a), as<Layout>(b), as<Layout>(c), as<Layout>(d));
  if (status != CUBLAS_STATUS_SUCCESS) return status;
  const auto& p = as<Preference>(preference);
  *found = std::min(most, 2);
  for (int i = 0; i < *found; ++i) {
    results[i] = {};
    auto& algorithm = as<Algorithm>(&results[i].algo);
    std::copy_n(p.alignment, 4, algorithm.alignment);
    algorithm.slow = *found > 1 && i == 0;
    results[i].workspaceSize = std::min<size_t>(p.workspace, 1024);
  }
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmul(cublasLtHandle_t handle, cublasLtMatmulDesc_t product,
                              const void* alpha, const void* a, cublasLtMatrixLayout_t a_layout,
                              const void* b, cublasLtMatrixLayout_t b_layout, const void* beta,
                              const void* c, cublasLtMatrixLayout_t c_layout, void* d,
                              cublasLtMatrixLayout_t d_layout, const cublasLtMatmulAlgo_t* algo,
                              void*, size_t, cudaStream_t stream) {
  const auto p = as<Product>(product);
  const auto la = as<Layout>(a_layout), lb = as<Layout>(b_layout), lc = as<Layout>(c_layout),
             ld = as<Layout>(d_layout);
  if (as<Handle>(handle).device != current_device()) return CUBLAS_STATUS_NOT_INITIALIZED;
  const cublasStatus_t status = check(p, la, lb, lc, ld);
  if (status != CUBLAS_STATUS_SUCCESS) return status;
  const auto& algorithm = *reinterpret_cast<const Algorithm*>(algo);
  const void* pointers[] = {a, b, c, d};
  for (size_t i = 0; i < 4; ++i)
    if (reinterpret_cast<uintptr_t>(pointers[i]) % algorithm.alignment[i] != 0)
      return CUBLAS_STATUS_INVALID_VALUE;
  if (p.epilogue == CUBLASLT_EPILOGUE_BIAS && reinterpret_cast<uintptr_t>(p.bias) % 16 != 0)
    return CUBLAS_STATUS_INVALID_VALUE;
  with_element(ld.type, [&]<class T>(T) {
    const auto by = factor<exact_t<T>>(p.scale, alpha), before = factor<exact_t<T>>(p.scale, beta);
    (void)enqueue(stream, [=, slow = algorithm.slow] {
      if (slow) linger();
      for (int64_t i = 0; i < ld.batch; ++i)
        multiply(p, la, static_cast<const T*>(a) + i * la.stride, lb,
                 static_cast<const T*>(b) + i * lb.stride, lc,
                 static_cast<const T*>(c) + i * lc.stride, ld, static_cast<T*>(d) + i * ld.stride,
                 by, before);
    });
  });
  return CUBLAS_STATUS_SUCCESS;
}
