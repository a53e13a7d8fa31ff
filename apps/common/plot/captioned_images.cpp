// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "hearth/base/error.h"

#include "common/plot/layout.h"
#include "common/text.h"

namespace plot {

Scene captioned_images(const std::vector<Tile>& tiles, const Titles& titles, size_t columns) {
  constexpr double kSide = 112, kGap = 18, kBelow = 54, kWidest = 200;
  constexpr size_t kMost = 10'000;
  HEARTH_CHECK_AS(hearth::ValueError, columns > 0 && columns <= 100 && tiles.size() <= kMost,
                  "[captioned_images] expected 1 to 100 columns and at most ", kMost,
                  " images, got ", columns, " and ", tiles.size());
  const Font truth{11.5, kInk, true}, wrong{11.5, kAlarm}, right{11.5, kInk}, share{10.5, kMuted};
  double width = kSide;
  for (const Tile& tile : tiles)
    width = std::max({width, text_width(tile.truth, truth), text_width(tile.prediction, wrong)});
  width = std::min(std::ceil(width), kWidest);
  const size_t across = std::max<size_t>(1, std::min(columns, tiles.size()));
  const size_t down = (tiles.size() + across - 1) / across;
  Scene scene{2 * kMargin + static_cast<double>(across) * (width + kGap) - kGap, 0, {}};
  const double top = draw_titles(scene, titles) + 4;
  scene.height = top + static_cast<double>(down) * (kSide + kBelow + kGap);
  for (size_t i = 0; i < tiles.size(); ++i) {
    const Tile& tile = tiles[i];
    HEARTH_CHECK_AS(hearth::ShapeError, tile.image.defined() && tile.image.dim() == 3,
                    "[captioned_images] expected images [C, H, W], got ",
                    tile.image.defined() ? tile.image.sizes() : hearth::IntArrayRef());
    const Font& prediction = tile.wrong ? wrong : right;
    const double x = kMargin + static_cast<double>(i % across) * (width + kGap);
    const double y = top + static_cast<double>(i / across) * (kSide + kBelow + kGap);
    const auto h = static_cast<double>(tile.image.size(1));
    const auto w = static_cast<double>(tile.image.size(2));
    const double scale = kSide / std::max(h, w);
    scene.add(Box{x - 1, y - 1, w * scale + 2, h * scale + 2, kRule});
    scene.add(Picture{tile.image, x, y, w * scale, h * scale});
    scene.add(Label{fitted(tile.truth, truth, width), x, y + kSide + 17, truth});
    scene.add(Label{fitted(tile.prediction, prediction, width), x, y + kSide + 33, prediction});
    scene.add(Label{percent(tile.confidence), x, y + kSide + 48, share});
  }
  return scene;
}

}  // namespace plot
