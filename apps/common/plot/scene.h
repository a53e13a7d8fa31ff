// SPDX-License-Identifier: Apache-2.0
// A picture as a list of shapes, which becomes SVG or pixels. Lengths are pixels at scale 1; y
// grows downwards.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "hearth/tensor/tensor.h"

namespace plot {

struct Color {
  uint8_t r = 0, g = 0, b = 0;
  friend bool operator==(const Color&, const Color&) = default;
};

inline constexpr Color kInk{31, 36, 43}, kMuted{92, 99, 110}, kRule{226, 228, 232};
inline constexpr Color kPaper{255, 255, 255}, kAlarm{190, 40, 30};

/// The colour `t` of the way from a to b.
Color mix(Color a, Color b, double t);
/// Of a series of curves: distinct for all kinds of sight, and by lightness.
Color series_color(size_t i);

/// Size is that of the em, as CSS has it.
struct Font {
  double size = 12;
  Color color = kInk;
  bool bold = false;
};
enum class Align { Left, Center, Right };

struct Point {
  double x = 0, y = 0;
};
struct Polyline {
  std::vector<Point> points;
  Color color;
  double width = 1;
};
struct Box {
  double x = 0, y = 0, width = 0, height = 0;
  Color fill;
};
struct Disc {
  double x = 0, y = 0, radius = 0;
  Color fill;
};
/// UTF-8 with its baseline at y, turned counter-clockwise around (x, y).
struct Label {
  std::string text;
  double x = 0, y = 0;
  Font font;
  Align align = Align::Left;
  double degrees = 0;
};
/// A uint8 image [C, H, W], C 1 or 3; its pixels become squares.
struct Picture {
  hearth::Tensor image;
  double x = 0, y = 0, width = 0, height = 0;
};
using Shape = std::variant<Polyline, Box, Disc, Label, Picture>;

struct Scene {
  double width = 0, height = 0;
  std::vector<Shape> shapes;
  void add(Shape shape) { shapes.push_back(std::move(shape)); }
};

/// How long a text is.
double text_width(std::string_view text, const Font& font);
/// As much of it as fits, the rest as an ellipsis.
std::string fitted(const std::string& text, const Font& font, double width);

std::string to_svg(const Scene& scene);
/// Whether this build has FreeType.
bool can_rasterize();
/// uint8 RGB, [3, height * scale, width * scale].
hearth::Tensor rasterize(const Scene& scene, double scale = 2);
/// Writes PATH.svg, and PATH.png where this build can.
void write(const Scene& scene, const std::string& path_without_ending);

}  // namespace plot
