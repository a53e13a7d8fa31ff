// SPDX-License-Identifier: Apache-2.0
// What programs show of their results. Each returns a scene; plot::write makes files of it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/plot/axis.h"
#include "common/plot/scene.h"

namespace plot {

/// What stands above a picture: what came out, and below it, smaller, how.
struct Titles {
  std::string headline, settings;
};

/// Points (x[i], y[i]), x ascending. NaN and infinities leave a gap.
struct Series {
  std::string name;
  std::vector<double> x, y;
};

struct LineChart {
  std::string title, x_label, y_label;
  std::vector<Series> series;
  /// Numbers of the y axis as percent of 1.
  bool percent = false;
  /// A logarithmic y axis; by default where all values are positive and the largest is 20 times the
  /// smallest, so that the end of the curves is not flat.
  std::optional<bool> log_y = std::nullopt;
};

/// Side by side. Throws ValueError where x and y differ in number, or for no chart.
Scene line_charts(const std::vector<LineChart>& charts, const Titles& titles = {});

/// counts[t][p] (int64, [K, K]): how many of class t were taken for class p. Shades are shares of
/// the row; numbers are counts, left out where cells are too small. Throws ShapeError.
Scene confusion_matrix(const hearth::Tensor& counts, const std::vector<std::string>& classes,
                       const Titles& titles = {});

/// values[r][c] (floating point, [R, C]) from the least (pale) to the largest (dark).
Scene heat_map(const hearth::Tensor& values, const std::vector<std::string>& rows,
               const std::vector<std::string>& columns, const Titles& titles = {});

struct Bar {
  std::string name;
  double value = 0;
};
/// Lying bars, each with its name and number, in the order given.
Scene bars(const std::vector<Bar>& bars, const std::string& x_label, const Titles& titles = {},
           bool percent = false);

struct Tile {
  hearth::Tensor image;  ///< uint8 [C, H, W], C 1 or 3
  std::string truth, prediction;
  double confidence = 0;  ///< of the prediction, 0 to 1
  bool wrong = true;      ///< the prediction, which is red then
};
/// Images in rows, each with what it is and what it was taken for.
Scene captioned_images(const std::vector<Tile>& tiles, const Titles& titles = {},
                       size_t columns = 6);

/// A part of a picture of a sound: its waveform, or levels of its frequencies.
struct SoundPanel {
  std::string title, y_label;
  /// [2, columns]: the least and the largest sample of each column; or
  hearth::Tensor envelope;
  /// [rows, columns], the first row at the bottom.
  hearth::Tensor levels;
  /// What the panel spans: samples, or decibels from the darkest to the brightest.
  double least = 0, most = 0;
  /// Marks of the y axis, whose values are from 0 at the bottom to 1.
  std::vector<Axis::Mark> marks;
};

/// Panels below each other, over the time from `begin` to `end` in seconds.
Scene sound_chart(const std::vector<SoundPanel>& panels, double begin, double end,
                  const Titles& titles = {});

}  // namespace plot
