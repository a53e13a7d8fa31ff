// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <limits>

namespace hearth::train {

enum class Mode { Min, Max };

/// Whether a value improves on the best so far, by more than min_delta. NaN never does.
inline bool improves(Mode mode, double value, double best, double min_delta = 0) {
  if (std::isnan(best)) return !std::isnan(value);
  return mode == Mode::Min ? value < best - min_delta : value > best + min_delta;
}
/// What everything improves on.
inline double worst(Mode mode) {
  const double infinity = std::numeric_limits<double>::infinity();
  return mode == Mode::Min ? infinity : -infinity;
}

}  // namespace hearth::train
