// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <numeric>
#include <vector>

#include "cuda_runtime_api.h"

namespace cub {

template <class T>
class DoubleBuffer {
 public:
  DoubleBuffer(T* current, T* other) : buffers_{current, other} {}
  T* Current() const { return buffers_[selector_]; }
  T* Alternate() const { return buffers_[1 - selector_]; }
  void swap() { selector_ = 1 - selector_; }

 private:
  T* buffers_[2];
  int selector_ = 0;
};

struct DeviceRadixSort {
  template <class K, class V>
  static cudaError_t SortPairs(void* workspace, size_t& bytes, DoubleBuffer<K>& keys,
                               DoubleBuffer<V>& values, int64_t n, int begin_bit, int end_bit,
                               cudaStream_t stream) {
    if (!workspace) {
      bytes = 256;
      return cudaSuccess;
    }
    emulator::enqueue(stream, [=, from_keys = keys.Current(), to_keys = keys.Alternate(),
                               from = values.Current(), to = values.Alternate()] {
      const K mask =
          end_bit - begin_bit >= 64 ? ~K{0} : ((K{1} << (end_bit - begin_bit)) - 1) << begin_bit;
      std::vector<int64_t> order(static_cast<size_t>(n));
      std::iota(order.begin(), order.end(), int64_t{0});
      std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
        return (from_keys[a] & mask) < (from_keys[b] & mask);
      });
      for (int64_t i = 0; i < n; ++i) {
        to_keys[i] = from_keys[order[static_cast<size_t>(i)]];
        to[i] = from[order[static_cast<size_t>(i)]];
      }
    });
    keys.swap();
    values.swap();
    return cudaSuccess;
  }
};

}  // namespace cub
