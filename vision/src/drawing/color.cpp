// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cctype>
#include <string_view>

#include "hearth/vision/drawing.h"

namespace hearth::vision::utils {
namespace {

struct Named {
  std::string_view name;
  uint32_t rgb;
};

constexpr Named kNames[] = {
#include "drawing/colors.inc"
};

/// #rgb or #rrggbb, lower case.
bool hexadecimal(const std::string& text, uint32_t& rgb) {
  if ((text.size() != 4 && text.size() != 7) || text[0] != '#') return false;
  rgb = 0;
  for (const char c : text.substr(1)) {
    if (!std::isxdigit(static_cast<unsigned char>(c))) return false;
    const auto digit = static_cast<uint32_t>(c <= '9' ? c - '0' : c - 'a' + 10);
    rgb = text.size() == 7 ? rgb << 4 | digit : rgb << 8 | digit * 17;
  }
  return true;
}

}  // namespace

Color::Color(const std::string& text) {
  std::string lower = text;
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  uint32_t rgb = 0;
  if (!hexadecimal(lower, rgb)) {
    const auto* found = std::find_if(std::begin(kNames), std::end(kNames),
                                     [&](const Named& n) { return n.name == lower; });
    HEARTH_CHECK_AS(ValueError, found != std::end(kNames),
                    "[Color] expected a name of CSS, #rgb or #rrggbb, got '", text, "'");
    rgb = found->rgb;
  }
  *this = {static_cast<uint8_t>(rgb >> 16), static_cast<uint8_t>(rgb >> 8),
           static_cast<uint8_t>(rgb)};
}

}  // namespace hearth::vision::utils
