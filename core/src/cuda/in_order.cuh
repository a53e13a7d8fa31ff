// SPDX-License-Identifier: Apache-2.0
// Writing by index in an order that never changes, for set_deterministic: positions are sorted by
// where they lead, and those that lead to one place are visited by one thread, first to last.
#pragma once

#include "cuda/launch.cuh"
#include "cuda/radix_sort.h"

namespace hearth::cuda {

/// Positions that lead to one place, in order.
struct Visitors {
  const uint32_t* places;
  int64_t count, base;
  __device__ __forceinline__ int64_t operator[](int64_t k) const { return base + places[k]; }
};

/// Where the visitors of sorted position k end: those before `most` with its key.
__device__ inline int64_t end_of_run(const uint64_t* keys, int64_t k, int64_t most) {
  const uint64_t key = keys[k];
  while (++k < most && keys[k] == key) {
  }
  return k;
}

/// Calls visit(at, visitors, r) once for every place `at` = to(j) in [0, most) that some position j
/// in [0, count) leads to, and every r in [0, width). Positions with to(j) < 0 lead nowhere. A
/// place whose visitors are many is met again with the rest of them.
template <class To, class Visit>
void visit_in_order(int64_t count, int64_t most, int64_t width, std::string_view op, const To& to,
                    const Visit& visit) {
  // As many at a time as 32 bits number and memory has room for.
  constexpr int64_t kAtOnce = int64_t{1} << 27;
  const auto nowhere = static_cast<uint64_t>(most);
  for (int64_t base = 0; base < count; base += kAtOnce) {
    const int64_t n = std::min(kAtOnce, count - base);
    RadixSort sorted(n);
    uint64_t* keys = sorted.keys();
    uint32_t* places = sorted.places();
    for_each(n, op, [=] __device__(int64_t k) {
      const int64_t at = to(base + k);
      keys[k] = at < 0 ? nowhere : static_cast<uint64_t>(at);
      places[k] = static_cast<uint32_t>(k);
    });
    sorted.sort(bits_for(most + 1));
    keys = sorted.keys();
    places = sorted.places();
    for_each(n * width, op, [=] __device__(int64_t i) {
      const int64_t k = i / width;
      if (keys[k] == nowhere || (k > 0 && keys[k - 1] == keys[k])) return;
      const Visitors visitors{places + k, end_of_run(keys, k, n) - k, base};
      visit(static_cast<int64_t>(keys[k]), visitors, i % width);
    });
  }
}

}  // namespace hearth::cuda
