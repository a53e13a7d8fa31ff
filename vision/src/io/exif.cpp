// SPDX-License-Identifier: Apache-2.0
#include <cstring>

#include "hearth/ops/creation.h"

#include "io/codec.h"

namespace hearth::vision::io {
namespace {

/// Orientations 5 to 8 swap the axes; the rest is a flip of either, of the stored picture.
struct Turn {
  bool swap, flip_x, flip_y;
  explicit Turn(int o)
      : swap(o >= 5),
        flip_x(o == 2 || o == 3 || o == 7 || o == 8),
        flip_y(o == 3 || o == 4 || o == 6 || o == 7) {}
};

}  // namespace

int exif_orientation(const uint8_t* data, size_t size) {
  constexpr size_t kPrefix = 6;
  if (size < kPrefix || std::memcmp(data, "Exif\0\0", kPrefix) != 0) return 1;
  return tiff_orientation(data + kPrefix, size - kPrefix);
}

int tiff_orientation(const uint8_t* tiff, size_t n) {
  // Byte order, 42, offset of the first directory.
  if (n < 8) return 1;
  const bool little = tiff[0] == 'I';
  const auto u16 = [&](size_t at) {
    return static_cast<uint32_t>(little ? tiff[at] | tiff[at + 1] << 8
                                        : tiff[at] << 8 | tiff[at + 1]);
  };
  const auto u32 = [&](size_t at) {
    return little ? u16(at) | u16(at + 2) << 16 : u16(at) << 16 | u16(at + 2);
  };
  const size_t directory = u32(4);
  if (directory > n - 2) return 1;
  const size_t entries = u16(directory);
  for (size_t i = 0; i < entries; ++i) {
    const size_t at = directory + 2 + 12 * i;
    if (at + 12 > n) return 1;
    if (u16(at) != 0x0112) continue;
    constexpr uint32_t kLong = 4;  // some writers' type; the standard's is short
    const uint32_t orientation = u16(at + 2) == kLong ? u32(at + 8) : u16(at + 8);
    return orientation >= 1 && orientation <= 8 ? static_cast<int>(orientation) : 1;
  }
  return 1;
}

Region stored_region(const Region& upright, int orientation, int64_t height, int64_t width) {
  const Turn turn(orientation);
  Region r = upright;
  if (turn.swap) r = {upright.left, upright.top, upright.width, upright.height};
  if (turn.flip_y) r.top = height - r.top - r.height;
  if (turn.flip_x) r.left = width - r.left - r.width;
  return r;
}

Tensor turn_upright(const Tensor& picture, int orientation) {
  const auto [swap, flip_x, flip_y] = Turn(orientation);
  const int64_t h = picture.size(0), w = picture.size(1);
  const auto pixel = static_cast<int64_t>(element_size(picture.scalar_type())) * picture.size(2);
  const int64_t out_h = swap ? w : h, out_w = swap ? h : w;
  Tensor out = empty({out_h, out_w, picture.size(2)}, picture.scalar_type());
  const auto* in = static_cast<const uint8_t*>(picture.const_data_ptr());
  auto* to = static_cast<uint8_t*>(out.data_ptr());
  for (int64_t y = 0; y < out_h; ++y) {
    for (int64_t x = 0; x < out_w; ++x, to += pixel) {
      int64_t sy = swap ? x : y, sx = swap ? y : x;
      if (flip_y) sy = h - 1 - sy;
      if (flip_x) sx = w - 1 - sx;
      std::memcpy(to, in + (sy * w + sx) * pixel, static_cast<size_t>(pixel));
    }
  }
  return out;
}

}  // namespace hearth::vision::io
