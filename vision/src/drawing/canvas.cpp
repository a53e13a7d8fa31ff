// SPDX-License-Identifier: Apache-2.0
#include "drawing/canvas.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

namespace hearth::vision::utils {
namespace {

// What lies further out can neither be seen nor be computed with.
constexpr int64_t kFar = int64_t{1} << 30;

int64_t near(int64_t place) { return std::clamp(place, -kFar, kFar); }

uint8_t mixed(uint8_t below, uint8_t above, int opacity) {
  // Of 255, rounded as Pillow does.
  const int sum = below * (255 - opacity) + above * opacity + 128;
  return static_cast<uint8_t>((sum + (sum >> 8)) >> 8);
}

/// Half of a disc's width in a row: of the circle's points those nearest to it, row by row and
/// column by column.
int64_t half_width(int64_t row, int64_t radius) {
  const auto off = [&](int64_t x, int64_t y) { return std::abs(x * x + y * y - radius * radius); };
  const auto nearest = [&](int64_t y) {
    auto x = static_cast<int64_t>(
        std::sqrt(static_cast<double>(std::max<int64_t>(0, radius * radius - y * y))));
    while (x < radius && off(x + 1, y) <= off(x, y)) ++x;
    return x;
  };
  int64_t widest = nearest(row);
  for (int64_t x = widest + 1; x <= radius && nearest(x) >= row; ++x)
    if (nearest(x) == row) widest = x;
  return widest;
}

struct Glyph {
  int advance;
  std::array<uint16_t, kTextRows> rows;
};

constexpr Glyph kFont[] = {
#include "drawing/font.inc"
};

/// The letters of ASCII, then those of Latin-1.
const Glyph& glyph_of(uint32_t code) {
  if (code >= 32 && code < 127) return kFont[code - 32];
  if (code >= 160 && code < 256) return kFont[95 + code - 160];
  return kFont['?' - 32];
}

/// The next letter of UTF-8 text; bytes that are none count one by one.
uint32_t next_letter(std::string_view& text) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t first = byte(0);
  const size_t length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  size_t n = 1;
  while (n < length && n < text.size() && (byte(n) & 0xc0) == 0x80) ++n;
  const uint32_t code = n == 1   ? (first < 0x80 ? first : uint32_t{'?'})
                        : n == 2 ? uint32_t{first & 0x1fu} << 6 | (byte(1) & 0x3fu)
                                 : 0xfffd;
  text.remove_prefix(n);
  return code;
}

}  // namespace

void Canvas::fill(int64_t left, int64_t top, int64_t right, int64_t bottom, Color color,
                  int opacity) {
  left = std::max<int64_t>(left, 0);
  right = std::min(right, width_ - 1);
  for (int64_t y = std::max<int64_t>(top, 0); y <= std::min(bottom, height_ - 1); ++y) {
    uint8_t* pixel = pixels_ + (y * width_ + left) * 3;
    for (int64_t x = left; x <= right; ++x)
      for (const uint8_t part : {color.red, color.green, color.blue}) {
        *pixel = mixed(*pixel, part, opacity);
        ++pixel;
      }
  }
}

void Canvas::frame(int64_t left, int64_t top, int64_t right, int64_t bottom, Color color,
                   int64_t thickness) {
  left = near(left);
  top = near(top);
  right = near(right);
  bottom = near(bottom);
  // Not beyond the other side of a small box.
  const int64_t down = std::min(near(thickness) - 1, bottom - top);
  const int64_t across = std::min(near(thickness) - 1, right - left);
  fill(left, top, right, top + down, color);
  fill(left, bottom - down, right, bottom, color);
  fill(left, top, left + across, bottom, color);
  fill(right - across, top, right, bottom, color);
}

void Canvas::disc(int64_t x, int64_t y, int64_t radius, Color color) {
  x = near(x);
  y = near(y);
  for (int64_t row = 0; row <= radius; ++row) {
    const int64_t half = half_width(row, radius);
    fill(x - half, y - row, x + half, y - row, color);
    if (row > 0) fill(x - half, y + row, x + half, y + row, color);
  }
}

void Canvas::line(int64_t x0, int64_t y0, int64_t x1, int64_t y1, int64_t thickness, Color color) {
  const auto ax = static_cast<double>(near(x0)), ay = static_cast<double>(near(y0));
  const double dx = static_cast<double>(near(x1)) - ax, dy = static_cast<double>(near(y1)) - ay;
  const double length = std::hypot(dx, dy), half = static_cast<double>(thickness) / 2;
  if (length == 0) return disc(x0, y0, thickness / 2, color);
  const auto row = [](double y) { return static_cast<int64_t>(std::floor(y)); };
  const int64_t first = std::max<int64_t>(0, row(std::min(ay, ay + dy) - half));
  const int64_t last = std::min(height_ - 1, row(std::max(ay, ay + dy) + half) + 1);
  for (int64_t y = first; y <= last; ++y) {
    // Of this row: |across| <= half and -0.5 <= along <= length + 0.5, both linear in x.
    const double py = static_cast<double>(y) - ay;
    double low = -1, high = static_cast<double>(width_);
    const auto keep = [&](double slope, double at, double least, double most) {
      // least <= slope * (x - ax) + at <= most
      if (std::abs(slope) < 1e-12) {
        if (at < least || at > most) high = low - 1;
        return;
      }
      double from = ax + (least - at) / slope, to = ax + (most - at) / slope;
      if (from > to) std::swap(from, to);
      low = std::max(low, from);
      high = std::min(high, to);
    };
    // Up to a half on one side, below it on the other: as many pixels across as it is thick.
    keep(dy / length, -py * dx / length, -half, half - 1e-9);
    keep(dx / length, py * dy / length, -0.5, length + 0.5);
    if (low <= high)
      fill(static_cast<int64_t>(std::ceil(low)), y, static_cast<int64_t>(std::floor(high)), y,
           color);
  }
}

void Canvas::text(int64_t left, int64_t top, std::string_view text, Color color, int64_t scale) {
  left = near(left);
  top = near(top);
  while (!text.empty() && left < width_) {
    const Glyph& glyph = glyph_of(next_letter(text));
    for (int64_t y = 0; y < kTextRows; ++y)
      for (int64_t x = 0; x < 16; ++x)
        if (glyph.rows[static_cast<size_t>(y)] >> x & 1)
          fill(left + x * scale, top + y * scale, left + (x + 1) * scale - 1,
               top + (y + 1) * scale - 1, color);
    left += glyph.advance * scale;
  }
}

int64_t text_width(std::string_view text, int64_t scale) {
  int64_t width = 0;
  while (!text.empty()) width += glyph_of(next_letter(text)).advance;
  return width * scale;
}

}  // namespace hearth::vision::utils
