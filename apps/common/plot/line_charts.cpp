// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "hearth/base/error.h"

#include "common/plot/axis.h"
#include "common/plot/layout.h"

namespace plot {
namespace {

constexpr double kWidth = 440, kHeight = 320;
/// Of this range and more, the end of a curve is flat on a linear axis.
constexpr double kFlat = 20;
/// Curves of more points are drawn without their dots.
constexpr size_t kMostDots = 30;

class Panel {
 public:
  Panel(Scene& scene, const LineChart& chart, double left, double top)
      : scene_(scene), chart_(chart) {
    std::vector<double> xs, ys;
    for (const Series& s : chart.series) {
      HEARTH_CHECK_AS(hearth::ValueError, s.x.size() == s.y.size(), "[line_charts] series '",
                      s.name, "' has ", s.x.size(), " x and ", s.y.size(), " y values");
      for (size_t i = 0; i < s.x.size(); ++i) {
        if (!drawn(s, i)) continue;
        xs.push_back(s.x[i]);
        ys.push_back(s.y[i]);
      }
    }
    const auto [least, most] = std::minmax_element(ys.begin(), ys.end());
    const bool positive = !ys.empty() && *least > 0;
    y_ = axis_of(ys, positive && chart.log_y.value_or(*most > kFlat * *least), chart.percent);
    x_ = {0, 1};
    if (!xs.empty()) {
      const auto [first, last] = std::minmax_element(xs.begin(), xs.end());
      single_ = *first == *last;
      x_ = single_ ? Axis{*first - 1, *first + 1}
                   : Axis{*first - (*last - *first) / 40, *last + (*last - *first) / 40};
    }
    const auto marks = y_.marks(5);
    std::vector<std::string> texts;
    for (const auto& mark : marks) texts.push_back(mark.text);
    left_ = left + kMargin + 8 + widest(texts, kSmall) + (chart.y_label.empty() ? 0 : 22);
    right_ = left + kWidth - kMargin;
    top_ = top + 50;
    bottom_ = top + kHeight - 52;
    scene.add(Label{chart.title, left_, top + 14, kTitle});
    draw_axes(marks, left + kMargin + 10);
    for (size_t i = 0; i < chart.series.size(); ++i) draw_curve(chart.series[i], series_color(i));
    draw_legend(top + 36);
  }

 private:
  bool drawn(const Series& s, size_t i) const {
    return std::isfinite(s.x[i]) && std::isfinite(s.y[i]);
  }
  Point place(double x, double y) const {
    return {left_ + x_.at(x) * (right_ - left_), bottom_ - y_.at(y) * (bottom_ - top_)};
  }

  void draw_axes(const std::vector<Axis::Mark>& marks, double label_x) {
    const Color spine = mix(kRule, kMuted, 0.6);
    for (const auto& mark : marks) {
      const double y = place(x_.low, mark.value).y;
      scene_.add(Polyline{{{left_, y}, {right_, y}}, kRule, 0.8});
      scene_.add(Label{mark.text, left_ - 8, y + kSmall.size * 0.36, kSmall, Align::Right});
    }
    const std::string y_label =
        chart_.y_label + (y_.log && !chart_.y_label.empty() ? " (log)" : "");
    if (!y_label.empty())
      scene_.add(Label{y_label, label_x, (top_ + bottom_) / 2, kText, Align::Center, 90});
    scene_.add(Polyline{{{left_, top_}, {left_, bottom_}, {right_, bottom_}}, spine, 1});
    // Steps and epochs are whole numbers; of one epoch, only it is named.
    const auto whole = single_ ? std::vector<Axis::Mark>{x_.marks(2, true)[1]} : x_.marks(7, true);
    for (const auto& mark : whole) {
      const double x = place(mark.value, y_.low).x;
      scene_.add(Polyline{{{x, bottom_}, {x, bottom_ + 4}}, spine, 1});
      scene_.add(Label{mark.text, x, bottom_ + 18, kSmall, Align::Center});
    }
    scene_.add(Label{chart_.x_label, (left_ + right_) / 2, bottom_ + 37, kText, Align::Center});
  }

  void draw_curve(const Series& s, Color color) {
    Polyline line{{}, color, 1.8};
    size_t dots = 0;
    for (size_t i = 0; i <= s.x.size(); ++i) {
      if (i < s.x.size() && drawn(s, i)) {
        line.points.push_back(place(s.x[i], s.y[i]));
        ++dots;
        continue;
      }
      if (line.points.size() > 1) scene_.add(line);
      line.points.clear();
    }
    if (dots > kMostDots) return;
    for (size_t i = 0; i < s.x.size(); ++i) {
      if (!drawn(s, i)) continue;
      const Point p = place(s.x[i], s.y[i]);
      scene_.add(Disc{p.x, p.y, 3.4, kPaper});
      scene_.add(Disc{p.x, p.y, 2.6, color});
    }
  }

  void draw_legend(double y) {
    double x = left_;
    for (size_t i = 0; i < chart_.series.size(); ++i) {
      const std::string& name = chart_.series[i].name;
      if (name.empty()) continue;
      const double middle = y - kSmall.size * 0.36;
      scene_.add(Polyline{{{x + 1, middle}, {x + 17, middle}}, series_color(i), 2.2});
      scene_.add(Label{name, x + 23, y, kSmall});
      x += 23 + text_width(name, kSmall) + 18;
    }
  }

  Scene& scene_;
  const LineChart& chart_;
  Axis x_, y_;
  bool single_ = false;
  double left_ = 0, right_ = 0, top_ = 0, bottom_ = 0;
};

}  // namespace

Scene line_charts(const std::vector<LineChart>& charts, const Titles& titles) {
  HEARTH_CHECK_AS(hearth::ValueError, !charts.empty(), "[line_charts] expected at least one chart");
  Scene scene{kWidth * static_cast<double>(charts.size()), 0, {}};
  const double top = draw_titles(scene, titles);
  scene.height = top + kHeight;
  for (size_t i = 0; i < charts.size(); ++i)
    Panel(scene, charts[i], kWidth * static_cast<double>(i), top);
  return scene;
}

}  // namespace plot
