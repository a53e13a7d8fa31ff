// SPDX-License-Identifier: Apache-2.0
// Tiles of attention on tensor cores: half types in shared memory, float in registers.
#pragma once

#include "cuda/attention_scores.cuh"
#include "cuda/tensor_core.cuh"

namespace hearth::cuda::attention {

/// A block of four warps, each of which owns kTiles times 16 rows of a product. A thread's part of
/// it are kRowSlots x n / 4 numbers in the order of tensor cores.
template <class H, int kTiles>
struct TensorCores {
  using Value = float;
  static constexpr int kThreads = 128, kBlocks = 2;  ///< and blocks to a multiprocessor, at least
  static constexpr int kRows = kThreads / 32 * 16 * kTiles;
  static constexpr int kRowSlots = 2 * kTiles;
  template <int n>
  static constexpr int kSlots = n / 4;
  static constexpr int kStages = 2;      ///< tiles that are loaded at once, going backward
  static constexpr int kNeighbours = 2;  ///< slots, from an even one on, of neighbouring columns

  static __device__ __forceinline__ int lane() { return static_cast<int>(threadIdx.x) % 32; }
  static __device__ __forceinline__ int first_row() {
    return static_cast<int>(threadIdx.x) / 32 * (16 * kTiles);
  }
  static __device__ __forceinline__ int row(int i) { return first_row() + i * 8 + lane() / 4; }
  static __device__ __forceinline__ int col(int j) { return j / 2 * 8 + lane() % 4 * 2 + j % 2; }
  /// The same for columns of a product with values.
  static __device__ __forceinline__ int dim(int j) { return col(j); }

  static __device__ __forceinline__ float exp2(float x) { return fast_exp2(x); }
  /// f of the values that the threads of a row have.
  template <class F>
  static __device__ __forceinline__ float along_row(float v, const F& f) {
    v = f(v, __shfl_xor_sync(0xffffffffu, v, 1));
    return f(v, __shfl_xor_sync(0xffffffffu, v, 2));
  }

  /// Rows of kCols elements in shared memory, in pieces of 8. The pieces of 8 rows change places,
  /// so that equal pieces of them lie in all banks.
  template <int kCols>
  struct Tile {
    SharedPlace data;  ///< aligned to 128 bytes
    static constexpr int kRowBytes = kCols * static_cast<int>(sizeof(H));
    static constexpr int bytes(int rows) { return rows * kRowBytes; }
    __device__ __forceinline__ explicit Tile(void* memory) : data(shared_place(memory)) {}
    /// Piece p of a row, p < 8.
    __device__ __forceinline__ SharedPlace piece(int row, int p) const {
      return data + static_cast<unsigned>(row * kRowBytes + (p ^ (row & 7)) * 16);
    }
    /// A piece p pieces after that at `start`, which is a first or second one; p is even.
    static __device__ __forceinline__ SharedPlace after(SharedPlace start, int p) {
      return (start ^ static_cast<unsigned>(p % 8 * 16)) + static_cast<unsigned>(p / 8 * 128);
    }
  };
  /// Bytes for products of probabilities, which stay in registers.
  template <int kCols>
  static constexpr int kScratch = 0;

  /// Starts to fill a tile with kRows rows of a matrix from `first` on; 0 from row `end` on and
  /// past the last column.
  template <int kRowsOfTile, int kCols>
  static __device__ __forceinline__ void load(const Tile<kCols>& tile, const Matrices& m,
                                              int64_t at, int first, int end) {
    constexpr int kPieces = kCols / 8, kStep = kThreads / kPieces;
    static_assert(kStep % 4 == 0, "a thread's pieces change places alike, or by half");
    const int r = static_cast<int>(threadIdx.x) / kPieces,
              p = static_cast<int>(threadIdx.x) % kPieces;
    const H* data = static_cast<const H*>(m.data);
    const H* from = data + at + (first + r) * m.row + p * 8;
    const SharedPlace to = tile.piece(r, p % 8) + static_cast<unsigned>(p / 8 * 128);
    const int rows = p * 8 < m.cols ? end - first - r : 0;
#pragma unroll
    for (int k = 0; k < kRowsOfTile; k += kStep) {
      copy_async((to ^ static_cast<unsigned>(k % 8 * 16)) +
                     static_cast<unsigned>(k * Tile<kCols>::kRowBytes),
                 k < rows ? from : data, k < rows);
      from += kStep * m.row;
    }
  }
  static __device__ __forceinline__ void wait() { wait_for_copies(); }

  /// to += a b^T of this warp's rows of a.
  template <int kN, int kK>
  static __device__ __forceinline__ void add_product_nt(float (&to)[kRowSlots][kSlots<kN>],
                                                        const Tile<kK>& a, const Tile<kK>& b) {
    const SharedPlace a0 = a.piece(first_row() + lane() % 16, lane() / 16);
    const SharedPlace b0 = b.piece(lane() / 16 * 8 + lane() % 8, lane() / 8 % 2);
#pragma unroll
    for (int k = 0; k < kK / 8; k += 2) {
      unsigned left[kTiles][4];
#pragma unroll
      for (int t = 0; t < kTiles; ++t)
        load_matrices(left[t], a.after(a0, k) + static_cast<unsigned>(a.bytes(t * 16)));
#pragma unroll
      for (int n = 0; n < kN; n += 16) {
        unsigned right[4];
        load_matrices(right, b.after(b0, k) + static_cast<unsigned>(b.bytes(n)));
        add_products<kN>(to, left, right, n / 4);
      }
    }
  }

  /// to += p b, where p is a product that is in registers.
  template <int kN, int kK>
  static __device__ __forceinline__ void add_product(float (&to)[kRowSlots][kSlots<kN>],
                                                     const float (&p)[kRowSlots][kSlots<kK>],
                                                     const Tile<kN>& b, void*) {
    const SharedPlace b0 = b.piece(lane() % 16, lane() / 16);
#pragma unroll
    for (int k = 0; k < kK; k += 16) {
      unsigned left[kTiles][4];
#pragma unroll
      for (int t = 0; t < kTiles; ++t) {
        const float *upper = p[2 * t] + k / 4, *lower = p[2 * t + 1] + k / 4;
        left[t][0] = pack<H>(upper[0], upper[1]);
        left[t][1] = pack<H>(lower[0], lower[1]);
        left[t][2] = pack<H>(upper[2], upper[3]);
        left[t][3] = pack<H>(lower[2], lower[3]);
      }
#pragma unroll
      for (int n = 0; n < kN; n += 16) {
        unsigned right[4];
        load_transposed(right, b.after(b0, n / 8) + static_cast<unsigned>(b.bytes(k)));
        add_products<kN>(to, left, right, n / 4);
      }
    }
  }

  static __device__ __forceinline__ void store(const Matrices& m, int64_t at, int col,
                                               const float (&v)[kNeighbours]) {
    if (col < m.cols)
      *reinterpret_cast<unsigned*>(static_cast<H*>(m.data) + at + col) = pack<H>(v[0], v[1]);
  }

 private:
  /// 16 rows by 16 columns from slot j on, of each of the warp's tiles.
  template <int kN>
  static __device__ __forceinline__ void add_products(float (&to)[kRowSlots][kSlots<kN>],
                                                      const unsigned (&left)[kTiles][4],
                                                      const unsigned (&right)[4], int j) {
#pragma unroll
    for (int t = 0; t < kTiles; ++t) {
      float *upper = to[2 * t] + j, *lower = to[2 * t + 1] + j;
      multiply<H>(upper[0], upper[1], lower[0], lower[1], left[t], right[0], right[1]);
      multiply<H>(upper[2], upper[3], lower[2], lower[3], left[t], right[2], right[3]);
    }
  }
};

}  // namespace hearth::cuda::attention
