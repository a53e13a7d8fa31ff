// SPDX-License-Identifier: Apache-2.0
// What all charts have alike.
#pragma once

#include <string>
#include <vector>

#include "common/plot/charts.h"

namespace plot {

inline constexpr double kMargin = 20;
inline const Font kHeadline{15, kInk, true}, kTitle{13, kInk, true}, kText{11.5, kInk},
    kSmall{11, kMuted};

/// Draws the titles and returns where the picture below them begins. Widens the scene if it must.
double draw_titles(Scene& scene, const Titles& titles);
double widest(const std::vector<std::string>& texts, const Font& font);

}  // namespace plot
