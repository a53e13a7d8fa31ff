// SPDX-License-Identifier: Apache-2.0
// Attention of few queries to many keys, as when text is generated: all that counts is to read keys
// and values at the speed of memory. Blocks share the keys of a batch entry; a second kernel joins
// what they found.
#pragma once

#include "cuda/attention_kernels.h"
#include "cuda/attention_splits.cuh"

namespace hearth::cuda::attention {

/// How a block reads keys: kLanes threads take a key together, kVectors times 16 bytes each.
template <class T, int kDim>
struct KeyLanes {
  static constexpr int kVector = 16 / static_cast<int>(sizeof(T));
  static constexpr int kLanes = kDim / kVector < 32 ? kDim / kVector : 32;
  static constexpr int kVectors = kDim / kVector / kLanes;
  static constexpr int kEach = kVectors * kVector;
  static constexpr int kThreads = 128, kWarps = kThreads / 32;
  static constexpr int kStreams = kThreads / kLanes;  ///< keys that a block takes at once
  static constexpr int kUnroll = 4;  ///< and so often before it looks at the scores
};

/// A lane's part of a row: vectors kLanes apart.
template <class T, int kDim>
struct alignas(16) RowPart {
  using Lanes = KeyLanes<T, kDim>;
  struct alignas(16) Vector {
    T v[Lanes::kVector];
  } vectors[Lanes::kVectors];

  static __device__ __forceinline__ int column(int lane, int k) {
    return (k / Lanes::kVector * Lanes::kLanes + lane) * Lanes::kVector + k % Lanes::kVector;
  }
  /// `aligned`: 16 bytes can be loaded at once. 0 where not `there`, and past the last column.
  __device__ __forceinline__ void load(const T* row, int lane, int cols, bool aligned, bool there) {
#pragma unroll
    for (int n = 0; n < Lanes::kVectors; ++n) {
      const int first = column(lane, n * Lanes::kVector);
      if (aligned && there && first < cols) {
        vectors[n] = *reinterpret_cast<const Vector*>(row + first);
        continue;
      }
#pragma unroll
      for (int u = 0; u < Lanes::kVector; ++u)
        vectors[n].v[u] = there && first + u < cols ? row[first + u] : T{};
    }
  }
  __device__ __forceinline__ accumulate_t<T> operator[](int k) const {
    return convert<accumulate_t<T>>(vectors[k / Lanes::kVector].v[k % Lanes::kVector]);
  }
};

/// A running softmax of one query: the largest score, the sum, and a lane's part of the values by
/// weight.
template <class A, int kEach>
struct Running {
  A most, sum, out[kEach];

  __device__ __forceinline__ Running() : most(-vmath::inf(A())), sum(0), out{} {}
  __device__ __forceinline__ static A shift(A most) {
    return most == -vmath::inf(A()) ? A(0) : most;
  }
  /// The power of a score without `by`.
  __device__ __forceinline__ static A power(A score, A by) {
    return vmath::exp2((score - by) * static_cast<A>(kLog2E));
  }
  /// `most` becomes `now`; returns what to subtract from scores.
  __device__ __forceinline__ A raise(A now) {
    const A by = shift(now), rescale = power(most, by);
    most = now;
    sum *= rescale;
#pragma unroll
    for (int k = 0; k < kEach; ++k) out[k] *= rescale;
    return by;
  }
  /// Joins what the lanes `distance` apart have.
  __device__ __forceinline__ void join(int distance) {
    const A other = __shfl_xor_sync(0xffffffffu, most, distance);
    raise(other > most ? other : most);
    sum += __shfl_xor_sync(0xffffffffu, sum, distance);
#pragma unroll
    for (int k = 0; k < kEach; ++k) out[k] += __shfl_xor_sync(0xffffffffu, out[k], distance);
  }
};

template <class T, int kDim, int kRows>
__global__ void __launch_bounds__(128) decode_kernel(Forward p, Splits<accumulate_t<T>> splits) {
  using A = accumulate_t<T>;
  using Lanes = KeyLanes<T, kDim>;
  using Part = RowPart<T, kDim>;
  constexpr int kEach = Lanes::kEach, kUnroll = Lanes::kUnroll;
  const A none = -vmath::inf(A());
  const int thread = static_cast<int>(threadIdx.x), lane = thread % Lanes::kLanes;
  const int stream = thread / Lanes::kLanes, warp = thread / 32;
  const int64_t entry = blockIdx.x / splits.count;
  const int split = static_cast<int>(blockIdx.x % splits.count), begin = split * splits.chunk;
  const int end = begin + splits.chunk < p.keys ? begin + splits.chunk : p.keys;
  const T* keys = static_cast<const T*>(p.key.data) + offset_of(p.batch, entry, p.key.batch);
  const T* values = static_cast<const T*>(p.value.data) + offset_of(p.batch, entry, p.value.batch);
  const int64_t query_at = offset_of(p.batch, entry, p.query.batch);
  const int64_t mask_at = offset_of(p.batch, entry, p.mask.batch);

  A query[kRows][kEach];
  Running<A, kEach> rows[kRows];
#pragma unroll
  for (int r = 0; r < kRows; ++r) {
    Part part;
    part.load(static_cast<const T*>(p.query.data) + query_at + r * p.query.row, lane, p.query.cols,
              p.query.aligned, r < p.queries);
#pragma unroll
    for (int k = 0; k < kEach; ++k) query[r][k] = part[k] * static_cast<A>(p.scale);
  }

  for (int j0 = begin; j0 < end; j0 += Lanes::kStreams * kUnroll) {
    Part key[kUnroll], value[kUnroll];
#pragma unroll
    for (int u = 0; u < kUnroll; ++u) {
      const int j = j0 + u * Lanes::kStreams + stream;
      key[u].load(keys + j * p.key.row, lane, p.key.cols, p.key.aligned, j < end);
    }
#pragma unroll
    for (int u = 0; u < kUnroll; ++u) {
      const int j = j0 + u * Lanes::kStreams + stream;
      value[u].load(values + j * p.value.row, lane, p.value.cols, p.value.aligned, j < end);
    }
#pragma unroll
    for (int r = 0; r < kRows; ++r) {
      A s[kUnroll], most = rows[r].most;
#pragma unroll
      for (int u = 0; u < kUnroll; ++u) {
        const int j = j0 + u * Lanes::kStreams + stream;
        s[u] = 0;
#pragma unroll
        for (int k = 0; k < kEach; ++k) s[u] += query[r][k] * key[u][k];
#pragma unroll
        for (int d = Lanes::kLanes / 2; d > 0; d /= 2)
          s[u] += __shfl_xor_sync(0xffffffffu, s[u], d);
        const bool there = j < end && r < p.queries && !(p.causal && j > r);
        s[u] = there ? masked_score(s[u], p.mask,
                                    mask_at + int64_t{r} * p.mask.row + int64_t{j} * p.mask.col)
                     : none;
        most = s[u] > most ? s[u] : most;
      }
      const A by = rows[r].raise(most);
#pragma unroll
      for (int u = 0; u < kUnroll; ++u) {
        const A weight = rows[r].power(s[u], by);
        rows[r].sum += weight;
#pragma unroll
        for (int k = 0; k < kEach; ++k) rows[r].out[k] += weight * value[u][k];
      }
    }
  }

  // Streams of a warp, then the warps.
  __shared__ A outs[Lanes::kWarps][kRows][kDim], maxima[Lanes::kWarps][kRows],
      sums[Lanes::kWarps][kRows];
#pragma unroll
  for (int r = 0; r < kRows; ++r) {
#pragma unroll
    for (int d = Lanes::kLanes; d < 32; d *= 2) rows[r].join(d);
    if (thread % 32 < Lanes::kLanes) {
      maxima[warp][r] = rows[r].most;
      sums[warp][r] = rows[r].sum;
#pragma unroll
      for (int k = 0; k < kEach; ++k) outs[warp][r][Part::column(lane, k)] = rows[r].out[k];
    }
  }
  __syncthreads();
  const int count = p.queries < kRows ? p.queries : kRows, cols = p.out.cols;
  for (int r = 0; r < count; ++r) {
    A most = none, sum = 0, weight[Lanes::kWarps];
#pragma unroll
    for (int w = 0; w < Lanes::kWarps; ++w) most = maxima[w][r] > most ? maxima[w][r] : most;
    const A by = Running<A, kEach>::shift(most);
#pragma unroll
    for (int w = 0; w < Lanes::kWarps; ++w) {
      weight[w] = Running<A, kEach>::power(maxima[w][r], by);
      sum += sums[w][r] * weight[w];
    }
    const A last = sum == A(0) ? A(0) : A(1) / sum;
    const int64_t at = splits.row(entry, split, r, p.queries);
    for (int c = thread; c < cols; c += Lanes::kThreads) {
      A total = 0;
#pragma unroll
      for (int w = 0; w < Lanes::kWarps; ++w) total += outs[w][r][c] * weight[w];
      if (splits.out) {
        splits.out[at * cols + c] = total * last;
      } else {
        static_cast<T*>(p.out.data)[offset_of(p.batch, entry, p.out.batch) + r * p.out.row + c] =
            convert<T>(total * last);
      }
    }
    if (thread != 0) continue;
    if (splits.out) {
      splits.maxima[at] = most;
      splits.sums[at] = sum;
    } else {
      static_cast<A*>(p.log_sums)[entry * p.queries + r] =
          sum == A(0) ? -none : by + vmath::log(sum);
    }
  }
}

template <class T, int kDim, int kRows>
void launch_decode(const Forward& p, std::string_view op) {
  using Lanes = KeyLanes<T, kDim>;
  // Three blocks to a multiprocessor keep enough loads under way.
  const SplitKeys<accumulate_t<T>> split(p, p.batch.count, 3, Lanes::kStreams * Lanes::kUnroll);
  launch_kernel(op, decode_kernel<T, kDim, kRows>,
                static_cast<unsigned>(p.batch.count * split.splits().count), Lanes::kThreads, p,
                split.splits());
  split.join(op);
}

template <class T, int kDim>
void decode_by(const Forward& p, std::string_view op) {
  if (p.queries == 1) return launch_decode<T, kDim, 1>(p, op);
  if (p.queries <= 4) return launch_decode<T, kDim, 4>(p, op);
  launch_decode<T, kDim, kDecodeQueries>(p, op);
}

template <class T>
void run_decode(const Forward& p, std::string_view op) {
  if (p.batch.count == 0 || p.queries == 0) return;
  if (p.columns() <= 64) return decode_by<T, 64>(p, op);
  if constexpr (sizeof(T) < 8)
    if (p.columns() > 128) return decode_by<T, 256>(p, op);
  decode_by<T, 128>(p, op);
}

}  // namespace hearth::cuda::attention
