// SPDX-License-Identifier: Apache-2.0
#include "common/plot/glyphs.h"

#include <cmath>

#include "hearth/base/error.h"

#include "common/plot/scene.h"

namespace plot {

namespace {

constexpr unsigned char kRegular[] = {
#include "DejaVuSans.inc"
};
constexpr unsigned char kBold[] = {
#include "DejaVuSans-Bold.inc"
};

FT_Face open_face(const unsigned char* bytes, size_t size) {
  FT_Face face = nullptr;
  HEARTH_CHECK_AS(hearth::FormatError,
                  FT_New_Memory_Face(free_type(), bytes, static_cast<FT_Long>(size), 0, &face) == 0,
                  "[plot] FreeType cannot read the embedded font");
  return face;
}

}  // namespace

FT_Library free_type() {
  static const FT_Library library = [] {
    FT_Library made = nullptr;
    HEARTH_CHECK_AS(hearth::NotImplementedError, FT_Init_FreeType(&made) == 0,
                    "[plot] FreeType does not start");
    return made;
  }();
  return library;
}

FT_Face face(bool bold, double pixels) {
  static const FT_Face regular = open_face(kRegular, sizeof kRegular);
  static const FT_Face heavy = open_face(kBold, sizeof kBold);
  const FT_Face f = bold ? heavy : regular;
  FT_Set_Char_Size(f, 0, std::lround(pixels * 64), 72, 72);
  return f;
}

std::vector<char32_t> decode(std::string_view utf8) {
  std::vector<char32_t> out;
  for (size_t i = 0; i < utf8.size();) {
    const auto first = static_cast<unsigned char>(utf8[i]);
    const size_t length = first < 0x80   ? 1
                          : first < 0xC2 ? 0
                          : first < 0xE0 ? 2
                          : first < 0xF0 ? 3
                          : first < 0xF5 ? 4
                                         : 0;
    char32_t code = length == 1 ? first : first & (0xFF >> (length + 1));
    bool good = length > 0 && i + length <= utf8.size();
    for (size_t k = 1; good && k < length; ++k) {
      const auto next = static_cast<unsigned char>(utf8[i + k]);
      good = (next & 0xC0) == 0x80;
      code = code << 6 | (next & 0x3F);
    }
    out.push_back(good ? code : U'\uFFFD');
    i += good ? length : 1;
  }
  return out;
}

double text_width(std::string_view text, const Font& font) {
  // At a size where rounding to 1/64 does not matter.
  constexpr double kEm = 256;
  const FT_Face f = face(font.bold, kEm);
  double width = 0;
  for (const char32_t c : decode(text))
    if (FT_Load_Char(f, c, FT_LOAD_NO_HINTING | FT_LOAD_NO_BITMAP) == 0)
      width += static_cast<double>(f->glyph->linearHoriAdvance) / 65536;
  return width * font.size / kEm;
}

}  // namespace plot
