// SPDX-License-Identifier: Apache-2.0
// Attention's backward pass. Scores are computed again: once by blocks that keep a tile of keys and
// go through the queries (gradients of keys and values), once by blocks that keep a tile of queries
// and go through the keys (gradient of queries). So each gradient is one thread's sum, in one
// order.
#pragma once

#include "cuda/attention_dropout.cuh"
#include "cuda/attention_scores.cuh"
#include "cuda/launch_kernel.cuh"

namespace hearth::cuda::attention {

/// Shared memory: the block's own two tiles, a pair of others or, where E copies in the background,
/// two pairs, and what E wants.
template <class E, int kOthers, int kDim>
struct BackwardMemory {
  using Tile = typename E::template Tile<kDim>;
  static constexpr int kOwnBytes = Tile::bytes(E::kRows), kOtherBytes = Tile::bytes(kOthers);
  static constexpr int kBytes =
      2 * kOwnBytes + E::kStages * 2 * kOtherBytes + E::template kScratch<kOthers>;
};

/// What a thread needs to know of some queries: what their exponents subtract, and their deltas.
template <class T, int kCount>
struct Sums {
  T base[kCount], delta[kCount];

  /// query(k) is the number of the k-th. Those past the end take part in nothing.
  template <class F>
  __device__ __forceinline__ void load(const Backward& p, const Scaling<T>& scaling, int64_t entry,
                                       const F& query) {
#pragma unroll
    for (int k = 0; k < kCount; ++k) {
      const int i = query(k);
      const bool there = i < p.queries;
      const int64_t at = entry * p.queries + i;
      base[k] =
          there ? scaling.base_of_log(static_cast<const T*>(p.log_sums)[at]) : vmath::inf(T());
      delta[k] = there ? static_cast<const T*>(p.deltas)[at] : T(0);
    }
  }
};

template <class E, int kSlots>
__device__ __forceinline__ void store_gradient(const typename E::Value (&v)[E::kRowSlots][kSlots],
                                               typename E::Value by, const Matrices& m, int64_t at,
                                               int first, int end) {
  using T = typename E::Value;
#pragma unroll
  for (int i = 0; i < E::kRowSlots; ++i) {
    const int row = first + E::row(i);
    if (row >= end) continue;
#pragma unroll
    for (int j = 0; j < kSlots; j += E::kNeighbours) {
      T scaled[E::kNeighbours];
#pragma unroll
      for (int u = 0; u < E::kNeighbours; ++u) scaled[u] = v[i][j + u] * by;
      E::store(m, at + row * m.row, E::dim(j), scaled);
    }
  }
}

/// kOfKeys: the block's own tiles are of keys and values, the others of queries and grad; else the
/// other way round.
template <class E, int kOthers, int kDim, bool kOfKeys, bool kDrops>
__global__ void __launch_bounds__(E::kThreads, E::kBlocks) backward_kernel(Backward p) {
  using T = typename E::Value;
  using Memory = BackwardMemory<E, kOthers, kDim>;
  using Tile = typename Memory::Tile;
  constexpr int kRowSlots = E::kRowSlots;
  constexpr int kScoreSlots = E::template kSlots<kOthers>, kOutSlots = E::template kSlots<kDim>;

  unsigned char* memory = dynamic_shared<unsigned char>();
  const auto tile_at = [&](int bytes) { return Tile(memory + bytes); };
  const auto other_at = [&](int n) {
    return tile_at(2 * Memory::kOwnBytes + n * Memory::kOtherBytes);
  };
  const Tile own = tile_at(0), own_values = tile_at(Memory::kOwnBytes);
  void* scratch = memory + 2 * Memory::kOwnBytes + E::kStages * 2 * Memory::kOtherBytes;

  const Matrices &mine = kOfKeys ? p.key : p.query, &my_values = kOfKeys ? p.value : p.grad;
  const Matrices &theirs = kOfKeys ? p.query : p.key, &their_values = kOfKeys ? p.grad : p.value;
  const int mine_end = kOfKeys ? p.keys : p.queries;
  const int tiles = (mine_end + E::kRows - 1) / E::kRows;
  const int64_t entry = blockIdx.x / tiles;
  // What takes longest comes first: the first keys, the last queries.
  const int tile = static_cast<int>(blockIdx.x % tiles);
  const int first = (kOfKeys ? tile : tiles - 1 - tile) * E::kRows;
  const int begin = kOfKeys && p.causal ? first / kOthers * kOthers : 0;
  const int end = kOfKeys ? p.queries : keys_before(p, first + E::kRows);
  const int64_t theirs_at = offset_of(p.batch, entry, theirs.batch);
  const int64_t their_values_at = offset_of(p.batch, entry, their_values.batch);
  const int64_t mask_at = offset_of(p.batch, entry, p.mask.batch);
  const Scaling<T> scaling(p);
  const auto load_others = [&](int from, int stage) {
    const int there = kOfKeys ? p.queries : p.keys;
    E::template load<kOthers>(other_at(2 * stage), theirs, theirs_at, from, there);
    E::template load<kOthers>(other_at(2 * stage + 1), their_values, their_values_at, from, there);
  };

  E::template load<E::kRows>(own, mine, offset_of(p.batch, entry, mine.batch), first, mine_end);
  E::template load<E::kRows>(own_values, my_values, offset_of(p.batch, entry, my_values.batch),
                             first, mine_end);
  if (begin < end) load_others(begin, 0);
  T grad[kRowSlots][kOutSlots] = {};
  T grad_values[kOfKeys ? kRowSlots : 1][kOfKeys ? kOutSlots : 1] = {};
  Sums<T, kOfKeys ? kScoreSlots : kRowSlots> sums;
  if constexpr (!kOfKeys) sums.load(p, scaling, entry, [&](int k) { return first + E::row(k); });

  int stage = 0;
  for (int at = begin; at < end; at += kOthers, stage ^= E::kStages - 1) {
    if (E::kStages == 1 && at > begin) {
      __syncthreads();
      load_others(at, 0);
    }
    E::wait();
    __syncthreads();
    if (E::kStages == 2 && at + kOthers < end) load_others(at + kOthers, stage ^ 1);
    if constexpr (kOfKeys) sums.load(p, scaling, entry, [&](int k) { return at + E::col(k); });
    const Tile other = other_at(2 * stage), other_values = other_at(2 * stage + 1);
    T s[kRowSlots][kScoreSlots] = {}, ds[kRowSlots][kScoreSlots] = {};
    E::template add_product_nt<kOthers, kDim>(s, own, other);
    E::template add_product_nt<kOthers, kDim>(ds, own_values, other_values);
    mask_scores<E, kOfKeys, kScoreSlots>(s, p, scaling, mask_at, kOfKeys ? at : first,
                                         kOfKeys ? first : at, kOfKeys ? E::kRows : kOthers);
#pragma unroll
    for (int i = 0; i < kRowSlots; ++i) {
      scaling.exponents(s[i], [&](int j) { return sums.base[kOfKeys ? j : i]; });
      if constexpr (!kDrops) {
#pragma unroll
        for (int j = 0; j < kScoreSlots; ++j) {
          s[i][j] = E::exp2(s[i][j]);
          ds[i][j] = s[i][j] * (ds[i][j] - sums.delta[kOfKeys ? j : i]);
        }
      }
    }
    if constexpr (kDrops)
      with_factors<E, kOfKeys, kScoreSlots>(
          p, entry, kOfKeys ? at : first, kOfKeys ? first : at, [&](int i, int j, T factor) {
            const T power = E::exp2(s[i][j]);
            ds[i][j] = power * (ds[i][j] * factor - sums.delta[kOfKeys ? j : i]);
            s[i][j] = power * factor;
          });
    if constexpr (kOfKeys)
      E::template add_product<kDim, kOthers>(grad_values, s, other_values, scratch);
    E::template add_product<kDim, kOthers>(grad, ds, other, scratch);
  }
  // Nothing may be on its way to memory that another block is given.
  E::wait();

  const Matrices& to = kOfKeys ? p.grad_key : p.grad_query;
  if (to.data)
    store_gradient<E>(grad, scaling.scale, to, offset_of(p.batch, entry, to.batch), first,
                      mine_end);
  if constexpr (kOfKeys) {
    const Matrices& values = p.grad_value;
    if (values.data)
      store_gradient<E>(grad_values, T(1), values, offset_of(p.batch, entry, values.batch), first,
                        mine_end);
  }
}

/// Each query's product of grad and result, by a warp each.
template <class T>
__global__ void delta_kernel(Backward p) {
  const int lane = static_cast<int>(threadIdx.x) % 32;
  const int64_t rows = p.batch.count * p.queries;
  const int64_t row = (blockIdx.x * int64_t{blockDim.x} + threadIdx.x) / 32;
  if (row >= rows) return;
  const int64_t entry = row / p.queries, i = row % p.queries;
  const int64_t grad_at = offset_of(p.batch, entry, p.grad.batch) + i * p.grad.row;
  const int64_t result_at = offset_of(p.batch, entry, p.result.batch) + i * p.result.row;
  T sum = 0;
  visit<T>(p.grad.data, p.grad.type, [&](const auto* grad) {
    visit<T>(p.result.data, p.result.type, [&](const auto* result) {
      for (int c = lane; c < p.grad.cols; c += 32)
        sum += convert<T>(grad[grad_at + c]) * convert<T>(result[result_at + c]);
    });
  });
#pragma unroll
  for (int d = 16; d > 0; d /= 2) sum += __shfl_xor_sync(0xffffffffu, sum, d);
  if (lane == 0) static_cast<T*>(p.deltas)[row] = sum;
}

template <class T>
void launch_deltas(const Backward& p, std::string_view op) {
  const int64_t rows = p.batch.count * p.queries;
  if (rows == 0) return;
  launch_kernel(op, delta_kernel<T>, static_cast<unsigned>((rows + 3) / 4), 128, p);
}

/// E: how blocks keep tiles, and how many rows of others they go through at once.
template <class E, int kOthers, int kDim, bool kOfKeys, bool kDrops = false>
void launch_backward(const Backward& p, std::string_view op) {
  const int64_t tiles = ((kOfKeys ? p.keys : p.queries) + E::kRows - 1) / E::kRows;
  if (tiles * p.batch.count == 0) return;
  launch_kernel_shared(op, backward_kernel<E, kOthers, kDim, kOfKeys, kDrops>,
                       static_cast<unsigned>(tiles * p.batch.count), E::kThreads,
                       BackwardMemory<E, kOthers, kDim>::kBytes, p);
}

}  // namespace hearth::cuda::attention
