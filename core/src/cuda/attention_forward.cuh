// SPDX-License-Identifier: Apache-2.0
// Attention's forward pass: a block keeps a tile of queries and goes through the keys that they
// see, with a running maximum and sum for each query, so scores are never written.
#pragma once

#include "cuda/attention_dropout.cuh"
#include "cuda/attention_splits.cuh"

namespace hearth::cuda::attention {

/// Shared memory: queries, keys, values, and what E wants for probabilities.
template <class E, int kKeys, int kDim>
struct ForwardMemory {
  using Tile = typename E::template Tile<kDim>;
  static constexpr int kQueryBytes = Tile::bytes(E::kRows), kKeyBytes = Tile::bytes(kKeys);
  static constexpr int kBytes = kQueryBytes + 2 * kKeyBytes + E::template kScratch<kKeys>;
};

template <class E, int kKeys, int kDim, bool kDrops>
__global__ void __launch_bounds__(E::kThreads, E::kBlocks)
    forward_kernel(Forward p, Splits<typename E::Value> splits) {
  using T = typename E::Value;
  using Memory = ForwardMemory<E, kKeys, kDim>;
  using Tile = typename Memory::Tile;
  constexpr int kRowSlots = E::kRowSlots;
  constexpr int kScoreSlots = E::template kSlots<kKeys>, kOutSlots = E::template kSlots<kDim>;
  const T infinity = vmath::inf(T());

  unsigned char* memory = dynamic_shared<unsigned char>();
  const auto tile_at = [&](int bytes) { return Tile(memory + bytes); };
  const Tile query = tile_at(0), key = tile_at(Memory::kQueryBytes);
  const Tile value = tile_at(Memory::kQueryBytes + Memory::kKeyBytes);
  void* scratch = memory + Memory::kQueryBytes + 2 * Memory::kKeyBytes;

  // Causal tiles at the end take longest, so they come first.
  const int tiles = (p.queries + E::kRows - 1) / E::kRows;
  const int64_t entry = blockIdx.x / (tiles * splits.count);
  const int part = static_cast<int>(blockIdx.x % (tiles * splits.count));
  const int split = part % splits.count, i0 = (tiles - 1 - part / splits.count) * E::kRows;
  const int begin = split * splits.chunk;
  const int seen = keys_before(p, i0 + E::kRows), last = begin + splits.chunk;
  const int end = seen < last ? seen : last;
  const int64_t key_at = offset_of(p.batch, entry, p.key.batch);
  const int64_t value_at = offset_of(p.batch, entry, p.value.batch);
  const int64_t mask_at = offset_of(p.batch, entry, p.mask.batch);
  const Scaling<T> scaling(p);

  E::template load<E::kRows>(query, p.query, offset_of(p.batch, entry, p.query.batch), i0,
                             p.queries);
  E::template load<kKeys>(key, p.key, key_at, begin, p.keys);
  T out[kRowSlots][kOutSlots] = {}, sum[kRowSlots] = {}, most[kRowSlots];
#pragma unroll
  for (int i = 0; i < kRowSlots; ++i) most[i] = -infinity;

  for (int j0 = begin; j0 < end; j0 += kKeys) {
    E::wait();
    __syncthreads();
    E::template load<kKeys>(value, p.value, value_at, j0, p.keys);
    T s[kRowSlots][kScoreSlots] = {};
    E::template add_product_nt<kKeys, kDim>(s, query, key);
    mask_scores<E, false, kScoreSlots>(s, p, scaling, mask_at, i0, j0, kKeys);
    E::wait();
    __syncthreads();
    if (j0 + kKeys < end) E::template load<kKeys>(key, p.key, key_at, j0 + kKeys, p.keys);
    T rescales[kRowSlots];
    bool changed = false;
#pragma unroll
    for (int i = 0; i < kRowSlots; ++i) {
      T now = most[i];
#pragma unroll
      for (int j = 0; j < kScoreSlots; ++j) now = s[i][j] > now ? s[i][j] : now;
      now = E::along_row(now, [](T a, T b) { return a > b ? a : b; });
      // Nothing but -inf so far: 2^(-inf - 0) is the 0 that it should be.
      const T base = now == -infinity ? T(0) : scaling.base(now);
      T before[1] = {most[i]};
      scaling.exponents(before, [&](int) { return base; });
      const T rescale = E::exp2(before[0]);
      most[i] = now;
      sum[i] *= rescale;
      scaling.exponents(s[i], [&](int) { return base; });
#pragma unroll
      for (int j = 0; j < kScoreSlots; ++j) {
        s[i][j] = E::exp2(s[i][j]);
        sum[i] += s[i][j];
      }
      rescales[i] = rescale;
      changed |= rescale != T(1);
    }
    // The maxima soon stay what they are.
    if (__any_sync(0xffffffffu, changed)) {
#pragma unroll
      for (int i = 0; i < kRowSlots; ++i) {
#pragma unroll
        for (int j = 0; j < kOutSlots; ++j) out[i][j] *= rescales[i];
      }
    }
    if constexpr (kDrops)
      with_factors<E, false, kScoreSlots>(p, entry, i0, j0,
                                          [&](int i, int j, T factor) { s[i][j] *= factor; });
    E::template add_product<kDim, kKeys>(out, s, value, scratch);
  }

  const int64_t out_at = offset_of(p.batch, entry, p.out.batch);
#pragma unroll
  for (int i = 0; i < kRowSlots; ++i) {
    const T total = E::along_row(sum[i], [](T a, T b) { return a + b; });
    const int row = i0 + E::row(i);
    if (row >= p.queries) continue;
    const bool nothing = total == T(0);
    const T log_sum = nothing ? infinity : scaling.log_sum(scaling.base(most[i]), total);
    const T by = nothing ? T(0) : T(1) / total;
    const int64_t split_at = splits.row(entry, split, row, p.queries);
    if (E::col(0) == 0) {
      if (splits.out) {
        splits.maxima[split_at] = scaling.scaled ? most[i] : most[i] * scaling.scale;
        splits.sums[split_at] = total;
      } else {
        static_cast<T*>(p.log_sums)[entry * p.queries + row] = log_sum;
      }
    }
#pragma unroll
    for (int j = 0; j < kOutSlots; j += E::kNeighbours) {
      T v[E::kNeighbours];
#pragma unroll
      for (int u = 0; u < E::kNeighbours; ++u) v[u] = out[i][j + u] * by;
      if (splits.out) {
#pragma unroll
        for (int u = 0; u < E::kNeighbours; ++u)
          if (E::dim(j) + u < p.out.cols) splits.out[split_at * p.out.cols + E::dim(j) + u] = v[u];
      } else {
        E::store(p.out, out_at + row * p.out.row, E::dim(j), v);
      }
    }
  }
  // Nothing may be on its way to memory that another block is given.
  E::wait();
}

template <class E, int kKeys, int kDim, bool kDrops = false>
void launch_forward(const Forward& p, std::string_view op) {
  const int64_t tiles = (p.queries + E::kRows - 1) / E::kRows;
  if (tiles * p.batch.count == 0) return;
  const SplitKeys<typename E::Value> split(p, tiles * p.batch.count, E::kBlocks, kKeys);
  launch_kernel_shared(op, forward_kernel<E, kKeys, kDim, kDrops>,
                       static_cast<unsigned>(tiles * p.batch.count * split.splits().count),
                       E::kThreads, ForwardMemory<E, kKeys, kDim>::kBytes, p, split.splits());
  split.join(op);
}

}  // namespace hearth::cuda::attention
