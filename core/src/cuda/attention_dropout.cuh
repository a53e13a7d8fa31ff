// SPDX-License-Identifier: Apache-2.0
// What dropout multiplies tiles of probabilities by: the CPU's bits, computed where they are used.
#pragma once

#include "base/philox.h"
#include "cuda/attention_operands.h"

namespace hearth::cuda::attention {

/// Calls f(i, j, factor) for the elements of a tile whose first ones are of query i0 and key j0;
/// kOfKeys: its rows are keys.
template <class E, bool kOfKeys, int kSlots, class F>
__device__ __forceinline__ void with_factors(const Problem& p, int64_t entry, int i0, int j0,
                                             const F& f) {
  using T = typename E::Value;
  const Dropout& d = p.dropout;
  const auto seed = d.memory ? static_cast<uint64_t>(d.memory[0]) : d.seed;
  const auto offset = d.offset + (d.memory ? static_cast<uint64_t>(d.memory[d.stride]) : 0);
  const auto scale = static_cast<T>(d.scale);
  // Neighbouring keys share a counter's bits.
  int64_t counter = -1;
  philox::Lanes lanes{};
#pragma unroll
  for (int i = 0; i < E::kRowSlots; ++i)
#pragma unroll
    for (int j = 0; j < kSlots; ++j) {
      const int64_t query = i0 + (kOfKeys ? E::col(j) : E::row(i));
      const int64_t key = j0 + (kOfKeys ? E::row(i) : E::col(j));
      const int64_t at = (entry * p.queries + query) * p.keys + key;
      if (at / 4 != counter) {
        counter = at / 4;
        lanes = philox::philox4x32(seed, offset + static_cast<uint64_t>(counter));
      }
      const auto lane = static_cast<unsigned>(at) % 4;
      const uint32_t bits =
          lane < 2 ? (lane == 0 ? lanes.v[0] : lanes.v[1]) : (lane == 2 ? lanes.v[2] : lanes.v[3]);
      f(i, j, bits <= d.last ? scale : T(0));
    }
}

}  // namespace hearth::cuda::attention
