// SPDX-License-Identifier: Apache-2.0
#include "common/plot/scene.h"

#include <cmath>

#include "hearth/base/atomic_file.h"
#include "hearth/vision/io/image.h"

namespace plot {

Color mix(Color a, Color b, double t) {
  const auto channel = [t](uint8_t from, uint8_t to) {
    return static_cast<uint8_t>(std::lround(from + (to - from) * t));
  };
  return {channel(a.r, b.r), channel(a.g, b.g), channel(a.b, b.b)};
}

Color series_color(size_t i) {
  // The palette of Okabe and Ito, darkest contrasts first.
  static constexpr Color kColors[] = {{0, 114, 178},   {213, 94, 0},  {0, 158, 115},
                                      {204, 121, 167}, {230, 159, 0}, {86, 180, 233}};
  return kColors[i % std::size(kColors)];
}

std::string fitted(const std::string& text, const Font& font, double width) {
  if (text_width(text, font) <= width) return text;
  std::string kept = text;
  while (!kept.empty()) {
    do kept.pop_back();
    while (!kept.empty() && (text[kept.size()] & 0xC0) == 0x80);
    const std::string cut = kept + "\u2026";
    if (text_width(cut, font) <= width) return cut;
  }
  return "";
}

void write(const Scene& scene, const std::string& path) {
  if (can_rasterize()) hearth::vision::io::write_png(rasterize(scene), path + ".png");
  hearth::write_file_atomically(path + ".svg", to_svg(scene));
}

}  // namespace plot
