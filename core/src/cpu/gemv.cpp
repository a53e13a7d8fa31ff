// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <type_traits>

#include "base/parallel.h"
#include "cpu/gemm_kernels.h"
#include "cpu/gemm_own.h"
#include "cpu/low_precision.h"
#include "cpu/scratch.h"

namespace hearth::cpu {

namespace {

constexpr int64_t kParallelWork = 1 << 16;  // elements of the matrix; below, one thread does it
constexpr int64_t kDotPiece = 1 << 15;
// What a piece has: whole groups of rows, or so long runs of a row.
constexpr int64_t kRowsPiece = 8;
constexpr int64_t kColumnPiece = 1024, kMostColumns = 4096;

const FloatGemv& kernels(const float*) {
  static const FloatGemv& table = HEARTH_SELECT_ISA(gemv_kernels_f32);
  return table;
}
const DoubleGemv& kernels(const double*) {
  static const DoubleGemv& table = HEARTH_SELECT_ISA(gemv_kernels_f64);
  return table;
}
const BFloat16Gemv& kernels(const uint16_t*) {
  static const BFloat16Gemv& table = HEARTH_SELECT_ISA(gemv_kernels_bf16);
  return table;
}

constexpr int64_t ceil_div(int64_t n, int64_t by) { return (n + by - 1) / by; }

/// n lines of k elements times one vector. Pieces depend on sizes alone, and so do the bits.
template <typename S, typename T>
void lines_times_vector(int64_t n, int64_t k, const S* lines, int64_t line_stride, int64_t k_stride,
                        const T* x, T* out) {
  const auto& kernel = kernels(lines);
  if (n == 1 && k > kDotPiece && k_stride == 1) {
    const int64_t pieces = ceil_div(k, kDotPiece);
    Scratch<T> sums(static_cast<size_t>(pieces));
    parallel_chunks(pieces, [&](int64_t i) {
      const int64_t from = i * kDotPiece;
      kernel.rows_times_vector(1, std::min(kDotPiece, k - from), lines + from, 0, x + from,
                               sums.data() + i);
    });
    T sum = 0;
    for (int64_t i = 0; i < pieces; i++) sum += sums[static_cast<size_t>(i)];
    *out = sum;
    return;
  }
  int64_t piece = n;
  if (n * k >= kParallelWork) {
    // Whole groups of rows, but enough pieces for many threads.
    const int64_t rows = n < 8 * kRowsPiece ? 1 : std::max<int64_t>(1, n / 512) * kRowsPiece;
    piece = k_stride == 1 ? std::max(rows, kParallelWork / 4 / k)
                          : std::clamp(n / 4, kColumnPiece, kMostColumns);
  }
  parallel_chunks(ceil_div(n, piece), [&](int64_t i) {
    const int64_t from = i * piece, count = std::min(piece, n - from);
    if (k_stride == 1) {
      kernel.rows_times_vector(count, k, lines + from * line_stride, line_stride, x, out + from);
    } else {
      kernel.vector_times_cols(count, k, x, lines + from, k_stride, out + from);
    }
  });
}

/// S: how the operands are stored; T: what they are summed in.
template <typename S, typename T>
void gemv(const MatmulArgs& g) {
  constexpr bool same = std::is_same_v<S, T>;
  // bfloat16's kernels take its bits.
  using Bits = std::conditional_t<same, S, uint16_t>;
  const bool row = g.m == 1;  // c is a row: b's columns are the lines
  const auto* bias = static_cast<const S*>(g.bias);
  auto* c = static_cast<S*>(g.c);
  const int64_t n = row ? g.n : g.m;
  const MatrixStride lines = row ? MatrixStride{g.b_stride.col, g.b_stride.row} : g.a_stride;
  // The stride of a dim of size 1 says nothing.
  const int64_t k_stride = g.k == 1 ? 1 : lines.col;
  const int64_t x_stride = row ? g.a_stride.col : g.b_stride.row;
  const int64_t c_stride = row ? 1 : g.c_stride;
  const auto* x = static_cast<const S*>(row ? g.a : g.b);

  const bool gather = !same || (x_stride != 1 && g.k > 1);
  const bool direct = same && g.alpha == 1 && g.beta == 0 && (c_stride == 1 || n == 1);
  constexpr int64_t kStack = 1024;
  alignas(64) T local[kStack];
  const int64_t needed = (gather ? g.k : 0) + (direct ? 0 : n);
  Scratch<T> heap(needed > kStack ? static_cast<size_t>(needed) : 0);
  T* free = needed > kStack ? heap.data() : local;
  const T* vector = nullptr;
  if (gather) {
    bool copied = false;
    if constexpr (!same) {
      copied = x_stride == 1;
      if (copied) to_float(dtype_of<S>, x, free, g.k);
    }
    for (int64_t p = 0; p < g.k && !copied; p++) free[p] = x[p * x_stride];
    vector = free;
    free += g.k;
  } else if constexpr (same) {
    vector = x;
  }
  T* sums = free;
  if constexpr (same) {
    if (direct) sums = c;
  }
  lines_times_vector(n, g.k, static_cast<const Bits*>(row ? g.b : g.a), lines.row, k_stride, vector,
                     sums);
  if (direct && !bias) return;
  const T alpha = static_cast<T>(g.alpha), beta = static_cast<T>(g.beta);
  for (int64_t i = 0; i < n; i++) {
    T v = sums[i] * alpha;
    if (beta != 0) v += static_cast<T>(c[i * c_stride]) * beta;
    if (bias) v += static_cast<T>(bias[row ? i : 0]);
    c[i * c_stride] = static_cast<S>(v);
  }
}

}  // namespace

bool matmul_vector(const MatmulArgs& g) {
  if ((g.m != 1 && g.n != 1) || g.k == 0 || g.batch_dims > 0) return false;
  if (g.dtype == kFloat) return gemv<float, float>(g), true;
  if (g.dtype == kDouble) return gemv<double, double>(g), true;
  if (g.dtype == kBFloat16) return gemv<BFloat16, float>(g), true;
  return false;
}

}  // namespace hearth::cpu
