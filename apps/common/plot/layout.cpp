// SPDX-License-Identifier: Apache-2.0
#include "common/plot/layout.h"

#include <algorithm>

namespace plot {

double draw_titles(Scene& scene, const Titles& titles) {
  double y = kMargin;
  const auto line = [&](const std::string& text, const Font& font) {
    if (text.empty()) return;
    scene.width = std::max(scene.width, text_width(text, font) + 2 * kMargin);
    y += font.size;
    scene.add(Label{text, kMargin, y, font});
    y += 7;
  };
  line(titles.headline, kHeadline);
  line(titles.settings, kSmall);
  return y > kMargin ? y + 5 : y;
}

double widest(const std::vector<std::string>& texts, const Font& font) {
  double width = 0;
  for (const std::string& text : texts) width = std::max(width, text_width(text, font));
  return width;
}

}  // namespace plot
