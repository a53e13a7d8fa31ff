// SPDX-License-Identifier: Apache-2.0
// The counters of random ops, as base/philox.h numbers them.
#pragma once

#include "base/philox.h"
#include "dispatch/op.h"

namespace hearth::cuda {

/// Where a random op's counters are: in its fields, or, unless null, in memory.
struct Counters {
  uint64_t seed, offset;
  const int64_t* memory = nullptr;
  int64_t stride = 0;  ///< between the seed and the offset there

  template <class Op>
  Counters(const Op& op, const Call& call) : seed(op.seed), offset(op.offset) {
    if (const Tensor& t = call.in.get(Op::info.args.size() - 1); t.defined()) {
      memory = ptr<int64_t>(t);
      stride = impl(t).strides[0];
    }
  }
  /// The seed that counts, and the number of the op's counter c.
  __device__ __forceinline__ uint64_t key() const {
    return memory ? static_cast<uint64_t>(memory[0]) : seed;
  }
  __device__ __forceinline__ uint64_t number(int64_t c) const {
    const auto at = offset + static_cast<uint64_t>(c);
    return memory ? at + static_cast<uint64_t>(memory[stride]) : at;
  }
  __device__ __forceinline__ philox::Lanes operator()(int64_t c) const {
    return philox::philox4x32(key(), number(c));
  }
};

__device__ __forceinline__ uint64_t word64(const philox::Lanes& r, int i) {
  return r.v[2 * i] | uint64_t{r.v[2 * i + 1]} << 32;
}
/// The 64 bits of element i, where each takes that many.
__device__ __forceinline__ uint64_t bits64(const Counters& counters, int64_t i) {
  return word64(counters(i / 2), static_cast<int>(i % 2));
}

}  // namespace hearth::cuda
