// SPDX-License-Identifier: Apache-2.0
#include <cstring>

#include "hearth/base/half.h"
#include "hearth/ops/creation.h"

#include "core/ops/samples.h"
#include "ops/blocks.h"
#include "tensor/tensor_impl.h"

namespace hearth::testing_ops {

namespace {

/// Where a format's halves are, which may not be anything.
std::vector<int64_t> halves_of(BlockFormat format) {
  switch (format) {
    case BlockFormat::Q4_1:
    case BlockFormat::Q5_1:
    case BlockFormat::Q4_K:
    case BlockFormat::Q5_K:
      return {0, 2};
    case BlockFormat::Q6_K:
      return {208};
    default:
      return {0};
  }
}

/// Rows of weights of n numbers by formula.
Tensor blocks(BlockFormat format, int64_t rows, int64_t n) {
  const int64_t bytes = block_row_bytes(format, n);
  const Tensor t = empty({rows, bytes}, kByte);
  auto* p = static_cast<uint8_t*>(t.data_ptr());
  for (int64_t i = 0; i < t.numel(); ++i) p[i] = static_cast<uint8_t>(i * i * 37 + i * 11 + 5);
  for (int64_t b = 0; b < t.numel() / block_bytes(format); ++b)
    for (const int64_t at : halves_of(format)) {
      const Half h(static_cast<float>((b * 7 + at) % 5 - 2) * 0.03f + 0.011f);
      std::memcpy(p + b * block_bytes(format) + at, &h, sizeof h);
    }
  return t;
}

}  // namespace

void blocks_samples(Samples& s) {
  const Tensor none;
  for (int f = 0; f <= static_cast<int>(last_value(BlockFormat{})); ++f) {
    const auto format = static_cast<BlockFormat>(f);
    const int64_t n = block_elements(format);
    add(s, ops::DequantizeBlocks{format}, {blocks(format, 3, 2 * n)});
    const Tensor weight = blocks(format, 7, n);
    // In doubles as all samples; blocks_test.cpp has floats.
    add(s, ops::BlockLinear{format, n, 7}, {values({3, 2, n}), weight, none}, false);
    add(s, ops::BlockLinear{format, n, 7, true}, {values({3, n}, -1, 1), weight, values({7})},
        false);
    add(s, ops::BlockLinear{format, n, 19, true, true},
        {values({2, n}, -1, 1), blocks(format, 19, n), none}, false);
  }
  const auto format = BlockFormat::Q4_1;
  add(s, ops::DequantizeBlocks{format, kDouble}, {blocks(format, 2, 32)});
  add(s, ops::BlockLinear{format, 32, 3}, {values({32}), blocks(format, 3, 32), values({3})});
}

}  // namespace hearth::testing_ops
