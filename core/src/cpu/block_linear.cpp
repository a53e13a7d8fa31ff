// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "base/parallel.h"
#include "cpu/block_kernels.h"
#include "cpu/block_packing.h"
#include "cpu/dense.h"
#include "cpu/gemm.h"
#include "cpu/kernels.h"
#include "cpu/scratch.h"
#include "ops/blocks.h"

namespace hearth::cpu {

namespace {

static_assert(kBlockFormats == static_cast<int>(last_value(BlockFormat{})) + 1);

constexpr int64_t kGrain = 1 << 14;        // numbers of a thread, at least
constexpr int64_t kTileNumbers = 1 << 17;  // dequantized at a time, which the caches hold
// Up to so many rows of input are multiplied by blocks; more as matrices are.
constexpr int64_t kFewRows = 4, kFewRoundedRows = 16;

const BlockKernels& kernels() {
  static const BlockKernels& table = HEARTH_SELECT_ISA(block_kernels);
  return table;
}

/// `rows` rows of n numbers, from `bytes` to floats or doubles.
template <class T>
void dequantize_rows(BlockFormat format, const uint8_t* bytes, int64_t rows, int64_t n, T* out) {
  const auto run = kernels().dequantize[static_cast<size_t>(format)];
  const int64_t row_bytes = block_row_bytes(format, n);
  parallel_for(rows, std::max<int64_t>(1, kGrain / std::max<int64_t>(n, 1)),
               [&](int64_t begin, int64_t end) {
                 Scratch<float> row(std::is_same_v<T, float> ? 0 : static_cast<size_t>(n));
                 for (int64_t r = begin; r < end; ++r) {
                   if constexpr (std::is_same_v<T, float>) {
                     run(bytes + r * row_bytes, n, out + r * n);
                   } else {
                     run(bytes + r * row_bytes, n, row.data());
                     std::copy_n(row.data(), n, out + r * n);
                   }
                 }
               });
}

void dequantize_blocks(const Call& call) {
  const auto& op = call.as<ops::DequantizeBlocks>();
  const Tensor bytes = contiguous_raw(call.in[0]);
  const TensorImpl& out = impl(call.out[0]);
  if (out.numel == 0) return;
  const int64_t n = out.sizes.back(), rows = out.numel / n;
  const Result result(call.out[0], kFloat);
  dequantize_rows(op.format, ptr<uint8_t>(bytes), rows, n, ptr<float>(result.tensor()));
  result.finish();
}

/// n numbers, each 32 rounded as `fast` has it.
template <class T>
void round_numbers(const T* x, int64_t n, T* out) {
  constexpr int64_t kGroup = ops::kRoundedTogether;
  parallel_for(n / kGroup, kGrain / kGroup, [&](int64_t begin, int64_t end) {
    for (int64_t g = begin * kGroup; g < end * kGroup; g += kGroup) {
      T most = 0;
      bool finite = true;
      for (int64_t i = g; i < g + kGroup; ++i) {
        most = std::max(most, std::fabs(x[i]));
        finite &= std::isfinite(x[i]);
      }
      const T scale = most / T(ops::kMostRounded), by = scale < T(1e-37) ? 0 : 1 / scale;
      for (int64_t i = g; i < g + kGroup; ++i)
        out[i] = finite ? std::nearbyint(x[i] * by) * scale : T(NAN);
    }
  });
}

struct Operands {
  BlockFormat format;
  const uint8_t* weights;
  bool packed;
  int64_t out, n, row_bytes;
  int64_t rows;  ///< of the input and the result

  int64_t tiles() const { return (out + kPackedRows - 1) / kPackedRows; }
  int64_t tile_rows(int64_t t) const {
    return std::min<int64_t>(kPackedRows, out - t * kPackedRows);
  }
  const uint8_t* tile(int64_t t) const { return weights + t * kPackedRows * row_bytes; }
  bool packed_tile(int64_t t) const { return packed && tile_rows(t) == kPackedRows; }

  /// Calls f(first, count) for pieces of so many `items`, which threads share; one of them is
  /// `each` rows of the weights.
  template <class F>
  void share(int64_t items, int64_t each, const F& f) const {
    const int64_t piece = std::max<int64_t>(1, kGrain / std::max<int64_t>(n * rows * each, 1));
    parallel_for(items, piece, [&](int64_t begin, int64_t end) { f(begin, end - begin); });
  }
};

/// Tiles first to first + count times the rounded rows.
void multiply_rounded_tiles(const Operands& a, const RoundedRows& rounded, int64_t first,
                            int64_t count, float* out) {
  const auto run = kernels().times_rounded[static_cast<size_t>(a.format)];
  int64_t whole = 0;
  while (whole < count && a.packed_tile(first + whole)) ++whole;
  run(a.tile(first), whole, rounded, out + first * kPackedRows, a.out);
  if (whole == count) return;
  Scratch<uint8_t> packed(static_cast<size_t>(kPackedRows * a.row_bytes));
  Scratch<float> products(static_cast<size_t>(kPackedRows * a.rows));
  for (int64_t t = first + whole; t < first + count; ++t) {
    const int64_t n = a.tile_rows(t);
    pack_rows(a.format, a.tile(t), n, a.row_bytes, packed.data());
    run(packed.data(), 1, rounded, products.data(), kPackedRows);
    for (int64_t i = 0; i < a.rows; ++i)
      std::copy_n(products.data() + i * kPackedRows, n, out + i * a.out + t * kPackedRows);
  }
}

void multiply_rounded(const Operands& a, const float* x, float* out) {
  constexpr int64_t kGroup = ops::kRoundedTogether;
  const auto all = static_cast<size_t>(a.rows * (a.n / kGroup));
  Scratch<uint8_t> numbers(2 * all * kGroup);
  Scratch<float> scales(4 * all);
  float *sums32 = scales.data() + all, *sums16 = sums32 + all;
  const RoundedRows rounded{a.rows, a.n, {numbers.data(), scales.data(), sums32, sums16}};
  parallel_for(a.rows, std::max<int64_t>(1, kGrain / a.n), [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) kernels().round(x + i * a.n, a.n, rounded.row(i));
  });
  a.share(a.tiles(), kPackedRows, [&](int64_t first, int64_t count) {
    multiply_rounded_tiles(a, rounded, first, count, out);
  });
}

void multiply_few(const Operands& a, const float* x, float* out) {
  const auto run = kernels().times[static_cast<size_t>(a.format)];
  a.share(a.out, 1, [&](int64_t first, int64_t count) {
    for (int64_t i = 0; i < a.rows; ++i)
      run(a.weights + first * a.row_bytes, a.row_bytes, count, x + i * a.n, a.n,
          out + i * a.out + first);
  });
}

/// The numbers of rows first to first + count, of whole tiles but for the last.
template <class T>
void dequantize_tiles(const Operands& a, int64_t first, int64_t count, T* out) {
  if (!a.packed) return dequantize_rows(a.format, a.weights + first * a.row_bytes, count, a.n, out);
  const int64_t tile = first / kPackedRows, grain = kGrain / (a.n * kPackedRows);
  parallel_for((count + kPackedRows - 1) / kPackedRows, std::max<int64_t>(1, grain),
               [&](int64_t begin, int64_t end) {
                 Scratch<uint8_t> rows(static_cast<size_t>(kPackedRows * a.row_bytes));
                 for (int64_t t = tile + begin; t < tile + end; ++t) {
                   const bool packed = a.packed_tile(t);
                   if (packed) unpack_rows(a.format, a.tile(t), a.row_bytes, rows.data());
                   dequantize_rows(a.format, packed ? rows.data() : a.tile(t), a.tile_rows(t), a.n,
                                   out + (t - tile) * kPackedRows * a.n);
                 }
               });
}

/// Some rows of the weights at a time are dequantized and multiplied by as matrices are.
template <class T>
void multiply_dequantized(const Operands& a, const T* x, T* out) {
  const int64_t most =
      std::min(a.out, std::max<int64_t>(1, kTileNumbers / (a.n * kPackedRows)) * kPackedRows);
  Scratch<T> tile(static_cast<size_t>(most * a.n));
  for (int64_t first = 0; first < a.out; first += most) {
    const int64_t count = std::min(most, a.out - first);
    dequantize_tiles(a, first, count, tile.data());
    MatmulArgs g;
    g.dtype = dtype_of<T>;
    g.m = a.rows;
    g.n = count;
    g.k = a.n;
    g.a = x;
    g.a_stride = {a.n, 1};
    g.b = tile.data();
    g.b_stride = {1, a.n};
    g.c = out + first;
    g.c_stride = a.out;
    matmul(g);
  }
}

template <class T>
void block_linear(const Call& call, const Tensor& out) {
  const auto& op = call.as<ops::BlockLinear>();
  const Tensor x = contiguous_raw(call.in[0]), weights = contiguous_raw(call.in[1]);
  T* to = ptr<T>(out);
  const int64_t numel = impl(out).numel;
  if (numel == 0) return;
  const Operands a{op.format,     ptr<uint8_t>(weights),
                   op.packed,     op.out,
                   op.in,         block_row_bytes(op.format, op.in),
                   numel / op.out};
  const T* numbers = ptr<T>(x);
  constexpr bool floats = std::is_same_v<T, float>;
  if (op.in == 0) {
    std::fill_n(to, numel, T(0));
  } else if (floats && op.fast && a.rows <= kFewRoundedRows) {
    if constexpr (floats) multiply_rounded(a, numbers, to);
  } else if (floats && !op.fast && !op.packed && a.rows <= kFewRows) {
    if constexpr (floats) multiply_few(a, numbers, to);
  } else {
    Scratch<T> rounded(op.fast ? static_cast<size_t>(a.rows * a.n) : 0);
    if (op.fast) round_numbers(numbers, a.rows * a.n, rounded.data());
    multiply_dequantized(a, op.fast ? rounded.data() : numbers, to);
  }
  if (!call.in.get(2).defined()) return;
  const Tensor bias = contiguous_raw(call.in[2]);
  for (int64_t i = 0; i < numel; ++i) to[i] += ptr<T>(bias)[i % op.out];
}

}  // namespace

void install_block_linear() {
  ops::DequantizeBlocks::row().kernel[0] = dequantize_blocks;
  ops::BlockLinear::row().kernel[0] = [](const Call& call) {
    const Result result(call.out[0], call.compute);
    if (call.compute == kDouble) {
      block_linear<double>(call, result.tensor());
    } else {
      block_linear<float>(call, result.tensor());
    }
    result.finish();
  };
}

}  // namespace hearth::cpu
