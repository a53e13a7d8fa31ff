// SPDX-License-Identifier: Apache-2.0
// Numbers of any type as unsigned keys in their order, and sorting by these.
#pragma once

#include <algorithm>
#include <bit>
#include <limits>
#include <type_traits>
#include <utility>

#include "hearth/base/half.h"
#include "hearth/base/threads.h"

#include "cpu/scratch.h"

namespace hearth::cpu {

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
template <class T>
using Key = typename Bits<sizeof(T)>::type;
template <class T>
inline constexpr Key<T> kSignBit = static_cast<Key<T>>(Key<T>{1} << (8 * sizeof(T) - 1));

/// Whether sorting orders the type.
template <class T>
inline constexpr bool kOrdered = !std::is_class_v<T> || sizeof(T) == 2;

/// x in a type with arithmetic.
template <class T>
auto number_of(T x) {
  return static_cast<std::conditional_t<std::is_class_v<T>, float, T>>(x);
}

/// The bits of positive infinity, the largest number.
template <class T>
constexpr Key<T> infinity_bits() {
  if constexpr (std::is_same_v<T, Half>) {
    return 0x7c00;
  } else if constexpr (std::is_same_v<T, BFloat16>) {
    return 0x7f80;
  } else {
    return __builtin_bit_cast(Key<T>, std::numeric_limits<T>::infinity());
  }
}

/// An unsigned number with the order of x: NaN above all, -0 below 0. No branches.
template <class T>
Key<T> exact_key(T x) {
  if constexpr (std::is_integral_v<T>) {
    return static_cast<Key<T>>(static_cast<Key<T>>(x) ^ (std::is_signed_v<T> ? kSignBit<T> : 0));
  } else {
    using Signed = std::make_signed_t<Key<T>>;
    const auto bits = __builtin_bit_cast(Key<T>, x);
    const auto negative = static_cast<Key<T>>(static_cast<Signed>(bits) >> (8 * sizeof(T) - 1));
    const bool nan = (bits & ~kSignBit<T>) > infinity_bits<T>();
    return static_cast<Key<T>>((bits ^ (negative | kSignBit<T>)) | (nan ? ~Key<T>{0} : Key<T>{0}));
  }
}
/// As exact_key, but both zeros are equal.
template <class T>
Key<T> key_of(T x) {
  const Key<T> key = exact_key(x);
  if constexpr (std::is_integral_v<T>) return key;
  return static_cast<Key<T>>(key + (key == kSignBit<T> - 1));
}

/// Whether only one number has this key.
template <class T>
bool is_exact(Key<T> key) {
  return std::is_integral_v<T> || (key != kSignBit<T> && key != static_cast<Key<T>>(~Key<T>{0}));
}
/// A number with this key: of zeros the positive one.
template <class T>
T number_with(Key<T> key) {
  if constexpr (std::is_integral_v<T>) {
    return static_cast<T>(key ^ (std::is_signed_v<T> ? kSignBit<T> : 0));
  } else {
    return __builtin_bit_cast(T,
                              static_cast<Key<T>>(key & kSignBit<T> ? key & ~kSignBit<T> : ~key));
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
template <class T>
using Item = std::conditional_t<sizeof(T) == 8, Pair, Packed>;
/// A key alone.
template <class K>
struct Bare {
  K key_;
  K key() const { return key_; }
  friend bool operator<(Bare a, Bare b) { return a.key_ < b.key_; }
};

/// Lines shorter than this are sorted by comparisons, longer ones by digits.
inline constexpr int64_t kRadixLength = 200;
/// Most bits of a key that are sorted by at once.
inline constexpr int kDigitBits = 8;
/// Items worth a thread.
inline constexpr int64_t kSortChunk = 1 << 16;
inline constexpr int64_t kMaxSortChunks = 32;

/// Into how many chunks a line of n items is cut.
inline int64_t sort_chunks(int64_t n) {
  const bool alone = get_num_threads() == 1 || in_parallel_region();
  return alone ? 1 : std::clamp<int64_t>(n / kSortChunk, 1, kMaxSortChunks);
}

/// The digit of `bits` bits that begins at bit `shift`.
template <class I>
size_t digit_of(const I& item, int shift, int bits) {
  return static_cast<size_t>(static_cast<uint64_t>(item.key()) >> shift) &
         ((size_t{1} << bits) - 1);
}

/// Moves the items to `to` in the order of one digit of their keys, equal ones in the order they
/// have.
template <class I>
void sort_by_digit(const I* items, I* to, int64_t n, int shift, int bits) {
  const int64_t chunks = sort_chunks(n);
  const auto first = [&](int64_t c) { return n * c / chunks; };
  const size_t digits = size_t{1} << bits;
  Scratch<int64_t> counts(static_cast<size_t>(chunks) * digits);
  const auto counts_of = [&](int64_t c) { return counts.data() + static_cast<size_t>(c) * digits; };
  parallel_chunks(chunks, [&](int64_t c) {
    int64_t* count = counts_of(c);
    std::fill_n(count, digits, 0);
    for (int64_t i = first(c), end = first(c + 1); i < end; ++i)
      ++count[digit_of(items[i], shift, bits)];
  });
  int64_t start = 0;
  for (size_t d = 0; d < digits; ++d)
    for (int64_t c = 0; c < chunks; ++c) start += std::exchange(counts_of(c)[d], start);
  parallel_chunks(chunks, [&](int64_t c) {
    int64_t* next = counts_of(c);
    for (int64_t i = first(c), end = first(c + 1); i < end; ++i)
      to[next[digit_of(items[i], shift, bits)]++] = items[i];
  });
}

/// Sorts items by their keys; returns where the result is: there or in `spare`. What is equal keeps
/// its order.
template <class I>
I* radix_sort(I* items, I* spare, int64_t n) {
  uint64_t all = ~uint64_t{0}, any = 0;
  for (int64_t i = 0; i < n; ++i) {
    all &= items[i].key();
    any |= items[i].key();
  }
  // Only the bits between the first and the last that differ, in digits of equal size.
  const uint64_t differ = all ^ any;
  if (differ == 0) return items;
  const int low = std::countr_zero(differ), width = std::bit_width(differ) - low;
  const int digits = (width - 1) / kDigitBits + 1, bits = (width - 1) / digits + 1;
  for (int d = 0; d < digits; ++d) {
    sort_by_digit(items, spare, n, low + d * bits, bits);
    std::swap(items, spare);
  }
  return items;
}

/// As radix_sort, for any length. No two items may be equal, unless they are interchangeable.
template <class I>
I* sort_items(I* items, I* spare, int64_t n) {
  if (n >= kRadixLength) return radix_sort(items, spare, n);
  std::sort(items, items + n);
  return items;
}

}  // namespace hearth::cpu
