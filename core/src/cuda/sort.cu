// SPDX-License-Identifier: Apache-2.0
#include "cuda/kernels.h"
#include "cuda/line_sort.cuh"
#include "ops/copy.h"
#include "ops/sort.h"

namespace hearth::cuda {

namespace {

/// Writes the first k of each sorted line, and their places.
template <class T>
void first_of_lines(const Call& call, int64_t dim, int64_t k, bool descending) {
  const Tensor dense = contiguous_raw(call.in[0]);
  const Lines lines(dense, dim);
  const int64_t n = lines.n, count = impl(dense).numel;
  if (count == 0 || k == 0) return;
  const T* x = ptr<T>(dense);
  RadixSort order(count);
  sort_lines(x, lines, descending, order);
  const uint32_t* sorted = order.places();
  T* values = ptr<T>(call.out[0]);
  int64_t* indices = ptr<int64_t>(call.out[1]);
  for_each(lines.count() * k, "sort", [=] __device__(int64_t i) {
    const int64_t line = i / k, rank = i % k;
    const int64_t place = sorted[line * n + rank] - line * n;
    const int64_t to = lines.start(line, k) + rank * lines.inner;
    values[to] = x[lines.start(line, n) + place * lines.inner];
    indices[to] = place;
  });
}

void dispatch(const Call& call, int64_t dim, int64_t k, bool descending) {
  with_ordered_type(call, [&]<class T>(T) { first_of_lines<T>(call, dim, k, descending); });
}

void sort(const Call& call) {
  const auto& op = call.as<ops::Sort>();
  dispatch(call, op.dim, Lines(call.in[0], op.dim).n, op.descending);
}
void topk(const Call& call) {
  const auto& op = call.as<ops::TopK>();
  // A number has itself on top, whatever k.
  const int64_t k = impl(call.in[0]).dim() == 0 ? 1 : op.k;
  dispatch(call, op.dim, k, op.largest);
}

}  // namespace

void install_sort() {
  ops::Sort::row().kernel[kSlot] = &sort;
  ops::TopK::row().kernel[kSlot] = &topk;
}

}  // namespace hearth::cuda
