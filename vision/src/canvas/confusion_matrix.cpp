// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "hearth/vision/draw.h"

#include "canvas/canvas.h"
#include "canvas/pictures.h"

namespace hearth::vision::draw::canvas {

Tensor confusion_matrix(const Tensor& counts, const std::vector<std::string>& classes,
                        const std::string& headline) {
  const auto k = static_cast<int64_t>(classes.size());
  HEARTH_CHECK_AS(
      ShapeError,
      counts.defined() && counts.dim() == 2 && counts.size(0) == k && counts.size(1) == k && k > 0,
      "[confusion_matrix] expected counts of shape [", k, ", ", k, "] for ", k, " classes, got ",
      counts.defined() ? counts.sizes() : IntArrayRef());
  HEARTH_CHECK_AS(ValueError, k <= 400, "[confusion_matrix] at most 400 classes fit, got ", k);
  Tensor table = counts.to(kCPU, kLong).contiguous();
  const auto* count = table.const_data_ptr<int64_t>();

  const double cell = k <= 12 ? 54 : k <= 30 ? 32 : std::max(4.0, std::floor(900.0 / k));
  const Font label{std::min(9.0, cell * 0.6), kInk, false};
  const bool labels = label.size >= 5;
  double widest = 0;
  if (labels)
    for (const std::string& c : classes) widest = std::max(widest, text_width(c, label));

  const double side = cell * static_cast<double>(k);
  const double left = 52 + widest, top = headline.empty() ? 30 : 66;
  // Column names hang below the matrix, turned by 45 degrees, and reach left of their column.
  const double below = labels ? (widest + label.size) * 0.71 + 22 : 10;
  Canvas canvas(static_cast<int64_t>(std::ceil(left + side + 92)),
                static_cast<int64_t>(std::ceil(top + side + below + 40)));
  if (!headline.empty()) canvas.text(headline, 24, 36, {12, kInk, true});

  const Font axis{8.5, kMuted, false};
  canvas.text("true class", 30, top + side / 2, axis, Align::Center, 90);
  canvas.text("predicted class", left + side / 2, top + side + below + 22, axis, Align::Center);
  const Font share_font{8, kMuted, false};
  canvas.text("right", left + side + 14, top - 10, share_font);

  for (int64_t t = 0; t < k; ++t) {
    int64_t row = 0;
    for (int64_t p = 0; p < k; ++p) row += count[t * k + p];
    const double y = top + cell * static_cast<double>(t);
    for (int64_t p = 0; p < k; ++p) {
      const int64_t n = count[t * k + p];
      const double share = row > 0 ? static_cast<double>(n) / static_cast<double>(row) : 0;
      const Color full = t == p ? Color{29, 78, 216} : Color{200, 60, 20};
      const double x = left + cell * static_cast<double>(p);
      // The root makes the few mistakes visible next to the many hits.
      const double depth = t == p ? 0.1 + 0.85 * share : std::sqrt(share);
      canvas.rectangle(x, y, cell, cell,
                       n == 0 ? Color{248, 249, 251} : mix(kPaper, full, std::min(1.0, depth)));
      const std::string text = std::to_string(n);
      Font number{8.5, depth > 0.5 ? kPaper : kInk, false};
      if (n == 0) number.color = mix(kRule, kMuted, 0.3);
      while (number.size > 5 && text_width(text, number) > cell - 6) number.size -= 0.5;
      const bool worth_it = n > 0 || k <= 12;
      if (worth_it && text_width(text, number) <= cell - 4)
        canvas.text(text, x + cell / 2, y + cell / 2 + number.size / 2, number, Align::Center);
    }
    if (labels) {
      const double middle = cell * (static_cast<double>(t) + 0.5);
      canvas.text(classes[static_cast<size_t>(t)], left - 10, top + middle + label.size / 2, label,
                  Align::Right);
      canvas.text(classes[static_cast<size_t>(t)], left + middle + label.size / 2,
                  top + side + label.size + 9, label, Align::Right, 45);
      const int64_t hits = count[t * k + t];
      std::string share = "-";
      if (row > 0) {
        const auto tenths = static_cast<int64_t>(
            std::lround(1000.0 * static_cast<double>(hits) / static_cast<double>(row)));
        share = cat_str(tenths / 10, ".", tenths % 10, "%");
      }
      Font right = share_font;
      right.size = std::min(right.size, label.size);
      canvas.text(share, left + side + 14, top + middle + right.size / 2, right);
    }
  }
  for (int64_t i = 0; i <= k; ++i) {
    const double at = cell * static_cast<double>(i), thickness = cell < 20 ? 0.5 : 1.5;
    canvas.line(left + at, top, left + at, top + side, kPaper, thickness);
    canvas.line(left, top + at, left + side, top + at, kPaper, thickness);
  }
  return canvas.finish();
}

}  // namespace hearth::vision::draw::canvas
