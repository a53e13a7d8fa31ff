// SPDX-License-Identifier: Apache-2.0
// Weights quantized in blocks, as GGUF files have them: tensors of bytes, which are multiplied with
// where they lie.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "hearth/tensor/tensor.h"

namespace hearth {

/// How numbers are packed into bytes; names and layouts are ggml's. A block holds 32 of them (Q8_0,
/// Q4_0, Q4_1, Q5_0, Q5_1, IQ4_NL) or 256 (Q4_K, Q5_K, Q6_K), with what they are multiplied by.
enum class BlockFormat : uint8_t { Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q4_K, Q5_K, Q6_K, IQ4_NL };

/// "Q4_K"
HEARTH_API std::string_view to_string(BlockFormat format);
/// Numbers in a block.
HEARTH_API int64_t block_elements(BlockFormat format);
/// Bytes of a block.
HEARTH_API int64_t block_bytes(BlockFormat format);
/// Bytes of n numbers; ShapeError unless these are whole blocks.
HEARTH_API int64_t block_row_bytes(BlockFormat format, int64_t n);

/// The numbers [..., n] of bytes (uint8) [..., block_row_bytes(format, n)]: float's, rounded to
/// `dtype`, which is any floating-point type.
HEARTH_API Tensor dequantize_blocks(const Tensor& bytes, BlockFormat format,
                                    ScalarType dtype = kFloat);

/// A weight (uint8) [out, block_row_bytes(format, in)] in the order that fast products on the CPU
/// read fastest, in as many bytes: each 16 rows are interleaved, what is left of `out` stays as it
/// is.
HEARTH_API Tensor pack_blocks(const Tensor& weight, BlockFormat format);
/// The weight that pack_blocks packed.
HEARTH_API Tensor unpack_blocks(const Tensor& packed, BlockFormat format);
/// The rows that are at `ids` [...] (int64) of the weight that was packed: [..., bytes of a row].
HEARTH_API Tensor unpack_block_rows(const Tensor& packed, BlockFormat format, const Tensor& ids);

/// linear(input, dequantize_blocks(weight), bias) without a dequantized weight in memory: input
/// [..., in], weight (uint8) [out, block_row_bytes(format, in)], bias [out]. Gradients flow to
/// input and bias.
///
/// `fast` multiplies integers: each 32 numbers of the input are rounded to 16 bits times their
/// scale, which changes results by about 1e-5; gradients are those without rounding. `packed` says
/// that pack_blocks made the weight. Computes in float, or in double for doubles.
HEARTH_API Tensor block_linear(const Tensor& input, const Tensor& weight, BlockFormat format,
                               const std::optional<Tensor>& bias = {}, bool fast = false,
                               bool packed = false);

}  // namespace hearth
