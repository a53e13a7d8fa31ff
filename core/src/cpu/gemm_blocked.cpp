// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/parallel.h"
#include "cpu/gemm_kernels.h"
#include "cpu/gemm_own.h"
#include "cpu/scratch.h"

namespace hearth::cpu {

namespace {

template <typename T>
const GemmKernels<T>& kernels();
template <>
const GemmKernels<float>& kernels() {
  static const GemmKernels<float>& table = HEARTH_SELECT_ISA(gemm_kernels_f32);
  return table;
}
template <>
const GemmKernels<double>& kernels() {
  static const GemmKernels<double>& table = HEARTH_SELECT_ISA(gemm_kernels_f64);
  return table;
}

constexpr int64_t kStackBytes = 32 * 1024;       // for a packed panel of b
constexpr int64_t kSmallProduct = 32 * 32 * 32;  // up to this, packing a costs more than it gives
constexpr int64_t kParallelFlops = 1 << 21;      // below, waking threads costs more than it gives
constexpr int64_t kBlockRows = 2048, kBlockCols = 4096;  // of c per packed pair
constexpr int64_t kTileRows = 128, kTileCols = 256;      // of c per piece of work, at most
constexpr int64_t kMinTiles = 8;                         // pieces worth having

constexpr int64_t round_up(int64_t n, int64_t to) { return (n + to - 1) / to * to; }
constexpr int64_t ceil_div(int64_t n, int64_t by) { return (n + by - 1) / by; }

template <class F>
void chunks(int64_t count, bool parallel, const F& f) {
  if (parallel) {
    parallel_chunks(count, f);
  } else {
    for (int64_t i = 0; i < count; i++) f(i);
  }
}

template <typename T>
void gemm_small(const MatmulArgs& g) {
  alignas(64) T packed[kStackBytes / sizeof(T)];
  kernels<T>().small(g.m, g.n, g.k, static_cast<const T*>(g.a), g.a_stride.row, g.a_stride.col,
                     static_cast<const T*>(g.b), g.b_stride.row, g.b_stride.col, packed,
                     {static_cast<T*>(g.c), g.c_stride, static_cast<T>(g.alpha),
                      static_cast<T>(g.beta), static_cast<const T*>(g.bias)});
}

template <typename T>
void gemm_large(const MatmulArgs& g) {
  const GemmKernels<T>& kernel = kernels<T>();
  const int64_t rows = kernel.rows, cols = kernel.cols;
  const auto* a = static_cast<const T*>(g.a);
  const auto* b = static_cast<const T*>(g.b);
  const auto* bias = static_cast<const T*>(g.bias);
  const bool parallel = 2 * g.m * g.n * g.k >= kParallelFlops;

  const int64_t depth = g.k == 0 ? 1 : ceil_div(g.k, ceil_div(g.k, kernel.depth));
  const int64_t block_m = std::min(kBlockRows, round_up(g.m, rows));
  const int64_t block_n = std::min(kBlockCols, round_up(g.n, cols));
  int64_t tile_m = kTileRows, tile_n = kTileCols;
  while (ceil_div(block_m, tile_m) * ceil_div(block_n, tile_n) < kMinTiles) {
    if (tile_n >= 2 * cols && tile_n >= tile_m) {
      tile_n /= 2;
    } else if (tile_m >= 2 * rows) {
      tile_m /= 2;
    } else {
      break;
    }
  }
  Scratch<T> packed_a(static_cast<size_t>(block_m * depth));
  Scratch<T> packed_b(static_cast<size_t>(block_n * depth));

  const auto pack_a = [&](int64_t i0, int64_t p0, int64_t kc, int64_t tile) {
    const int64_t i = tile * tile_m;
    kernel.pack(a + (i0 + i) * g.a_stride.row + p0 * g.a_stride.col,
                std::min(tile_m, std::min(block_m, g.m - i0) - i), kc, g.a_stride.row,
                g.a_stride.col, kernel.rows, packed_a.data() + i * kc);
  };
  const auto pack_b = [&](int64_t j0, int64_t p0, int64_t kc, int64_t tile) {
    const int64_t j = tile * tile_n;
    kernel.pack(b + (j0 + j) * g.b_stride.col + p0 * g.b_stride.row,
                std::min(tile_n, std::min(block_n, g.n - j0) - j), kc, g.b_stride.col,
                g.b_stride.row, kernel.cols, packed_b.data() + j * kc);
  };

  for (int64_t j0 = 0; j0 < g.n; j0 += block_n) {
    const int64_t tiles_n = ceil_div(std::min(block_n, g.n - j0), tile_n);
    for (int64_t p0 = 0; p0 == 0 || p0 < g.k; p0 += depth) {
      const int64_t kc = std::min(depth, g.k - p0);
      for (int64_t i0 = 0; i0 < g.m; i0 += block_m) {
        const int64_t tiles_m = ceil_div(std::min(block_m, g.m - i0), tile_m);
        const int64_t b_packs = i0 == 0 ? tiles_n : 0;
        chunks(b_packs + tiles_m, parallel, [&](int64_t i) {
          if (i < b_packs) {
            pack_b(j0, p0, kc, i);
          } else {
            pack_a(i0, p0, kc, i - b_packs);
          }
        });
        chunks(tiles_m * tiles_n, parallel, [&](int64_t tile) {
          const int64_t i = tile % tiles_m * tile_m, j = tile / tiles_m * tile_n;
          GemmStore<T> store{static_cast<T*>(g.c) + (i0 + i) * g.c_stride + j0 + j, g.c_stride,
                             static_cast<T>(g.alpha), static_cast<T>(1), nullptr};
          if (p0 == 0) {
            store.beta = static_cast<T>(g.beta);
            store.bias = bias ? bias + j0 + j : nullptr;
          }
          kernel.block(std::min(tile_m, std::min(block_m, g.m - i0) - i),
                       std::min(tile_n, std::min(block_n, g.n - j0) - j), kc,
                       packed_a.data() + i * kc, packed_b.data() + j * kc, store);
        });
      }
    }
  }
}

}  // namespace

template <typename T>
void gemm_blocked(const MatmulArgs& g) {
  const int64_t panel = kernels<T>().cols * g.k * static_cast<int64_t>(sizeof(T));
  if (g.m * g.n * g.k <= kSmallProduct && panel <= kStackBytes) {
    gemm_small<T>(g);
  } else {
    gemm_large<T>(g);
  }
}

template void gemm_blocked<float>(const MatmulArgs&);
template void gemm_blocked<double>(const MatmulArgs&);

}  // namespace hearth::cpu
