// SPDX-License-Identifier: Apache-2.0
// What is left of a feature's course when time is summed up.
#pragma once

#include <string>
#include <vector>

#include "hearth/base/arg.h"
#include "hearth/tensor/tensor.h"

namespace hearth::audio::features {

/// Options of statistics.
struct StatisticsOptions {
  /// In percent, interpolated between values.
  HEARTH_ARG(std::vector<double>, percentiles) = {5, 25, 50, 75, 95};
  /// Whether frames that are NaN, as a pitch where there is none, do not count. Otherwise they make
  /// all statistics of their row NaN.
  HEARTH_ARG(bool, skip_nan) = true;
};

/// The names of what statistics gives: mean, std, min, max, slope, skewness, kurtosis, and of each
/// percentile "p" with its number.
HEARTH_API std::vector<std::string> statistics_names(const StatisticsOptions& options = {});

/// Statistics over the last dim of a feature [..., frames]: [..., statistics], in double. The
/// standard deviation is the population's; the slope is that of the line by least squares, per
/// frame; skewness and kurtosis are the third and fourth standardized moments, the latter less 3,
/// without correction for few values, and 0 where all values are equal. NaN where there is no
/// value.
HEARTH_API Tensor statistics(const Tensor& feature, const StatisticsOptions& options = {});

/// The same of the first `lengths` frames of each item of a padded batch: feature [batch, ...,
/// frames], lengths [batch].
HEARTH_API Tensor statistics(const Tensor& feature, const Tensor& lengths,
                             const StatisticsOptions& options = {});

}  // namespace hearth::audio::features
