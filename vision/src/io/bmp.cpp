// SPDX-License-Identifier: Apache-2.0
// Windows bitmaps: 1 to 32 bits a pixel, with palettes, masks and run lengths.
#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "hearth/ops/creation.h"

#include "io/codec.h"

namespace hearth::vision::io {
namespace {

enum Compression : uint32_t { kNone = 0, kRle8 = 1, kRle4 = 2, kMasks = 3, kAlphaMasks = 6 };

struct Header {
  int64_t width = 0, height = 0;
  bool top_down = false;
  uint32_t bits = 0, compression = kNone;
  /// Where pixels begin.
  size_t pixels = 0;
  /// Which bits of a pixel are red, green, blue and alpha.
  std::array<uint32_t, 4> masks{};
  /// Red, green and blue; black where the file has fewer than bits allow.
  std::array<std::array<uint8_t, 3>, 256> palette{};
  bool gray = false;

  int64_t channels() const { return bits <= 8 ? (gray ? 1 : 3) : masks[3] ? 4 : 3; }
  size_t row_bytes() const { return (static_cast<size_t>(width) * bits + 31) / 32 * 4; }
};

void check(bool fine, const char* what) {
  HEARTH_CHECK_AS(FormatError, fine, "[decode_bmp] the BMP is damaged: ", what);
}

uint32_t u16(const uint8_t* p) { return static_cast<uint32_t>(p[0] | p[1] << 8); }
uint32_t u32(const uint8_t* p) { return u16(p) | u16(p + 2) << 16; }

void read_palette(const uint8_t* data, size_t at, size_t entries, size_t entry_bytes, Header& h) {
  h.gray = true;
  for (size_t i = 0; i < entries; ++i) {
    const uint8_t* p = data + at + i * entry_bytes;
    h.palette[i] = {p[2], p[1], p[0]};
    h.gray = h.gray && p[0] == p[1] && p[1] == p[2];
  }
}

Header read_header(const uint8_t* data, size_t size) {
  constexpr size_t kFileHeader = 14, kCore = 12, kInfo = 40;
  check(size >= kFileHeader + kCore && data[0] == 'B' && data[1] == 'M', "it has no header");
  Header h;
  h.pixels = u32(data + 10);
  const size_t header = u32(data + kFileHeader);
  const uint8_t* p = data + kFileHeader;
  check(header == kCore || (header >= kInfo && header <= 124), "its header has no known size");
  check(header <= size - kFileHeader, "it is cut short");
  const bool core = header == kCore;
  const auto width = static_cast<int32_t>(core ? u16(p + 4) : u32(p + 4));
  const auto height = static_cast<int32_t>(core ? u16(p + 6) : u32(p + 8));
  check(width > 0 && height != 0, "its sizes are none");
  h.width = width;
  h.height = std::abs(int64_t{height});
  h.top_down = height < 0;
  h.bits = u16(p + (core ? 10 : 14));
  h.compression = core ? uint32_t{kNone} : u32(p + 16);
  const uint32_t b = h.bits, c = h.compression;
  const bool known =
      (c == kNone && (b == 1 || b == 4 || b == 8 || b == 16 || b == 24 || b == 32)) ||
      (c == kRle8 && b == 8) || (c == kRle4 && b == 4) ||
      ((c == kMasks || c == kAlphaMasks) && (b == 16 || b == 32));
  HEARTH_CHECK_AS(FormatError, known, "[decode_bmp] expected 1, 4, 8, 16, 24 or 32 bits a pixel, ",
                  "plain, with masks or run lengths, got ", b, " bits and compression ", c);
  size_t after = kFileHeader + header;
  if (c == kMasks || c == kAlphaMasks) {
    // In longer headers, or behind the short one.
    const size_t masks = header > kInfo || c == kMasks ? (header >= 56 ? 4 : 3) : 4;
    check(kFileHeader + kInfo + 4 * masks <= size, "it is cut short");
    for (size_t i = 0; i < masks; ++i) h.masks[i] = u32(p + kInfo + 4 * i);
    after = std::max(after, kFileHeader + kInfo + 4 * masks);
    check(h.masks[0] && h.masks[1] && h.masks[2], "a color has no bits");
  } else if (b == 16) {
    h.masks = {0x7c00, 0x03e0, 0x001f, 0};
  } else {
    h.masks = {0xff0000, 0x00ff00, 0x0000ff, 0};
  }
  if (b <= 8) {
    const uint32_t used = core ? 0 : u32(p + 32);
    const size_t entries = used == 0 ? size_t{1} << b : std::min(used, uint32_t{1} << b);
    const size_t entry_bytes = core ? 3 : 4;
    check(entries * entry_bytes <= size - after, "its palette is cut short");
    read_palette(data, after, entries, entry_bytes, h);
  }
  check(h.pixels <= size, "its pixels lie behind its end");
  return h;
}

/// Value of the mask's bits in a pixel, 0 to 255.
uint8_t masked(uint32_t pixel, uint32_t mask) {
  if (mask == 0) return 255;
  const int shift = std::countr_zero(mask);
  const uint64_t most = mask >> shift;
  return static_cast<uint8_t>(((pixel & mask) >> shift) * uint64_t{255} / most);
}

void put(const Header& h, uint8_t index, uint8_t* to) {
  const auto& color = h.palette[index];
  std::memcpy(to, color.data(), h.gray ? 1 : 3);
}

void read_row(const Header& h, const uint8_t* row, uint8_t* to) {
  const int64_t channels = h.channels();
  if (h.bits == 24) {  // nearly all files
    for (int64_t x = 0; x < h.width; ++x, row += 3, to += 3) {
      to[0] = row[2];
      to[1] = row[1];
      to[2] = row[0];
    }
    return;
  }
  for (int64_t x = 0; x < h.width; ++x, to += channels) {
    switch (h.bits) {
      case 1:
        put(h, row[x / 8] >> (7 - x % 8) & 1, to);
        break;
      case 4:
        put(h, x % 2 == 0 ? row[x / 2] >> 4 : row[x / 2] & 15, to);
        break;
      case 8:
        put(h, row[x], to);
        break;
      default: {
        const uint32_t pixel = h.bits == 16 ? u16(row + 2 * x) : u32(row + 4 * x);
        for (int64_t c = 0; c < channels; ++c)
          to[c] = masked(pixel, h.masks[static_cast<size_t>(c)]);
      }
    }
  }
}

/// Runs of equal pixels as palette indices, row by row from the bottom; pixels that nobody writes
/// are the palette's first color.
void read_runs(const Header& h, const uint8_t* data, size_t size, std::vector<uint8_t>& indices) {
  const bool half = h.compression == kRle4;
  int64_t x = 0, y = 0;
  size_t at = 0;
  const auto write = [&](uint8_t index) {
    if (x < h.width && y < h.height) indices[static_cast<size_t>(y * h.width + x)] = index;
    ++x;
  };
  while (true) {
    check(size - at >= 2, "its runs are cut short");
    const uint8_t count = data[at], value = data[at + 1];
    at += 2;
    if (count > 0) {
      for (int i = 0; i < count; ++i) write(!half ? value : i % 2 == 0 ? value >> 4 : value & 15);
    } else if (value == 0) {
      x = 0;
      ++y;
    } else if (value == 1) {
      return;
    } else if (value == 2) {
      check(size - at >= 2, "its runs are cut short");
      x += data[at];
      y += data[at + 1];
      at += 2;
    } else {
      // So many pixels one by one, then up to an even place.
      const size_t bytes = half ? (value + size_t{1}) / 2 : value;
      check(size - at >= bytes, "its runs are cut short");
      for (size_t i = 0; i < value; ++i)
        write(!half ? data[at + i] : i % 2 == 0 ? data[at + i / 2] >> 4 : data[at + i / 2] & 15);
      at += std::min(size - at, bytes + bytes % 2);
    }
    // Some files leave out their end.
    if (y >= h.height || (at == size && y == h.height - 1)) return;
  }
}

}  // namespace

Tensor decode_bmp(const Tensor& data, const DecodeOptions& options) {
  const Tensor bytes = expect_bytes("decode_bmp", data);
  const auto* p = bytes.const_data_ptr<uint8_t>();
  const auto size = static_cast<size_t>(bytes.numel());
  const Header h = read_header(p, size);
  const auto width = static_cast<uint64_t>(h.width), height = static_cast<uint64_t>(h.height);
  check_pixels("decode_bmp", width, height, options.max_pixels);
  const size_t left = size - h.pixels;
  const bool runs = h.compression == kRle8 || h.compression == kRle4;
  // A run of two bytes is 255 pixels at most; a jump over more rows than that is no picture.
  const bool fits = runs ? width * height / 256 <= left : h.row_bytes() * height <= left;
  HEARTH_CHECK_AS(FormatError, fits, "[decode_bmp] the BMP is damaged: ", left,
                  " bytes cannot hold ", width, " x ", height, " pixels");
  const int64_t channels = h.channels();
  Tensor picture = empty({h.height, h.width, channels}, kByte);
  auto* to = picture.data_ptr<uint8_t>();
  const auto row_of = [&](int64_t y) {
    return to + (h.top_down ? y : h.height - 1 - y) * h.width * channels;
  };
  if (runs) {
    std::vector<uint8_t> indices(static_cast<size_t>(h.width * h.height));
    read_runs(h, p + h.pixels, left, indices);
    for (int64_t y = 0; y < h.height; ++y)
      for (int64_t x = 0; x < h.width; ++x)
        put(h, indices[static_cast<size_t>(y * h.width + x)], row_of(y) + x * channels);
  } else {
    for (int64_t y = 0; y < h.height; ++y)
      read_row(h, p + h.pixels + static_cast<size_t>(y) * h.row_bytes(), row_of(y));
  }
  picture = with_channels(picture, channels_of(options.mode, channels));
  return finish("decode_bmp", picture, options, 1);
}

ImageInfo bmp_info(const Tensor& data) {
  const Header h = read_header(data.const_data_ptr<uint8_t>(), static_cast<size_t>(data.numel()));
  ImageInfo info;
  info.width = h.width;
  info.height = h.height;
  info.channels = h.channels();
  return info;
}

Tensor encode_bmp(const Tensor& image) {
  const Tensor pixels = expect_image("encode_bmp", image, {1, 3, 4});
  const int64_t height = pixels.size(0), width = pixels.size(1), channels = pixels.size(2);
  // Alpha has a mask, which the header of version 4 (108 bytes) has room for.
  const uint32_t header = channels == 4 ? 108 : 40, palette = channels == 1 ? 1024 : 0;
  const int64_t row_bytes = (width * channels + 3) / 4 * 4;
  const int64_t start = 14 + header + palette, size = start + row_bytes * height;
  HEARTH_CHECK_AS(ShapeError, size <= int64_t{0x7fffffff},
                  "[encode_bmp] a BMP has at most 2 GiB, got ", width, " x ", height);
  Tensor out = zeros({size}, kByte);
  auto* p = out.data_ptr<uint8_t>();
  const auto put32 = [&](size_t at, int64_t value) {
    for (size_t i = 0; i < 4; ++i) p[at + i] = static_cast<uint8_t>(value >> (8 * i));
  };
  p[0] = 'B';
  p[1] = 'M';
  put32(2, size);
  put32(10, start);
  put32(14, header);
  put32(18, width);
  put32(22, height);
  p[26] = 1;
  p[28] = static_cast<uint8_t>(8 * channels);
  put32(30, channels == 4 ? kMasks : kNone);
  put32(34, row_bytes * height);
  if (channels == 4) {
    const uint32_t masks[] = {0xff0000, 0x00ff00, 0x0000ff, 0xff000000};
    for (size_t i = 0; i < 4; ++i) put32(54 + 4 * i, masks[i]);
    std::memcpy(p + 70, "BGRs", 4);  // sRGB
  }
  for (size_t i = 0; i < palette / 4; ++i) put32(54 + 4 * i, static_cast<int64_t>(i * 0x010101));
  const auto* from = pixels.const_data_ptr<uint8_t>();
  for (int64_t y = 0; y < height; ++y) {
    uint8_t* row = p + start + (height - 1 - y) * row_bytes;
    for (int64_t x = 0; x < width; ++x, from += channels) {
      uint8_t* to = row + x * channels;
      std::memcpy(to, from, static_cast<size_t>(channels));
      if (channels >= 3) std::swap(to[0], to[2]);
    }
  }
  return out;
}

}  // namespace hearth::vision::io
