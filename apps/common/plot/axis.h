// SPDX-License-Identifier: Apache-2.0
// The range of an axis, where its marks stand and what they say.
#pragma once

#include <string>
#include <vector>

namespace plot {

struct Axis {
  double low = 0, high = 1;
  bool log = false, percent = false;

  /// 0 to 1 along the axis.
  double at(double v) const;
  struct Mark {
    double value;
    std::string text;
  };
  /// About `wanted` round numbers; whole ones only, if asked for.
  std::vector<Mark> marks(int wanted, bool whole = false) const;
};

/// Covers the finite values, with a margin.
Axis axis_of(const std::vector<double>& values, bool log, bool percent);

}  // namespace plot
