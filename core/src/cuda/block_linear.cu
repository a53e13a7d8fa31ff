// SPDX-License-Identifier: Apache-2.0
// Numbers in ggml's blocks: unpacked, a thread for each; multiplied by few rows without being
// unpacked to memory, a warp for each feature.
#include "hearth/autograd/grad_mode.h"

#include "cuda/block_formats.cuh"
#include "cuda/dense.h"
#include "cuda/kernels.h"
#include "cuda/row.cuh"
#include "ops/blocks.h"

namespace hearth::cuda {

namespace {

using blocks::with_format;

/// Up to so many rows of input are multiplied by blocks; more as matrices are.
constexpr int64_t kFewRows = 8;
constexpr int kTogether = 4;  // rows for which a warp reads a feature's blocks once

/// `n` numbers. Rows have whole blocks, so that all blocks lie one after another.
template <class Format>
void unpack(const uint8_t* from, int64_t n, void* to, ScalarType type) {
  for_each(n, "dequantize_blocks", [=] __device__(int64_t i) {
    const int64_t block = i / Format::kElements;
    const float v =
        Format::at(from + block * Format::kBytes, static_cast<int>(i - block * Format::kElements));
    store_as(to, type, i, v);
  });
}

void dequantize_blocks(const Call& call) {
  const Tensor bytes = contiguous_raw(call.in[0]);
  const TensorImpl& out = impl(call.out[0]);
  with_format(call.as<ops::DequantizeBlocks>().format, [&]<class Format>(Format) {
    unpack<Format>(ptr<uint8_t>(bytes), out.numel, raw_data(call.out[0]), out.dtype);
  });
}

/// x with each 32 numbers rounded as `fast` has it, by a warp.
template <class T>
void round_rows(const Tensor& x, const Tensor& out) {
  static_assert(ops::kRoundedTogether == 32);
  const T* from = ptr<T>(x);
  T* to = ptr<T>(out);
  for_each(impl(x).numel, "block_linear", [=] __device__(int64_t i) {
    const T v = from[i];
    // NaN stays, in all of them.
    T most = v < T(0) ? -v : v;
    for (int d = 16; d > 0; d /= 2) {
      const T other = shuffle(most, d);
      if (other > most || other != other) most = other;
    }
    const T scale = most / static_cast<T>(ops::kMostRounded);
    const T by = scale < T(1e-37) ? T(0) : T(1) / scale;
    to[i] = rint(v * by) * scale;
  });
}

template <class T>
struct Product {
  const uint8_t* weights;
  int64_t row_bytes, features, n, rows;
  const T* x;
  const T* bias;
  void* out;
  ScalarType out_type;
};

template <class Format, class T>
void multiply_few(const Product<T>& p) {
  const int64_t pieces = (p.rows + kTogether - 1) / kTogether;
  for_each(p.features * pieces * 32, "block_linear", [=] __device__(int64_t thread) {
    const int64_t warp = thread / 32, feature = warp / pieces;
    const int64_t first = (warp - feature * pieces) * kTogether;
    const auto lane = static_cast<int>(thread % 32);
    const uint8_t* row = p.weights + feature * p.row_bytes;
    T sum[kTogether] = {};
#pragma unroll 4
    for (int64_t group = 0; group < p.n / 32; ++group) {
      constexpr int kGroups = Format::kElements / 32;
      const int64_t block = group / kGroups;
      const int place = static_cast<int>(group - block * kGroups) * 32 + lane;
      const auto v = static_cast<T>(Format::at(row + block * Format::kBytes, place));
#pragma unroll
      for (int r = 0; r < kTogether; ++r)
        if (first + r < p.rows) sum[r] += v * p.x[(first + r) * p.n + group * 32 + lane];
    }
#pragma unroll
    for (int r = 0; r < kTogether; ++r) {
      for (int d = 16; d > 0; d /= 2) sum[r] += shuffle(sum[r], d);
      if (lane != 0 || first + r >= p.rows) continue;
      if (p.bias) sum[r] += p.bias[feature];
      store_as(p.out, p.out_type, (first + r) * p.features + feature, sum[r]);
    }
  });
}

template <class T>
void multiply(const ops::BlockLinear& op, const Call& call, int64_t rows) {
  Tensor x = contiguous_or_none(call.in[0], dtype_of<T>);
  const Tensor weight =
      contiguous_raw(op.packed ? unpack_blocks(call.in[1], op.format) : call.in[1]);
  const Tensor bias = contiguous_or_none(call.in.get(2), dtype_of<T>);
  if (op.fast) {
    const Tensor rounded = new_tensor(impl(x).sizes, dtype_of<T>, impl(x).device);
    round_rows<T>(x, rounded);
    x = rounded;
  }
  const Product<T> p{ptr<uint8_t>(weight),
                     impl(weight).sizes[1],
                     op.out,
                     op.in,
                     rows,
                     ptr<T>(x),
                     data_or_null<T>(bias),
                     raw_data(call.out[0]),
                     impl(call.out[0]).dtype};
  with_format(op.format, [&]<class Format>(Format) { multiply_few<Format, T>(p); });
}

void block_linear(const Call& call) {
  const auto& op = call.as<ops::BlockLinear>();
  const int64_t numbers = impl(call.out[0]).numel;
  if (numbers == 0) return;
  const int64_t rows = numbers / op.out;
  if (rows <= kFewRows)
    return with_compute_type(call.compute, "block_linear",
                             [&]<class T>(T) { multiply<T>(op, call, rows); });
  const NoGradGuard no_grad;
  copy_raw_into(call.out[0], call.op.decompose(call.op, call.fields, call.in)[0]);
}

}  // namespace

void install_block_linear() {
  ops::DequantizeBlocks::row().kernel[kSlot] = &dequantize_blocks;
  ops::BlockLinear::row().kernel[kSlot] = &block_linear;
}

}  // namespace hearth::cuda
