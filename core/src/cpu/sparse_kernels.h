// SPDX-License-Identifier: Apache-2.0
// Products with sparse matrices, per instruction set.
#pragma once

#include <cstdint>

#include "cpu/isa_select.h"

namespace hearth::cpu {

/// A CSR matrix times a row-major one of `columns` columns.
struct CsrArgs {
  const int64_t* crow;
  const int64_t* col;
  const void* values;
  const void* dense;
  void* out;
  int64_t rows;  ///< of the dense one
  int64_t columns;
};
/// Rows [begin, end) of the result. False when a column index is no row of the dense matrix.
using CsrRun = bool (*)(const CsrArgs& a, int64_t begin, int64_t end);

/// Products of rows of two matrices of `columns` columns.
struct SampledArgs {
  const int64_t* rows;
  const int64_t* columns_of;
  const void* a;
  const void* b;
  void* out;
  int64_t rows_a, rows_b;
  int64_t columns;
};
/// Pairs [begin, end). False when an index is no row.
using SampledRun = bool (*)(const SampledArgs& a, int64_t begin, int64_t end);

/// By dtype: float, double, complex64, complex128, int64.
struct SparseTable {
  CsrRun csr[5];
  SampledRun sampled[5];
};

HEARTH_DECLARE_ISA(const SparseTable&, sparse_table)

}  // namespace hearth::cpu
