// SPDX-License-Identifier: Apache-2.0
// Matrix products through cuBLASLt.
#include <algorithm>
#include <mutex>
#include <vector>

#include <cublasLt.h>

#include "hearth/base/context.h"

#include "base/current_stream.h"
#include "cuda/device.h"
#include "cuda/kernels.h"
#include "cuda/matmul.h"
#include "cuda/matmul_plain.h"
#include "cuda/measure.h"
#include "cuda/plans.h"
#include "cuda/runtime.h"

namespace hearth::cuda {

namespace {

void check(cublasStatus_t status) {
  HEARTH_CHECK_AS(DeviceError, status == CUBLAS_STATUS_SUCCESS,
                  "[matmul] cuBLASLt: ", cublasLtGetStatusString(status));
}

/// All that a plan depends on.
struct Key {
  int64_t measured, m, n, k, lda, ldb, ldc, batch, a_batch, b_batch, c_batch;
  int32_t dtype, device, a_transposed, b_transposed, bias, beta, tf32, alignment;
};

/// cuBLAS works on columns: it computes the transposed product, b's matrix first.
struct Plan {
  cublasLtMatmulDesc_t product = nullptr;
  cublasLtMatrixLayout_t a = nullptr, b = nullptr, c = nullptr;
  cublasLtMatmulAlgo_t algorithm{};
  size_t workspace = 0;
  bool usable = false;  ///< cuBLASLt has an algorithm

  Plan() = default;
  Plan(const Plan&) = delete;
  Plan& operator=(const Plan&) = delete;
  ~Plan() {
    if (a) cublasLtMatrixLayoutDestroy(a);
    if (b) cublasLtMatrixLayoutDestroy(b);
    if (c) cublasLtMatrixLayoutDestroy(c);
    if (product) cublasLtMatmulDescDestroy(product);
  }
};

struct Types {
  cudaDataType_t data, scale;
  cublasComputeType_t compute;
};

bool types_of(ScalarType dtype, bool tf32, Types* types) {
  const cublasComputeType_t single = tf32 ? CUBLAS_COMPUTE_32F_FAST_TF32 : CUBLAS_COMPUTE_32F;
  switch (dtype) {
    case kHalf:
      *types = {CUDA_R_16F, CUDA_R_32F, CUBLAS_COMPUTE_32F};
      return true;
    case kBFloat16:
      *types = {CUDA_R_16BF, CUDA_R_32F, CUBLAS_COMPUTE_32F};
      return true;
    case kFloat:
      *types = {CUDA_R_32F, CUDA_R_32F, single};
      return true;
    case kDouble:
      *types = {CUDA_R_64F, CUDA_R_64F, CUBLAS_COMPUTE_64F};
      return true;
    case kComplexFloat:
      *types = {CUDA_C_32F, CUDA_C_32F, single};
      return true;
    case kComplexDouble:
      *types = {CUDA_C_64F, CUDA_C_64F, CUBLAS_COMPUTE_64F};
      return true;
    default:
      return false;
  }
}

/// One for all threads: it knows neither a stream nor any memory in use.
cublasLtHandle_t handle() {
  static cublasLtHandle_t handles[kMaxDevices] = {};
  static std::once_flag made[kMaxDevices];
  const int device = device_index();
  std::call_once(made[device], [&] {
    const WhileCapturing allowed;
    check(cublasLtCreate(&handles[device]));
  });
  return handles[device];
}

cublasLtMatrixLayout_t layout(const Types& t, int64_t rows, int64_t cols, int64_t ld, int64_t batch,
                              int64_t stride) {
  cublasLtMatrixLayout_t l = nullptr;
  check(cublasLtMatrixLayoutCreate(&l, t.data, static_cast<uint64_t>(rows),
                                   static_cast<uint64_t>(cols), ld));
  const auto count = static_cast<int32_t>(batch);
  check(cublasLtMatrixLayoutSetAttribute(l, CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT, &count,
                                         sizeof count));
  check(cublasLtMatrixLayoutSetAttribute(l, CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET, &stride,
                                         sizeof stride));
  return l;
}

/// A plan with what cuBLASLt wants to know of a problem; without an algorithm yet.
std::unique_ptr<Plan> describe(const Key& key) {
  auto plan = std::make_unique<Plan>();
  Types t{};
  if (!types_of(static_cast<ScalarType>(key.dtype), key.tf32, &t)) return plan;
  check(cublasLtMatmulDescCreate(&plan->product, t.compute, t.scale));
  const auto set = [&](cublasLtMatmulDescAttributes_t what, const auto& value) {
    check(cublasLtMatmulDescSetAttribute(plan->product, what, &value, sizeof value));
  };
  set(CUBLASLT_MATMUL_DESC_TRANSA, key.b_transposed ? CUBLAS_OP_T : CUBLAS_OP_N);
  set(CUBLASLT_MATMUL_DESC_TRANSB, key.a_transposed ? CUBLAS_OP_T : CUBLAS_OP_N);
  if (key.bias) set(CUBLASLT_MATMUL_DESC_EPILOGUE, CUBLASLT_EPILOGUE_BIAS);
  plan->b = key.b_transposed ? layout(t, key.k, key.n, key.ldb, key.batch, key.b_batch)
                             : layout(t, key.n, key.k, key.ldb, key.batch, key.b_batch);
  plan->a = key.a_transposed ? layout(t, key.m, key.k, key.lda, key.batch, key.a_batch)
                             : layout(t, key.k, key.m, key.lda, key.batch, key.a_batch);
  plan->c = layout(t, key.n, key.m, key.ldc, key.batch, key.c_batch);
  return plan;
}

/// What cuBLASLt has for the problem, best guess first: `most` algorithms at most.
std::vector<cublasLtMatmulHeuristicResult_t> candidates(const Key& key, const Plan& plan,
                                                        int most) {
  cublasLtMatmulPreference_t preference = nullptr;
  check(cublasLtMatmulPreferenceCreate(&preference));
  const auto prefer = [&](cublasLtMatmulPreferenceAttributes_t what, const auto& value) {
    check(cublasLtMatmulPreferenceSetAttribute(preference, what, &value, sizeof value));
  };
  prefer(CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, size_t{32} << 20);
  // Parts of a sum in a half type would each be rounded to it.
  const auto dtype = static_cast<ScalarType>(key.dtype);
  if (dtype == kHalf || dtype == kBFloat16)
    prefer(CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK,
           static_cast<uint32_t>(CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE));
  const auto alignment = static_cast<uint32_t>(key.alignment);
  prefer(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, alignment);
  prefer(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES, alignment);
  prefer(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, alignment);
  prefer(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES, alignment);
  std::vector<cublasLtMatmulHeuristicResult_t> list(static_cast<size_t>(most));
  int found = 0;
  const cublasStatus_t status =
      cublasLtMatmulAlgoGetHeuristic(handle(), plan.product, plan.b, plan.a, plan.c, plan.c,
                                     preference, most, list.data(), &found);
  cublasLtMatmulPreferenceDestroy(preference);
  list.resize(status == CUBLAS_STATUS_SUCCESS ? static_cast<size_t>(found) : 0);
  return list;
}

/// The leading dimension of a row-major (or transposed) operand, and which it is.
int64_t leading(int64_t rows, int64_t cols, const MatrixStride& s, int32_t* transposed) {
  const bool row_major = (cols == 1 || s.col == 1) && (rows == 1 || s.row >= cols);
  *transposed = !row_major;
  return row_major ? (rows == 1 ? cols : s.row) : (cols == 1 ? rows : s.col);
}

/// result = alpha a b + beta c (+ bias) by the plan's algorithm. `result` is c, or memory laid out
/// as it is.
cublasStatus_t compute(const Plan& plan, const MatmulArgs& g, void* result) {
  if (g.bias)
    check(cublasLtMatmulDescSetAttribute(plan.product, CUBLASLT_MATMUL_DESC_BIAS_POINTER, &g.bias,
                                         sizeof g.bias));
  // Scale factors are of the scale type: a number, or a complex one without imaginary part.
  const float alpha_f[2] = {static_cast<float>(g.alpha), 0},
              beta_f[2] = {static_cast<float>(g.beta), 0};
  const double alpha_d[2] = {g.alpha, 0}, beta_d[2] = {g.beta, 0};
  const bool wide = to_real(g.dtype) == kDouble || g.dtype == kComplexDouble;
  const Workspace workspace(plan.workspace);
  return cublasLtMatmul(handle(), plan.product, wide ? static_cast<const void*>(alpha_d) : alpha_f,
                        g.b, plan.b, g.a, plan.a, wide ? static_cast<const void*>(beta_d) : beta_f,
                        g.c, plan.c, result, plan.c, &plan.algorithm, workspace.data(),
                        plan.workspace, stream());
}

/// Measures what there is on the operands. What is added to c goes elsewhere, for c is read again.
size_t fastest(const Key& key, Plan& plan, const std::vector<cublasLtMatmulHeuristicResult_t>& list,
               const MatmulArgs& g) {
  std::vector<std::string> texts;
  for (const auto& candidate : list)
    texts.push_back(hex_text(&candidate.algo, sizeof candidate.algo));
  const int64_t elements = (key.batch - 1) * key.c_batch + (key.m - 1) * key.ldc + key.n;
  const Workspace scratch(g.beta == 0 ? 0 : static_cast<size_t>(elements) * element_size(g.dtype));
  return measured_choice(problem_text("cuBLASLt", cublasLtGetVersion(), key), texts, [&](size_t i) {
    plan.algorithm = list[i].algo;
    plan.workspace = list[i].workspaceSize;
    return compute(plan, g, g.beta == 0 ? g.c : scratch.data()) == CUBLAS_STATUS_SUCCESS;
  });
}

std::unique_ptr<Plan> make_plan(const Key& key, const MatmulArgs& g) {
  constexpr int kMost = 16;
  std::unique_ptr<Plan> plan = describe(key);
  if (!plan->product) return plan;
  const auto list = candidates(key, *plan, key.measured ? kMost : 1);
  if (list.empty()) return plan;
  const auto& best = list[key.measured ? fastest(key, *plan, list, g) : 0];
  plan->algorithm = best.algo;
  plan->workspace = best.workspaceSize;
  plan->usable = true;
  return plan;
}

/// One launch: a batch of one dim at most.
void multiply(const MatmulArgs& g) {
  Key key{};
  key.m = g.m;
  key.n = g.n;
  key.k = g.k;
  key.lda = leading(g.m, g.k, g.a_stride, &key.a_transposed);
  key.ldb = leading(g.k, g.n, g.b_stride, &key.b_transposed);
  key.ldc = std::max(g.c_stride, g.n);
  key.batch = g.batch_dims ? g.batch[0] : 1;
  key.a_batch = g.batch_dims ? g.a_batch[0] : 0;
  key.b_batch = g.batch_dims ? g.b_batch[0] : 0;
  key.c_batch = g.batch_dims ? g.c_batch[0] : 0;
  key.dtype = static_cast<int32_t>(g.dtype);
  key.device = device_index();
  key.bias = g.bias != nullptr;
  key.beta = g.beta != 0;
  key.tf32 = g.dtype == kFloat && allow_tf32_cublas();
  uintptr_t bits = reinterpret_cast<uintptr_t>(g.a) | reinterpret_cast<uintptr_t>(g.b) |
                   reinterpret_cast<uintptr_t>(g.c) | 256;
  key.alignment = static_cast<int32_t>(bits & (~bits + 1));

  static PerThread<PlanCache<Key, Plan>> cache;
  PlanCache<Key, Plan>& plans = cache.get();
  set_measured(plans, &key);
  const Plan& plan = plans.get(key, [&] { return make_plan(key, g); });
  if (!plan.usable) return matmul_plain(g);
  check(compute(plan, g, g.c));
}

}  // namespace

void matmul(const MatmulArgs& args) {
  MatmulArgs g = args;
  int64_t count = g.m * g.n;
  for (int d = 0; d < g.batch_dims; ++d) count *= g.batch[d];
  if (count == 0) return;
  simplify(g);
  if (g.k == 0 || is_integral(g.dtype, true)) return matmul_plain(g);
  // The epilogue takes aligned vectors of the types tensor cores know.
  if (g.bias && g.beta == 0 &&
      ((g.dtype != kFloat && g.dtype != kHalf && g.dtype != kBFloat16) ||
       reinterpret_cast<uintptr_t>(g.bias) % 16 != 0)) {
    fill_with_bias(g);
    MatmulArgs rest = g;
    rest.bias = nullptr;
    rest.beta = 1;
    return matmul(rest);
  }
  if (g.batch_dims <= 1) return multiply(g);
  // Batch dims that cannot be joined: one launch for each index of the outer ones.
  MatmulArgs inner = g;
  const int last = g.batch_dims - 1;
  inner.batch_dims = 1;
  inner.batch[0] = g.batch[last];
  inner.a_batch[0] = g.a_batch[last];
  inner.b_batch[0] = g.b_batch[last];
  inner.c_batch[0] = g.c_batch[last];
  int64_t outer = 1;
  for (int d = 0; d < last; ++d) outer *= g.batch[d];
  const auto size = static_cast<int64_t>(element_size(g.dtype));
  for (int64_t i = 0; i < outer; ++i) {
    int64_t rest = i, a = 0, b = 0, c = 0;
    for (int d = last - 1; d >= 0; --d) {
      const int64_t at = rest % g.batch[d];
      rest /= g.batch[d];
      a += at * g.a_batch[d];
      b += at * g.b_batch[d];
      c += at * g.c_batch[d];
    }
    inner.a = static_cast<const char*>(g.a) + a * size;
    inner.b = static_cast<const char*>(g.b) + b * size;
    inner.c = static_cast<char*>(g.c) + c * size;
    multiply(inner);
  }
}

void install_linalg() {
  ops::Matmul::row().kernel[kSlot] = [](const Call& call) { run_matmul(call, &matmul); };
  ops::Linear::row().kernel[kSlot] = [](const Call& call) { run_linear(call, &matmul); };
  ops::Addmm::row().kernel[kSlot] = [](const Call& call) { run_addmm(call, &matmul); };
}

}  // namespace hearth::cuda
