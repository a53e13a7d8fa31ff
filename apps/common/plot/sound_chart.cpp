// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "hearth/ops/creation.h"

#include "common/plot/layout.h"

namespace plot {
namespace {

constexpr double kWidth = 800, kWave = 130, kLevels = 250, kGap = 34;

/// Dark for what is quiet; lightness rises evenly, for print and for all kinds of sight.
Color shade(double share) {
  static constexpr std::array<Color, 6> kStops = {
      {{10, 7, 34}, {74, 18, 108}, {157, 43, 107}, {226, 88, 69}, {251, 164, 60}, {252, 250, 200}}};
  const double at = std::clamp(share, 0.0, 1.0) * (kStops.size() - 1);
  const auto i = std::min<size_t>(static_cast<size_t>(at), kStops.size() - 2);
  return mix(kStops[i], kStops[i + 1], at - static_cast<double>(i));
}

/// Levels [rows, columns] as pixels, the first row at the bottom.
hearth::Tensor pixels_of(const SoundPanel& panel) {
  const hearth::Tensor levels = panel.levels.to(hearth::kDouble).contiguous();
  const int64_t rows = levels.size(0), columns = levels.size(1);
  hearth::Tensor image = hearth::empty({3, rows, columns}, hearth::kByte);
  const auto* from = levels.const_data_ptr<double>();
  auto* to = image.data_ptr<uint8_t>();
  for (int64_t r = 0; r < rows; ++r)
    for (int64_t c = 0; c < columns; ++c) {
      const Color color =
          shade((from[(rows - 1 - r) * columns + c] - panel.least) / (panel.most - panel.least));
      const int64_t at = r * columns + c;
      to[at] = color.r;
      to[rows * columns + at] = color.g;
      to[2 * rows * columns + at] = color.b;
    }
  return image;
}

/// "90" seconds as "1:30" where there are minutes.
std::string time_text(const Axis::Mark& mark, double end) {
  if (end < 120) return mark.text;
  const auto s = static_cast<int64_t>(std::llround(mark.value));
  if (end < 3600) return fmt::format("{}:{:02}", s / 60, s % 60);
  return fmt::format("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
}

/// Steps that clocks have.
std::vector<Axis::Mark> time_marks(const Axis& axis) {
  if (axis.high < 120) return axis.marks(8);
  const double range = axis.high - axis.low;
  double step = std::ceil(range / 10 / 3600) * 3600;
  for (const double wish : {7200., 3600., 1800., 1200., 600., 300., 120., 60., 30., 20., 10.})
    if (range / wish <= 10) step = wish;
  std::vector<Axis::Mark> marks;
  for (double v = std::ceil(axis.low / step) * step; v <= axis.high; v += step)
    marks.push_back({v, ""});
  return marks;
}

class Drawing {
 public:
  Drawing(Scene& scene, double left, const Axis& time) : scene_(scene), left_(left), time_(time) {}

  void draw(const SoundPanel& panel, double top, double height) {
    scene_.add(Label{panel.title, left_, top - 8, kTitle});
    if (panel.envelope.defined())
      draw_envelope(panel, top, height);
    else
      draw_levels(panel, top, height);
    for (const auto& mark : panel.marks) {
      const double y = top + height * (1 - mark.value);
      scene_.add(Polyline{{{left_ - 4, y}, {left_, y}}, spine_, 1});
      scene_.add(Label{mark.text, left_ - 8, y + kSmall.size * 0.36, kSmall, Align::Right});
    }
    scene_.add(
        Polyline{{{left_, top}, {left_, top + height}, {left_ + kWidth, top + height}}, spine_, 1});
    scene_.add(Label{panel.y_label, kMargin + 10, top + height / 2, kText, Align::Center, 90});
  }

  void draw_time(double y) {
    for (const auto& mark : time_marks(time_)) {
      const double x = left_ + kWidth * time_.at(mark.value);
      scene_.add(Polyline{{{x, y}, {x, y + 4}}, spine_, 1});
      scene_.add(Label{time_text(mark, time_.high), x, y + 18, kSmall, Align::Center});
    }
    scene_.add(Label{time_.high < 120 ? "seconds" : "time", left_ + kWidth / 2, y + 37, kText,
                     Align::Center});
  }

 private:
  void draw_envelope(const SoundPanel& panel, double top, double height) {
    const hearth::Tensor envelope = panel.envelope.to(hearth::kDouble).contiguous();
    const int64_t columns = envelope.size(1);
    const auto* low = envelope.const_data_ptr<double>();
    const auto* high = low + columns;
    const auto y_of = [&](double v) {
      const double range = panel.most - panel.least;
      return top + height * (1 - std::clamp((v - panel.least) / range, 0.0, 1.0));
    };
    const double width = kWidth / static_cast<double>(columns);
    scene_.add(Polyline{{{left_, y_of(0)}, {left_ + kWidth, y_of(0)}}, kRule, 0.8});
    // A line where columns are single samples, else bars that touch.
    if (width > 2) {
      Polyline line{{}, series_color(0), 1.4};
      for (int64_t i = 0; i < columns; ++i)
        line.points.push_back({left_ + width * (static_cast<double>(i) + 0.5), y_of(high[i])});
      scene_.add(std::move(line));
      return;
    }
    for (int64_t i = 0; i < columns; ++i) {
      if (!(low[i] <= high[i])) continue;
      const double y = y_of(high[i]);
      // A little wider, or paper would shine through between them.
      scene_.add(Box{left_ + width * static_cast<double>(i), y, width * 1.2,
                     std::max(0.8, y_of(low[i]) - y), series_color(0)});
    }
  }

  void draw_levels(const SoundPanel& panel, double top, double height) {
    scene_.add(Picture{pixels_of(panel), left_, top, kWidth, height});
    SoundPanel bar = panel;
    constexpr int64_t kSteps = 64;
    bar.levels = hearth::linspace(panel.least, panel.most, kSteps).unsqueeze(1);
    const double x = left_ + kWidth + 12;
    scene_.add(Picture{pixels_of(bar), x, top, 10, height});
    for (const auto& mark : Axis{panel.least, panel.most}.marks(5, true)) {
      const double y = top + height * (1 - Axis{panel.least, panel.most}.at(mark.value));
      scene_.add(Label{mark.text, x + 15, y + kSmall.size * 0.36, kSmall});
    }
    scene_.add(Label{"dB", x, top - 8, kSmall});
  }

  Scene& scene_;
  double left_;
  Axis time_;
  Color spine_ = mix(kRule, kMuted, 0.6);
};

}  // namespace

Scene sound_chart(const std::vector<SoundPanel>& panels, double begin, double end,
                  const Titles& titles) {
  std::vector<std::string> texts;
  for (const SoundPanel& panel : panels)
    for (const auto& mark : panel.marks) texts.push_back(mark.text);
  // At a whole pixel, so that bars are as sharp as they are wide.
  const double left = std::ceil(kMargin + 30 + widest(texts, kSmall));
  Scene scene{left + kWidth + 56 + kMargin, 0, {}};
  double y = draw_titles(scene, titles);
  Drawing drawing(scene, left, {begin, end});
  for (const SoundPanel& panel : panels) {
    const double height = panel.envelope.defined() ? kWave : kLevels;
    y += 22;
    drawing.draw(panel, y, height);
    y += height + kGap;
  }
  drawing.draw_time(y - kGap);
  scene.height = y - kGap + 37 + kMargin;
  return scene;
}

}  // namespace plot
