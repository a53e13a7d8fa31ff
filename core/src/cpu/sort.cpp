// SPDX-License-Identifier: Apache-2.0
#include "ops/sort.h"

#include "cpu/item_of_rank.h"
#include "cpu/kernels.h"
#include "cpu/lines.h"
#include "cpu/threshold_kernels.h"
#include "ops/copy.h"

namespace hearth::cpu {

namespace {

/// The first k of the items it is given: a few in order, or up to twice as many that are cut down
/// to k now and then.
template <class I>
class Best {
 public:
  explicit Best(int64_t k)
      : k_(k), few_(k <= 16), room_(few_ ? k : 2 * k), memory_(static_cast<size_t>(room_)) {}
  bool full() const { return full_; }
  /// When full: what does not come before it is not wanted.
  I worst() const { return worst_; }
  void add(I item) {
    if (full_ && !(item < worst_)) return;
    if (few_) return insert(item);
    memory_[static_cast<size_t>(n_++)] = item;
    if (n_ == room_) cut();
  }
  I* get(bool ordered) {
    if (n_ > k_) cut();
    if (ordered && !few_) std::sort(memory_.data(), memory_.data() + k_);
    return memory_.data();
  }

 private:
  void insert(I item) {
    I* items = memory_.data();
    int64_t at = full_ ? k_ - 1 : n_++;
    for (; at > 0 && item < items[at - 1]; --at) items[at] = items[at - 1];
    items[at] = item;
    full_ = n_ == k_;
    worst_ = items[n_ - 1];
  }
  void cut() {
    I* items = memory_.data();
    std::nth_element(items, items + (k_ - 1), items + n_);
    n_ = k_;
    worst_ = items[k_ - 1];
    full_ = true;
  }

  const int64_t k_;
  const bool few_;
  const int64_t room_;
  int64_t n_ = 0;
  bool full_ = false;
  I worst_{};
  Scratch<I> memory_;
};

/// The elements of a line as items.
template <class T>
struct Line {
  const T* x;
  int64_t stride;
  bool descending;
  Key<T> key(int64_t i) const {
    const Key<T> key = key_of(x[i * stride]);
    return descending ? static_cast<Key<T>>(~key) : key;
  }
  Item<T> item(int64_t i) const {
    Item<T> item;
    item.set(key(i), i);
    return item;
  }
  /// The element of an item.
  T element(const Item<T>& item) const {
    const auto key = static_cast<Key<T>>(descending ? ~item.key() : item.key());
    return is_exact<T>(key) ? number_with<T>(key) : x[item.place() * stride];
  }
  /// Gives `best` those of the first n that may be among the first in order.
  void collect(int64_t n, Best<Item<T>>& best) const {
    const ThresholdTable& table = HEARTH_SELECT_ISA(threshold_table);
    const FindPast find = (descending ? table.above : table.below)[static_cast<int>(dtype_of<T>)];
    const bool skips = find && stride == 1;
    for (int64_t i = 0; i < n; ++i) {
      if (skips && best.full()) {
        const T worst = element(best.worst());
        i = find(x, i, n, &worst);
        if (i == n) return;
      }
      best.add(item(i));
    }
  }
};

template <class T>
struct Target {
  T* values;
  int64_t* places;
  int64_t stride;
  void write(const Line<T>& line, const Item<T>* items, int64_t k) const {
    parallel_for(k, kSortChunk, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        values[i * stride] = line.element(items[i]);
        places[i * stride] = items[i].place();
      }
    });
  }
};

template <class T>
void sort_line(const Line<T>& line, int64_t n, int64_t k, bool ordered, const Target<T>& to) {
  if (k == 0) return;
  if (8 * k <= n) {
    Best<Item<T>> best(k);
    line.collect(n, best);
    return to.write(line, best.get(ordered), k);
  }
  Scratch<Item<T>> memory(static_cast<size_t>(2 * n));
  Item<T>*items = memory.data(), *spare = items + n;
  if (2 * k <= n) {
    // In the order of their places, which sorting by digits keeps.
    const Item<T> last = item_of_rank<T>(n, k - 1, [&](int64_t i) { return line.item(i); });
    int64_t count = 0;
    for (int64_t i = 0; count < k; ++i)
      if (const Item<T> item = line.item(i); !(last < item)) items[count++] = item;
  } else {
    parallel_for(n, kSortChunk, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) items[i] = line.item(i);
    });
    if (!ordered && k < n) std::nth_element(items, items + k, items + n);
  }
  if (ordered) items = sort_items(items, spare, 2 * k <= n ? k : n);
  to.write(line, items, k);
}

/// Writes the first k of each sorted line, and their places.
template <class T>
void sort_lines(const Call& call, int64_t dim, int64_t k, bool descending, bool ordered) {
  const Tensor x = contiguous_raw(call.in[0]);
  const Lines lines(x, dim);
  HEARTH_CHECK(sizeof(T) == 8 || lines.n <= int64_t{1} << 32, "[", call.op.info.name,
               "] expected at most 2^32 elements along the dim, got ", lines.n);
  const T* in = ptr<T>(x);
  T* values = ptr<T>(call.out[0]);
  int64_t* places = ptr<int64_t>(call.out[1]);
  const auto one = [&](int64_t line, int64_t first, int64_t n, int64_t stride) {
    const int64_t to = line / stride * k * stride + line % stride;
    sort_line<T>({in + first, stride, descending}, n, k, ordered,
                 {values + to, places + to, stride});
  };
  // Few long lines are shared out themselves.
  if (lines.n >= 2 * kSortChunk && lines.count() < get_num_threads())
    return lines.each_in_turn(one);
  lines.each(one);
}

void dispatch(const Call& call, int64_t dim, int64_t k, bool descending, bool ordered) {
  switch (impl(call.in[0]).dtype) {
#define HEARTH_CASE(T, name)                                                            \
  case ScalarType::name:                                                                \
    if constexpr (kOrdered<T>) return sort_lines<T>(call, dim, k, descending, ordered); \
    break;
    HEARTH_FORALL_SCALAR_TYPES(HEARTH_CASE)
#undef HEARTH_CASE
    default:
      break;
  }
}

int64_t length(const Tensor& x, int64_t dim) {
  const TensorImpl& t = impl(x);
  return t.dim() == 0 ? 1 : t.sizes[static_cast<size_t>(wrap_dim(dim, t.dim(), "sort"))];
}

void sort(const Call& call) {
  const auto& op = call.as<ops::Sort>();
  dispatch(call, op.dim, length(call.in[0], op.dim), op.descending, true);
}

void topk(const Call& call) {
  const auto& op = call.as<ops::TopK>();
  // A number has itself on top, whatever k.
  const int64_t k = impl(call.in[0]).dim() == 0 ? 1 : op.k;
  dispatch(call, op.dim, k, op.largest, op.sorted);
}

}  // namespace

void install_sort() {
  ops::Sort::row().kernel[0] = &sort;
  ops::TopK::row().kernel[0] = &topk;
}

}  // namespace hearth::cpu
