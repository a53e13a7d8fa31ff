// SPDX-License-Identifier: Apache-2.0
#include "hearth/metrics/classification/ranking.h"

#include <algorithm>
#include <limits>

#include "hearth/ops/creation.h"

#include "metrics/classification/inputs.h"
#include "metrics/value_of.h"

namespace hearth::metrics {

MultilabelRanking::MultilabelRanking(const char* name, const MultilabelOptions& o)
    : TensorMetric(name, cat_str(name, " of samples (labels ", o.num_labels(), ", ignore_index ",
                                 text_of(o.ignore_index()), ")")),
      // Any rising function keeps the order, so scores are taken as they are.
      options_(MultilabelOptions(o).logits(false)) {
  check_count(name, "num_labels", o.num_labels());
  add_state("measure", zeros({}, kDouble), Merge::Sum);
  add_state("total", zeros({}, kLong), Merge::Sum);
}

void MultilabelRanking::accumulate(const Tensor& preds, const Tensor& target) {
  const auto in = multilabel_scores(name(), preds, target, options_.num_labels(),
                                    options_.ignore_index(), options_.logits());
  const int64_t n = in.scores.size(0), labels = options_.num_labels();
  // Pairs of labels are compared: as many rows at a time as make some megabytes.
  const int64_t step = std::max<int64_t>(1, 4'000'000 / (labels * labels));
  Tensor sum = zeros({}, TensorOptions(kDouble).device(in.scores.device()));
  for (int64_t from = 0; from < n; from += step) {
    const Tensor truth = in.target.slice(0, from, from + step);
    sum = sum + of_rows(in.scores.slice(0, from, from + step), truth.eq(1), truth.eq(0)).sum();
  }
  add(0, sum);
  add(1, scalar_tensor(n, TensorOptions(kLong).device(in.scores.device())));
}

Tensor MultilabelRanking::value() const { return state(0) / state(1); }

namespace {
/// (rows, j, k): whether label k is ranked as high as label j.
Tensor as_high(const Tensor& scores) { return scores.unsqueeze(1).ge(scores.unsqueeze(2)); }
}  // namespace

Tensor MultilabelCoverageError::of_rows(const Tensor& scores, const Tensor& relevant,
                                        const Tensor& irrelevant) const {
  const Tensor lowest =
      scores.masked_fill(relevant.logical_not(), std::numeric_limits<double>::infinity())
          .amin(1, true);
  return scores.ge(lowest).logical_and(relevant.logical_or(irrelevant)).sum({1}).to(kDouble);
}

Tensor MultilabelRankingAveragePrecision::of_rows(const Tensor& scores, const Tensor& relevant,
                                                  const Tensor& irrelevant) const {
  const Tensor above = as_high(scores);
  const Tensor hits = above.logical_and(relevant.unsqueeze(1)).sum({2}).to(kDouble);
  const Tensor all = above.logical_and(relevant.logical_or(irrelevant).unsqueeze(1)).sum({2});
  const Tensor count = relevant.sum({1});
  const Tensor mean = safe_divide((hits / all.clamp_min(1) * relevant).sum({1}), count);
  const Tensor orders = relevant.any(1).logical_and(irrelevant.any(1));
  return mean.where(orders, 1.0);
}

Tensor MultilabelRankingLoss::of_rows(const Tensor& scores, const Tensor& relevant,
                                      const Tensor& irrelevant) const {
  const Tensor wrong = as_high(scores)
                           .logical_and(irrelevant.unsqueeze(1))
                           .logical_and(relevant.unsqueeze(2))
                           .sum({1, 2});
  return safe_divide(wrong, relevant.sum({1}) * irrelevant.sum({1}));
}

namespace functional {
Tensor multilabel_coverage_error(const Tensor& preds, const Tensor& target,
                                 const MultilabelOptions& options) {
  return value_of(MultilabelCoverageError(options), preds, target);
}
Tensor multilabel_ranking_average_precision(const Tensor& preds, const Tensor& target,
                                            const MultilabelOptions& options) {
  return value_of(MultilabelRankingAveragePrecision(options), preds, target);
}
Tensor multilabel_ranking_loss(const Tensor& preds, const Tensor& target,
                               const MultilabelOptions& options) {
  return value_of(MultilabelRankingLoss(options), preds, target);
}
}  // namespace functional
}  // namespace hearth::metrics
