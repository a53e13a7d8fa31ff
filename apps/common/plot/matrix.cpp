// SPDX-License-Identifier: Apache-2.0
// Tables of shaded cells.
#include <algorithm>
#include <cmath>
#include <functional>

#include <fmt/format.h>

#include "hearth/base/error.h"

#include "common/plot/layout.h"
#include "common/text.h"

namespace plot {
namespace {

constexpr int64_t kMostCells = 400;  // a side
constexpr double kLongestName = 150;

struct Cell {
  Color fill;
  Color ink;
  std::string text;
};

struct Table {
  std::vector<std::string> rows, columns, after;  ///< `after`: behind each row; may be empty
  std::string row_title, column_title, after_title;
  std::function<Cell(size_t, size_t)> cell;
};

/// As large as its text wants, smaller where there are many.
double cell_size(size_t most) {
  return most <= 12   ? 44
         : most <= 30 ? 28
                      : std::max(3.0, std::floor(840.0 / static_cast<double>(most)));
}

Scene draw(const Table& table, const Titles& titles) {
  const size_t rows = table.rows.size(), columns = table.columns.size();
  const double size = cell_size(std::max(rows, columns));
  const Font name{std::min(kText.size, size * 0.8), kInk};
  const bool named = name.size >= 6;
  const auto shown = [&](std::string text) { return fitted(text, name, kLongestName); };
  std::vector<std::string> row_names, column_names;
  for (const auto& text : table.rows) row_names.push_back(shown(text));
  for (const auto& text : table.columns) column_names.push_back(shown(text));

  const double width = size * static_cast<double>(columns);
  const double height = size * static_cast<double>(rows);
  // Names that fit above their column stand straight.
  const double longest = widest(column_names, name);
  const bool turned = named && longest > size - 4;
  const double below = !named ? 8 : turned ? longest * 0.71 + name.size + 10 : name.size + 12;
  const double left = kMargin + 26 + (named ? widest(row_names, name) + 8 : 0);
  const double after = widest(table.after, name) + 22;
  Scene scene{
      left + width + std::max(after, text_width(table.after_title, kSmall) + 22) + kMargin, 0, {}};
  const double top = draw_titles(scene, titles) + (table.after_title.empty() ? 4 : 16);
  scene.height = top + height + below + 30;

  scene.add(Label{table.row_title, kMargin + 10, top + height / 2, kText, Align::Center, 90});
  scene.add(
      Label{table.column_title, left + width / 2, top + height + below + 14, kText, Align::Center});
  if (!table.after_title.empty())
    scene.add(Label{table.after_title, left + width + 10, top - 8, kSmall});
  const double gap = size < 12 ? 0 : 1;
  for (size_t r = 0; r < rows; ++r) {
    const double y = top + size * static_cast<double>(r);
    for (size_t c = 0; c < columns; ++c) {
      const double x = left + size * static_cast<double>(c);
      const Cell cell = table.cell(r, c);
      scene.add(Box{x, y, size - gap, size - gap, cell.fill});
      Font font{std::min(11.5, size * 0.36), cell.ink};
      while (font.size > 6 && text_width(cell.text, font) > size - 5) font.size -= 0.5;
      if (font.size >= 6 && text_width(cell.text, font) <= size - 3)
        scene.add(
            Label{cell.text, x + size / 2, y + size / 2 + font.size * 0.36, font, Align::Center});
    }
    if (!named) continue;
    const double baseline = y + size / 2 + name.size * 0.36;
    scene.add(Label{row_names[r], left - 8, baseline, name, Align::Right});
    if (r < table.after.size()) {
      Font muted = name;
      muted.color = kMuted;
      scene.add(Label{table.after[r], left + width + 10, baseline, muted});
    }
  }
  for (size_t c = 0; named && c < columns; ++c) {
    const double middle = left + size * (static_cast<double>(c) + 0.5);
    const double baseline = top + height + name.size + 5;
    if (turned)
      scene.add(Label{column_names[c], middle + name.size * 0.4, baseline, name, Align::Right, 45});
    else
      scene.add(Label{column_names[c], middle, baseline, name, Align::Center});
  }
  return scene;
}

/// Dark ink on light cells and the other way round.
Color ink_on(Color fill) {
  return 0.299 * fill.r + 0.587 * fill.g + 0.114 * fill.b > 140 ? kInk : kPaper;
}

}  // namespace

Scene confusion_matrix(const hearth::Tensor& counts, const std::vector<std::string>& classes,
                       const Titles& titles) {
  using hearth::ShapeError;
  const auto k = static_cast<int64_t>(classes.size());
  HEARTH_CHECK_AS(
      ShapeError,
      counts.defined() && counts.dim() == 2 && counts.size(0) == k && counts.size(1) == k && k > 0,
      "[confusion_matrix] expected counts of shape [", k, ", ", k, "] for ", k, " classes, got ",
      counts.defined() ? counts.sizes() : hearth::IntArrayRef());
  HEARTH_CHECK_AS(hearth::ValueError, k <= kMostCells, "[confusion_matrix] at most ", kMostCells,
                  " classes fit, got ", k);
  const hearth::Tensor plain = counts.to(hearth::kCPU, hearth::kLong).contiguous();
  const auto* count = plain.const_data_ptr<int64_t>();
  const auto n = static_cast<size_t>(k);
  std::vector<int64_t> sums(n, 0);
  Table table{classes, classes, {}, "true class", "predicted class", "found", {}};
  for (size_t t = 0; t < n; ++t) {
    for (size_t p = 0; p < n; ++p) sums[t] += count[t * n + p];
    table.after.push_back(sums[t] == 0 ? "\u2013"
                                       : percent(static_cast<double>(count[t * n + t]) /
                                                 static_cast<double>(sums[t])));
  }
  table.cell = [&](size_t t, size_t p) -> Cell {
    const int64_t here = count[t * n + p];
    if (here == 0) return {{247, 248, 250}, mix(kRule, kMuted, 0.35), n <= 12 ? "0" : ""};
    const double share = static_cast<double>(here) / static_cast<double>(sums[t]);
    // The root makes the few mistakes visible beside the many hits.
    const double depth = t == p ? 0.1 + 0.85 * share : 0.05 + 0.95 * std::sqrt(share);
    const Color fill = mix(kPaper, t == p ? Color{8, 81, 156} : Color{203, 75, 22}, depth);
    return {fill, ink_on(fill), std::to_string(here)};
  };
  return draw(table, titles);
}

Scene heat_map(const hearth::Tensor& values, const std::vector<std::string>& rows,
               const std::vector<std::string>& columns, const Titles& titles) {
  const auto r = static_cast<int64_t>(rows.size()), c = static_cast<int64_t>(columns.size());
  HEARTH_CHECK_AS(hearth::ShapeError,
                  values.defined() && values.dim() == 2 && values.size(0) == r &&
                      values.size(1) == c && r > 0 && c > 0,
                  "[heat_map] expected values of shape [", r, ", ", c, "], got ",
                  values.defined() ? values.sizes() : hearth::IntArrayRef());
  HEARTH_CHECK_AS(hearth::ValueError, r <= kMostCells && c <= kMostCells, "[heat_map] at most ",
                  kMostCells, " rows and columns fit, got ", r, " and ", c);
  const hearth::Tensor plain = values.to(hearth::kCPU, hearth::kDouble).contiguous();
  const auto* v = plain.const_data_ptr<double>();
  double low = INFINITY, high = -INFINITY;
  for (int64_t i = 0; i < r * c; ++i) {
    if (!std::isfinite(v[i])) continue;
    low = std::min(low, v[i]);
    high = std::max(high, v[i]);
  }
  Table table{rows, columns, {}, "", "", "", {}};
  table.cell = [&](size_t i, size_t j) -> Cell {
    const double x = v[i * static_cast<size_t>(c) + j];
    if (!std::isfinite(x)) return {kRule, kMuted, fmt::format("{}", x)};
    const double depth = high > low ? (x / 2 - low / 2) / (high / 2 - low / 2) : 0.5;
    const Color fill = mix({239, 243, 255}, {8, 48, 107}, depth);
    return {fill, ink_on(fill), fmt::format("{:.3g}", x)};
  };
  return draw(table, titles);
}

}  // namespace plot
