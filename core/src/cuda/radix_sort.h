// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cuda/runtime.h"

namespace hearth::cuda {

/// Bits that count to n.
inline int bits_for(int64_t n) {
  int bits = 0;
  while (bits < 63 && (int64_t{1} << bits) < n) ++bits;
  return bits;
}

/// Room for keys, each with the number of a place, and a sort that keeps the order of equal keys.
class RadixSort {
 public:
  explicit RadixSort(int64_t count);
  /// Memory on the device, to be filled and, after a sort, read; sort() exchanges it.
  uint64_t* keys() const { return keys_[current_]; }
  uint32_t* places() const { return places_[current_]; }
  /// Sorts by the keys' lowest bits.
  void sort(int bits);

 private:
  int64_t count_;
  Workspace memory_;
  uint64_t* keys_[2];
  uint32_t* places_[2];
  int current_ = 0;
};

}  // namespace hearth::cuda
