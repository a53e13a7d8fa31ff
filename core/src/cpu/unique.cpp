// SPDX-License-Identifier: Apache-2.0
#include "ops/unique.h"

#include <numeric>

#include "base/parallel.h"
#include "cpu/kernels.h"
#include "cpu/sort_keys.h"
#include "ops/copy.h"

namespace hearth::cpu {

namespace {

/// Writes the first of each run of n numbers where equal ones lie together. `value(i)` is the i-th
/// number, `place(i)` where it stands in the input.
template <class T, class Value, class Place>
void write_runs(const Call& call, int64_t n, const Value& value, const Place& place) {
  const auto& op = call.as<ops::Unique>();
  const int64_t chunks = sort_chunks(n);
  // The first number begins a run; of the others, those that differ from the one before.
  const auto first = [&](int64_t c) { return std::max<int64_t>(1, n * c / chunks); };
  const auto begins = [&](int64_t i) { return !(number_of(value(i)) == number_of(value(i - 1))); };
  Scratch<int64_t> before(static_cast<size_t>(chunks + 1));
  before[0] = n > 0;
  parallel_chunks(chunks, [&](int64_t c) {
    int64_t count = 0;
    for (int64_t i = first(c), end = first(c + 1); i < end; ++i) count += begins(i);
    before[static_cast<size_t>(c + 1)] = count;
  });
  std::partial_sum(before.data(), before.data() + chunks + 1, before.data());
  const int64_t total = before[static_cast<size_t>(chunks)];

  const TensorImpl& t = impl(call.in[0]);
  call.out[0] = new_tensor({total}, t.dtype, t.device);
  call.out[1] = new_tensor(op.return_inverse ? t.sizes : DimVector{0}, kLong, t.device);
  call.out[2] = new_tensor({op.return_counts ? total : 0}, kLong, t.device);
  T* values = ptr<T>(call.out[0]);
  int64_t *inverse = ptr<int64_t>(call.out[1]), *counts = ptr<int64_t>(call.out[2]);
  if (n == 0) return;
  Scratch<int64_t> memory(static_cast<size_t>(op.return_counts ? total + 1 : 0));
  int64_t* starts = op.return_counts ? memory.data() : nullptr;
  values[0] = value(0);
  if (starts) {
    starts[0] = 0;
    starts[total] = n;
  }
  if (op.return_inverse) inverse[place(0)] = 0;
  parallel_chunks(chunks, [&](int64_t c) {
    const int64_t run = before[static_cast<size_t>(c)];
    const int64_t end = before[static_cast<size_t>(c + 1)];
    // No branch depends on a number: what stands at a place is written until it begins a run.
    int64_t next = run;
    for (int64_t i = first(c); next < end; ++i) {
      values[next] = value(i);
      if (starts) starts[next] = i;
      next += begins(i);
    }
    if (!op.return_inverse) return;
    next = run - 1;
    for (int64_t i = first(c), last = first(c + 1); i < last; ++i) {
      next += begins(i);
      inverse[place(i)] = next;
    }
  });
  for (int64_t r = 0; starts && r < total; ++r) counts[r] = starts[r + 1] - starts[r];
}

template <class I, class F>
I* sorted(Scratch<I>& memory, int64_t n, const F& item_at) {
  I* items = memory.data();
  parallel_for(n, kSortChunk, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) items[i] = item_at(i);
  });
  return sort_items(items, items + n, n);
}

template <class T>
void unique_of(const Call& call) {
  const auto& op = call.as<ops::Unique>();
  const Tensor dense = contiguous_raw(call.in[0]);
  const T* x = ptr<T>(dense);
  const int64_t n = impl(dense).numel;
  const auto same = [](int64_t i) { return i; };
  if (op.consecutive)
    return write_runs<T>(
        call, n, [x](int64_t i) { return x[i]; }, same);
  const auto count = static_cast<size_t>(2 * n);
  if (!op.return_inverse) {
    using I = Bare<Key<T>>;
    Scratch<I> memory(count);
    const I* items = sorted(memory, n, [x](int64_t i) { return I{exact_key(x[i])}; });
    return write_runs<T>(
        call, n, [items](int64_t i) { return number_with<T>(items[i].key()); }, same);
  }
  HEARTH_CHECK(sizeof(T) == 8 || n <= int64_t{1} << 32,
               "[unique] expected at most 2^32 elements, got ", n);
  Scratch<Item<T>> memory(count);
  const Item<T>* items = sorted(memory, n, [x](int64_t i) {
    Item<T> item;
    item.set(exact_key(x[i]), i);
    return item;
  });
  write_runs<T>(
      call, n, [items](int64_t i) { return number_with<T>(static_cast<Key<T>>(items[i].key())); },
      [items](int64_t i) { return items[i].place(); });
}

template <class T>
void order_rows(const Call& call) {
  const Tensor dense = contiguous_raw(call.in[0]);
  const T* x = ptr<T>(dense);
  const int64_t n = impl(dense).sizes[0], width = impl(dense).sizes[1];
  int64_t* order = ptr<int64_t>(call.out[0]);
  std::iota(order, order + n, 0);
  std::stable_sort(order, order + n, [&](int64_t a, int64_t b) {
    const T *row = x + a * width, *other = x + b * width;
    for (int64_t i = 0; i < width; ++i) {
      const Key<T> left = key_of(row[i]), right = key_of(other[i]);
      if (left != right) return left < right;
    }
    return false;
  });
}

/// f(zero) with the input's type, which has an order.
template <class F>
void by_ordered(const Call& call, const F& f) {
  switch (impl(call.in[0]).dtype) {
#define HEARTH_CASE(T, name)                  \
  case ScalarType::name:                      \
    if constexpr (kOrdered<T>) return f(T{}); \
    break;
    HEARTH_FORALL_SCALAR_TYPES(HEARTH_CASE)
#undef HEARTH_CASE
    default:
      break;
  }
}

void unique(const Call& call) {
  by_ordered(call, [&]<class T>(T) { unique_of<T>(call); });
}
void row_order(const Call& call) {
  by_ordered(call, [&]<class T>(T) { order_rows<T>(call); });
}

}  // namespace

void install_unique() {
  ops::Unique::row().kernel[0] = &unique;
  ops::RowOrder::row().kernel[0] = &row_order;
}

}  // namespace hearth::cpu
