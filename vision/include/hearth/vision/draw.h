// SPDX-License-Identifier: Apache-2.0
// Pictures made of images, as uint8 RGB images [3, H, W] for io::write_png. Text is ASCII; other
// characters show as question marks.
#pragma once

#include <string>
#include <vector>

#include "hearth/tensor/tensor.h"

namespace hearth::vision::draw {

/// What stands below an image of a grid.
struct Caption {
  std::string truth;
  std::string prediction;
  /// Of the prediction, 0 to 1.
  double confidence = 0;
};

/// uint8 images [N, C, H, W] (C 1 or 3) in rows of `columns`, each with its caption.
HEARTH_API Tensor image_grid(const Tensor& images, const std::vector<Caption>& captions,
                             const std::string& headline = "", int64_t columns = 6);

}  // namespace hearth::vision::draw
