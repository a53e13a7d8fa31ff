// SPDX-License-Identifier: Apache-2.0
// What the kernels of attention read and write: batches of matrices with any strides between rows
// and between matrices.
#pragma once

#include "hearth/base/dtype.h"

namespace hearth::cuda::attention {

/// Dims of a batch, after joining those that all operands join.
inline constexpr int kBatchDims = 4;

struct Batch {
  int dims = 0;
  int64_t count = 1;
  int64_t sizes[kBatchDims] = {};
};

/// Of one type; rows are contiguous.
struct Matrices {
  void* data = nullptr;
  ScalarType type = kFloat;
  int cols = 0;
  bool aligned = false;  ///< 16 bytes of a row can be loaded at once
  int64_t row = 0;
  int64_t batch[kBatchDims] = {};
};

/// What scores are masked with: nothing, bool (true takes part), or a floating type to add.
struct Mask {
  const void* data = nullptr;
  ScalarType type = kBool;
  int row = 0, col = 0;
  int64_t batch[kBatchDims] = {};
};

/// Of probabilities, in the logical order of [batch, queries, keys], as ops::Dropout has it.
struct Dropout {
  uint64_t seed = 0, offset = 0;
  const int64_t* memory = nullptr;  ///< where the seed and a part of the offset are, unless null
  int64_t stride = 0;               ///< between them
  uint32_t last = 0;                ///< the largest bits that keep an element
  double scale = 1;                 ///< of what is kept
};

/// The problem as forward and backward share it.
struct Problem {
  Batch batch;
  Matrices query, key, value;
  Mask mask;
  int queries = 0, keys = 0;
  bool causal = false;  ///< query i sees keys up to i
  double scale = 1;
  Dropout dropout;

  int columns() const { return query.cols > value.cols ? query.cols : value.cols; }
};

struct Forward : Problem {
  Matrices out;
  void* log_sums = nullptr;  ///< [batch, queries], contiguous
};

struct Backward : Problem {
  Matrices grad, result;
  Matrices grad_query, grad_key, grad_value;  ///< no data: not wanted
  const void* log_sums = nullptr;             ///< [batch, queries], as are the following
  void* deltas = nullptr;                     ///< each row's product of grad and result
};

}  // namespace hearth::cuda::attention
