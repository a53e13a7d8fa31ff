// SPDX-License-Identifier: Apache-2.0
// FreeType, for the rasterizer: outlines of glyphs and shapes, and how they cover pixels.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <ft2build.h>
#include FT_FREETYPE_H
#include FT_OUTLINE_H
#include FT_STROKER_H

namespace plot {

FT_Library free_type();
/// Of the embedded fonts; sized `pixels` an em.
FT_Face face(bool bold, double pixels);
/// Code points; broken bytes become U+FFFD.
std::vector<char32_t> decode(std::string_view utf8);

}  // namespace plot
