// SPDX-License-Identifier: Apache-2.0
// Statistics of values of any shape, such as the losses of batches. Values are double.
#pragma once

#include "hearth/metrics/metric.h"

namespace hearth::metrics {

/// What to do with NaN: TorchMetrics' nan_strategy. Imputing leaves the caller's tensor alone.
class NanStrategy {
 public:
  enum Kind {
    Warn,    ///< leave it out, and say so once
    Ignore,  ///< leave it out
    Error,   ///< throw ValueError
    Disable  ///< do not look
  };
  NanStrategy(Kind kind) : kind_(kind) {}
  /// This number takes its place.
  NanStrategy(double imputed) : imputed_(imputed) {}

  Kind kind() const { return kind_; }
  const std::optional<double>& imputed() const { return imputed_; }

 private:
  Kind kind_ = Disable;
  std::optional<double> imputed_;
};

/// Base of this file's metrics: `update(value)`.
class HEARTH_API Aggregator : public MetricOf<Tensor, Tensor> {
 public:
  using MetricOf<Tensor, Tensor>::update;
  void update(double value);

 protected:
  Aggregator(const char* name, NanStrategy nan_strategy)
      : MetricOf(name, name), nan_strategy_(nan_strategy) {}
  /// The values as 1-d double, without NaN, and the weights that belong to them if there are any.
  std::pair<Tensor, Tensor> cleaned(const Tensor& value, const Tensor& weight = {}) const;

 private:
  NanStrategy nan_strategy_;
};

/// The largest value; -inf of nothing.
class HEARTH_API MaxMetric final : public Aggregator {
 public:
  explicit MaxMetric(NanStrategy nan_strategy = NanStrategy::Warn);

 private:
  void accumulate(const Tensor& value) override;
  Tensor value() const override { return state(0); }
};

/// The smallest value; inf of nothing.
class HEARTH_API MinMetric final : public Aggregator {
 public:
  explicit MinMetric(NanStrategy nan_strategy = NanStrategy::Warn);

 private:
  void accumulate(const Tensor& value) override;
  Tensor value() const override { return state(0); }
};

class HEARTH_API SumMetric final : public Aggregator {
 public:
  explicit SumMetric(NanStrategy nan_strategy = NanStrategy::Warn);

 private:
  void accumulate(const Tensor& value) override;
  Tensor value() const override { return state(0); }
};

/// All values, as they came, in one dim.
class HEARTH_API CatMetric final : public Aggregator {
 public:
  explicit CatMetric(NanStrategy nan_strategy = NanStrategy::Warn);

 private:
  void accumulate(const Tensor& value) override;
  Tensor value() const override { return state(0); }
};

/// The mean, weighted on request; NaN of nothing.
///
///     MeanMetric loss;
///     loss.update(batch_loss, batch_size);
class HEARTH_API MeanMetric final : public Aggregator {
 public:
  explicit MeanMetric(NanStrategy nan_strategy = NanStrategy::Warn);
  using Aggregator::update;
  /// `weight` broadcasts to the value.
  void update(const Tensor& value, const Tensor& weight);
  void update(double value, double weight);

 private:
  void accumulate(const Tensor& value) override;
  void accumulate(const Tensor& value, const Tensor& weight);
  Tensor value() const override;
};

}  // namespace hearth::metrics
