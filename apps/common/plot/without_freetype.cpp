// SPDX-License-Identifier: Apache-2.0
// In place of glyphs.cpp and raster.cpp where FreeType is missing.
#include <algorithm>

#include "hearth/base/error.h"

#include "common/plot/scene.h"

namespace plot {

/// A little more than most texts need, so that nothing touches.
double text_width(std::string_view text, const Font& font) {
  const auto characters =
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; });
  return static_cast<double>(characters) * font.size * (font.bold ? 0.72 : 0.64);
}

bool can_rasterize() { return false; }

hearth::Tensor rasterize(const Scene&, double) {
  throw hearth::NotImplementedError(
      "[plot] pictures of pixels need FreeType, which this build lacks");
}

}  // namespace plot
