// SPDX-License-Identifier: Apache-2.0
#include "ops/searchsorted.h"

#include <type_traits>

#include "base/parallel.h"
#include "cpu/kernels.h"
#include "cpu/sort_keys.h"
#include "ops/copy.h"

namespace hearth::cpu {

namespace {

/// Whether `a` comes before the place of `value`. NaN is behind everything that compares.
template <bool kRight, class T>
bool before(T a, T value) {
  if constexpr (kRight) return !(number_of(a) > number_of(value));
  return !(number_of(a) >= number_of(value));
}

/// The place of a value in a line of n, whose elements are in the order of `places` if there are
/// any. The order of probes is PyTorch's, on which the answer depends where the line has NaNs.
template <bool kRight, class T>
int64_t place_in(const T* line, const int64_t* places, int64_t n, T value) {
  int64_t low = 0, high = n;
  while (low < high) {
    const int64_t middle = low + (high - low) / 2;
    if (before<kRight>(line[places ? places[middle] : middle], value)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

/// The places of `count` values in a line of n > 0 without NaN, several side by side and without
/// branches.
template <bool kRight, class T, class Out>
void places_in(const T* line, int64_t n, const T* values, int64_t count, Out* out) {
  constexpr int64_t kSideBySide = 8;
  for (int64_t i = 0; i < count; i += kSideBySide) {
    const int64_t m = std::min(kSideBySide, count - i);
    T value[kSideBySide];
    int64_t low[kSideBySide] = {};
    for (int64_t j = 0; j < kSideBySide; ++j) value[j] = values[i + std::min(j, m - 1)];
    for (int64_t left = n; left > 1; left -= left / 2)
      for (int64_t j = 0; j < kSideBySide; ++j)
        low[j] += before<kRight>(line[low[j] + left / 2 - 1], value[j]) ? left / 2 : 0;
    for (int64_t j = 0; j < m; ++j)
      out[i + j] = static_cast<Out>(low[j] + before<kRight>(line[low[j]], value[j]));
  }
}

template <class T, class Out, bool kRight>
void search(const Call& call) {
  const Tensor sequence = contiguous_raw(call.in[0]), self = contiguous_raw(call.in[1]);
  const Tensor sorter = call.in.get(2).defined() ? contiguous_raw(call.in[2]) : Tensor();
  const int64_t n = impl(sequence).sizes.back(), count = impl(self).numel;
  const bool shared = impl(sequence).dim() == 1;
  const int64_t width = shared ? count : impl(self).sizes.back();
  const int64_t* places = sorter.defined() ? ptr<int64_t>(sorter) : nullptr;
  for (int64_t i = 0; places && i < impl(sorter).numel; ++i)
    HEARTH_CHECK_AS(IndexError, places[i] >= 0 && places[i] < n,
                    "[searchsorted] sorter index out of range: ", places[i], " of ", n);
  const T* values = ptr<T>(self);
  Out* out = ptr<Out>(call.out[0]);
  parallel_for(count, 2048, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end;) {
      const int64_t row = i / width, stop = std::min(end, (row + 1) * width);
      const T* line = ptr<T>(sequence) + row * n;
      if (n > 0 && !places && number_of(line[n - 1]) == number_of(line[n - 1])) {
        places_in<kRight>(line, n, values + i, stop - i, out + i);
        i = stop;
        continue;
      }
      for (; i < stop; ++i)
        out[i] = static_cast<Out>(
            place_in<kRight>(line, places ? places + row * n : nullptr, n, values[i]));
    }
  });
}

template <class T>
void search_of(const Call& call) {
  if constexpr (kOrdered<T> && !std::is_same_v<T, bool>) {
    const auto& op = call.as<ops::SearchSorted>();
    const auto run = [&]<class Out>(Out) {
      return op.right ? search<T, Out, true>(call) : search<T, Out, false>(call);
    };
    return op.out_int32 ? run(int32_t{}) : run(int64_t{});
  }
}

void searchsorted(const Call& call) {
  switch (call.compute) {
#define HEARTH_CASE(T, name) \
  case ScalarType::name:     \
    return search_of<T>(call);
    HEARTH_FORALL_SCALAR_TYPES(HEARTH_CASE)
#undef HEARTH_CASE
    default:
      break;
  }
}

}  // namespace

void install_searchsorted() { ops::SearchSorted::row().kernel[0] = &searchsorted; }

}  // namespace hearth::cpu
