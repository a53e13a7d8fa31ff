// SPDX-License-Identifier: Apache-2.0
#include "ops/searchsorted.h"

#include <type_traits>

#include "base/parallel.h"
#include "cpu/kernels.h"
#include "cpu/sort_keys.h"
#include "ops/copy.h"

namespace hearth::cpu {

namespace {

/// The first i of a sorted line for which there is no `before(i)`; halves without branching.
template <class F>
int64_t first_not(int64_t n, const F& before) {
  int64_t low = 0;
  while (n > 0) {
    const int64_t half = n / 2;
    const bool up = before(low + half);
    low = up ? low + half + 1 : low;
    n = up ? n - half - 1 : half;
  }
  return low;
}

/// A line of the sequence, in the order that `places` gives when there are any.
template <class T>
struct Sorted {
  const T* line;
  const int64_t* places;
  auto operator()(int64_t i) const { return number_of(line[places ? places[i] : i]); }
};

template <class T, class Out>
void search(const Call& call) {
  const bool right = call.as<ops::SearchSorted>().right;
  const Tensor sequence = contiguous_raw(call.in[0]), self = contiguous_raw(call.in[1]);
  const Tensor sorter = call.in.get(2).defined() ? contiguous_raw(call.in[2]) : Tensor();
  const int64_t n = impl(sequence).sizes.back(), count = impl(self).numel;
  const bool shared = impl(sequence).dim() == 1;
  const int64_t width = shared ? count : impl(self).sizes.back();
  if (sorter.defined()) {
    const int64_t* places = ptr<int64_t>(sorter);
    for (int64_t i = 0; i < impl(sorter).numel; ++i)
      HEARTH_CHECK_AS(IndexError, places[i] >= 0 && places[i] < n,
                      "[searchsorted] sorter index out of range: ", places[i], " of ", n);
  }
  const T* values = ptr<T>(self);
  Out* out = ptr<Out>(call.out[0]);
  parallel_for(count, 512, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t start = shared ? 0 : i / width * n;
      const Sorted<T> at{ptr<T>(sequence) + start,
                         sorter.defined() ? ptr<int64_t>(sorter) + start : nullptr};
      const auto value = number_of(values[i]);
      // NaN comes after everything that compares.
      const int64_t place = right ? first_not(n, [&](int64_t k) { return !(at(k) > value); })
                                  : first_not(n, [&](int64_t k) { return !(at(k) >= value); });
      out[i] = static_cast<Out>(place);
    }
  });
}

void searchsorted(const Call& call) {
  const bool narrow = call.as<ops::SearchSorted>().out_int32;
  switch (call.compute) {
#define HEARTH_CASE(T, name)                                               \
  case ScalarType::name:                                                   \
    if constexpr (kOrdered<T> && !std::is_same_v<T, bool>)                 \
      return narrow ? search<T, int32_t>(call) : search<T, int64_t>(call); \
    break;
    HEARTH_FORALL_SCALAR_TYPES(HEARTH_CASE)
#undef HEARTH_CASE
    default:
      break;
  }
}

}  // namespace

void install_searchsorted() { ops::SearchSorted::row().kernel[0] = &searchsorted; }

}  // namespace hearth::cpu
