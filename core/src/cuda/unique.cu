// SPDX-License-Identifier: Apache-2.0
// Different elements: sorted, cut where neighbours differ. The order of rows: by one column after
// another, the last one first.
#include "cuda/kernels.h"
#include "cuda/line_sort.cuh"
#include "cuda/true_elements.cuh"
#include "ops/unique.h"

namespace hearth::cuda {

namespace {

/// Numbers x in the order of `places`, or as they stand where that is null.
template <class T>
struct Ordered {
  const T* x;
  const uint32_t* places;

  __device__ __forceinline__ int64_t place(int64_t i) const { return places ? places[i] : i; }
  __device__ __forceinline__ T operator[](int64_t i) const { return x[place(i)]; }
  /// NaN differs from NaN.
  __device__ __forceinline__ bool begins(int64_t i) const {
    using A = accumulate_t<T>;
    return i == 0 || !(convert<A>((*this)[i]) == convert<A>((*this)[i - 1]));
  }
};

/// The run of ordered element i: the last that starts there or before.
__device__ __forceinline__ int64_t run_of(const int64_t* starts, int64_t runs, int64_t i) {
  int64_t low = 0, high = runs - 1;
  while (low < high) {
    const int64_t middle = (low + high + 1) / 2;
    if (starts[middle] <= i) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low;
}

template <class T>
void write_runs(const Call& call, const Ordered<T>& ordered, int64_t n) {
  const auto& op = call.as<ops::Unique>();
  const TensorImpl& t = impl(call.in[0]);
  const Tensor mask = new_tensor({n}, kBool, t.device);
  uint8_t* begins = ptr<uint8_t>(mask);
  for_each(n, "unique", [=] __device__(int64_t i) { begins[i] = ordered.begins(i); });
  const TrueElements chosen(mask, {n});
  const int64_t runs = chosen.count();
  call.out[0] = new_tensor({runs}, t.dtype, t.device);
  call.out[1] = new_tensor(op.return_inverse ? t.sizes : DimVector{0}, kLong, t.device);
  call.out[2] = new_tensor({op.return_counts ? runs : 0}, kLong, t.device);
  const bool numbered = op.return_inverse || op.return_counts;
  const Workspace memory(numbered ? static_cast<size_t>(runs) * sizeof(int64_t) : 0);
  auto* starts = memory.data<int64_t>();
  T* values = ptr<T>(call.out[0]);
  chosen.visit("unique", [=] __device__(int64_t run, int64_t i) {
    values[run] = ordered[i];
    if (starts) starts[run] = i;
  });
  if (op.return_counts) {
    int64_t* counts = ptr<int64_t>(call.out[2]);
    for_each(runs, "unique", [=] __device__(int64_t r) {
      counts[r] = (r + 1 < runs ? starts[r + 1] : n) - starts[r];
    });
  }
  if (op.return_inverse) {
    int64_t* inverse = ptr<int64_t>(call.out[1]);
    for_each(n, "unique",
             [=] __device__(int64_t i) { inverse[ordered.place(i)] = run_of(starts, runs, i); });
  }
}

void unique(const Call& call) {
  const Tensor dense = contiguous_raw(call.in[0]);
  const int64_t n = impl(dense).numel;
  with_ordered_type(call, [&]<class T>(T) {
    const T* x = ptr<T>(dense);
    if (call.as<ops::Unique>().consecutive || n == 0) return write_runs<T>(call, {x, nullptr}, n);
    RadixSort sorted(n);
    Lines line(dense, 0);
    line.outer = line.inner = 1;
    line.n = n;
    sort_lines(x, line, false, sorted);
    write_runs<T>(call, {x, sorted.places()}, n);
  });
}

template <class T>
void order_rows(const T* x, int64_t rows, int64_t width, int64_t* order) {
  RadixSort sorted(rows);
  uint32_t* first = sorted.places();
  for_each(rows, "row_order", [=] __device__(int64_t i) { first[i] = static_cast<uint32_t>(i); });
  for (int64_t c = width; c-- > 0;) {
    uint64_t* keys = sorted.keys();
    const uint32_t* places = sorted.places();
    for_each(rows, "row_order",
             [=] __device__(int64_t i) { keys[i] = key_of(x[places[i] * width + c]); });
    sorted.sort(8 * sizeof(T));
  }
  const uint32_t* places = sorted.places();
  for_each(rows, "row_order", [=] __device__(int64_t i) { order[i] = places[i]; });
}

void row_order(const Call& call) {
  const Tensor dense = contiguous_raw(call.in[0]);
  const int64_t rows = impl(dense).sizes[0], width = impl(dense).sizes[1];
  if (rows == 0) return;
  with_ordered_type(call, [&]<class T>(T) {
    order_rows<T>(ptr<T>(dense), rows, width, ptr<int64_t>(call.out[0]));
  });
}

}  // namespace

void install_unique() {
  ops::Unique::row().kernel[kSlot] = &unique;
  ops::RowOrder::row().kernel[kSlot] = &row_order;
}

}  // namespace hearth::cuda
