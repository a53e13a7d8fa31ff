// SPDX-License-Identifier: Apache-2.0
// Selection without sorting.
#pragma once

#include "cpu/sort_keys.h"

namespace hearth::cpu {

/// Lines shorter than this are partitioned; of longer ones digits are counted.
inline constexpr int64_t kCountedLength = 1024;
inline constexpr int kMostDigitBits = 11;

/// Finds the digit that item `rank` has, and makes `rank` the one among those of that digit.
/// Returns the digit and how many have it.
inline std::pair<size_t, int64_t> digit_at(const int64_t* counts, int64_t& rank) {
  size_t digit = 0;
  for (; rank >= counts[digit]; ++digit) rank -= counts[digit];
  return {digit, counts[digit]};
}

/// The item of rank k (from 0) among n; `item_at(i)` makes item i, and items come in the order of
/// their places. Only those that share the digits found so far are looked at again.
template <class I, class F>
I by_digits(int64_t n, int64_t k, int key_bits, const F& item_at) {
  // Counters of many digits have to be cleared and summed, which short lines are not worth.
  const int most = n < (1 << 14) ? 8 : kMostDigitBits;
  const size_t digits = size_t{1} << most;
  int bits = std::min(most, key_bits), shift = key_bits - bits;
  const int64_t chunks = sort_chunks(n);
  const auto first = [&](int64_t c) { return n * c / chunks; };
  Scratch<int64_t> memory(digits * static_cast<size_t>(chunks + 1));
  const auto counts_of = [&](int64_t c) { return memory.data() + static_cast<size_t>(c) * digits; };
  int64_t* total = counts_of(chunks);
  std::fill_n(total, digits, 0);
  parallel_chunks(chunks, [&](int64_t c) {
    int64_t* count = counts_of(c);
    std::fill_n(count, digits, 0);
    for (int64_t i = first(c), end = first(c + 1); i < end; ++i)
      ++count[digit_of(item_at(i), shift, bits)];
  });
  for (int64_t c = 0; c < chunks; ++c)
    for (size_t d = 0; d < digits; ++d) total[d] += counts_of(c)[d];
  const auto found = digit_at(total, k);
  size_t digit = found.first;
  int64_t left = found.second;
  Scratch<I> same(static_cast<size_t>(left));
  parallel_chunks(chunks, [&](int64_t c) {
    int64_t to = 0;
    for (int64_t b = 0; b < c; ++b) to += counts_of(b)[digit];
    for (int64_t i = first(c), end = first(c + 1); i < end; ++i) {
      const I item = item_at(i);
      if (digit_of(item, shift, bits) == digit) same[static_cast<size_t>(to++)] = item;
    }
  });
  I* items = same.data();
  while (shift > 0) {
    if (left < kCountedLength / 4) {
      std::nth_element(items, items + k, items + left);
      break;
    }
    bits = std::min(most, shift);
    shift -= bits;
    std::fill_n(total, digits, 0);
    for (int64_t i = 0; i < left; ++i) ++total[digit_of(items[i], shift, bits)];
    digit = digit_at(total, k).first;
    I* end = std::remove_if(items, items + left,
                            [&](const I& item) { return digit_of(item, shift, bits) != digit; });
    left = end - items;
  }
  return items[k];
}

/// The item of rank k (from 0) among n different ones; `item_at(i)` makes item i of a number T, and
/// items come in the order of their places.
template <class T, class F>
Item<T> item_of_rank(int64_t n, int64_t k, const F& item_at) {
  if (n >= kCountedLength)
    return by_digits<Item<T>>(n, k, static_cast<int>(8 * sizeof(T)), item_at);
  Scratch<Item<T>> items(static_cast<size_t>(n));
  for (int64_t i = 0; i < n; ++i) items[static_cast<size_t>(i)] = item_at(i);
  std::nth_element(items.data(), items.data() + k, items.data() + n);
  return items[static_cast<size_t>(k)];
}

}  // namespace hearth::cpu
