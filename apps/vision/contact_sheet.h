// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "hearth/tensor/tensor.h"

#include "common/plot/charts.h"
#include "vision/pictures.h"

/// Small versions of pictures with what they were taken for below each, as one picture.
class ContactSheet {
 public:
  /// Throws ValueError for a file that is neither .png nor .svg, and where this build draws no
  /// pixels.
  explicit ContactSheet(std::string path);
  /// A picture, uint8 [C, H, W]; those beyond the most that a sheet holds are only counted.
  void add(const std::string& name, const hearth::Tensor& picture, const Prediction& prediction);
  /// Draws it and writes the file, whole or not at all.
  void write(const std::string& title) const;
  size_t left_out() const { return left_out_; }

 private:
  std::string path_;
  std::vector<plot::Tile> tiles_;
  size_t left_out_ = 0;
};
