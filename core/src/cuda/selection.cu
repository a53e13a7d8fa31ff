// SPDX-License-Identifier: Apache-2.0
// One element of each line by its rank: the lines are sorted.
#include "cuda/kernels.h"
#include "cuda/line_sort.cuh"
#include "ops/copy.h"
#include "ops/selection.h"

namespace hearth::cuda {

namespace {

/// Which rank of a line is wanted.
struct Rank {
  enum Kind { Given, Median, MedianOfNumbers } kind;
  int64_t given = 0;

  /// numbers: how many of the n elements are not NaN.
  __device__ __forceinline__ int64_t operator()(int64_t n, int64_t numbers) const {
    if (kind == Given) return given;
    if (kind == Median && numbers < n) return numbers;  // the first NaN
    return numbers > 0 ? (numbers - 1) / 2 : 0;
  }
};

template <class T>
__device__ __forceinline__ bool is_nan(T v) {
  if constexpr (std::is_integral_v<T>) return false;
  const auto wide = convert<accumulate_t<T>>(v);
  return wide != wide;
}

template <class T>
void select(const Call& call, int64_t dim, const Rank& rank) {
  const Tensor dense = contiguous_raw(call.in[0]);
  const Lines lines(dense, dim);
  const int64_t n = lines.n, count = impl(dense).numel;
  if (count == 0) return;
  const T* x = ptr<T>(dense);
  RadixSort order(count);
  sort_lines(x, lines, /*descending=*/false, order);
  const uint32_t* sorted = order.places();
  T* values = ptr<T>(call.out[0]);
  int64_t* indices = ptr<int64_t>(call.out[1]);
  for_each(lines.count(), call.op.info.name, [=] __device__(int64_t line) {
    const auto place_of = [=](int64_t r) { return sorted[line * n + r] - line * n; };
    const T* first = x + lines.start(line, n);
    // NaNs are at the end.
    int64_t low = 0, high = n;
    while (rank.kind != Rank::Given && low < high) {
      const int64_t middle = low + (high - low) / 2;
      if (is_nan(first[place_of(middle) * lines.inner])) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    const int64_t place = place_of(rank(n, low));
    values[line] = first[place * lines.inner];
    indices[line] = place;
  });
}

void kthvalue(const Call& call) {
  const auto& op = call.as<ops::KthValue>();
  with_ordered_type(call, [&]<class T>(T) { select<T>(call, op.dim, {Rank::Given, op.k - 1}); });
}
void median(const Call& call) {
  const auto& op = call.as<ops::Median>();
  const Rank rank{op.ignore_nan ? Rank::MedianOfNumbers : Rank::Median};
  with_ordered_type(call, [&]<class T>(T) { select<T>(call, op.dim, rank); });
}

}  // namespace

void install_selection() {
  ops::KthValue::row().kernel[kSlot] = &kthvalue;
  ops::Median::row().kernel[kSlot] = &median;
}

}  // namespace hearth::cuda
