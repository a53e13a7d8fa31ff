// SPDX-License-Identifier: Apache-2.0
// Confusion matrices and what follows from them. Inputs are as in stat_scores.h.
#pragma once

#include "hearth/metrics/classification/options.h"

namespace hearth::metrics {

/// Over what a confusion matrix is normalized; 0 / 0 is 0.
enum class Normalize { None, True, Pred, All };
/// What a confusion of two classes costs in CohenKappa: 1, their distance, or its square.
enum class KappaWeights { None, Linear, Quadratic };

/// Base of this file's metrics: counts a confusion matrix, which derived ones read.
class HEARTH_API ConfusionMatrixMetric : public TensorMetric {
 protected:
  ConfusionMatrixMetric(const char* name, const BinaryOptions& options);
  ConfusionMatrixMetric(const char* name, const MulticlassOptions& options);
  ConfusionMatrixMetric(const char* name, const MultilabelOptions& options);
  void accumulate(const Tensor& preds, const Tensor& target) override;
  /// (C, C) or, of labels, (L, 2, 2), int64: rows are the target, columns the prediction.
  const Tensor& confmat() const { return state(0); }
  bool multilabel() const { return task_ == Multilabel; }
  const std::optional<int64_t>& ignore_index() const { return ignore_index_; }

 private:
  enum Task { Binary, Multiclass, Multilabel };
  Task task_;
  int64_t classes_;
  double threshold_;
  std::optional<int64_t> ignore_index_;
  std::optional<bool> logits_;
};

/// Rows are the target, columns the prediction: (2, 2), (C, C) or (L, 2, 2). int64, or double when
/// normalized.
class HEARTH_API ConfusionMatrix : public ConfusionMatrixMetric {
 protected:
  template <typename Options>
  ConfusionMatrix(const char* name, const Options& options, Normalize normalize)
      : ConfusionMatrixMetric(name, options), normalize_(normalize) {}
  Tensor value() const override;

 private:
  Normalize normalize_;
};
class HEARTH_API BinaryConfusionMatrix final : public ConfusionMatrix {
 public:
  explicit BinaryConfusionMatrix(const BinaryOptions& options = {},
                                 Normalize normalize = Normalize::None)
      : ConfusionMatrix("BinaryConfusionMatrix", options, normalize) {}
};
class HEARTH_API MulticlassConfusionMatrix final : public ConfusionMatrix {
 public:
  explicit MulticlassConfusionMatrix(const MulticlassOptions& options,
                                     Normalize normalize = Normalize::None)
      : ConfusionMatrix("MulticlassConfusionMatrix", options, normalize) {}
};
class HEARTH_API MultilabelConfusionMatrix final : public ConfusionMatrix {
 public:
  explicit MultilabelConfusionMatrix(const MultilabelOptions& options,
                                     Normalize normalize = Normalize::None)
      : ConfusionMatrix("MultilabelConfusionMatrix", options, normalize) {}
};

/// tp / (tp + fp + fn), intersection over union.
class HEARTH_API JaccardIndex : public ConfusionMatrixMetric {
 protected:
  template <typename Options>
  JaccardIndex(const char* name, const Options& options, std::optional<Average> average,
               double zero_division)
      : ConfusionMatrixMetric(name, options), average_(average), zero_division_(zero_division) {}
  Tensor value() const override;

 private:
  std::optional<Average> average_;  ///< unset for the positive class alone
  double zero_division_;
};
class HEARTH_API BinaryJaccardIndex final : public JaccardIndex {
 public:
  explicit BinaryJaccardIndex(const BinaryOptions& options = {}, double zero_division = 0)
      : JaccardIndex("BinaryJaccardIndex", options, std::nullopt, zero_division) {}
};
class HEARTH_API MulticlassJaccardIndex final : public JaccardIndex {
 public:
  explicit MulticlassJaccardIndex(const MulticlassOptions& options,
                                  Average average = Average::Macro, double zero_division = 0)
      : JaccardIndex("MulticlassJaccardIndex", options, average, zero_division) {}
};
class HEARTH_API MultilabelJaccardIndex final : public JaccardIndex {
 public:
  explicit MultilabelJaccardIndex(const MultilabelOptions& options,
                                  Average average = Average::Macro, double zero_division = 0)
      : JaccardIndex("MultilabelJaccardIndex", options, average, zero_division) {}
};

/// Agreement beyond chance: 1 - (observed cost) / (expected cost). NaN where only one class occurs.
class HEARTH_API CohenKappa : public ConfusionMatrixMetric {
 protected:
  template <typename Options>
  CohenKappa(const char* name, const Options& options, KappaWeights weights)
      : ConfusionMatrixMetric(name, options), weights_(weights) {}
  Tensor value() const override;

 private:
  KappaWeights weights_;
};
class HEARTH_API BinaryCohenKappa final : public CohenKappa {
 public:
  explicit BinaryCohenKappa(const BinaryOptions& options = {},
                            KappaWeights weights = KappaWeights::None)
      : CohenKappa("BinaryCohenKappa", options, weights) {}
};
class HEARTH_API MulticlassCohenKappa final : public CohenKappa {
 public:
  explicit MulticlassCohenKappa(const MulticlassOptions& options,
                                KappaWeights weights = KappaWeights::None)
      : CohenKappa("MulticlassCohenKappa", options, weights) {}
};

/// The correlation of target and prediction as indicators of classes. Where two classes leave it
/// undefined it is the limit that TorchMetrics takes, with more classes 0.
class HEARTH_API MatthewsCorrCoef : public ConfusionMatrixMetric {
 protected:
  using ConfusionMatrixMetric::ConfusionMatrixMetric;
  Tensor value() const override;
};
class HEARTH_API BinaryMatthewsCorrCoef final : public MatthewsCorrCoef {
 public:
  explicit BinaryMatthewsCorrCoef(const BinaryOptions& options = {})
      : MatthewsCorrCoef("BinaryMatthewsCorrCoef", options) {}
};
class HEARTH_API MulticlassMatthewsCorrCoef final : public MatthewsCorrCoef {
 public:
  explicit MulticlassMatthewsCorrCoef(const MulticlassOptions& options)
      : MatthewsCorrCoef("MulticlassMatthewsCorrCoef", options) {}
};
class HEARTH_API MultilabelMatthewsCorrCoef final : public MatthewsCorrCoef {
 public:
  explicit MultilabelMatthewsCorrCoef(const MultilabelOptions& options)
      : MatthewsCorrCoef("MultilabelMatthewsCorrCoef", options) {}
};

namespace functional {

HEARTH_API Tensor binary_confusion_matrix(const Tensor& preds, const Tensor& target,
                                          const BinaryOptions& options = {},
                                          Normalize normalize = Normalize::None);
HEARTH_API Tensor multiclass_confusion_matrix(const Tensor& preds, const Tensor& target,
                                              const MulticlassOptions& options,
                                              Normalize normalize = Normalize::None);
HEARTH_API Tensor multilabel_confusion_matrix(const Tensor& preds, const Tensor& target,
                                              const MultilabelOptions& options,
                                              Normalize normalize = Normalize::None);
HEARTH_API Tensor binary_jaccard_index(const Tensor& preds, const Tensor& target,
                                       const BinaryOptions& options = {}, double zero_division = 0);
HEARTH_API Tensor multiclass_jaccard_index(const Tensor& preds, const Tensor& target,
                                           const MulticlassOptions& options,
                                           Average average = Average::Macro,
                                           double zero_division = 0);
HEARTH_API Tensor multilabel_jaccard_index(const Tensor& preds, const Tensor& target,
                                           const MultilabelOptions& options,
                                           Average average = Average::Macro,
                                           double zero_division = 0);
HEARTH_API Tensor binary_cohen_kappa(const Tensor& preds, const Tensor& target,
                                     const BinaryOptions& options = {},
                                     KappaWeights weights = KappaWeights::None);
HEARTH_API Tensor multiclass_cohen_kappa(const Tensor& preds, const Tensor& target,
                                         const MulticlassOptions& options,
                                         KappaWeights weights = KappaWeights::None);
HEARTH_API Tensor binary_matthews_corrcoef(const Tensor& preds, const Tensor& target,
                                           const BinaryOptions& options = {});
HEARTH_API Tensor multiclass_matthews_corrcoef(const Tensor& preds, const Tensor& target,
                                               const MulticlassOptions& options);
HEARTH_API Tensor multilabel_matthews_corrcoef(const Tensor& preds, const Tensor& target,
                                               const MultilabelOptions& options);

}  // namespace functional

struct ClassificationReportOptions {
  /// One name a class; their numbers unless given.
  HEARTH_ARG(std::vector<std::string>, target_names);
  HEARTH_ARG(int64_t, digits) = 2;
  HEARTH_ARG(double, zero_division) = 0;
};
/// scikit-learn's classification_report of a multiclass confusion matrix (rows are the target):
/// precision, recall, F1 and support of each class, accuracy, macro and weighted averages, as text.
/// Unlike MulticlassPrecision and the like, and as in scikit-learn with `labels`, all classes
/// count.
HEARTH_API std::string classification_report(const Tensor& confusion_matrix,
                                             const ClassificationReportOptions& options = {});

}  // namespace hearth::metrics
