// SPDX-License-Identifier: Apache-2.0
// How good predictions are that are numbers, or any number of classes.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "hearth/text/training/text_trainer.h"

#include "text/training/task.h"

/// From which probability a class counts as predicted, unless somebody says otherwise.
inline constexpr double kThreshold = 0.5;

/// Names, as JSON has them, and values.
using TextScores = std::vector<std::pair<std::string, double>>;

/// Of regression mean squared error and the correlations of Pearson and Spearman; of any number of
/// classes F1 over all of them, the mean of each class's F1, and the share of texts whose classes
/// are all right, where those count as predicted whose probability is `threshold` or more.
TextScores text_scores(TextTask task, const hearth::text::Predictions& predictions,
                       double threshold);
/// "F1 93.1% (mean of classes 90.2%), all classes right of 85.0%"
std::string in_words(TextTask task, const TextScores& scores);
