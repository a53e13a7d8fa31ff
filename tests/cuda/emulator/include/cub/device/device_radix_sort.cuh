// SPDX-License-Identifier: Apache-2.0
// Stands for CUB's sort of pairs.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <numeric>
#include <vector>

#include <cuda_runtime_api.h>

namespace hearth::emulator {
cudaError_t enqueue(cudaStream_t stream, const std::function<void()>& work);
}

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
                               cudaStream_t stream) {
    if (!temporary) {
      bytes = 1024;
      return cudaSuccess;
    }
    const auto n = static_cast<size_t>(count);
    const Key mask = end - begin >= static_cast<int>(8 * sizeof(Key))
                         ? ~Key(0)
                         : static_cast<Key>(((Key(1) << (end - begin)) - 1) << begin);
    const auto sort = [=, from = keys.Current(), to = keys.Alternate(),
                       values_from = values.Current(), values_to = values.Alternate()] {
      std::vector<size_t> order(n);
      std::iota(order.begin(), order.end(), size_t{0});
      std::stable_sort(order.begin(), order.end(),
                       [&](size_t a, size_t b) { return (from[a] & mask) < (from[b] & mask); });
      for (size_t i = 0; i < n; ++i) {
        to[i] = from[order[i]];
        values_to[i] = values_from[order[i]];
      }
    };
    keys.selector ^= 1;
    values.selector ^= 1;
    return hearth::emulator::enqueue(stream, sort);
  }
};

}  // namespace cub
