// SPDX-License-Identifier: Apache-2.0
#include "vision/contact_sheet.h"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "hearth/base/atomic_file.h"
#include "hearth/base/error.h"
#include "hearth/vision/io/image.h"
#include "hearth/vision/transforms/functional/resize.h"

#include "common/text.h"

namespace {

constexpr size_t kMostTiles = 400;
/// Twice what a tile is wide, for sharp screens.
constexpr int64_t kTileSide = 224;

/// uint8 with 1 or 3 channels and no side longer than a tile.
hearth::Tensor thumbnail(hearth::Tensor picture) {
  if (picture.size(0) == 2 || picture.size(0) == 4)  // without transparency
    picture = picture.narrow(0, 0, picture.size(0) - 1);
  const int64_t h = picture.size(1), w = picture.size(2), longer = std::max(h, w);
  if (longer <= kTileSide) return picture.contiguous().clone();
  return hearth::vision::transforms::functional::resize(
      picture,
      {std::max<int64_t>(1, h * kTileSide / longer), std::max<int64_t>(1, w * kTileSide / longer)});
}

}  // namespace

ContactSheet::ContactSheet(std::string path) : path_(std::move(path)) {
  const std::string ending = std::filesystem::path(path_).extension().string();
  HEARTH_CHECK_AS(hearth::ValueError, ending == ".png" || ending == ".svg",
                  "[--sheet] expected a "
                  "file that ends with .png or .svg, got ",
                  shortened(path_, 100));
  HEARTH_CHECK_AS(hearth::ValueError, ending == ".svg" || plot::can_rasterize(),
                  "[--sheet] this build has no FreeType to draw with; name a file that ends with "
                  ".svg");
}

void ContactSheet::add(const std::string& name, const hearth::Tensor& picture,
                       const Prediction& prediction) {
  if (tiles_.size() == kMostTiles) {
    ++left_out_;
    return;
  }
  tiles_.push_back({thumbnail(picture), std::filesystem::path(name).filename().string(),
                    prediction.label, static_cast<double>(prediction.score), false});
}

void ContactSheet::write(const std::string& title) const {
  const plot::Scene scene = plot::captioned_images(
      tiles_, {title, left_out_ == 0 ? counted(static_cast<int64_t>(tiles_.size()), "picture")
                                     : fmt::format("the first {} of {} pictures", tiles_.size(),
                                                   tiles_.size() + left_out_)});
  if (path_.ends_with(".svg")) {
    hearth::write_file_atomically(path_, plot::to_svg(scene));
  } else {
    hearth::vision::io::write_png(plot::rasterize(scene), path_);
  }
}
