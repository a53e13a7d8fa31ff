// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/metrics/classification/options.h"

namespace hearth::metrics {

/// Base: the share of samples where everything is right.
class HEARTH_API ExactMatch : public TensorMetric {
 protected:
  ExactMatch(const char* name, const std::string& settings, MultidimAverage multidim_average);
  Tensor value() const override;
  /// Whether each is right; (N), or of labels (N, S).
  void add_correct(const Tensor& correct);

 private:
  MultidimAverage multidim_average_;
};

/// preds (N, ...) of classes or (N, C, ...) of scores, target (N, ...): how many samples are right
/// in all further dims; ignored elements are.
class HEARTH_API MulticlassExactMatch final : public ExactMatch {
 public:
  explicit MulticlassExactMatch(const MulticlassOptions& options,
                                MultidimAverage multidim_average = MultidimAverage::Global);

 private:
  void accumulate(const Tensor& preds, const Tensor& target) override;
  MulticlassOptions options_;
};

/// preds and target (N, L, ...): how many have all labels right.
class HEARTH_API MultilabelExactMatch final : public ExactMatch {
 public:
  explicit MultilabelExactMatch(const MultilabelOptions& options,
                                MultidimAverage multidim_average = MultidimAverage::Global);

 private:
  void accumulate(const Tensor& preds, const Tensor& target) override;
  MultilabelOptions options_;
};

namespace functional {
HEARTH_API Tensor
multiclass_exact_match(const Tensor& preds, const Tensor& target, const MulticlassOptions& options,
                       MultidimAverage multidim_average = MultidimAverage::Global);
HEARTH_API Tensor
multilabel_exact_match(const Tensor& preds, const Tensor& target, const MultilabelOptions& options,
                       MultidimAverage multidim_average = MultidimAverage::Global);
}  // namespace functional
}  // namespace hearth::metrics
