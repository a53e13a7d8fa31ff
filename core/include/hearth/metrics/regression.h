// SPDX-License-Identifier: Apache-2.0
// Metrics of numbers. preds and target have one shape: any for one output, (N, outputs) for
// several, which have a value each. Everything is computed in double, and variances are merged from
// means and deviations, so data far from 0 keeps its digits.
#pragma once

#include "hearth/metrics/metric.h"

namespace hearth::metrics {

/// Base of this file's metrics: inputs as double (N, outputs).
class HEARTH_API RegressionMetric : public TensorMetric {
 protected:
  RegressionMetric(const char* name, const std::string& key, int64_t num_outputs);
  std::pair<Tensor, Tensor> rows(const Tensor& preds, const Tensor& target) const;
  int64_t num_outputs() const { return num_outputs_; }
  /// (outputs) as the value: 0-dim for one output.
  Tensor squeezed(const Tensor& values) const;

 private:
  int64_t num_outputs_;
};

/// The mean of an error over all samples.
class HEARTH_API MeanErrorMetric : public RegressionMetric {
 protected:
  MeanErrorMetric(const char* name, const std::string& settings, int64_t num_outputs = 1);
  void accumulate(const Tensor& preds, const Tensor& target) override;
  Tensor value() const override;
  virtual Tensor errors(const Tensor& preds, const Tensor& target) const = 0;
  Tensor mean() const;
};

/// The mean of (preds - target)^2, or with squared false its square root.
class HEARTH_API MeanSquaredError final : public MeanErrorMetric {
 public:
  explicit MeanSquaredError(bool squared = true, int64_t num_outputs = 1)
      : MeanErrorMetric("MeanSquaredError", "squared error", num_outputs), squared_(squared) {}

 private:
  Tensor errors(const Tensor& preds, const Tensor& target) const override;
  Tensor value() const override;
  bool squared_;
};

/// The mean of |preds - target|.
class HEARTH_API MeanAbsoluteError final : public MeanErrorMetric {
 public:
  explicit MeanAbsoluteError(int64_t num_outputs = 1)
      : MeanErrorMetric("MeanAbsoluteError", "absolute error", num_outputs) {}

 private:
  Tensor errors(const Tensor& preds, const Tensor& target) const override;
};

/// The mean of |preds - target| / max(|target|, 1.17e-6).
class HEARTH_API MeanAbsolutePercentageError final : public MeanErrorMetric {
 public:
  MeanAbsolutePercentageError()
      : MeanErrorMetric("MeanAbsolutePercentageError", "relative error") {}

 private:
  Tensor errors(const Tensor& preds, const Tensor& target) const override;
};

/// The mean of 2 |preds - target| / max(|target| + |preds|, 1.17e-6).
class HEARTH_API SymmetricMeanAbsolutePercentageError final : public MeanErrorMetric {
 public:
  SymmetricMeanAbsolutePercentageError()
      : MeanErrorMetric("SymmetricMeanAbsolutePercentageError", "symmetric relative error") {}

 private:
  Tensor errors(const Tensor& preds, const Tensor& target) const override;
};

/// The mean of (log(1 + preds) - log(1 + target))^2.
class HEARTH_API MeanSquaredLogError final : public MeanErrorMetric {
 public:
  MeanSquaredLogError() : MeanErrorMetric("MeanSquaredLogError", "squared log error") {}

 private:
  Tensor errors(const Tensor& preds, const Tensor& target) const override;
};

/// The mean of log(cosh(preds - target)).
class HEARTH_API LogCoshError final : public MeanErrorMetric {
 public:
  explicit LogCoshError(int64_t num_outputs = 1)
      : MeanErrorMetric("LogCoshError", "log cosh error", num_outputs) {}

 private:
  Tensor errors(const Tensor& preds, const Tensor& target) const override;
};

/// The mean deviance of a Tweedie distribution: 0 normal, 1 Poisson, 2 gamma, 3 inverse Gaussian.
/// Throws ValueError for a power between 0 and 1 and for values outside the distribution's domain.
class HEARTH_API TweedieDevianceScore final : public MeanErrorMetric {
 public:
  explicit TweedieDevianceScore(double power = 0);

 private:
  Tensor errors(const Tensor& preds, const Tensor& target) const override;
  double power_;
};

/// The sum of |preds - target| over max(the sum of |target|, 1.17e-6).
class HEARTH_API WeightedMeanAbsolutePercentageError final : public RegressionMetric {
 public:
  WeightedMeanAbsolutePercentageError();

 private:
  void accumulate(const Tensor& preds, const Tensor& target) override;
  Tensor value() const override;
};

/// (the sum of |preds - target|^p)^(1/p)
class HEARTH_API MinkowskiDistance final : public RegressionMetric {
 public:
  explicit MinkowskiDistance(double p);

 private:
  void accumulate(const Tensor& preds, const Tensor& target) override;
  Tensor value() const override;
  double p_;
};

/// Hits / (hits + misses + false alarms) of values that reach the threshold.
class HEARTH_API CriticalSuccessIndex final : public RegressionMetric {
 public:
  explicit CriticalSuccessIndex(double threshold);

 private:
  void accumulate(const Tensor& preds, const Tensor& target) override;
  Tensor value() const override;
  double threshold_;
};

/// How the values of several outputs become one.
enum class Multioutput { RawValues, UniformAverage, VarianceWeighted };

/// 1 - (sum of squared errors) / (sum of squared deviations of the target). Of a constant target it
/// is 1 if preds equal it, else 0. `adjusted` is the number of regressors to adjust for. Throws
/// ValueError for less than two samples.
class HEARTH_API R2Score final : public RegressionMetric {
 public:
  explicit R2Score(int64_t adjusted = 0, Multioutput multioutput = Multioutput::UniformAverage,
                   int64_t num_outputs = 1);

 private:
  void accumulate(const Tensor& preds, const Tensor& target) override;
  Tensor value() const override;
  int64_t adjusted_;
  Multioutput multioutput_;
};

/// 1 - var(target - preds) / var(target). Of a constant target it is 1 if the error is constant
/// too, else 0.
class HEARTH_API ExplainedVariance final : public RegressionMetric {
 public:
  explicit ExplainedVariance(Multioutput multioutput = Multioutput::UniformAverage,
                             int64_t num_outputs = 1);

 private:
  void accumulate(const Tensor& preds, const Tensor& target) override;
  Tensor value() const override;
  Multioutput multioutput_;
};

/// (sum of squared errors) / (sum of squared deviations of the target), or its root; the mean over
/// outputs.
class HEARTH_API RelativeSquaredError final : public RegressionMetric {
 public:
  explicit RelativeSquaredError(int64_t num_outputs = 1, bool squared = true);

 private:
  void accumulate(const Tensor& preds, const Tensor& target) override;
  Tensor value() const override;
  bool squared_;
};

/// The root mean squared error over the target's mean, range, standard deviation or norm.
class HEARTH_API NormalizedRootMeanSquaredError final : public RegressionMetric {
 public:
  enum class Normalization { Mean, Range, Std, L2 };
  explicit NormalizedRootMeanSquaredError(Normalization normalization = Normalization::Mean,
                                          int64_t num_outputs = 1);

 private:
  void accumulate(const Tensor& preds, const Tensor& target) override;
  Tensor value() const override;
  Normalization normalization_;
};

/// Linear correlation; NaN where preds or target are constant.
class HEARTH_API PearsonCorrCoef final : public RegressionMetric {
 public:
  explicit PearsonCorrCoef(int64_t num_outputs = 1);

 private:
  void accumulate(const Tensor& preds, const Tensor& target) override;
  Tensor value() const override;
};

/// 2 cov / (var(preds) + var(target) + (difference of means)^2); NaN where either is constant.
class HEARTH_API ConcordanceCorrCoef final : public RegressionMetric {
 public:
  explicit ConcordanceCorrCoef(int64_t num_outputs = 1);

 private:
  void accumulate(const Tensor& preds, const Tensor& target) override;
  Tensor value() const override;
};

/// The correlation of ranks, where ties share their mean rank; 0 where preds or target are
/// constant. Keeps all data.
class HEARTH_API SpearmanCorrCoef final : public RegressionMetric {
 public:
  explicit SpearmanCorrCoef(int64_t num_outputs = 1);

 private:
  void accumulate(const Tensor& preds, const Tensor& target) override;
  Tensor value() const override;
};

/// Kendall's tau in variant 'a', 'b' or 'c', by sorting. Keeps all data.
class HEARTH_API KendallRankCorrCoef final : public RegressionMetric {
 public:
  explicit KendallRankCorrCoef(char variant = 'b', int64_t num_outputs = 1);

 private:
  void accumulate(const Tensor& preds, const Tensor& target) override;
  Tensor value() const override;
  char variant_;
};

/// Base of metrics with a value for each row of (N, D).
class HEARTH_API RowMetric : public TensorMetric {
 protected:
  RowMetric(const char* name, const std::string& settings, Reduce reduction);
  void accumulate(const Tensor& preds, const Tensor& target) override;
  Tensor value() const override;
  virtual Tensor values(const Tensor& preds, const Tensor& target) const = 0;

 private:
  Reduce reduction_;
};

/// preds . target / (|preds| |target|); NaN for a zero vector. TorchMetrics sums unless told.
class HEARTH_API CosineSimilarity final : public RowMetric {
 public:
  explicit CosineSimilarity(Reduce reduction = Reduce::Sum)
      : RowMetric("CosineSimilarity", "", reduction) {}

 private:
  Tensor values(const Tensor& preds, const Tensor& target) const override;
};

/// The divergence of q from p, rows of (log) probabilities; rows are normalized unless they are
/// logarithms. `update(p, q)`.
class HEARTH_API KLDivergence final : public RowMetric {
 public:
  explicit KLDivergence(bool log_prob = false, Reduce reduction = Reduce::Mean)
      : RowMetric("KLDivergence", log_prob ? "log_prob" : "prob", reduction), log_prob_(log_prob) {}

 private:
  Tensor values(const Tensor& p, const Tensor& q) const override;
  bool log_prob_;
};

/// Half the divergences of p and of q from their mean.
class HEARTH_API JensenShannonDivergence final : public RowMetric {
 public:
  explicit JensenShannonDivergence(bool log_prob = false, Reduce reduction = Reduce::Mean)
      : RowMetric("JensenShannonDivergence", log_prob ? "log_prob" : "prob", reduction),
        log_prob_(log_prob) {}

 private:
  Tensor values(const Tensor& p, const Tensor& q) const override;
  bool log_prob_;
};

/// Of one batch; 2-d inputs have an output in each column, where the metric has several.
namespace functional {

HEARTH_API Tensor mean_squared_error(const Tensor& preds, const Tensor& target, bool squared = true,
                                     int64_t num_outputs = 1);
HEARTH_API Tensor mean_absolute_error(const Tensor& preds, const Tensor& target,
                                      int64_t num_outputs = 1);
HEARTH_API Tensor mean_absolute_percentage_error(const Tensor& preds, const Tensor& target);
HEARTH_API Tensor symmetric_mean_absolute_percentage_error(const Tensor& preds,
                                                           const Tensor& target);
HEARTH_API Tensor weighted_mean_absolute_percentage_error(const Tensor& preds,
                                                          const Tensor& target);
HEARTH_API Tensor mean_squared_log_error(const Tensor& preds, const Tensor& target);
HEARTH_API Tensor log_cosh_error(const Tensor& preds, const Tensor& target);
HEARTH_API Tensor tweedie_deviance_score(const Tensor& preds, const Tensor& target,
                                         double power = 0);
HEARTH_API Tensor minkowski_distance(const Tensor& preds, const Tensor& target, double p);
HEARTH_API Tensor critical_success_index(const Tensor& preds, const Tensor& target,
                                         double threshold);
HEARTH_API Tensor r2_score(const Tensor& preds, const Tensor& target, int64_t adjusted = 0,
                           Multioutput multioutput = Multioutput::UniformAverage);
HEARTH_API Tensor explained_variance(const Tensor& preds, const Tensor& target,
                                     Multioutput multioutput = Multioutput::UniformAverage);
HEARTH_API Tensor relative_squared_error(const Tensor& preds, const Tensor& target,
                                         bool squared = true);
HEARTH_API Tensor
normalized_root_mean_squared_error(const Tensor& preds, const Tensor& target,
                                   NormalizedRootMeanSquaredError::Normalization normalization =
                                       NormalizedRootMeanSquaredError::Normalization::Mean,
                                   int64_t num_outputs = 1);
HEARTH_API Tensor pearson_corrcoef(const Tensor& preds, const Tensor& target);
HEARTH_API Tensor concordance_corrcoef(const Tensor& preds, const Tensor& target);
HEARTH_API Tensor spearman_corrcoef(const Tensor& preds, const Tensor& target);
HEARTH_API Tensor kendall_rank_corrcoef(const Tensor& preds, const Tensor& target,
                                        char variant = 'b');
HEARTH_API Tensor cosine_similarity(const Tensor& preds, const Tensor& target,
                                    Reduce reduction = Reduce::Sum);
HEARTH_API Tensor kl_divergence(const Tensor& p, const Tensor& q, bool log_prob = false,
                                Reduce reduction = Reduce::Mean);
HEARTH_API Tensor jensen_shannon_divergence(const Tensor& p, const Tensor& q, bool log_prob = false,
                                            Reduce reduction = Reduce::Mean);

}  // namespace functional
}  // namespace hearth::metrics
