// SPDX-License-Identifier: Apache-2.0
// Kernel header: which part of a range a number lies in.
#pragma once

#include <stdint.h>

#include "backends/device_fn.h"

namespace hearth {

/// `bins` equal parts of [low, high]. Elements are seen as numbers N, and what is computed of them
/// is rounded to their type after every step, as in PyTorch.
template <class N>
struct HistogramBins {
  double from, to;  ///< as given
  N low, high, width;
  int64_t bins;

  /// `round` is that rounding.
  template <class Round>
  HistogramBins(double least, double most, int64_t count, const Round& round)
      : from(least),
        to(most),
        low(round(static_cast<N>(least))),
        high(round(static_cast<N>(most))),
        width(round(high - low)),
        bins(count) {}

  /// The part of v; `bins` where it is outside.
  template <class Round>
  HEARTH_DEVICE_FN int64_t of(N v, const Round& round) const {
    if (!(v >= low && v <= high)) return bins;
    const N part = round(round(round(v - low) * static_cast<N>(bins)) / width);
    double place = static_cast<double>(part);
    // Ends that the type does not tell apart, or a distance that it does not hold.
    if (part - part != N(0)) {
      place = (static_cast<double>(v) - from) / (to - from) * static_cast<double>(bins);
      if (!(place > 0)) return 0;
    }
    return place < static_cast<double>(bins - 1) ? static_cast<int64_t>(place) : bins - 1;
  }
};

}  // namespace hearth
