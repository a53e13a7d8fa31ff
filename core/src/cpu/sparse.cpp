// SPDX-License-Identifier: Apache-2.0
#include <atomic>

#include "base/parallel.h"
#include "cpu/dense.h"
#include "cpu/kernels.h"
#include "cpu/sparse_kernels.h"
#include "ops/sparse_products.h"

namespace hearth::cpu {

namespace {

const SparseTable& table() {
  static const SparseTable& t = HEARTH_SELECT_ISA(sparse_table);
  return t;
}

size_t type_index(ScalarType t, std::string_view op) {
  switch (t) {
    case kFloat:
      return 0;
    case kDouble:
      return 1;
    case kComplexFloat:
      return 2;
    case kComplexDouble:
      return 3;
    case kLong:
      return 4;
    default:
      throw NotImplementedError(cat_str("[", op, "] no kernel for ", t));
  }
}

/// Throws for the first index that is not in [0, size), if there is one.
void check_range(const Tensor& index, int64_t size, std::string_view op) {
  for (int64_t i = 0; i < impl(index).numel; ++i) {
    const int64_t at = ptr<int64_t>(index)[i];
    HEARTH_CHECK_AS(IndexError, at >= 0 && at < size, "[", op, "] index ", at,
                    " is out of range for size ", size);
  }
}

/// Throws where rows do not begin in order, within the values.
void check_starts(const Tensor& crow, int64_t nnz, std::string_view op) {
  const int64_t* at = ptr<int64_t>(crow);
  const int64_t rows = impl(crow).numel - 1;
  bool ordered = at[0] == 0 && at[rows] == nnz;
  for (int64_t r = 0; r < rows; ++r) ordered &= at[r] <= at[r + 1];
  HEARTH_CHECK_AS(IndexError, ordered, "[", op, "] crow_indices must rise from 0 to nnz = ", nnz);
}

void csr_matmul(const Call& call) {
  const std::string_view name = call.op.info.name;
  const Tensor crow = contiguous_raw(call.in[0]), col = contiguous_raw(call.in[1]),
               values = contiguous_raw(call.in[2]), dense = contiguous_raw(call.in[3]);
  const int64_t rows = impl(crow).numel - 1, nnz = impl(col).numel, columns = impl(dense).sizes[1];
  check_starts(crow, nnz, name);
  const Result result(call.out[0], call.compute);
  const CsrRun run = table().csr[type_index(call.compute, name)];
  const CsrArgs args{
      ptr<int64_t>(crow),        ptr<int64_t>(col),    raw_data(values), raw_data(dense),
      raw_data(result.tensor()), impl(dense).sizes[0], columns};
  // Rows are dealt out by their values and one more each, for rows without any.
  const int64_t* starts = args.crow;
  const auto first_row = [&](int64_t work) {
    int64_t low = 0, high = rows;
    while (low < high) {
      const int64_t middle = (low + high) / 2;
      if (starts[middle] + middle < work) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  };
  if (columns > 0)
    parallel_for(rows + nnz, row_grain(columns),
                 [&](int64_t begin, int64_t end) { run(args, first_row(begin), first_row(end)); });
  result.finish();
}

void sampled_matmul(const Call& call) {
  const std::string_view name = call.op.info.name;
  const Tensor rows = contiguous_raw(call.in[0]), columns = contiguous_raw(call.in[1]),
               a = contiguous_raw(call.in[2]), b = contiguous_raw(call.in[3]);
  const Result result(call.out[0], call.compute);
  const SampledRun run = table().sampled[type_index(call.compute, name)];
  const SampledArgs args{ptr<int64_t>(rows), ptr<int64_t>(columns),     raw_data(a),
                         raw_data(b),        raw_data(result.tensor()), impl(a).sizes[0],
                         impl(b).sizes[0],   impl(a).sizes[1]};
  std::atomic<bool> inside{true};
  parallel_for(impl(rows).numel, row_grain(args.columns), [&](int64_t begin, int64_t end) {
    if (!run(args, begin, end)) inside = false;
  });
  if (!inside) {
    check_range(rows, args.rows_a, name);
    check_range(columns, args.rows_b, name);
  }
  result.finish();
}

}  // namespace

void install_sparse() {
  ops::CsrMatmul::row().kernel[0] = &csr_matmul;
  ops::SampledMatmul::row().kernel[0] = &sampled_matmul;
}

}  // namespace hearth::cpu
