// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>

#include "hearth/vision/draw.h"

#include "canvas/canvas.h"
#include "canvas/pictures.h"

namespace hearth::vision::draw::canvas {
namespace {

const Font kTitle{11, kInk, true};
const Font kLabel{8.5, kMuted, false};
const Font kNumber{8, kMuted, false};

struct Range {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();
  void cover(double v) {
    if (!std::isfinite(v)) return;
    low = std::min(low, v);
    high = std::max(high, v);
  }
  double at(double v) const { return (v - low) / (high - low); }
};

/// 1, 2 or 5 times a power of ten, so that about `wanted` steps fill the range.
double tick_step(const Range& range, int wanted) {
  const double rough = (range.high - range.low) / wanted;
  const double power = std::pow(10, std::floor(std::log10(rough)));
  for (double factor : {1.0, 2.0, 5.0})
    if (rough <= factor * power * 1.0001) return factor * power;
  return 10 * power;
}

std::string number(double v, double step, bool percent) {
  if (percent) {
    v *= 100;
    step *= 100;
  }
  if (std::abs(v) < step * 1e-6) v = 0;
  const int digits = std::clamp(static_cast<int>(std::ceil(-std::log10(step) - 1e-9)), 0, 6);
  char text[64];
  if (std::abs(v) >= 1e6) {
    std::snprintf(text, sizeof text, "%.3g", v);
  } else {
    std::snprintf(text, sizeof text, percent ? "%.*f%%" : "%.*f", digits, v);
  }
  return text;
}

class Panel {
 public:
  Panel(Canvas& canvas, const LineChart& chart, double left, double top, double width,
        double height)
      : canvas_(canvas), chart_(chart) {
    measure();
    const double step = tick_step(y_, 5);
    double widest = 0;
    for (double v = std::ceil(y_.low / step - 1e-6) * step; v <= y_.high + step * 1e-6; v += step)
      widest = std::max(widest, text_width(number(v, step, chart.percent), kNumber));
    left_ = left + 44 + widest;
    right_ = left + width - 24;
    top_ = top + 68;
    bottom_ = top + height - 52;
    canvas.text(chart.title, left_, top + 26, kTitle);
    draw_y_axis(step, left + 20);
    draw_x_axis();
    for (size_t i = 0; i < chart.series.size(); ++i) draw_curve(chart.series[i], color_of(i));
    draw_legend(top + 48);
  }

 private:
  Color color_of(size_t i) const { return kSeries[i % std::size(kSeries)]; }
  double to_x(double v) const { return left_ + x_.at(v) * (right_ - left_); }
  double to_y(double v) const { return bottom_ - y_.at(v) * (bottom_ - top_); }

  void measure() {
    for (const Series& s : chart_.series) {
      for (double v : s.x) x_.cover(v);
      for (double v : s.y) y_.cover(v);
    }
    if (!(x_.low <= x_.high)) x_ = {0, 1};
    if (x_.low == x_.high) x_ = {x_.low - 0.5, x_.high + 0.5};
    if (!(y_.low <= y_.high)) y_ = {0, 1};
    const double margin = std::max(y_.high - y_.low, std::abs(y_.high) * 1e-3 + 1e-9) * 0.06;
    y_ = {chart_.y_min.value_or(y_.low - margin), chart_.y_max.value_or(y_.high + margin)};
    if (!(y_.low < y_.high)) y_ = {y_.low - 0.5, y_.low + 0.5};
  }

  void draw_y_axis(double step, double label_x) {
    for (double v = std::ceil(y_.low / step - 1e-6) * step; v <= y_.high + step * 1e-6; v += step) {
      canvas_.line(left_, to_y(v), right_, to_y(v), kRule);
      canvas_.text(number(v, step, chart_.percent), left_ - 9, to_y(v) + kNumber.size / 2, kNumber,
                   Align::Right);
    }
    if (!chart_.y_label.empty())
      canvas_.text(chart_.y_label, label_x, (top_ + bottom_) / 2, kLabel, Align::Center, 90);
  }

  void draw_x_axis() {
    canvas_.line(left_, bottom_, right_, bottom_, mix(kRule, kMuted, 0.5));
    // Steps and epochs are whole numbers.
    const double step = std::max(1.0, tick_step(x_, 7));
    for (double v = std::ceil(x_.low / step - 1e-6) * step; v <= x_.high + step * 1e-6; v += step) {
      canvas_.line(to_x(v), bottom_, to_x(v), bottom_ + 4, mix(kRule, kMuted, 0.5));
      canvas_.text(number(v, step, false), to_x(v), bottom_ + 19, kNumber, Align::Center);
    }
    canvas_.text(chart_.x_label, (left_ + right_) / 2, bottom_ + 39, kLabel, Align::Center);
  }

  void draw_curve(const Series& s, Color color) {
    HEARTH_CHECK_AS(ValueError, s.x.size() == s.y.size(), "[line_charts] series '", s.name,
                    "' has ", s.x.size(), " x and ", s.y.size(), " y values");
    if (s.faint) color = mix(color, kPaper, 0.65);
    auto inside = [&](size_t i) { return std::isfinite(s.x[i]) && std::isfinite(s.y[i]); };
    auto y = [&](size_t i) { return to_y(std::clamp(s.y[i], y_.low, y_.high)); };
    for (size_t i = 1; i < s.x.size(); ++i) {
      if (!inside(i - 1) || !inside(i)) continue;
      canvas_.line(to_x(s.x[i - 1]), y(i - 1), to_x(s.x[i]), y(i), color, s.faint ? 1 : 2.25);
    }
    if (s.faint || s.x.size() > 40) return;
    for (size_t i = 0; i < s.x.size(); ++i) {
      if (!inside(i)) continue;
      canvas_.disc(to_x(s.x[i]), y(i), 4, kPaper);
      canvas_.disc(to_x(s.x[i]), y(i), 3, color);
    }
  }

  void draw_legend(double y) {
    double x = left_;
    for (size_t i = 0; i < chart_.series.size(); ++i) {
      const Series& s = chart_.series[i];
      if (s.name.empty()) continue;
      const Color color = s.faint ? mix(color_of(i), kPaper, 0.65) : color_of(i);
      canvas_.line(x, y - kLabel.size / 2, x + 18, y - kLabel.size / 2, color, s.faint ? 1.5 : 2.5);
      canvas_.text(s.name, x + 26, y, kLabel);
      x += 26 + text_width(s.name, kLabel) + 22;
    }
  }

  Canvas& canvas_;
  const LineChart& chart_;
  Range x_, y_;
  double left_ = 0, right_ = 0, top_ = 0, bottom_ = 0;
};

}  // namespace

Tensor line_charts(const std::vector<LineChart>& charts, const std::string& headline, int64_t width,
                   int64_t height) {
  HEARTH_CHECK_AS(ValueError, !charts.empty(), "[line_charts] expected at least one chart");
  HEARTH_CHECK_AS(ValueError, width >= 200 && height >= 200 && width <= 4000 && height <= 4000,
                  "[line_charts] a panel has 200 to 4000 pixels a side, got ", width, " x ",
                  height);
  const int64_t top = headline.empty() ? 0 : 46;
  Canvas canvas(width * static_cast<int64_t>(charts.size()), height + top);
  if (top) canvas.text(headline, 24, 36, {13, kInk, true});
  for (size_t i = 0; i < charts.size(); ++i) {
    Panel(canvas, charts[i], static_cast<double>(width) * static_cast<double>(i),
          static_cast<double>(top), static_cast<double>(width), static_cast<double>(height));
  }
  return canvas.finish();
}

}  // namespace hearth::vision::draw::canvas
