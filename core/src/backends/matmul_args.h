// SPDX-License-Identifier: Apache-2.0
// Matrix products as backends compute them, and the rows of linalg.h in terms of them.
#pragma once

#include "ops/linalg.h"

namespace hearth {

/// Row and column stride of a matrix, in elements.
struct MatrixStride {
  int64_t row = 0;
  int64_t col = 0;
};

/// c = alpha * a @ b + beta * c + bias, over a batch: a [m, k], b [k, n], c [m, n], bias [n].
///
/// All operands are of `dtype`, any ScalarType but Bool. Half and BFloat16 accumulate in float and
/// round once. a and b must satisfy matmul_accepts(); c has unit column stride and rows at
/// least n apart, and overlaps none of the others. With beta == 0, c is written without being read.
struct MatmulArgs {
  static constexpr int kMaxBatchDims = 6;

  ScalarType dtype = kFloat;
  int64_t m = 0, n = 0, k = 0;
  const void* a = nullptr;
  const void* b = nullptr;
  void* c = nullptr;
  const void* bias = nullptr;  ///< n elements, or null
  MatrixStride a_stride, b_stride;
  int64_t c_stride = 0;  ///< elements between rows of c

  /// Batch dims, outermost first; a stride of 0 broadcasts a or b (never c).
  int batch_dims = 0;
  int64_t batch[kMaxBatchDims] = {};
  int64_t a_batch[kMaxBatchDims] = {};
  int64_t b_batch[kMaxBatchDims] = {};
  int64_t c_batch[kMaxBatchDims] = {};

  double alpha = 1;
  double beta = 0;
};

/// Whether matmul takes a rows x cols operand with these strides as it is: one dim has unit stride
/// and the other's is at least its length (row-major or transposed, with a leading dimension); the
/// stride of a dim of size 1 does not count. Otherwise the caller makes a contiguous copy.
constexpr bool matmul_accepts(int64_t rows, int64_t cols, MatrixStride s) {
  if (rows == 0 || cols == 0) return true;
  const bool row_major = (cols == 1 || s.col == 1) && (rows == 1 || s.row >= cols);
  const bool transposed = (rows == 1 || s.row == 1) && (cols == 1 || s.col >= rows);
  return row_major || transposed;
}

/// Drops batch dims of size 1, merges neighbours that lie evenly, and makes rows of one big matrix
/// out of a batch that shares b.
HEARTH_API void simplify(MatmulArgs& g);

using MatmulFunction = void (*)(const MatmulArgs& args);

// Kernels of Matmul, Linear and Addmm by a backend's product: strides instead of copies wherever it
// takes them.
HEARTH_API void run_matmul(const Call& call, MatmulFunction product);
HEARTH_API void run_linear(const Call& call, MatmulFunction product);
HEARTH_API void run_addmm(const Call& call, MatmulFunction product);

}  // namespace hearth
