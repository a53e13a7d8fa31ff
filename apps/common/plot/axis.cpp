// SPDX-License-Identifier: Apache-2.0
#include "common/plot/axis.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace plot {
namespace {

/// With so many decimals, or short where they would be many; a true minus sign.
std::string number(double v, int decimals) {
  std::string text = std::abs(v) >= 1e6 || (v != 0 && std::abs(v) < 1e-5)
                         ? fmt::format("{:.3g}", v)
                         : fmt::format("{:.{}f}", v, std::clamp(decimals, 0, 8));
  if (text[0] == '-') text.replace(0, 1, "\u2212");
  return text;
}

/// 1, 2 or 5 times a power of ten, so that about `wanted` steps fill the range.
double step_of(double range, int wanted) {
  const double rough = range / wanted;
  const double power = std::pow(10, std::floor(std::log10(rough)));
  for (const double factor : {1.0, 2.0, 5.0})
    if (rough <= factor * power * 1.0001) return factor * power;
  return 10 * power;
}

}  // namespace

double Axis::at(double v) const {
  // Differences of logarithms and of halves: the largest doubles have them, too.
  const double share = log ? (std::log(v) - std::log(low)) / (std::log(high) - std::log(low))
                           : (v / 2 - low / 2) / (high / 2 - low / 2);
  return std::clamp(share, 0.0, 1.0);
}

std::vector<Axis::Mark> Axis::marks(int wanted, bool whole) const {
  std::vector<Mark> marks;
  const double unit = percent ? 100 : 1;
  if (log) {
    const double decades = std::log10(high) - std::log10(low);
    const bool all = decades < 2.5;
    const int stride = std::max(1, static_cast<int>(std::ceil(decades / (wanted + 2))));
    for (int exponent = static_cast<int>(std::floor(std::log10(low)));
         exponent <= static_cast<int>(std::ceil(std::log10(high))); exponent += stride)
      for (const double factor : {1.0, 2.0, 5.0}) {
        const double v = factor * std::pow(10, exponent);
        if ((factor > 1 && !all) || v < low * 0.9999 || v > high * 1.0001) continue;
        marks.push_back(
            {v, number(v * unit, -static_cast<int>(std::floor(std::log10(v * unit) + 1e-9))) +
                    (percent ? "%" : "")});
      }
    return marks;
  }
  double step = step_of(high / 2 - low / 2, wanted) * 2;
  step = step_of(step * wanted, wanted);
  if (whole) step = std::max(1.0, std::round(step));
  const int decimals = static_cast<int>(std::ceil(-std::log10(step * unit) - 1e-9));
  for (double k = std::ceil(low / step - 1e-6); k <= high / step + 1e-6; ++k) {
    const double v = k == 0 ? 0 : k * step;
    marks.push_back({v, number(v * unit, decimals) + (percent ? "%" : "")});
  }
  return marks;
}

Axis axis_of(const std::vector<double>& values, bool log, bool percent) {
  Axis axis{0, 1, log, percent};
  bool any = false;
  for (const double v : values) {
    if (!std::isfinite(v)) continue;
    axis.low = any ? std::min(axis.low, v) : v;
    axis.high = any ? std::max(axis.high, v) : v;
    any = true;
  }
  if (!any) {
    axis.log = false;
    return axis;
  }
  if (log) {
    const double margin = std::exp((std::log(axis.high) - std::log(axis.low)) * 0.05) * 1.02;
    axis.low = std::max(axis.low / margin, 1e-307);
    axis.high = std::min(axis.high * margin, 1.7e308);
    return axis;
  }
  // One value alone stands in the middle of numbers like it.
  const double range = axis.high / 2 - axis.low / 2;
  const double least = std::max(std::abs(axis.high), std::abs(axis.low)) * 1e-3;
  const double margin = range * 2 > least ? range * 0.1
                        : axis.high == 0  ? 0.5
                                          : std::abs(axis.high) * 0.1;
  axis.low = std::max(axis.low - margin, -1.7e308);
  axis.high = std::min(axis.high + margin, 1.7e308);
  // Shares end at 0 and 1.
  if (percent && axis.high > 1 && axis.high - margin <= 1)
    axis.high = 1 + (axis.high - axis.low) / 200;
  return axis;
}

}  // namespace plot
