// SPDX-License-Identifier: Apache-2.0
// Shapes in pixels.
#pragma once

#include <string_view>

#include "hearth/vision/drawing.h"

namespace hearth::vision::utils {

/// A picture that is drawn on. Places may lie outside of it; what falls there is left out.
class Canvas {
 public:
  /// `pixels`: RGB, [H, W, 3], contiguous.
  Canvas(uint8_t* pixels, int64_t height, int64_t width)
      : pixels_(pixels), height_(height), width_(width) {}

  /// All pixels from (left, top) to (right, bottom), both included; opacity 0 to 255.
  void fill(int64_t left, int64_t top, int64_t right, int64_t bottom, Color color,
            int opacity = 255);
  /// The edge of that rectangle, `thickness` pixels inwards.
  void frame(int64_t left, int64_t top, int64_t right, int64_t bottom, Color color,
             int64_t thickness);
  /// All pixels of the disc that Pillow's ellipse fills.
  void disc(int64_t x, int64_t y, int64_t radius, Color color);
  /// A straight line between two pixels with ends cut off square.
  void line(int64_t x0, int64_t y0, int64_t x1, int64_t y1, int64_t thickness, Color color);
  /// UTF-8 text with its upper left corner there; letters beyond Latin-1 become '?'. Each pixel of
  /// the font is `scale` pixels wide.
  void text(int64_t left, int64_t top, std::string_view text, Color color, int64_t scale);

 private:
  uint8_t* pixels_;
  int64_t height_, width_;
};

/// Pixels from the upper left corner of a text to where the next letter would be.
int64_t text_width(std::string_view text, int64_t scale);
/// Rows of the font.
constexpr int64_t kTextRows = 14;

}  // namespace hearth::vision::utils
