// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/ops/blocks.h"

#include "dispatch/op.h"

namespace hearth {
constexpr BlockFormat last_value(BlockFormat) { return BlockFormat::IQ4_NL; }

namespace ops {

struct DequantizeBlocks {
  BlockFormat format;
  ScalarType dtype = kFloat;
  static constexpr OpInfo info{.name = "dequantize_blocks",
                               .kind = Kind::Fused,
                               .differentiable = false,
                               .args = {{"bytes", arg::index}}};
  HEARTH_OP(DequantizeBlocks, format, dtype)
  Specs infer(Args in) const;
  Tensors decompose(Args in) const;
};

struct BlockLinear {
  BlockFormat format;
  int64_t in, out;  ///< features
  bool fast = false;
  bool packed = false;  ///< as pack_blocks has the weight
  static constexpr OpInfo info{.name = "block_linear",
                               .kind = Kind::Fused,
                               .args = {"input", {"weight", arg::index}, {"bias", arg::optional}}};
  HEARTH_OP(BlockLinear, format, in, out, fast, packed)
  Specs infer(Args args) const;
  Saves saves(NeedMask need) const { return {.in = need[0] ? 2u : 0u}; }
  Tensors decompose(Args args) const;
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

/// Where in a block words of four bytes are; what is before and after them are numbers of two.
/// Packing keeps such fields together.
struct BlockFields {
  int64_t words_begin, words_end;
};
BlockFields block_fields(BlockFormat format);
/// Rows that are packed together.
inline constexpr int64_t kPackedTogether = 16;

/// Numbers of the input that fast products round together, and the largest they become.
inline constexpr int64_t kRoundedTogether = 32, kMostRounded = 127 * 256;

}  // namespace ops
}  // namespace hearth
