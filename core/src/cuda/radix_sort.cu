// SPDX-License-Identifier: Apache-2.0
#include <cub/device/device_radix_sort.cuh>

#include "cuda/radix_sort.h"

namespace hearth::cuda {

RadixSort::RadixSort(int64_t count)
    : count_(count),
      memory_(static_cast<size_t>(count) * 2 * (sizeof(uint64_t) + sizeof(uint32_t))) {
  keys_[0] = memory_.data<uint64_t>();
  keys_[1] = keys_[0] + count;
  places_[0] = reinterpret_cast<uint32_t*>(keys_[1] + count);
  places_[1] = places_[0] + count;
}

void RadixSort::sort(int bits) {
  cub::DoubleBuffer<uint64_t> keys(keys_[current_], keys_[1 - current_]);
  cub::DoubleBuffer<uint32_t> places(places_[current_], places_[1 - current_]);
  size_t bytes = 0;
  check(cub::DeviceRadixSort::SortPairs(nullptr, bytes, keys, places, count_, 0, bits, stream()),
        "sort");
  const Workspace temporary(bytes);
  check(cub::DeviceRadixSort::SortPairs(temporary.data(), bytes, keys, places, count_, 0, bits,
                                        stream()),
        "sort");
  // The sort says where it left each of them; both went the same way.
  current_ = keys.Current() == keys_[0] ? 0 : 1;
  HEARTH_CHECK(places.Current() == places_[current_], "[sort] keys and places parted");
}

}  // namespace hearth::cuda
