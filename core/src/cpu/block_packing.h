// SPDX-License-Identifier: Apache-2.0
// How 16 rows of quantized weights lie where they are packed (pack_blocks): block after block, and
// of a block, its halves and then words of four bytes, or the other way round, of each the 16 rows'
// side by side. So what lies at byte `at` of a block lies at 16 * at, and nothing takes more room.
#pragma once

#include <cstdint>

#include "hearth/ops/blocks.h"

namespace hearth::cpu {

/// Packs `count` <= 16 rows of row_bytes; the missing ones have zeros.
void pack_rows(BlockFormat format, const uint8_t* rows, int64_t count, int64_t row_bytes,
               uint8_t* packed);
/// 16 rows as they were before.
void unpack_rows(BlockFormat format, const uint8_t* packed, int64_t row_bytes, uint8_t* rows);

}  // namespace hearth::cpu
