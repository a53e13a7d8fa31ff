// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "hearth/base/error.h"

#include "common/plot/axis.h"
#include "common/plot/layout.h"
#include "common/text.h"

namespace plot {

Scene bars(const std::vector<Bar>& bars, const std::string& x_label, const Titles& titles,
           bool percent) {
  constexpr size_t kMost = 500;
  constexpr double kWidth = 360, kStep = 24, kThick = 16, kLongestName = 180;
  HEARTH_CHECK_AS(hearth::ValueError, !bars.empty() && bars.size() <= kMost,
                  "[bars] expected 1 to ", kMost, " bars, got ", bars.size());
  std::vector<std::string> names, numbers;
  std::vector<double> values{0};
  for (const Bar& bar : bars) {
    names.push_back(fitted(bar.name, kText, kLongestName));
    numbers.push_back(percent ? ::percent(bar.value) : fmt::format("{:.4g}", bar.value));
    values.push_back(bar.value);
  }
  // Bars begin at 0, whatever they show.
  Axis axis = axis_of(values, false, percent);
  if (*std::min_element(values.begin(), values.end()) >= 0) axis.low = 0;
  if (*std::max_element(values.begin(), values.end()) <= 0) axis.high = std::max(0.0, axis.high);
  const double left = kMargin + widest(names, kText) + 10;
  Scene scene{left + kWidth + widest(numbers, kSmall) + 8 + kMargin, 0, {}};
  const double top = draw_titles(scene, titles);
  const double bottom = top + kStep * static_cast<double>(bars.size()) + 4;
  scene.height = bottom + 52;
  const auto place = [&](double v) { return left + axis.at(v) * kWidth; };
  for (const auto& mark : axis.marks(5)) {
    scene.add(Polyline{{{place(mark.value), top}, {place(mark.value), bottom}}, kRule, 0.8});
    scene.add(Label{mark.text, place(mark.value), bottom + 16, kSmall, Align::Center});
  }
  for (size_t i = 0; i < bars.size(); ++i) {
    const double y = top + kStep * static_cast<double>(i) + (kStep - kThick) / 2;
    const double baseline = y + kThick / 2 + kText.size * 0.36;
    scene.add(Label{names[i], left - 10, baseline, kText, Align::Right});
    const double v = std::isfinite(bars[i].value) ? bars[i].value : 0;
    const double from = std::min(place(0), place(v)), to = std::max(place(0), place(v));
    scene.add(Box{from, y, to - from, kThick, series_color(0)});
    scene.add(Label{numbers[i], to + 6, baseline, kSmall});
  }
  scene.add(Polyline{{{place(0), top}, {place(0), bottom}}, mix(kRule, kMuted, 0.6), 1});
  scene.add(Label{x_label, left + kWidth / 2, bottom + 36, kText, Align::Center});
  return scene;
}

}  // namespace plot
