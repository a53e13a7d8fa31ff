// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "hearth/vision/draw.h"

#include "canvas/canvas.h"
#include "canvas/pictures.h"

namespace hearth::vision::draw::canvas {

Tensor image_grid(const Tensor& images, const std::vector<Caption>& captions,
                  const std::string& headline, int64_t columns) {
  HEARTH_CHECK_AS(DtypeError, images.defined() && images.scalar_type() == kByte,
                  "[image_grid] expected uint8 images");
  HEARTH_CHECK_AS(ShapeError,
                  images.dim() == 4 && (images.size(1) == 1 || images.size(1) == 3) &&
                      images.size(2) > 0 && images.size(3) > 0,
                  "[image_grid] expected images [N, C, H, W] with C 1 or 3, got shape ",
                  images.sizes());
  const int64_t n = images.size(0);
  HEARTH_CHECK_AS(ValueError, static_cast<int64_t>(captions.size()) == n, "[image_grid] ", n,
                  " images need as many captions, got ", captions.size());
  HEARTH_CHECK_AS(ValueError, columns > 0 && columns <= 100 && n <= 10'000,
                  "[image_grid] expected 1 to 100 columns and at most 10,000 images, got ", columns,
                  " and ", n);

  const Font truth{8.5, kInk, true}, prediction{8.5, kAlarm, false}, share{8, kMuted, false};
  double width = 128;
  for (const Caption& c : captions) {
    width = std::max({width, text_width(c.truth, truth), text_width(c.prediction, prediction)});
  }
  width = std::ceil(std::min(width, 260.0));
  const double side = 128;
  const double scale = side / static_cast<double>(std::max(images.size(2), images.size(3)));
  const double image_w = scale * static_cast<double>(images.size(3));
  const double image_h = scale * static_cast<double>(images.size(2));
  const double gap = 26, line = 16, tile_h = side + 3 * line + 34;
  const int64_t across = std::max<int64_t>(1, std::min(columns, n));
  const int64_t down = (n + across - 1) / across;
  const double top = headline.empty() ? 24 : 84;

  double total_w = 2 * 24 + static_cast<double>(across) * (width + gap) - gap;
  const Font title{12, kInk, true};
  if (!headline.empty()) total_w = std::max(total_w, text_width(headline, title) + 48);
  Canvas canvas(static_cast<int64_t>(std::ceil(total_w)),
                static_cast<int64_t>(std::ceil(top + static_cast<double>(down) * tile_h)));
  if (!headline.empty()) {
    canvas.text(headline, 24, 36, title);
    canvas.text("bold: true class, red: predicted class with its probability", 24, 60,
                {8.5, kMuted, false});
  }
  for (int64_t i = 0; i < n; ++i) {
    const Caption& c = captions[static_cast<size_t>(i)];
    const double x = 24 + static_cast<double>(i % across) * (width + gap);
    const double y = top + static_cast<double>(i / across) * tile_h;
    canvas.rectangle(x - 1, y - 1, image_w + 2, image_h + 2, kRule);
    canvas.image(images.select(0, i), x, y, image_w, image_h);
    auto fitting = [&](const std::string& text, Font font) {
      while (font.size > 5 && text_width(text, font) > width) font.size -= 0.5;
      return font;
    };
    char text[32];
    // What is nearly sure is not told as sure.
    const double shown = c.confidence < 1 ? std::min(c.confidence, 0.999) : c.confidence;
    std::snprintf(text, sizeof text, "%.1f%%", 100 * shown);
    canvas.text(c.truth, x, y + side + line + 4, fitting(c.truth, truth));
    canvas.text(c.prediction, x, y + side + 2 * line + 4, fitting(c.prediction, prediction));
    canvas.text(text, x, y + side + 3 * line + 4, share);
  }
  return canvas.finish();
}

}  // namespace hearth::vision::draw::canvas
