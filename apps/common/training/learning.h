// SPDX-License-Identifier: Apache-2.0
// How a classifier learns, as options of a command line.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "hearth/train/classification.h"

#include "common/options.h"

/// What is given on the command line goes before what a recipe says, and that before the defaults.
struct LearningOptions {
  std::optional<std::string> optimizer, schedule;
  std::optional<double> warmup, weight_decay, label_smoothing, ema, clip_grad_norm;
  std::optional<int64_t> repeats;
  bool balanced = false;

  void declare(OptionList& options);
  /// Fills what was left open.
  void settle(const LearningOptions& recipe);
  /// Throws UsageError for what doesn't go together.
  void apply(hearth::train::ClassificationOptions& options) const;
};
