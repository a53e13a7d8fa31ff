// SPDX-License-Identifier: Apache-2.0
#include "cuda/element.cuh"
#include "cuda/kernels.h"
#include "cuda/row.cuh"
#include "ops/copy.h"
#include "ops/sparse_products.h"

namespace hearth::cuda {

namespace {

/// The type to sum in: 64 bits for integers.
template <class T>
using sum_t = std::conditional_t<std::is_integral_v<T>, int64_t, accumulate_t<T>>;

/// Sums of any of these types over the lanes of a warp.
template <class A>
__device__ __forceinline__ A over_lanes(A v) {
  for (int d = 16; d > 0; d /= 2) {
    if constexpr (kIsComplex<A>) {
      v += A(__shfl_xor_sync(0xffffffffu, v.real_, d), __shfl_xor_sync(0xffffffffu, v.imag_, d));
    } else if constexpr (std::is_same_v<A, int64_t>) {
      v += __shfl_xor_sync(0xffffffffu, static_cast<long long>(v), d);
    } else {
      v += __shfl_xor_sync(0xffffffffu, v, d);
    }
  }
  return v;
}

/// A CSR matrix. Rows that do not begin in order, within the values, are reported and cut.
template <class T>
struct Csr {
  const int64_t *starts, *columns;
  const T* values;
  int64_t count, width;
  Fault* fault;

  __device__ __forceinline__ void range(int64_t row, int64_t* first, int64_t* end) const {
    *first = starts[row];
    *end = starts[row + 1];
    if (*first >= 0 && *first <= *end && *end <= count) return;
    report_index(*first < 0 ? *first : *end, count + 1, fault, "csr_matmul, crow_indices");
    *first = *end = 0;
  }
  __device__ __forceinline__ int64_t column(int64_t k) const {
    int64_t c = columns[k];
    if (c < 0 || c >= width) {
      report_index(c, width, fault, "csr_matmul");
      c = 0;
    }
    return c;
  }
};

/// A thread for each element of the result, beside its neighbours of the row.
template <class T>
void multiply_wide(const Csr<T>& a, const T* b, int64_t rows, int64_t n, T* out) {
  using A = sum_t<T>;
  for_each(rows * n, "csr_matmul", [=] __device__(int64_t i) {
    const int64_t row = i / n, c = i - row * n;
    int64_t first, end;
    a.range(row, &first, &end);
    A sum(0);
    for (int64_t k = first; k < end; ++k)
      sum += convert<A>(a.values[k]) * convert<A>(b[a.column(k) * n + c]);
    out[i] = convert<T>(sum);
  });
}

/// A warp for each element, for results of few columns.
template <class T>
void multiply_narrow(const Csr<T>& a, const T* b, int64_t rows, int64_t n, T* out) {
  using A = sum_t<T>;
  for_each(rows * n * 32, "csr_matmul", [=] __device__(int64_t thread) {
    const int64_t i = thread / 32, lane = thread % 32, row = i / n, c = i - row * n;
    int64_t first, end;
    a.range(row, &first, &end);
    A sum(0);
    for (int64_t k = first + lane; k < end; k += 32)
      sum += convert<A>(a.values[k]) * convert<A>(b[a.column(k) * n + c]);
    sum = over_lanes(sum);
    if (lane == 0) out[i] = convert<T>(sum);
  });
}

void csr_matmul(const Call& call) {
  const Tensor starts = contiguous_raw(call.in[0]), columns = contiguous_raw(call.in[1]),
               values = contiguous_raw(call.in[2]), dense = contiguous_raw(call.in[3]);
  const Tensor& out = call.out[0];
  if (impl(out).numel == 0) return;
  const int64_t rows = impl(out).sizes[0], n = impl(out).sizes[1];
  with_type(impl(out).dtype, [&]<class T>(T) {
    const Csr<T> a{ptr<int64_t>(starts), ptr<int64_t>(columns), ptr<T>(values),
                   impl(values).numel,   impl(dense).sizes[0],  fault()};
    n >= 8 ? multiply_wide<T>(a, ptr<T>(dense), rows, n, ptr<T>(out))
           : multiply_narrow<T>(a, ptr<T>(dense), rows, n, ptr<T>(out));
  });
}

/// A warp for each pair of rows.
template <class T>
void multiply_pairs(const Tensor& rows, const Tensor& columns, const Tensor& left,
                    const Tensor& right, const Tensor& out) {
  using A = sum_t<T>;
  const int64_t n = impl(left).sizes[1], most_left = impl(left).sizes[0],
                most_right = impl(right).sizes[0];
  const int64_t *i = ptr<int64_t>(rows), *j = ptr<int64_t>(columns);
  const T *a = ptr<T>(left), *b = ptr<T>(right);
  T* to = ptr<T>(out);
  Fault* const report = fault();
  for_each(impl(out).numel * 32, "sampled_matmul", [=] __device__(int64_t thread) {
    const int64_t p = thread / 32, lane = thread % 32, r = i[p], c = j[p];
    A sum(0);
    if (r < 0 || r >= most_left) {
      report_index(r, most_left, report, "sampled_matmul");
    } else if (c < 0 || c >= most_right) {
      report_index(c, most_right, report, "sampled_matmul");
    } else {
      for (int64_t k = lane; k < n; k += 32)
        sum += convert<A>(a[r * n + k]) * convert<A>(b[c * n + k]);
    }
    sum = over_lanes(sum);
    if (lane == 0) to[p] = convert<T>(sum);
  });
}

void sampled_matmul(const Call& call) {
  const Tensor rows = contiguous_raw(call.in[0]), columns = contiguous_raw(call.in[1]),
               a = contiguous_raw(call.in[2]), b = contiguous_raw(call.in[3]);
  with_type(impl(call.out[0]).dtype,
            [&]<class T>(T) { multiply_pairs<T>(rows, columns, a, b, call.out[0]); });
}

}  // namespace

void install_sparse_products() {
  ops::CsrMatmul::row().kernel[kSlot] = converting(&csr_matmul);
  ops::SampledMatmul::row().kernel[kSlot] = converting(&sampled_matmul);
}

}  // namespace hearth::cuda
