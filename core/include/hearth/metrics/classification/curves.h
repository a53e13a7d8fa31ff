// SPDX-License-Identifier: Apache-2.0
// Curves over thresholds, and what is read from them. All metrics of this file take:
//   binary      preds (N, ...) of scores, target (N, ...) of 0 and 1
//   multiclass  preds (N, C, ...) of scores, target (N, ...) of 0 to C - 1
//   multilabel  preds (N, L, ...) of scores, target (N, L, ...) of 0 and 1
// Unless thresholds are given, all scores are kept and sorted. Values are double.
#pragma once

#include "hearth/metrics/classification/options.h"

namespace hearth::metrics {

/// At which scores curves are computed. Counts at fixed thresholds take the same memory for any
/// number of samples.
class HEARTH_API Thresholds {
 public:
  /// At every score that occurs.
  Thresholds() = default;
  /// n from 0 to 1.
  Thresholds(int64_t n);
  Thresholds(int n) : Thresholds(static_cast<int64_t>(n)) {}
  /// Ascending.
  Thresholds(std::vector<double> values);

  bool exact() const { return values_.empty(); }
  const std::vector<double>& values() const { return values_; }

 private:
  std::vector<double> values_;
};

struct BinaryCurveOptions {
  HEARTH_ARG(Thresholds, thresholds);
  /// Elements with this target count for nothing.
  HEARTH_ARG(std::optional<int64_t>, ignore_index);
  /// Whether scores are logits. Unless told, a batch with scores outside [0, 1] is taken for them.
  HEARTH_ARG(std::optional<bool>, logits);
};
struct MulticlassCurveOptions {
  MulticlassCurveOptions(int64_t num_classes) : num_classes_(num_classes) {}
  HEARTH_ARG(int64_t, num_classes);
  HEARTH_ARG(Thresholds, thresholds);
  HEARTH_ARG(std::optional<int64_t>, ignore_index);
  HEARTH_ARG(std::optional<bool>, logits);
};
struct MultilabelCurveOptions {
  MultilabelCurveOptions(int64_t num_labels) : num_labels_(num_labels) {}
  HEARTH_ARG(int64_t, num_labels);
  HEARTH_ARG(Thresholds, thresholds);
  HEARTH_ARG(std::optional<int64_t>, ignore_index);
  HEARTH_ARG(std::optional<bool>, logits);
};

/// By ascending thresholds; precision and recall have one point more, (1, 0).
struct PrecisionRecall {
  Tensor precision, recall, thresholds;
};
/// By descending thresholds. Where they are those that occur, (0, 0) comes first, at threshold 1.
struct RocPoints {
  Tensor fpr, tpr, thresholds;
};
/// The best value that keeps a condition, and the threshold for it: 0-dim, or one for each class.
struct OperatingPoint {
  Tensor value, threshold;
};

/// What curve metrics count, and the curves of that.
class HEARTH_API CurveSettings {
 public:
  /// How true and false positives of one class grow as its threshold falls.
  struct Growth {
    Tensor tps, fps, thresholds;
    Tensor positives, negatives;  ///< in all, 0-dim
  };

  CurveSettings(const char* name, const BinaryCurveOptions& options);
  CurveSettings(const char* name, const MulticlassCurveOptions& options, bool micro = false);
  CurveSettings(const char* name, const MultilabelCurveOptions& options, bool micro = false);

  const std::string& key() const { return key_; }
  /// The names of the states and what they are at first.
  std::vector<std::pair<const char*, Tensor>> states() const;
  bool exact() const { return !thresholds_.defined(); }
  /// What a batch adds to the states.
  std::vector<Tensor> counted(const std::string& name, const Tensor& preds,
                              const Tensor& target) const;

  std::vector<Growth> growths(const std::string& name, const Tensor* states) const;
  std::vector<PrecisionRecall> precision_recall(const std::string& name,
                                                const Tensor* states) const;
  std::vector<RocPoints> roc(const std::string& name, const Tensor* states) const;
  /// How often each class is the target.
  Tensor support(const std::string& name, const Tensor* states) const;

 private:
  enum Task { Binary, Multiclass, Multilabel };
  std::string key_;
  Task task_;
  int64_t classes_;
  bool micro_;
  Tensor thresholds_;
  std::optional<int64_t> ignore_index_;
  std::optional<bool> logits_;
};

/// Base of this file's metrics.
template <typename Value>
class CurveMetric : public MetricOf<Value, Tensor, Tensor> {
 protected:
  CurveMetric(const char* name, CurveSettings settings)
      : MetricOf<Value, Tensor, Tensor>(name, settings.key()), settings_(std::move(settings)) {
    for (auto& [state, initial] : settings_.states())
      this->add_state(state, initial, settings_.exact() ? Merge::Cat : Merge::Sum);
  }
  void accumulate(const Tensor& preds, const Tensor& target) override {
    auto parts = settings_.counted(this->name(), preds, target);
    for (size_t i = 0; i < parts.size(); ++i) this->add(i, std::move(parts[i]));
  }
  std::vector<PrecisionRecall> precision_recall() const {
    const Tensor seen[] = {this->state(0), exact() ? this->state(1) : Tensor()};
    return settings_.precision_recall(this->name(), seen);
  }
  std::vector<RocPoints> roc() const {
    const Tensor seen[] = {this->state(0), exact() ? this->state(1) : Tensor()};
    return settings_.roc(this->name(), seen);
  }
  Tensor support() const {
    const Tensor seen[] = {this->state(0), exact() ? this->state(1) : Tensor()};
    return settings_.support(this->name(), seen);
  }

  bool exact() const { return settings_.exact(); }

 private:
  CurveSettings settings_;
};

/// Precision and recall at all thresholds.
class HEARTH_API BinaryPrecisionRecallCurve final : public CurveMetric<PrecisionRecall> {
 public:
  explicit BinaryPrecisionRecallCurve(const BinaryCurveOptions& options = {})
      : CurveMetric("BinaryPrecisionRecallCurve", {"BinaryPrecisionRecallCurve", options}) {}

 private:
  PrecisionRecall value() const override { return precision_recall().front(); }
};
/// A curve for each class; with Micro, or Macro (the mean recall at each precision), one.
class HEARTH_API MulticlassPrecisionRecallCurve final
    : public CurveMetric<std::vector<PrecisionRecall>> {
 public:
  explicit MulticlassPrecisionRecallCurve(const MulticlassCurveOptions& options,
                                          Average average = Average::None);

 private:
  std::vector<PrecisionRecall> value() const override;
  Average average_;
};
/// A curve for each label.
class HEARTH_API MultilabelPrecisionRecallCurve final
    : public CurveMetric<std::vector<PrecisionRecall>> {
 public:
  explicit MultilabelPrecisionRecallCurve(const MultilabelCurveOptions& options)
      : CurveMetric("MultilabelPrecisionRecallCurve", {"MultilabelPrecisionRecallCurve", options}) {
  }

 private:
  std::vector<PrecisionRecall> value() const override { return precision_recall(); }
};

/// True against false positive rates at all thresholds; a rate of nothing is 0.
class HEARTH_API BinaryROC final : public CurveMetric<RocPoints> {
 public:
  explicit BinaryROC(const BinaryCurveOptions& options = {})
      : CurveMetric("BinaryROC", {"BinaryROC", options}) {}

 private:
  RocPoints value() const override { return roc().front(); }
};
/// A curve for each class; with Micro, or Macro (the mean rate at each false positive rate), one.
class HEARTH_API MulticlassROC final : public CurveMetric<std::vector<RocPoints>> {
 public:
  explicit MulticlassROC(const MulticlassCurveOptions& options, Average average = Average::None);

 private:
  std::vector<RocPoints> value() const override;
  Average average_;
};
/// A curve for each label.
class HEARTH_API MultilabelROC final : public CurveMetric<std::vector<RocPoints>> {
 public:
  explicit MultilabelROC(const MultilabelCurveOptions& options)
      : CurveMetric("MultilabelROC", {"MultilabelROC", options}) {}

 private:
  std::vector<RocPoints> value() const override { return roc(); }
};

/// Metrics that are one number for each class, or an average of those that are not NaN.
class HEARTH_API CurveScore : public CurveMetric<Tensor> {
 protected:
  CurveScore(const char* name, const BinaryCurveOptions& options);
  CurveScore(const char* name, const MulticlassCurveOptions& options, Average average);
  CurveScore(const char* name, const MultilabelCurveOptions& options, Average average);
  Tensor value() const override;
  /// One number for each curve.
  virtual std::vector<Tensor> scores() const = 0;

 private:
  std::optional<Average> average_;  ///< unset: there is one curve
};

/// The area under the ROC curve by the trapezoidal rule, so ties count half. A class that does not
/// occur has 0.
class HEARTH_API AUROC : public CurveScore {
 protected:
  using CurveScore::CurveScore;
  std::vector<Tensor> scores() const override;
};
/// With max_fpr, the area up to there, scaled so that chance is 0.5 (McClish).
class HEARTH_API BinaryAUROC final : public AUROC {
 public:
  explicit BinaryAUROC(const BinaryCurveOptions& options = {},
                       std::optional<double> max_fpr = std::nullopt);

 private:
  std::vector<Tensor> scores() const override;
  std::optional<double> max_fpr_;
};
/// Averages: Macro, Weighted, None.
class HEARTH_API MulticlassAUROC final : public AUROC {
 public:
  explicit MulticlassAUROC(const MulticlassCurveOptions& options, Average average = Average::Macro)
      : AUROC("MulticlassAUROC", options, average) {}
};
class HEARTH_API MultilabelAUROC final : public AUROC {
 public:
  explicit MultilabelAUROC(const MultilabelCurveOptions& options, Average average = Average::Macro)
      : AUROC("MultilabelAUROC", options, average) {}
};

/// The sum of precisions times the growth of recall, without interpolation. A class that does not
/// occur has NaN, and a label 0.
class HEARTH_API AveragePrecision : public CurveScore {
 protected:
  using CurveScore::CurveScore;
  std::vector<Tensor> scores() const override;
};
class HEARTH_API BinaryAveragePrecision final : public AveragePrecision {
 public:
  explicit BinaryAveragePrecision(const BinaryCurveOptions& options = {})
      : AveragePrecision("BinaryAveragePrecision", options) {}
};
/// Averages: Macro, Weighted, None.
class HEARTH_API MulticlassAveragePrecision final : public AveragePrecision {
 public:
  explicit MulticlassAveragePrecision(const MulticlassCurveOptions& options,
                                      Average average = Average::Macro)
      : AveragePrecision("MulticlassAveragePrecision", options, average) {}
};
class HEARTH_API MultilabelAveragePrecision final : public AveragePrecision {
 public:
  explicit MultilabelAveragePrecision(const MultilabelCurveOptions& options,
                                      Average average = Average::Macro)
      : AveragePrecision("MultilabelAveragePrecision", options, average) {}
};

/// The rate at which false positives and false negatives are equally frequent.
class HEARTH_API EER : public CurveScore {
 protected:
  using CurveScore::CurveScore;
  std::vector<Tensor> scores() const override;
};
class HEARTH_API BinaryEER final : public EER {
 public:
  explicit BinaryEER(const BinaryCurveOptions& options = {}) : EER("BinaryEER", options) {}
};
/// One for each class.
class HEARTH_API MulticlassEER final : public EER {
 public:
  explicit MulticlassEER(const MulticlassCurveOptions& options)
      : EER("MulticlassEER", options, Average::None) {}
};
class HEARTH_API MultilabelEER final : public EER {
 public:
  explicit MultilabelEER(const MultilabelCurveOptions& options)
      : EER("MultilabelEER", options, Average::None) {}
};

/// The mean true positive rate over the logarithm of false positive rates in a range: what a
/// ranking is worth whose first few count.
class HEARTH_API LogAUC : public CurveScore {
 public:
  using Range = std::pair<double, double>;

 protected:
  LogAUC(const char* name, const BinaryCurveOptions& options, Range fpr_range);
  LogAUC(const char* name, const MulticlassCurveOptions& options, Range fpr_range, Average average);
  LogAUC(const char* name, const MultilabelCurveOptions& options, Range fpr_range, Average average);
  std::vector<Tensor> scores() const override;

 private:
  void check() const;
  Range fpr_range_;
};
class HEARTH_API BinaryLogAUC final : public LogAUC {
 public:
  explicit BinaryLogAUC(const BinaryCurveOptions& options = {}, Range fpr_range = {0.001, 0.1})
      : LogAUC("BinaryLogAUC", options, fpr_range) {}
};
class HEARTH_API MulticlassLogAUC final : public LogAUC {
 public:
  explicit MulticlassLogAUC(const MulticlassCurveOptions& options, Range fpr_range = {0.001, 0.1},
                            Average average = Average::Macro)
      : LogAUC("MulticlassLogAUC", options, fpr_range, average) {}
};
class HEARTH_API MultilabelLogAUC final : public LogAUC {
 public:
  explicit MultilabelLogAUC(const MultilabelCurveOptions& options, Range fpr_range = {0.001, 0.1},
                            Average average = Average::Macro)
      : LogAUC("MultilabelLogAUC", options, fpr_range, average) {}
};

/// Base of the metrics that choose a threshold: of two numbers of a curve, the largest of one where
/// the other is at least `least`.
class HEARTH_API OperatingPointMetric : public CurveMetric<OperatingPoint> {
 public:
  enum class Kind {
    RecallAtFixedPrecision,
    PrecisionAtFixedRecall,
    SensitivityAtSpecificity,
    SpecificityAtSensitivity
  };

 protected:
  template <typename Options>
  OperatingPointMetric(Kind kind, const char* name, double least, const Options& options,
                       bool binary = false)
      : CurveMetric(name, {name, options}), kind_(kind), least_(least), binary_(binary) {
    check();
  }
  OperatingPoint value() const override;

 private:
  void check() const;
  Kind kind_;
  double least_;
  bool binary_;
};

/// The highest recall with at least this precision. Where it is 0, the threshold is NaN.
class HEARTH_API BinaryRecallAtFixedPrecision final : public OperatingPointMetric {
 public:
  explicit BinaryRecallAtFixedPrecision(double min_precision,
                                        const BinaryCurveOptions& options = {})
      : OperatingPointMetric(Kind::RecallAtFixedPrecision, "BinaryRecallAtFixedPrecision",
                             min_precision, options, true) {}
};
class HEARTH_API MulticlassRecallAtFixedPrecision final : public OperatingPointMetric {
 public:
  explicit MulticlassRecallAtFixedPrecision(double min_precision,
                                            const MulticlassCurveOptions& options)
      : OperatingPointMetric(Kind::RecallAtFixedPrecision, "MulticlassRecallAtFixedPrecision",
                             min_precision, options) {}
};
class HEARTH_API MultilabelRecallAtFixedPrecision final : public OperatingPointMetric {
 public:
  explicit MultilabelRecallAtFixedPrecision(double min_precision,
                                            const MultilabelCurveOptions& options)
      : OperatingPointMetric(Kind::RecallAtFixedPrecision, "MultilabelRecallAtFixedPrecision",
                             min_precision, options) {}
};

/// The highest precision with at least this recall. Where it is 0, the threshold is NaN.
class HEARTH_API BinaryPrecisionAtFixedRecall final : public OperatingPointMetric {
 public:
  explicit BinaryPrecisionAtFixedRecall(double min_recall, const BinaryCurveOptions& options = {})
      : OperatingPointMetric(Kind::PrecisionAtFixedRecall, "BinaryPrecisionAtFixedRecall",
                             min_recall, options, true) {}
};
class HEARTH_API MulticlassPrecisionAtFixedRecall final : public OperatingPointMetric {
 public:
  explicit MulticlassPrecisionAtFixedRecall(double min_recall,
                                            const MulticlassCurveOptions& options)
      : OperatingPointMetric(Kind::PrecisionAtFixedRecall, "MulticlassPrecisionAtFixedRecall",
                             min_recall, options) {}
};
class HEARTH_API MultilabelPrecisionAtFixedRecall final : public OperatingPointMetric {
 public:
  explicit MultilabelPrecisionAtFixedRecall(double min_recall,
                                            const MultilabelCurveOptions& options)
      : OperatingPointMetric(Kind::PrecisionAtFixedRecall, "MultilabelPrecisionAtFixedRecall",
                             min_recall, options) {}
};

/// The highest sensitivity with at least this specificity; 0 at threshold 1e6 where there is none.
class HEARTH_API BinarySensitivityAtSpecificity final : public OperatingPointMetric {
 public:
  explicit BinarySensitivityAtSpecificity(double min_specificity,
                                          const BinaryCurveOptions& options = {})
      : OperatingPointMetric(Kind::SensitivityAtSpecificity, "BinarySensitivityAtSpecificity",
                             min_specificity, options, true) {}
};
class HEARTH_API MulticlassSensitivityAtSpecificity final : public OperatingPointMetric {
 public:
  explicit MulticlassSensitivityAtSpecificity(double min_specificity,
                                              const MulticlassCurveOptions& options)
      : OperatingPointMetric(Kind::SensitivityAtSpecificity, "MulticlassSensitivityAtSpecificity",
                             min_specificity, options) {}
};
class HEARTH_API MultilabelSensitivityAtSpecificity final : public OperatingPointMetric {
 public:
  explicit MultilabelSensitivityAtSpecificity(double min_specificity,
                                              const MultilabelCurveOptions& options)
      : OperatingPointMetric(Kind::SensitivityAtSpecificity, "MultilabelSensitivityAtSpecificity",
                             min_specificity, options) {}
};

/// The highest specificity with at least this sensitivity; 0 at threshold 1e6 where there is none.
class HEARTH_API BinarySpecificityAtSensitivity final : public OperatingPointMetric {
 public:
  explicit BinarySpecificityAtSensitivity(double min_sensitivity,
                                          const BinaryCurveOptions& options = {})
      : OperatingPointMetric(Kind::SpecificityAtSensitivity, "BinarySpecificityAtSensitivity",
                             min_sensitivity, options, true) {}
};
class HEARTH_API MulticlassSpecificityAtSensitivity final : public OperatingPointMetric {
 public:
  explicit MulticlassSpecificityAtSensitivity(double min_sensitivity,
                                              const MulticlassCurveOptions& options)
      : OperatingPointMetric(Kind::SpecificityAtSensitivity, "MulticlassSpecificityAtSensitivity",
                             min_sensitivity, options) {}
};
class HEARTH_API MultilabelSpecificityAtSensitivity final : public OperatingPointMetric {
 public:
  explicit MultilabelSpecificityAtSensitivity(double min_sensitivity,
                                              const MultilabelCurveOptions& options)
      : OperatingPointMetric(Kind::SpecificityAtSensitivity, "MultilabelSpecificityAtSensitivity",
                             min_sensitivity, options) {}
};

/// Of one batch, by the options of the classes.
namespace functional {

HEARTH_API PrecisionRecall binary_precision_recall_curve(const Tensor& preds, const Tensor& target,
                                                         const BinaryCurveOptions& options = {});
HEARTH_API std::vector<PrecisionRecall> multiclass_precision_recall_curve(
    const Tensor& preds, const Tensor& target, const MulticlassCurveOptions& options,
    Average average = Average::None);
HEARTH_API std::vector<PrecisionRecall> multilabel_precision_recall_curve(
    const Tensor& preds, const Tensor& target, const MultilabelCurveOptions& options);
HEARTH_API RocPoints binary_roc(const Tensor& preds, const Tensor& target,
                                const BinaryCurveOptions& options = {});
HEARTH_API std::vector<RocPoints> multiclass_roc(const Tensor& preds, const Tensor& target,
                                                 const MulticlassCurveOptions& options,
                                                 Average average = Average::None);
HEARTH_API std::vector<RocPoints> multilabel_roc(const Tensor& preds, const Tensor& target,
                                                 const MultilabelCurveOptions& options);
HEARTH_API Tensor binary_auroc(const Tensor& preds, const Tensor& target,
                               const BinaryCurveOptions& options = {},
                               std::optional<double> max_fpr = std::nullopt);
HEARTH_API Tensor multiclass_auroc(const Tensor& preds, const Tensor& target,
                                   const MulticlassCurveOptions& options,
                                   Average average = Average::Macro);
HEARTH_API Tensor multilabel_auroc(const Tensor& preds, const Tensor& target,
                                   const MultilabelCurveOptions& options,
                                   Average average = Average::Macro);
HEARTH_API Tensor binary_average_precision(const Tensor& preds, const Tensor& target,
                                           const BinaryCurveOptions& options = {});
HEARTH_API Tensor multiclass_average_precision(const Tensor& preds, const Tensor& target,
                                               const MulticlassCurveOptions& options,
                                               Average average = Average::Macro);
HEARTH_API Tensor multilabel_average_precision(const Tensor& preds, const Tensor& target,
                                               const MultilabelCurveOptions& options,
                                               Average average = Average::Macro);
HEARTH_API Tensor binary_eer(const Tensor& preds, const Tensor& target,
                             const BinaryCurveOptions& options = {});
HEARTH_API Tensor multiclass_eer(const Tensor& preds, const Tensor& target,
                                 const MulticlassCurveOptions& options);
HEARTH_API Tensor multilabel_eer(const Tensor& preds, const Tensor& target,
                                 const MultilabelCurveOptions& options);
HEARTH_API OperatingPoint binary_recall_at_fixed_precision(const Tensor& preds,
                                                           const Tensor& target,
                                                           double min_precision,
                                                           const BinaryCurveOptions& options = {});
HEARTH_API OperatingPoint
multiclass_recall_at_fixed_precision(const Tensor& preds, const Tensor& target,
                                     double min_precision, const MulticlassCurveOptions& options);
HEARTH_API OperatingPoint
multilabel_recall_at_fixed_precision(const Tensor& preds, const Tensor& target,
                                     double min_precision, const MultilabelCurveOptions& options);
HEARTH_API OperatingPoint binary_precision_at_fixed_recall(const Tensor& preds,
                                                           const Tensor& target, double min_recall,
                                                           const BinaryCurveOptions& options = {});
HEARTH_API OperatingPoint
multiclass_precision_at_fixed_recall(const Tensor& preds, const Tensor& target, double min_recall,
                                     const MulticlassCurveOptions& options);
HEARTH_API OperatingPoint
multilabel_precision_at_fixed_recall(const Tensor& preds, const Tensor& target, double min_recall,
                                     const MultilabelCurveOptions& options);
HEARTH_API OperatingPoint binary_sensitivity_at_specificity(const Tensor& preds,
                                                            const Tensor& target,
                                                            double min_specificity,
                                                            const BinaryCurveOptions& options = {});
HEARTH_API OperatingPoint multiclass_sensitivity_at_specificity(
    const Tensor& preds, const Tensor& target, double min_specificity,
    const MulticlassCurveOptions& options);
HEARTH_API OperatingPoint multilabel_sensitivity_at_specificity(
    const Tensor& preds, const Tensor& target, double min_specificity,
    const MultilabelCurveOptions& options);
HEARTH_API OperatingPoint binary_specificity_at_sensitivity(const Tensor& preds,
                                                            const Tensor& target,
                                                            double min_sensitivity,
                                                            const BinaryCurveOptions& options = {});
HEARTH_API OperatingPoint multiclass_specificity_at_sensitivity(
    const Tensor& preds, const Tensor& target, double min_sensitivity,
    const MulticlassCurveOptions& options);
HEARTH_API OperatingPoint multilabel_specificity_at_sensitivity(
    const Tensor& preds, const Tensor& target, double min_sensitivity,
    const MultilabelCurveOptions& options);

HEARTH_API Tensor binary_logauc(const Tensor& preds, const Tensor& target,
                                const BinaryCurveOptions& options = {},
                                LogAUC::Range fpr_range = {0.001, 0.1});
HEARTH_API Tensor multiclass_logauc(const Tensor& preds, const Tensor& target,
                                    const MulticlassCurveOptions& options,
                                    LogAUC::Range fpr_range = {0.001, 0.1},
                                    Average average = Average::Macro);
HEARTH_API Tensor multilabel_logauc(const Tensor& preds, const Tensor& target,
                                    const MultilabelCurveOptions& options,
                                    LogAUC::Range fpr_range = {0.001, 0.1},
                                    Average average = Average::Macro);

}  // namespace functional
}  // namespace hearth::metrics
