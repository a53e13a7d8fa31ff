// SPDX-License-Identifier: Apache-2.0
// What metrics of classification are told in common.
#pragma once

#include <optional>

#include "hearth/base/arg.h"
#include "hearth/metrics/metric.h"

namespace hearth::metrics {

/// How the values of classes or labels become one.
enum class Average {
  Micro,     ///< of all counts together
  Macro,     ///< the mean over the classes that occur; all labels count
  Weighted,  ///< the mean weighted by how often a class occurs in the target
  None       ///< one value for each
};
/// Over what further dims of the inputs are averaged: all samples (a value), or each (N values).
enum class MultidimAverage { Global, Samplewise };

struct BinaryOptions {
  /// Scores above are positive.
  HEARTH_ARG(double, threshold) = 0.5;
  /// Elements with this target count for nothing.
  HEARTH_ARG(std::optional<int64_t>, ignore_index);
  /// Whether scores are logits. Unless told, a batch with scores outside [0, 1] is taken for them.
  HEARTH_ARG(std::optional<bool>, logits);
};

struct MulticlassOptions {
  MulticlassOptions(int64_t num_classes) : num_classes_(num_classes) {}
  HEARTH_ARG(int64_t, num_classes);
  HEARTH_ARG(std::optional<int64_t>, ignore_index);
  HEARTH_ARG(std::optional<bool>, logits);
};

struct MultilabelOptions {
  MultilabelOptions(int64_t num_labels) : num_labels_(num_labels) {}
  HEARTH_ARG(int64_t, num_labels);
  HEARTH_ARG(double, threshold) = 0.5;
  HEARTH_ARG(std::optional<int64_t>, ignore_index);
  HEARTH_ARG(std::optional<bool>, logits);
};

}  // namespace hearth::metrics
