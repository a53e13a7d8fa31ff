// SPDX-License-Identifier: Apache-2.0
// What follows from true and false positives and negatives. All metrics of this file take:
//   binary      preds (N, ...) as scores or 0 and 1, target (N, ...) of 0 and 1
//   multiclass  preds (N, ...) as classes or (N, C, ...) as scores, target (N, ...) of 0 to C - 1
//   multilabel  preds (N, L, ...) as scores or 0 and 1, target (N, L, ...) of 0 and 1
// Scores are probabilities or, where some lie outside [0, 1], logits. Values are double.
#pragma once

#include "hearth/metrics/classification/options.h"

namespace hearth::metrics {

struct BinaryStatScoresOptions {
  /// Scores above are positive.
  HEARTH_ARG(double, threshold) = 0.5;
  HEARTH_ARG(MultidimAverage, multidim_average) = MultidimAverage::Global;
  /// Elements with this target count for nothing.
  HEARTH_ARG(std::optional<int64_t>, ignore_index);
  /// What 0 / 0 is, 0 or 1.
  HEARTH_ARG(double, zero_division) = 0;
  /// Whether scores are logits. Unless told, each batch is looked at, as TorchMetrics does.
  HEARTH_ARG(std::optional<bool>, logits);
};

struct MulticlassStatScoresOptions {
  MulticlassStatScoresOptions(int64_t num_classes) : num_classes_(num_classes) {}
  HEARTH_ARG(int64_t, num_classes);
  HEARTH_ARG(Average, average) = Average::Macro;
  /// A target among the k best scores is right.
  HEARTH_ARG(int64_t, top_k) = 1;
  HEARTH_ARG(MultidimAverage, multidim_average) = MultidimAverage::Global;
  HEARTH_ARG(std::optional<int64_t>, ignore_index);
  HEARTH_ARG(double, zero_division) = 0;
};

struct MultilabelStatScoresOptions {
  MultilabelStatScoresOptions(int64_t num_labels) : num_labels_(num_labels) {}
  HEARTH_ARG(int64_t, num_labels);
  HEARTH_ARG(double, threshold) = 0.5;
  HEARTH_ARG(Average, average) = Average::Macro;
  HEARTH_ARG(MultidimAverage, multidim_average) = MultidimAverage::Global;
  HEARTH_ARG(std::optional<int64_t>, ignore_index);
  HEARTH_ARG(double, zero_division) = 0;
  HEARTH_ARG(std::optional<bool>, logits);
};

/// Base of this file's metrics. States: tp, fp, tn and fn of each class or label.
class HEARTH_API StatScoresMetric : public TensorMetric {
 public:
  enum class Score {
    StatScores,
    Accuracy,
    Precision,
    Recall,
    FBeta,
    Specificity,
    NegativePredictiveValue,
    HammingDistance
  };

 protected:
  StatScoresMetric(Score score, const char* name, const BinaryStatScoresOptions& options,
                   double beta = 1);
  StatScoresMetric(Score score, const char* name, const MulticlassStatScoresOptions& options,
                   double beta = 1);
  StatScoresMetric(Score score, const char* name, const MultilabelStatScoresOptions& options,
                   double beta = 1);
  void accumulate(const Tensor& preds, const Tensor& target) override;
  Tensor value() const override;

 private:
  struct Settings {
    Score score;
    double beta;
    enum { Binary, Multiclass, Multilabel } task;
    int64_t classes;
    double threshold;
    Average average;
    int64_t top_k;
    MultidimAverage multidim_average;
    std::optional<int64_t> ignore_index;
    double zero_division;
    std::optional<bool> logits;
  };
  StatScoresMetric(const char* name, Settings settings);
  static std::string key_of(const Settings& settings);
  Settings settings_;
};

/// tp, fp, tn, fn and tp + fn along the last dim; int64, or double for Macro and Weighted.
class HEARTH_API BinaryStatScores final : public StatScoresMetric {
 public:
  explicit BinaryStatScores(const BinaryStatScoresOptions& options = {})
      : StatScoresMetric(Score::StatScores, "BinaryStatScores", options) {}
};
class HEARTH_API MulticlassStatScores final : public StatScoresMetric {
 public:
  explicit MulticlassStatScores(const MulticlassStatScoresOptions& options)
      : StatScoresMetric(Score::StatScores, "MulticlassStatScores", options) {}
};
class HEARTH_API MultilabelStatScores final : public StatScoresMetric {
 public:
  explicit MultilabelStatScores(const MultilabelStatScoresOptions& options)
      : StatScoresMetric(Score::StatScores, "MultilabelStatScores", options) {}
};

/// The share of what is right: of classes tp / (tp + fn), else (tp + tn) / all.
class HEARTH_API BinaryAccuracy final : public StatScoresMetric {
 public:
  explicit BinaryAccuracy(const BinaryStatScoresOptions& options = {})
      : StatScoresMetric(Score::Accuracy, "BinaryAccuracy", options) {}
};
class HEARTH_API MulticlassAccuracy final : public StatScoresMetric {
 public:
  explicit MulticlassAccuracy(const MulticlassStatScoresOptions& options)
      : StatScoresMetric(Score::Accuracy, "MulticlassAccuracy", options) {}
};
class HEARTH_API MultilabelAccuracy final : public StatScoresMetric {
 public:
  explicit MultilabelAccuracy(const MultilabelStatScoresOptions& options)
      : StatScoresMetric(Score::Accuracy, "MultilabelAccuracy", options) {}
};

/// tp / (tp + fp)
class HEARTH_API BinaryPrecision final : public StatScoresMetric {
 public:
  explicit BinaryPrecision(const BinaryStatScoresOptions& options = {})
      : StatScoresMetric(Score::Precision, "BinaryPrecision", options) {}
};
class HEARTH_API MulticlassPrecision final : public StatScoresMetric {
 public:
  explicit MulticlassPrecision(const MulticlassStatScoresOptions& options)
      : StatScoresMetric(Score::Precision, "MulticlassPrecision", options) {}
};
class HEARTH_API MultilabelPrecision final : public StatScoresMetric {
 public:
  explicit MultilabelPrecision(const MultilabelStatScoresOptions& options)
      : StatScoresMetric(Score::Precision, "MultilabelPrecision", options) {}
};

/// tp / (tp + fn)
class HEARTH_API BinaryRecall final : public StatScoresMetric {
 public:
  explicit BinaryRecall(const BinaryStatScoresOptions& options = {})
      : StatScoresMetric(Score::Recall, "BinaryRecall", options) {}
};
class HEARTH_API MulticlassRecall final : public StatScoresMetric {
 public:
  explicit MulticlassRecall(const MulticlassStatScoresOptions& options)
      : StatScoresMetric(Score::Recall, "MulticlassRecall", options) {}
};
class HEARTH_API MultilabelRecall final : public StatScoresMetric {
 public:
  explicit MultilabelRecall(const MultilabelStatScoresOptions& options)
      : StatScoresMetric(Score::Recall, "MultilabelRecall", options) {}
};

/// tn / (tn + fp)
class HEARTH_API BinarySpecificity final : public StatScoresMetric {
 public:
  explicit BinarySpecificity(const BinaryStatScoresOptions& options = {})
      : StatScoresMetric(Score::Specificity, "BinarySpecificity", options) {}
};
class HEARTH_API MulticlassSpecificity final : public StatScoresMetric {
 public:
  explicit MulticlassSpecificity(const MulticlassStatScoresOptions& options)
      : StatScoresMetric(Score::Specificity, "MulticlassSpecificity", options) {}
};
class HEARTH_API MultilabelSpecificity final : public StatScoresMetric {
 public:
  explicit MultilabelSpecificity(const MultilabelStatScoresOptions& options)
      : StatScoresMetric(Score::Specificity, "MultilabelSpecificity", options) {}
};

/// tn / (tn + fn)
class HEARTH_API BinaryNegativePredictiveValue final : public StatScoresMetric {
 public:
  explicit BinaryNegativePredictiveValue(const BinaryStatScoresOptions& options = {})
      : StatScoresMetric(Score::NegativePredictiveValue, "BinaryNegativePredictiveValue", options) {
  }
};
class HEARTH_API MulticlassNegativePredictiveValue final : public StatScoresMetric {
 public:
  explicit MulticlassNegativePredictiveValue(const MulticlassStatScoresOptions& options)
      : StatScoresMetric(Score::NegativePredictiveValue, "MulticlassNegativePredictiveValue",
                         options) {}
};
class HEARTH_API MultilabelNegativePredictiveValue final : public StatScoresMetric {
 public:
  explicit MultilabelNegativePredictiveValue(const MultilabelStatScoresOptions& options)
      : StatScoresMetric(Score::NegativePredictiveValue, "MultilabelNegativePredictiveValue",
                         options) {}
};

/// 1 - accuracy
class HEARTH_API BinaryHammingDistance final : public StatScoresMetric {
 public:
  explicit BinaryHammingDistance(const BinaryStatScoresOptions& options = {})
      : StatScoresMetric(Score::HammingDistance, "BinaryHammingDistance", options) {}
};
class HEARTH_API MulticlassHammingDistance final : public StatScoresMetric {
 public:
  explicit MulticlassHammingDistance(const MulticlassStatScoresOptions& options)
      : StatScoresMetric(Score::HammingDistance, "MulticlassHammingDistance", options) {}
};
class HEARTH_API MultilabelHammingDistance final : public StatScoresMetric {
 public:
  explicit MultilabelHammingDistance(const MultilabelStatScoresOptions& options)
      : StatScoresMetric(Score::HammingDistance, "MultilabelHammingDistance", options) {}
};

/// (1 + beta^2) tp / ((1 + beta^2) tp + beta^2 fn + fp)
class HEARTH_API BinaryFBetaScore final : public StatScoresMetric {
 public:
  explicit BinaryFBetaScore(double beta, const BinaryStatScoresOptions& options = {})
      : StatScoresMetric(Score::FBeta, "BinaryFBetaScore", options, beta) {}
};
class HEARTH_API MulticlassFBetaScore final : public StatScoresMetric {
 public:
  explicit MulticlassFBetaScore(double beta, const MulticlassStatScoresOptions& options)
      : StatScoresMetric(Score::FBeta, "MulticlassFBetaScore", options, beta) {}
};
class HEARTH_API MultilabelFBetaScore final : public StatScoresMetric {
 public:
  explicit MultilabelFBetaScore(double beta, const MultilabelStatScoresOptions& options)
      : StatScoresMetric(Score::FBeta, "MultilabelFBetaScore", options, beta) {}
};

/// 2 tp / (2 tp + fn + fp)
class HEARTH_API BinaryF1Score final : public StatScoresMetric {
 public:
  explicit BinaryF1Score(const BinaryStatScoresOptions& options = {})
      : StatScoresMetric(Score::FBeta, "BinaryF1Score", options) {}
};
class HEARTH_API MulticlassF1Score final : public StatScoresMetric {
 public:
  explicit MulticlassF1Score(const MulticlassStatScoresOptions& options)
      : StatScoresMetric(Score::FBeta, "MulticlassF1Score", options) {}
};
class HEARTH_API MultilabelF1Score final : public StatScoresMetric {
 public:
  explicit MultilabelF1Score(const MultilabelStatScoresOptions& options)
      : StatScoresMetric(Score::FBeta, "MultilabelF1Score", options) {}
};

/// Of one batch, by the options of the classes.
namespace functional {

HEARTH_API Tensor binary_stat_scores(const Tensor& preds, const Tensor& target,
                                     const BinaryStatScoresOptions& options = {});
HEARTH_API Tensor multiclass_stat_scores(const Tensor& preds, const Tensor& target,
                                         const MulticlassStatScoresOptions& options);
HEARTH_API Tensor multilabel_stat_scores(const Tensor& preds, const Tensor& target,
                                         const MultilabelStatScoresOptions& options);
HEARTH_API Tensor binary_accuracy(const Tensor& preds, const Tensor& target,
                                  const BinaryStatScoresOptions& options = {});
HEARTH_API Tensor multiclass_accuracy(const Tensor& preds, const Tensor& target,
                                      const MulticlassStatScoresOptions& options);
HEARTH_API Tensor multilabel_accuracy(const Tensor& preds, const Tensor& target,
                                      const MultilabelStatScoresOptions& options);
HEARTH_API Tensor binary_precision(const Tensor& preds, const Tensor& target,
                                   const BinaryStatScoresOptions& options = {});
HEARTH_API Tensor multiclass_precision(const Tensor& preds, const Tensor& target,
                                       const MulticlassStatScoresOptions& options);
HEARTH_API Tensor multilabel_precision(const Tensor& preds, const Tensor& target,
                                       const MultilabelStatScoresOptions& options);
HEARTH_API Tensor binary_recall(const Tensor& preds, const Tensor& target,
                                const BinaryStatScoresOptions& options = {});
HEARTH_API Tensor multiclass_recall(const Tensor& preds, const Tensor& target,
                                    const MulticlassStatScoresOptions& options);
HEARTH_API Tensor multilabel_recall(const Tensor& preds, const Tensor& target,
                                    const MultilabelStatScoresOptions& options);
HEARTH_API Tensor binary_specificity(const Tensor& preds, const Tensor& target,
                                     const BinaryStatScoresOptions& options = {});
HEARTH_API Tensor multiclass_specificity(const Tensor& preds, const Tensor& target,
                                         const MulticlassStatScoresOptions& options);
HEARTH_API Tensor multilabel_specificity(const Tensor& preds, const Tensor& target,
                                         const MultilabelStatScoresOptions& options);
HEARTH_API Tensor binary_negative_predictive_value(const Tensor& preds, const Tensor& target,
                                                   const BinaryStatScoresOptions& options = {});
HEARTH_API Tensor multiclass_negative_predictive_value(const Tensor& preds, const Tensor& target,
                                                       const MulticlassStatScoresOptions& options);
HEARTH_API Tensor multilabel_negative_predictive_value(const Tensor& preds, const Tensor& target,
                                                       const MultilabelStatScoresOptions& options);
HEARTH_API Tensor binary_hamming_distance(const Tensor& preds, const Tensor& target,
                                          const BinaryStatScoresOptions& options = {});
HEARTH_API Tensor multiclass_hamming_distance(const Tensor& preds, const Tensor& target,
                                              const MulticlassStatScoresOptions& options);
HEARTH_API Tensor multilabel_hamming_distance(const Tensor& preds, const Tensor& target,
                                              const MultilabelStatScoresOptions& options);
HEARTH_API Tensor binary_fbeta_score(const Tensor& preds, const Tensor& target, double beta,
                                     const BinaryStatScoresOptions& options = {});
HEARTH_API Tensor multiclass_fbeta_score(const Tensor& preds, const Tensor& target, double beta,
                                         const MulticlassStatScoresOptions& options);
HEARTH_API Tensor multilabel_fbeta_score(const Tensor& preds, const Tensor& target, double beta,
                                         const MultilabelStatScoresOptions& options);
HEARTH_API Tensor binary_f1_score(const Tensor& preds, const Tensor& target,
                                  const BinaryStatScoresOptions& options = {});
HEARTH_API Tensor multiclass_f1_score(const Tensor& preds, const Tensor& target,
                                      const MulticlassStatScoresOptions& options);
HEARTH_API Tensor multilabel_f1_score(const Tensor& preds, const Tensor& target,
                                      const MultilabelStatScoresOptions& options);

}  // namespace functional
}  // namespace hearth::metrics
