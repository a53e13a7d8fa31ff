// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "transforms/pixels.h"

namespace hearth::vision::transforms {

/// What each byte becomes.
using Table = std::array<uint8_t, 256>;

/// Of f(int) from 0 to 255, cut off behind the point.
template <class F>
Table make_table(const F& f) {
  Table table;
  for (int v = 0; v < 256; ++v)
    table[static_cast<size_t>(v)] = static_cast<uint8_t>(static_cast<int>(f(v)));
  return table;
}

/// One table that does both, `first` first.
Table followed_by(const Table& first, const Table& then);

/// in and out may be the same.
void apply_table(const Table& table, const uint8_t* in, uint8_t* out, int64_t n);
/// The same for all bytes of an image.
Tensor apply_table(const Table& table, const Tensor& image);

/// (image & keep) ^ flip of each byte.
Tensor mask_bytes(const Tensor& image, uint8_t keep, uint8_t flip);

/// Every channel of every image through a table of its own, which table_of makes of the channel's n
/// bytes.
Tensor apply_tables(const Tensor& image, Table (*table_of)(const uint8_t* channel, int64_t n));

}  // namespace hearth::vision::transforms
