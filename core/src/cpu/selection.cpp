// SPDX-License-Identifier: Apache-2.0
// One element of each line by its rank, without sorting the line.
#include "ops/selection.h"

#include "cpu/kernels.h"
#include "cpu/lines.h"
#include "cpu/sort_keys.h"
#include "ops/copy.h"

namespace hearth::cpu {

namespace {

/// Lines shorter than this are partitioned; of longer ones digits are counted.
constexpr int64_t kCountedLength = 1024;
constexpr int kDigitBits = 11;

/// Finds the digit that item `rank` has, and makes `rank` the one among those of that digit.
/// Returns the digit and how many have it.
std::pair<size_t, int64_t> digit_at(const int64_t* counts, int64_t& rank) {
  size_t digit = 0;
  for (; rank >= counts[digit]; ++digit) rank -= counts[digit];
  return {digit, counts[digit]};
}

/// The item of rank k (from 0) among n; `item_at(i)` makes item i, and items come in the order of
/// their places. Only those that share the digits found so far are looked at again.
template <class I, class F>
I by_digits(int64_t n, int64_t k, int key_bits, const F& item_at) {
  constexpr size_t kDigits = size_t{1} << kDigitBits;
  int bits = std::min(kDigitBits, key_bits), shift = key_bits - bits;
  const int64_t chunks = sort_chunks(n);
  const auto first = [&](int64_t c) { return n * c / chunks; };
  Scratch<int64_t> memory(kDigits * static_cast<size_t>(chunks + 1));
  const auto counts_of = [&](int64_t c) {
    return memory.data() + c * static_cast<int64_t>(kDigits);
  };
  int64_t* total = counts_of(chunks);
  std::fill_n(total, kDigits, 0);
  parallel_chunks(chunks, [&](int64_t c) {
    int64_t* count = counts_of(c);
    std::fill_n(count, kDigits, 0);
    for (int64_t i = first(c); i < first(c + 1); ++i) ++count[digit_of(item_at(i), shift, bits)];
  });
  for (int64_t c = 0; c < chunks; ++c)
    for (size_t d = 0; d < kDigits; ++d) total[d] += counts_of(c)[d];
  const auto found = digit_at(total, k);
  size_t digit = found.first;
  int64_t left = found.second;
  Scratch<I> same(static_cast<size_t>(left));
  parallel_chunks(chunks, [&](int64_t c) {
    int64_t to = 0;
    for (int64_t b = 0; b < c; ++b) to += counts_of(b)[digit];
    for (int64_t i = first(c); i < first(c + 1); ++i) {
      const I item = item_at(i);
      if (digit_of(item, shift, bits) == digit) same[static_cast<size_t>(to++)] = item;
    }
  });
  I* items = same.data();
  while (shift > 0) {
    if (left < kCountedLength) {
      std::nth_element(items, items + k, items + left);
      break;
    }
    bits = std::min(kDigitBits, shift);
    shift -= bits;
    std::fill_n(total, kDigits, 0);
    for (int64_t i = 0; i < left; ++i) ++total[digit_of(items[i], shift, bits)];
    digit = digit_at(total, k).first;
    I* end = std::remove_if(items, items + left,
                            [&](const I& item) { return digit_of(item, shift, bits) != digit; });
    left = end - items;
  }
  return items[k];
}

/// The place of the element of rank k, from 0.
template <class T>
int64_t place_of_rank(const T* x, int64_t stride, int64_t n, int64_t k) {
  const auto item_at = [&](int64_t i) {
    Item<T> item;
    item.set(key_of(x[i * stride]), i);
    return item;
  };
  if (n >= kCountedLength)
    return by_digits<Item<T>>(n, k, static_cast<int>(8 * sizeof(T)), item_at).place();
  Scratch<Item<T>> items(static_cast<size_t>(n));
  for (int64_t i = 0; i < n; ++i) items[static_cast<size_t>(i)] = item_at(i);
  std::nth_element(items.data(), items.data() + k, items.data() + n);
  return items[static_cast<size_t>(k)].place();
}

template <class T>
bool is_nan(T x) {
  const auto number = number_of(x);
  return number != number;
}

template <class T>
int64_t place_of_median(const T* x, int64_t stride, int64_t n, bool ignore_nan) {
  int64_t nans = 0;
  if constexpr (!std::is_integral_v<T>)
    for (int64_t i = 0; i < n; ++i) nans += is_nan(x[i * stride]);
  if (nans > 0 && !ignore_nan) {
    int64_t i = 0;
    while (!is_nan(x[i * stride])) ++i;
    return i;
  }
  return place_of_rank(x, stride, n, std::max<int64_t>(0, n - nans - 1) / 2);
}

/// Writes the element of each line at the place that `find` gives, and the place.
template <class T, class F>
void choose(const Call& call, int64_t dim, const F& find) {
  const Tensor x = contiguous_raw(call.in[0]);
  const Lines lines(x, dim);
  HEARTH_CHECK(sizeof(T) == 8 || lines.n <= int64_t{1} << 32, "[", call.op.info.name,
               "] expected at most 2^32 elements along the dim, got ", lines.n);
  const auto one = [&](int64_t line, int64_t first, int64_t n, int64_t stride) {
    const T* in = ptr<T>(x) + first;
    const int64_t place = find(in, stride, n);
    ptr<T>(call.out[0])[line] = in[place * stride];
    ptr<int64_t>(call.out[1])[line] = place;
  };
  if (lines.n >= 2 * kSortChunk && lines.count() < get_num_threads())
    return lines.each_in_turn(one);
  lines.each(one);
}

/// f(zero) with the input's type, which has an order and is not bool.
template <class F>
void by_number(const Call& call, const F& f) {
  switch (impl(call.in[0]).dtype) {
#define HEARTH_CASE(T, name)                                              \
  case ScalarType::name:                                                  \
    if constexpr (kOrdered<T> && !std::is_same_v<T, bool>) return f(T{}); \
    break;
    HEARTH_FORALL_SCALAR_TYPES(HEARTH_CASE)
#undef HEARTH_CASE
    default:
      break;
  }
}

void kthvalue(const Call& call) {
  const auto& op = call.as<ops::KthValue>();
  by_number(call, [&]<class T>(T) {
    choose<T>(call, op.dim, [&](const T* x, int64_t stride, int64_t n) {
      return place_of_rank(x, stride, n, op.k - 1);
    });
  });
}

void median(const Call& call) {
  const auto& op = call.as<ops::Median>();
  by_number(call, [&]<class T>(T) {
    choose<T>(call, op.dim, [&](const T* x, int64_t stride, int64_t n) {
      return place_of_median(x, stride, n, op.ignore_nan);
    });
  });
}

}  // namespace

void install_selection() {
  ops::KthValue::row().kernel[0] = &kthvalue;
  ops::Median::row().kernel[0] = &median;
}

}  // namespace hearth::cpu
