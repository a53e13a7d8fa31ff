// SPDX-License-Identifier: Apache-2.0
// How scores order the labels of each sample. preds are scores (N, L, ...), target is 0 and 1 of
// that shape; ignored labels take no part. Equal scores count as scikit-learn counts them: against.
#pragma once

#include "hearth/metrics/classification/options.h"

namespace hearth::metrics {

/// Base: the mean over samples.
class HEARTH_API MultilabelRanking : public TensorMetric {
 protected:
  MultilabelRanking(const char* name, const MultilabelOptions& options);
  void accumulate(const Tensor& preds, const Tensor& target) override;
  Tensor value() const override;
  /// A value for each row, of scores as double and masks of the relevant and the irrelevant.
  virtual Tensor of_rows(const Tensor& scores, const Tensor& relevant,
                         const Tensor& irrelevant) const = 0;

 private:
  MultilabelOptions options_;
};

/// How far down the ranking all relevant labels are found.
class HEARTH_API MultilabelCoverageError final : public MultilabelRanking {
 public:
  explicit MultilabelCoverageError(const MultilabelOptions& options)
      : MultilabelRanking("MultilabelCoverageError", options) {}

 private:
  Tensor of_rows(const Tensor& scores, const Tensor& relevant,
                 const Tensor& irrelevant) const override;
};
/// The mean over relevant labels of how many of those ranked as high are relevant; 1 for a sample
/// where all or no labels are.
class HEARTH_API MultilabelRankingAveragePrecision final : public MultilabelRanking {
 public:
  explicit MultilabelRankingAveragePrecision(const MultilabelOptions& options)
      : MultilabelRanking("MultilabelRankingAveragePrecision", options) {}

 private:
  Tensor of_rows(const Tensor& scores, const Tensor& relevant,
                 const Tensor& irrelevant) const override;
};
/// The share of pairs of a relevant and an irrelevant label that are ordered wrongly.
class HEARTH_API MultilabelRankingLoss final : public MultilabelRanking {
 public:
  explicit MultilabelRankingLoss(const MultilabelOptions& options)
      : MultilabelRanking("MultilabelRankingLoss", options) {}

 private:
  Tensor of_rows(const Tensor& scores, const Tensor& relevant,
                 const Tensor& irrelevant) const override;
};

namespace functional {
HEARTH_API Tensor multilabel_coverage_error(const Tensor& preds, const Tensor& target,
                                            const MultilabelOptions& options);
HEARTH_API Tensor multilabel_ranking_average_precision(const Tensor& preds, const Tensor& target,
                                                       const MultilabelOptions& options);
HEARTH_API Tensor multilabel_ranking_loss(const Tensor& preds, const Tensor& target,
                                          const MultilabelOptions& options);
}  // namespace functional
}  // namespace hearth::metrics
