// SPDX-License-Identifier: Apache-2.0
// Pictures of a training run, as uint8 RGB images [3, H, W] for io::write_png. Text is ASCII; other
// characters show as question marks.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "hearth/tensor/tensor.h"

namespace hearth::vision::draw {

/// One curve: points (x[i], y[i]), x ascending. Points that are NaN or infinite leave a gap.
struct Series {
  std::string name;
  std::vector<double> x;
  std::vector<double> y;
  /// A thin pale line, for what only gives context (say, the loss of every step).
  bool faint = false;
};

/// Axes with curves. The range of y covers the curves unless given.
struct LineChart {
  std::string title;
  std::string x_label;
  std::string y_label;
  std::vector<Series> series;
  std::optional<double> y_min;
  std::optional<double> y_max;
  /// Numbers of the y axis as percent of 1.
  bool percent = false;
};

/// The charts side by side, each panel of width x height pixels, under one headline.
HEARTH_API Tensor line_charts(const std::vector<LineChart>& charts,
                              const std::string& headline = "", int64_t width = 560,
                              int64_t height = 420);

/// counts[t][p] (int64, [K, K]): how many images of class t were taken for class p. Shades are
/// shares of the row; numbers are counts, left out where cells are too small for them.
HEARTH_API Tensor confusion_matrix(const Tensor& counts, const std::vector<std::string>& classes,
                                   const std::string& headline = "");

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
