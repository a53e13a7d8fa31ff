// SPDX-License-Identifier: Apache-2.0
#include "hearth/metrics/aggregation.h"

#include <limits>

#include "hearth/base/warning.h"
#include "hearth/ops/creation.h"

namespace hearth::metrics {

void Aggregator::update(double value) {
  update(scalar_tensor(value, TensorOptions(kDouble).device(device())));
}

std::pair<Tensor, Tensor> Aggregator::cleaned(const Tensor& value, const Tensor& weight) const {
  HEARTH_CHECK_AS(DtypeError, !value.is_complex(), "[", name(),
                  "] values should be real, they are ", value.scalar_type());
  const Tensor all = value.to(kDouble).flatten();
  const Tensor weights =
      weight.defined() ? weight.to(kDouble).expand(value.sizes()).flatten() : Tensor();
  if (nan_strategy_.imputed()) {
    const double number = *nan_strategy_.imputed();
    return {all.where(all.isnan().logical_not(), number),
            weights.defined() ? weights.where(weights.isnan().logical_not(), number) : weights};
  }
  if (nan_strategy_.kind() == NanStrategy::Disable) return {all, weights};
  Tensor keep = all.isnan().logical_not();
  if (weights.defined()) keep = keep.logical_and(weights.isnan().logical_not());
  if (keep.all().item<bool>()) return {all, weights};
  HEARTH_CHECK_AS(ValueError, nan_strategy_.kind() != NanStrategy::Error, "[", name(),
                  "] there is a NaN among the values");
  if (nan_strategy_.kind() == NanStrategy::Warn)
    HEARTH_WARN_ONCE("[", name(), "] leaves NaN out; NanStrategy says what else to do");
  return {all.masked_select(keep), weights.defined() ? weights.masked_select(keep) : weights};
}

MaxMetric::MaxMetric(NanStrategy nan_strategy) : Aggregator("MaxMetric", nan_strategy) {
  add_state("max_value", scalar_tensor(-std::numeric_limits<double>::infinity(), kDouble),
            Merge::Max);
}
void MaxMetric::accumulate(const Tensor& value) {
  const Tensor values = cleaned(value).first;
  if (values.numel() > 0) add(0, values.max());
}

MinMetric::MinMetric(NanStrategy nan_strategy) : Aggregator("MinMetric", nan_strategy) {
  add_state("min_value", scalar_tensor(std::numeric_limits<double>::infinity(), kDouble),
            Merge::Min);
}
void MinMetric::accumulate(const Tensor& value) {
  const Tensor values = cleaned(value).first;
  if (values.numel() > 0) add(0, values.min());
}

SumMetric::SumMetric(NanStrategy nan_strategy) : Aggregator("SumMetric", nan_strategy) {
  add_state("sum_value", zeros({}, kDouble), Merge::Sum);
}
void SumMetric::accumulate(const Tensor& value) { add(0, cleaned(value).first.sum()); }

CatMetric::CatMetric(NanStrategy nan_strategy) : Aggregator("CatMetric", nan_strategy) {
  add_state("value", zeros({0}, kDouble), Merge::Cat);
}
void CatMetric::accumulate(const Tensor& value) { add(0, cleaned(value).first); }

MeanMetric::MeanMetric(NanStrategy nan_strategy) : Aggregator("MeanMetric", nan_strategy) {
  add_state("mean_value", zeros({}, kDouble), Merge::Sum);
  add_state("weight", zeros({}, kDouble), Merge::Sum);
}

void MeanMetric::update(const Tensor& value, const Tensor& weight) {
  const NoGradGuard no_grad;
  begin_update(value);
  begin_update(weight);
  accumulate(value, weight);
  end_update();
}
void MeanMetric::update(double value, double weight) {
  const auto options = TensorOptions(kDouble).device(device());
  update(scalar_tensor(value, options), scalar_tensor(weight, options));
}
void MeanMetric::accumulate(const Tensor& value) { accumulate(value, {}); }
void MeanMetric::accumulate(const Tensor& value, const Tensor& weight) {
  const auto [values, weights] = cleaned(value, weight);
  add(0, (weights.defined() ? values * weights : values).sum());
  add(1, weights.defined() ? weights.sum()
                           : scalar_tensor(static_cast<double>(values.numel()), values.options()));
}
Tensor MeanMetric::value() const { return state(0) / state(1); }

}  // namespace hearth::metrics
