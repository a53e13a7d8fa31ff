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

  void rectangle(double x, double y, double width, double height, Color fill);
  /// Text with its baseline at y.
  void text(const std::string& text, double x, double y, const Font& font);
  /// A uint8 image [C, H, W], C 1 or 3, each pixel a square.
  void image(const Tensor& image, double x, double y, double width, double height);

  /// The picture so far, [3, H, W].
  Tensor finish() const;

 private:
  cv::Mat pixels_;
};

}  // namespace hearth::vision::draw::canvas
