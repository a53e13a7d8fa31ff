// SPDX-License-Identifier: Apache-2.0
// Tiles of attention without tensor cores: in float, of any floating input, or in double.
#pragma once

#include "cuda/attention_scores.cuh"
#include "cuda/tensor_core.cuh"

namespace hearth::cuda::attention {

/// A block of 16 x 16 threads. A thread's part of a product are kSlots_ rows by n / 16 columns.
template <class T, int kSlots_>
struct Plain {
  using Value = T;
  static constexpr int kThreads = 256, kBlocks = 2;
  static constexpr int kRowSlots = kSlots_;
  static constexpr int kRows = 16 * kRowSlots;
  template <int n>
  static constexpr int kSlots = n / 16;
  static constexpr int kStages = 1;
  static constexpr int kNeighbours = 16 / static_cast<int>(sizeof(T));

  struct alignas(16) Vector {
    T v[kNeighbours];
  };

  static __device__ __forceinline__ int x() { return static_cast<int>(threadIdx.x) % 16; }
  static __device__ __forceinline__ int row(int i) {
    return i * 16 + static_cast<int>(threadIdx.x) / 16;
  }
  static __device__ __forceinline__ int col(int j) { return j * 16 + x(); }
  static __device__ __forceinline__ int dim(int j) {
    return (j / kNeighbours * 16 + x()) * kNeighbours + j % kNeighbours;
  }

  static __device__ __forceinline__ T exp2(T x) { return vmath::exp2(x); }
  template <class F>
  static __device__ __forceinline__ T along_row(T v, const F& f) {
#pragma unroll
    for (int d = 8; d > 0; d /= 2) v = f(v, __shfl_xor_sync(0xffffffffu, v, d));
    return v;
  }

  /// Rows are 16 bytes apart, so that vectors of neighbouring rows lie in other banks.
  template <int kCols>
  struct Tile {
    T* data;
    static constexpr int kStride = kCols + kNeighbours;
    static constexpr int bytes(int rows) { return rows * kStride * static_cast<int>(sizeof(T)); }
    __device__ __forceinline__ explicit Tile(void* memory) : data(static_cast<T*>(memory)) {}
    __device__ __forceinline__ const Vector& vector(int row, int col) const {
      return *reinterpret_cast<const Vector*>(data + row * kStride + col);
    }
  };
  template <int kCols>
  static constexpr int kScratch = Tile<kCols>::bytes(kRows);

  template <int kRowsOfTile, int kCols>
  static __device__ __forceinline__ void load(const Tile<kCols>& tile, const Matrices& m,
                                              int64_t at, int first, int end) {
    if (m.aligned && m.type == dtype_of<T>) {
      constexpr int kPieces = kCols / kNeighbours;
      const T* data = static_cast<const T*>(m.data);
#pragma unroll 4
      for (int n = static_cast<int>(threadIdx.x); n < kRowsOfTile * kPieces; n += kThreads) {
        const int r = n / kPieces, c = n % kPieces * kNeighbours;
        const bool there = first + r < end && c < m.cols;
        copy_async(shared_place(tile.data + r * Tile<kCols>::kStride + c),
                   there ? data + at + (first + r) * m.row + c : data, there);
      }
      return;
    }
    visit<T>(m.data, m.type, [&](const auto* data) {
#pragma unroll 8
      for (int n = static_cast<int>(threadIdx.x); n < kRowsOfTile * kCols; n += kThreads) {
        const int r = n / kCols, c = n % kCols;
        const bool there = first + r < end && c < m.cols;
        tile.data[r * Tile<kCols>::kStride + c] =
            there ? convert<T>(data[at + (first + r) * m.row + c]) : T(0);
      }
    });
  }
  static __device__ __forceinline__ void wait() { wait_for_copies(); }

  template <int kN, int kK>
  static __device__ __forceinline__ void add_product_nt(T (&to)[kRowSlots][kSlots<kN>],
                                                        const Tile<kK>& a, const Tile<kK>& b) {
#pragma unroll 4
    for (int k = 0; k < kK; k += kNeighbours) {
      Vector left[kRowSlots], right[kSlots<kN>];
#pragma unroll
      for (int i = 0; i < kRowSlots; ++i) left[i] = a.vector(row(i), k);
#pragma unroll
      for (int j = 0; j < kSlots<kN>; ++j) right[j] = b.vector(col(j), k);
#pragma unroll
      for (int e = 0; e < kNeighbours; ++e)
#pragma unroll
        for (int i = 0; i < kRowSlots; ++i)
#pragma unroll
          for (int j = 0; j < kSlots<kN>; ++j) to[i][j] += left[i].v[e] * right[j].v[e];
    }
  }

  /// p becomes visible to the threads of its row, which are of one warp, in `scratch`.
  template <int kN, int kK>
  static __device__ __forceinline__ void add_product(T (&to)[kRowSlots][kSlots<kN>],
                                                     const T (&p)[kRowSlots][kSlots<kK>],
                                                     const Tile<kN>& b, void* scratch) {
    const Tile<kK> a(scratch);
    __syncwarp();
#pragma unroll
    for (int i = 0; i < kRowSlots; ++i)
#pragma unroll
      for (int j = 0; j < kSlots<kK>; ++j) a.data[row(i) * Tile<kK>::kStride + col(j)] = p[i][j];
    __syncwarp();
#pragma unroll 2
    for (int k = 0; k < kK; k += kNeighbours) {
      Vector left[kRowSlots];
#pragma unroll
      for (int i = 0; i < kRowSlots; ++i) left[i] = a.vector(row(i), k);
#pragma unroll
      for (int e = 0; e < kNeighbours; ++e) {
#pragma unroll
        for (int j = 0; j < kSlots<kN>; j += kNeighbours) {
          const Vector right = b.vector(k + e, dim(j));
#pragma unroll
          for (int i = 0; i < kRowSlots; ++i)
#pragma unroll
            for (int u = 0; u < kNeighbours; ++u) to[i][j + u] += left[i].v[e] * right.v[u];
        }
      }
    }
  }

  static __device__ __forceinline__ void store(const Matrices& m, int64_t at, int col,
                                               const T (&v)[kNeighbours]) {
    visit<T>(m.data, m.type, [&](const auto* data) {
      using O = std::remove_cvref_t<decltype(*data)>;
#pragma unroll
      for (int u = 0; u < kNeighbours; ++u)
        if (col + u < m.cols) static_cast<O*>(m.data)[at + col + u] = convert<O>(v[u]);
    });
  }
};

}  // namespace hearth::cuda::attention
