// SPDX-License-Identifier: Apache-2.0
#include "text/training/scores.h"

#include <cmath>

#include <fmt/format.h>

#include "hearth/metrics/classification/stat_scores.h"
#include "hearth/metrics/regression.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"

#include "common/text.h"

namespace metrics = hearth::metrics;

TextScores text_scores(TextTask task, const hearth::text::Predictions& predictions,
                       double threshold) {
  const hearth::Tensor &found = predictions.probabilities, &target = predictions.targets;
  if (task == TextTask::Regression) {
    const hearth::Tensor x = found.flatten(), y = target.flatten();
    // A correlation needs two points.
    const auto correlation = [&](const auto& of) {
      return x.numel() > 1 ? of(x, y).template item<double>() : std::nan("");
    };
    return {{"mse", (x - y).square().mean().item<double>()},
            {"pearson", correlation(metrics::functional::pearson_corrcoef)},
            {"spearman", correlation(metrics::functional::spearman_corrcoef)}};
  }
  const hearth::Tensor guess = found.ge(threshold), right = target.ge(0.5);
  const auto f1 = [&](metrics::Average average) {
    return metrics::functional::multilabel_f1_score(
               guess.to(hearth::kLong), right.to(hearth::kLong),
               metrics::MultilabelStatScoresOptions(found.size(1)).average(average))
        .item<double>();
  };
  return {{"f1_micro", f1(metrics::Average::Micro)},
          {"f1_macro", f1(metrics::Average::Macro)},
          {"exact_match", guess.eq(right).all(1).to(hearth::kFloat).mean().item<double>()}};
}

std::string in_words(TextTask task, const TextScores& scores) {
  if (task == TextTask::Regression)
    return fmt::format("mean squared error {:.4f}, correlation {:.4f} (Spearman's {:.4f})",
                       scores[0].second, scores[1].second, scores[2].second);
  return fmt::format("F1 {} (mean of classes {}), all classes right of {}",
                     percent(scores[0].second, 2), percent(scores[1].second, 2),
                     percent(scores[2].second, 2));
}
