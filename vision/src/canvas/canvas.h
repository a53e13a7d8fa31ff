// SPDX-License-Identifier: Apache-2.0
// A drawing surface in pixels of the final image, drawn larger and scaled down, so that everything
// on it is smooth.
#pragma once

#include <string>

#include <opencv2/core.hpp>

#include "hearth/tensor/tensor.h"

namespace hearth::vision::draw::canvas {

struct Color {
  int r, g, b;
};

inline constexpr Color kInk{34, 40, 49};
inline constexpr Color kMuted{107, 114, 128};
inline constexpr Color kRule{229, 231, 235};
inline constexpr Color kPaper{255, 255, 255};
inline constexpr Color kAlarm{200, 40, 40};
/// Colours of curves, in order.
inline constexpr Color kSeries[] = {{37, 99, 235},  {234, 88, 12}, {5, 150, 105},
                                    {147, 51, 234}, {190, 24, 93}, {100, 116, 139}};

/// The colour `t` of the way from a to b.
Color mix(Color a, Color b, double t);

enum class Align { Left, Center, Right };

/// Text size is the height of a capital letter in pixels.
struct Font {
  double size = 9;
  Color color = kInk;
  bool bold = false;
};

double text_width(const std::string& text, const Font& font);

class Canvas {
 public:
  Canvas(int64_t width, int64_t height);

  void line(double x0, double y0, double x1, double y1, Color color, double thickness = 1);
  void rectangle(double x, double y, double width, double height, Color fill);
  void disc(double x, double y, double radius, Color fill);
  /// Text with its baseline at y, turned counter-clockwise by `degrees` around (x, y).
  void text(const std::string& text, double x, double y, const Font& font,
            Align align = Align::Left, double degrees = 0);
  /// A uint8 image [C, H, W], C 1 or 3, each pixel a square.
  void image(const Tensor& image, double x, double y, double width, double height);

  /// The picture so far, [3, H, W].
  Tensor finish() const;

 private:
  cv::Mat pixels_;
};

}  // namespace hearth::vision::draw::canvas
