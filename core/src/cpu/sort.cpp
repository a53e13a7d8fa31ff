// SPDX-License-Identifier: Apache-2.0
#include "ops/sort.h"

#include <algorithm>
#include <type_traits>

#include "cpu/kernels.h"
#include "cpu/lines.h"
#include "cpu/scratch.h"
#include "ops/copy.h"

namespace hearth::cpu {

namespace {

/// Lines from this length on are sorted by digits instead of comparisons.
constexpr int64_t kRadixLength = 512;

template <int kBytes>
struct Bits {
  using type = uint64_t;
};
template <>
struct Bits<1> {
  using type = uint8_t;
};
template <>
struct Bits<2> {
  using type = uint16_t;
};
template <>
struct Bits<4> {
  using type = uint32_t;
};

/// An unsigned number with the order of x: NaN above all, both zeros equal.
template <class T>
auto key_of(T x) {
  using Key = typename Bits<sizeof(T)>::type;
  constexpr Key kSign = static_cast<Key>(Key{1} << (8 * sizeof(T) - 1));
  if constexpr (std::is_integral_v<T>) {
    return static_cast<Key>(static_cast<Key>(x) ^ (std::is_signed_v<T> ? kSign : Key{0}));
  } else {
    const auto bits = __builtin_bit_cast(Key, x);
    const auto wide = static_cast<std::conditional_t<sizeof(T) == 8, double, float>>(x);
    if (wide != wide) return static_cast<Key>(~Key{0});
    if (wide == 0) return kSign;
    return static_cast<Key>(bits & kSign ? ~bits : bits | kSign);
  }
}

/// A key and its place, ordered by both; keys of up to four bytes share a word with the place.
struct Packed {
  uint64_t word;
  void set(uint64_t key, int64_t place) { word = key << 32 | static_cast<uint64_t>(place); }
  uint64_t key() const { return word >> 32; }
  int64_t place() const { return static_cast<int64_t>(word & 0xffffffffu); }
  friend bool operator<(Packed a, Packed b) { return a.word < b.word; }
};
struct Pair {
  uint64_t key_;
  int64_t place_;
  void set(uint64_t key, int64_t place) {
    key_ = key;
    place_ = place;
  }
  uint64_t key() const { return key_; }
  int64_t place() const { return place_; }
  friend bool operator<(Pair a, Pair b) {
    return a.key_ != b.key_ ? a.key_ < b.key_ : a.place_ < b.place_;
  }
};

/// Sorts by the keys' lowest `bytes` bytes, one byte at a time; returns where the result is.
template <class Item>
Item* radix_sort(Item* items, Item* spare, int64_t n, int bytes) {
  int64_t counts[8][256] = {};
  for (int64_t i = 0; i < n; ++i)
    for (int b = 0; b < bytes; ++b) ++counts[b][items[i].key() >> (8 * b) & 0xff];
  for (int b = 0; b < bytes; ++b) {
    int64_t* count = counts[b];
    if (count[items[0].key() >> (8 * b) & 0xff] == n) continue;
    int64_t start = 0;
    for (int d = 0; d < 256; ++d) {
      const int64_t next = start + count[d];
      count[d] = start;
      start = next;
    }
    for (int64_t i = 0; i < n; ++i) spare[count[items[i].key() >> (8 * b) & 0xff]++] = items[i];
    std::swap(items, spare);
  }
  return items;
}

/// The first k of the sorted items, in order when `ordered`.
template <class Item>
Item* select(Item* items, Item* spare, int64_t n, int64_t k, bool ordered, int bytes) {
  if (n < 2 || k == 0) return items;
  if (k == n && !ordered) return items;
  if (2 * k > n || n < 16) {
    if (n >= kRadixLength) return radix_sort(items, spare, n, bytes);
    std::sort(items, items + n);
    return items;
  }
  if (16 * k <= n) {
    std::partial_sort(items, items + k, items + n);
    return items;
  }
  std::nth_element(items, items + k, items + n);
  if (ordered) std::sort(items, items + k);
  return items;
}

/// Writes the first k of each sorted line, and their places.
template <class T>
void sort_lines(const Call& call, int64_t dim, int64_t k, bool descending, bool ordered) {
  using Item = std::conditional_t<sizeof(T) == 8, Pair, Packed>;
  const Tensor x = contiguous_raw(call.in[0]);
  const Lines lines(x, dim);
  HEARTH_CHECK(sizeof(T) == 8 || lines.n <= int64_t{1} << 32, "[", call.op.info.name,
               "] expected at most 2^32 elements along the dim, got ", lines.n);
  const T* in = ptr<T>(x);
  T* values = ptr<T>(call.out[0]);
  int64_t* places = ptr<int64_t>(call.out[1]);
  lines.each([&](int64_t line, int64_t first, int64_t n, int64_t stride) {
    Scratch<Item> memory(static_cast<size_t>(2 * n));
    Item* items = memory.data();
    for (int64_t i = 0; i < n; ++i) {
      const auto key = key_of(in[first + i * stride]);
      items[i].set(descending ? static_cast<decltype(key_of(T()))>(~key) : key, i);
    }
    items = select(items, items + n, n, k, ordered, static_cast<int>(sizeof(T)));
    const int64_t to = line / stride * k * stride + line % stride;
    for (int64_t i = 0; i < k; ++i) {
      const int64_t place = items[i].place();
      values[to + i * stride] = in[first + place * stride];
      places[to + i * stride] = place;
    }
  });
}

void dispatch(const Call& call, int64_t dim, int64_t k, bool descending, bool ordered) {
  switch (impl(call.in[0]).dtype) {
#define HEARTH_CASE(T, name)                                   \
  case ScalarType::name:                                       \
    if constexpr (!std::is_class_v<T> || sizeof(T) == 2)       \
      return sort_lines<T>(call, dim, k, descending, ordered); \
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
