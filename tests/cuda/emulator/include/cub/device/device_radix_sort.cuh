// SPDX-License-Identifier: Apache-2.0
// Stands for CUB's sort of pairs.
#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <vector>

#include <cuda_runtime_api.h>

namespace cub {

/// Two buffers, of which one is current. A sort may leave its result in either.
template <class T>
struct DoubleBuffer {
  DoubleBuffer(T* current, T* alternate) : d_buffers{current, alternate} {}
  T* Current() const { return d_buffers[selector]; }
  T* Alternate() const { return d_buffers[selector ^ 1]; }
  T* d_buffers[2];
  int selector = 0;
};

struct DeviceRadixSort {
  /// Sorts by the keys' bits [begin, end), keeping the order of equals. Without `temporary`, only
  /// says how many bytes of it it wants.
  template <class Key, class Value, class Count>
  static cudaError_t SortPairs(void* temporary, size_t& bytes, DoubleBuffer<Key>& keys,
                               DoubleBuffer<Value>& values, Count count, int begin, int end,
                               cudaStream_t) {
    if (!temporary) {
      bytes = 1024;
      return cudaSuccess;
    }
    const auto n = static_cast<size_t>(count);
    const Key mask = end - begin >= static_cast<int>(8 * sizeof(Key))
                         ? ~Key(0)
                         : static_cast<Key>(((Key(1) << (end - begin)) - 1) << begin);
    std::vector<size_t> order(n);
    std::iota(order.begin(), order.end(), size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
      return (keys.Current()[a] & mask) < (keys.Current()[b] & mask);
    });
    for (size_t i = 0; i < n; ++i) {
      keys.Alternate()[i] = keys.Current()[order[i]];
      values.Alternate()[i] = values.Current()[order[i]];
    }
    keys.selector ^= 1;
    values.selector ^= 1;
    return cudaSuccess;
  }
};

}  // namespace cub
