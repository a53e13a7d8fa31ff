// SPDX-License-Identifier: Apache-2.0
#include "cpu/block_packing.h"

#include <cstring>

#include "cpu/block_kernels.h"
#include "ops/blocks.h"

namespace hearth::cpu {

namespace {

static_assert(kPackedRows == ops::kPackedTogether);

/// Calls f<bytes>(at) for each field of 2 or 4 bytes of a row.
template <class F>
void for_fields(BlockFormat format, int64_t row_bytes, const F& f) {
  const int64_t block_size = block_bytes(format);
  const ops::BlockFields fields = ops::block_fields(format);
  for (int64_t block = 0; block < row_bytes; block += block_size) {
    for (int64_t at = block; at < block + fields.words_begin; at += 2) f.template operator()<2>(at);
    for (int64_t at = block + fields.words_begin; at < block + fields.words_end; at += 4)
      f.template operator()<4>(at);
    for (int64_t at = block + fields.words_end; at < block + block_size; at += 2)
      f.template operator()<2>(at);
  }
}

}  // namespace

void pack_rows(BlockFormat format, const uint8_t* rows, int64_t count, int64_t row_bytes,
               uint8_t* packed) {
  for_fields(format, row_bytes, [&]<size_t bytes>(int64_t at) {
    uint8_t* to = packed + kPackedRows * at;
    for (int64_t r = 0; r < count; ++r)
      std::memcpy(to + r * static_cast<int64_t>(bytes), rows + r * row_bytes + at, bytes);
    if (count < kPackedRows)
      std::memset(to + count * static_cast<int64_t>(bytes), 0,
                  static_cast<size_t>(kPackedRows - count) * bytes);
  });
}

void unpack_rows(BlockFormat format, const uint8_t* packed, int64_t row_bytes, uint8_t* rows) {
  for_fields(format, row_bytes, [&]<size_t bytes>(int64_t at) {
    for (int64_t r = 0; r < kPackedRows; ++r)
      std::memcpy(rows + r * row_bytes + at,
                  packed + kPackedRows * at + r * static_cast<int64_t>(bytes), bytes);
  });
}

}  // namespace hearth::cpu
