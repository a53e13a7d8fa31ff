// SPDX-License-Identifier: Apache-2.0
#include "hearth/metrics/regression.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "hearth/ops/activation.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/searchsorted.h"
#include "hearth/ops/view.h"

#include "metrics/value_of.h"

namespace hearth::metrics {
namespace {

constexpr double kSmallestScale = 1.17e-6;  // TorchMetrics' epsilon
constexpr double kInfinity = std::numeric_limits<double>::infinity();

void check_inputs(const std::string& name, const Tensor& preds, const Tensor& target) {
  HEARTH_CHECK_AS(ShapeError, preds.sizes() == target.sizes(), "[", name, "] preds of shape ",
                  preds.sizes(), " and target of shape ", target.sizes(),
                  " should be of one shape");
  HEARTH_CHECK_AS(DtypeError, !preds.is_complex() && !target.is_complex(), "[", name,
                  "] preds and target should be real");
}

/// Whether squared deviations are no more than rounding of equal values.
Tensor is_constant(const Tensor& n, const Tensor& mean, const Tensor& squares) {
  return squares.le(n * (mean * 1e-13).square());
}

Tensor averaged(const Tensor& scores, const Tensor& variances, Multioutput how) {
  if (how == Multioutput::UniformAverage) return scores.mean();
  if (how == Multioutput::VarianceWeighted) return (variances / variances.sum() * scores).sum();
  return scores;
}

/// 1 - part / whole; where whole is 0 it is 1 if part is 0 too, else 0.
Tensor explained(const Tensor& part, const Tensor& whole, const Tensor& no_whole,
                 const Tensor& no_part) {
  const Tensor usual = 1 - part / whole;
  return usual.where(no_whole.logical_not(), no_part.to(kDouble));
}

/// Mean ranks, from 1, of each column.
Tensor ranks_of(const Tensor& x) {
  const Tensor columns = x.t().contiguous();
  const Tensor sorted = std::get<0>(columns.sort(1));
  const Tensor before = searchsorted(sorted, columns);
  const Tensor through = searchsorted(sorted, columns, false, true);
  return (before + through + 1).to(kDouble).div(2).t();
}

double pairs(double n) { return n * (n - 1) / 2; }

/// Pairs within runs of places where `same(i - 1, i)`, and how many runs there are.
template <typename F>
std::pair<double, int64_t> tied_pairs(int64_t n, const F& same) {
  double ties = 0;
  int64_t runs = 0;
  for (int64_t i = 0, run = 0; i < n; ++i) {
    run = i > 0 && same(i - 1, i) ? run + 1 : 1;
    runs += run == 1;
    ties += static_cast<double>(run - 1);
  }
  return {ties, runs};
}

/// How many pairs of y stand in the wrong order; sorts it.
double count_swaps(std::vector<double>& y) {
  std::vector<double> merged(y.size());
  double swaps = 0;
  for (size_t width = 1; width < y.size(); width *= 2) {
    for (size_t low = 0; low < y.size(); low += 2 * width) {
      const size_t middle = std::min(low + width, y.size());
      const size_t high = std::min(low + 2 * width, y.size());
      size_t i = low, j = middle;
      for (size_t k = low; k < high; ++k) {
        if (j == high || (i < middle && y[i] <= y[j])) {
          merged[k] = y[i++];
        } else {
          swaps += static_cast<double>(middle - i);
          merged[k] = y[j++];
        }
      }
    }
    y.swap(merged);
  }
  return swaps;
}

/// Knight's algorithm, n log n.
double kendall(const Tensor& x, const Tensor& y, char variant) {
  const Tensor by_y = y.argsort(/*stable=*/true);
  const Tensor order = by_y.index_select(0, x.index_select(0, by_y).argsort(/*stable=*/true));
  const Tensor sorted_x = x.index_select(0, order).cpu().contiguous();
  const Tensor sorted_y = y.index_select(0, order).cpu().contiguous();
  const auto* a = sorted_x.const_data_ptr<double>();
  const auto* b = sorted_y.const_data_ptr<double>();
  const int64_t n = sorted_x.size(0);
  const auto [ties_x, runs_x] = tied_pairs(n, [&](auto i, auto j) { return a[i] == a[j]; });
  const double ties_both =
      tied_pairs(n, [&](auto i, auto j) { return a[i] == a[j] && b[i] == b[j]; }).first;
  std::vector<double> values(b, b + n);
  const double discordant = count_swaps(values);
  const auto [ties_y, runs_y] =
      tied_pairs(n, [&](size_t i, size_t j) { return values[i] == values[j]; });
  const auto count = static_cast<double>(n);
  const double all = pairs(count);
  const double untied = all - ties_x - ties_y + ties_both;  // concordant or discordant
  const double excess = untied - 2 * discordant;
  double tau = 0;
  if (variant == 'a') {
    tau = excess / untied;
  } else if (variant == 'b') {
    tau = excess / std::sqrt((all - ties_x) * (all - ties_y));
  } else {
    const auto classes = static_cast<double>(std::min(runs_x, runs_y));
    tau = 2 * excess / ((classes - 1) / classes * count * count);
  }
  return std::isnan(tau) ? tau : std::clamp(tau, -1.0, 1.0);
}

}  // namespace

RegressionMetric::RegressionMetric(const char* name, const std::string& key, int64_t num_outputs)
    : TensorMetric(name, cat_str(key, " (outputs ", num_outputs, ")")), num_outputs_(num_outputs) {
  HEARTH_CHECK_AS(ValueError, num_outputs >= 1, "[", name,
                  "] num_outputs should be at least 1, it is ", num_outputs);
}

std::pair<Tensor, Tensor> RegressionMetric::rows(const Tensor& preds, const Tensor& target) const {
  check_inputs(name(), preds, target);
  HEARTH_CHECK_AS(ShapeError,
                  num_outputs_ == 1 || (preds.dim() == 2 && preds.size(1) == num_outputs_), "[",
                  name(), "] preds and target should have shape [N, ", num_outputs_,
                  "], they have ", preds.sizes());
  return {preds.to(kDouble).reshape({-1, num_outputs_}),
          target.to(kDouble).reshape({-1, num_outputs_})};
}

Tensor RegressionMetric::squeezed(const Tensor& values) const {
  return num_outputs_ == 1 ? values.squeeze() : values;
}

// ---- means of errors

MeanErrorMetric::MeanErrorMetric(const char* name, const std::string& settings, int64_t num_outputs)
    : RegressionMetric(name, settings, num_outputs) {
  add_state("sum", zeros({num_outputs}, kDouble), Merge::Sum);
  add_state("total", zeros({}, kLong), Merge::Sum);
}

void MeanErrorMetric::accumulate(const Tensor& preds, const Tensor& target) {
  const auto [p, t] = rows(preds, target);
  add(0, errors(p, t).sum(0));
  add(1, scalar_tensor(p.size(0), t.options().dtype(kLong)));
}
Tensor MeanErrorMetric::mean() const { return squeezed(state(0)) / state(1); }
Tensor MeanErrorMetric::value() const { return mean(); }

Tensor MeanSquaredError::errors(const Tensor& p, const Tensor& t) const { return (p - t).square(); }
Tensor MeanSquaredError::value() const { return squared_ ? mean() : mean().sqrt(); }
Tensor MeanAbsoluteError::errors(const Tensor& p, const Tensor& t) const { return (p - t).abs(); }
Tensor MeanAbsolutePercentageError::errors(const Tensor& p, const Tensor& t) const {
  return (p - t).abs() / t.abs().clamp_min(kSmallestScale);
}
Tensor SymmetricMeanAbsolutePercentageError::errors(const Tensor& p, const Tensor& t) const {
  return (p - t).abs() * 2 / (t.abs() + p.abs()).clamp_min(kSmallestScale);
}
Tensor MeanSquaredLogError::errors(const Tensor& p, const Tensor& t) const {
  return (p.log1p() - t.log1p()).square();
}
Tensor LogCoshError::errors(const Tensor& p, const Tensor& t) const {
  const Tensor d = (p - t).abs();
  return d + (d * -2).exp().log1p() - std::log(2.0);
}

TweedieDevianceScore::TweedieDevianceScore(double power)
    : MeanErrorMetric("TweedieDevianceScore", cat_str("Tweedie deviance of power ", power)),
      power_(power) {
  HEARTH_CHECK_AS(ValueError, power <= 0 || power >= 1,
                  "[TweedieDevianceScore] there is no distribution of power ", power,
                  "; it should not lie between 0 and 1");
}

Tensor TweedieDevianceScore::errors(const Tensor& p, const Tensor& t) const {
  if (power_ == 0) return (t - p).square();
  HEARTH_CHECK_AS(ValueError, !p.le(0).any().item<bool>(), "[TweedieDevianceScore] of power ",
                  power_, ", preds should be above 0");
  HEARTH_CHECK_AS(ValueError, power_ < 0 || !(power_ < 2 ? t.lt(0) : t.le(0)).any().item<bool>(),
                  "[TweedieDevianceScore] of power ", power_, ", target should be ",
                  power_ < 2 ? "at least" : "above", " 0");
  if (power_ == 1) return (xlogy(t, t / p) + p - t) * 2;
  if (power_ == 2) return ((p / t).log() + t / p - 1) * 2;
  return (t.clamp_min(0).pow(2 - power_) / ((1 - power_) * (2 - power_)) -
          t * p.pow(1 - power_) / (1 - power_) + p.pow(2 - power_) / (2 - power_)) *
         2;
}

// ---- other sums

WeightedMeanAbsolutePercentageError::WeightedMeanAbsolutePercentageError()
    : RegressionMetric("WeightedMeanAbsolutePercentageError", "weighted relative error", 1) {
  add_state("sum_abs_error", zeros({}, kDouble), Merge::Sum);
  add_state("sum_scale", zeros({}, kDouble), Merge::Sum);
}
void WeightedMeanAbsolutePercentageError::accumulate(const Tensor& preds, const Tensor& target) {
  const auto [p, t] = rows(preds, target);
  add(0, (p - t).abs().sum());
  add(1, t.abs().sum());
}
Tensor WeightedMeanAbsolutePercentageError::value() const {
  return state(0) / state(1).clamp_min(kSmallestScale);
}

MinkowskiDistance::MinkowskiDistance(double p)
    : RegressionMetric("MinkowskiDistance", cat_str("Minkowski distance of order ", p), 1), p_(p) {
  HEARTH_CHECK_AS(ValueError, p >= 1, "[MinkowskiDistance] p should be at least 1, it is ", p);
  add_state("sum", zeros({}, kDouble), Merge::Sum);
}
void MinkowskiDistance::accumulate(const Tensor& preds, const Tensor& target) {
  const auto [p, t] = rows(preds, target);
  add(0, (p - t).abs().pow(p_).sum());
}
Tensor MinkowskiDistance::value() const { return state(0).pow(1 / p_); }

CriticalSuccessIndex::CriticalSuccessIndex(double threshold)
    : RegressionMetric("CriticalSuccessIndex", cat_str("success at threshold ", threshold), 1),
      threshold_(threshold) {
  add_state("hits", zeros({}, kLong), Merge::Sum);
  add_state("either", zeros({}, kLong), Merge::Sum);
}
void CriticalSuccessIndex::accumulate(const Tensor& preds, const Tensor& target) {
  const auto [p, t] = rows(preds, target);
  const Tensor said = p.ge(threshold_), there = t.ge(threshold_);
  add(0, said.logical_and(there).sum());
  add(1, said.logical_or(there).sum());
}
Tensor CriticalSuccessIndex::value() const {
  // Of no event at all it is 0.
  return state(0).to(kDouble) / state(1).clamp_min(1);
}

// ---- variances

R2Score::R2Score(int64_t adjusted, Multioutput multioutput, int64_t num_outputs)
    : RegressionMetric("R2Score", "squared errors and deviations", num_outputs),
      adjusted_(adjusted),
      multioutput_(multioutput) {
  HEARTH_CHECK_AS(ValueError, adjusted >= 0, "[R2Score] adjusted should be at least 0, it is ",
                  adjusted);
  add_state("sum_squared_error", zeros({num_outputs}, kDouble), Merge::Sum);
  add_state("target", zeros({6, num_outputs}, kDouble), Merge::Moments);
}
void R2Score::accumulate(const Tensor& preds, const Tensor& target) {
  const auto [p, t] = rows(preds, target);
  add(0, (t - p).square().sum(0));
  add(1, moments_of(t, t));
}
Tensor R2Score::value() const {
  const Tensor& seen = state(1);
  const auto n = seen[0][0].item<double>();
  HEARTH_CHECK_AS(ValueError, n >= 2, "[R2Score] needs at least two samples, there are ", n);
  const Tensor constant = is_constant(seen[0], seen[1], seen[3]);
  const Tensor scores = explained(state(0), seen[3], constant, state(0).eq(0));
  const Tensor r2 = averaged(scores, seen[3], multioutput_);
  const auto k = static_cast<double>(adjusted_);
  // With as many regressors as samples there is nothing to adjust by.
  const Tensor fair = k == 0 || k >= n - 1 ? r2 : 1 - (1 - r2) * ((n - 1) / (n - k - 1));
  return multioutput_ == Multioutput::RawValues ? squeezed(fair) : fair;
}

ExplainedVariance::ExplainedVariance(Multioutput multioutput, int64_t num_outputs)
    : RegressionMetric("ExplainedVariance", "moments of error and target", num_outputs),
      multioutput_(multioutput) {
  add_state("moments", zeros({6, num_outputs}, kDouble), Merge::Moments);
}
void ExplainedVariance::accumulate(const Tensor& preds, const Tensor& target) {
  const auto [p, t] = rows(preds, target);
  add(0, moments_of(t - p, t));
}
Tensor ExplainedVariance::value() const {
  const Tensor& m = state(0);
  const Tensor scores = explained(m[3], m[4], is_constant(m[0], m[2], m[4]),
                                  is_constant(m[0], m[1].abs().maximum(m[2].abs()), m[3]));
  const Tensor all = averaged(scores, m[4], multioutput_);
  return multioutput_ == Multioutput::RawValues ? squeezed(all) : all;
}

RelativeSquaredError::RelativeSquaredError(int64_t num_outputs, bool squared)
    : RegressionMetric("RelativeSquaredError", "squared errors and deviations", num_outputs),
      squared_(squared) {
  add_state("sum_squared_error", zeros({num_outputs}, kDouble), Merge::Sum);
  add_state("target", zeros({6, num_outputs}, kDouble), Merge::Moments);
}
void RelativeSquaredError::accumulate(const Tensor& preds, const Tensor& target) {
  const auto [p, t] = rows(preds, target);
  add(0, (t - p).square().sum(0));
  add(1, moments_of(t, t));
}
Tensor RelativeSquaredError::value() const {
  const Tensor ratio = state(0) / state(1)[3].clamp_min(1.1920928955078125e-07);
  return (squared_ ? ratio : ratio.sqrt()).mean();
}

NormalizedRootMeanSquaredError::NormalizedRootMeanSquaredError(Normalization normalization,
                                                               int64_t num_outputs)
    : RegressionMetric("NormalizedRootMeanSquaredError", "squared errors, moments and range",
                       num_outputs),
      normalization_(normalization) {
  add_state("sum_squared_error", zeros({num_outputs}, kDouble), Merge::Sum);
  add_state("target", zeros({6, num_outputs}, kDouble), Merge::Moments);
  add_state("min_val", full({num_outputs}, kInfinity, kDouble), Merge::Min);
  add_state("max_val", full({num_outputs}, -kInfinity, kDouble), Merge::Max);
}
void NormalizedRootMeanSquaredError::accumulate(const Tensor& preds, const Tensor& target) {
  const auto [p, t] = rows(preds, target);
  if (p.size(0) == 0) return;
  add(0, (t - p).square().sum(0));
  add(1, moments_of(t, t));
  add(2, t.amin(0));
  add(3, t.amax(0));
}
Tensor NormalizedRootMeanSquaredError::value() const {
  const Tensor& m = state(1);
  const Tensor scale = normalization_ == Normalization::Mean    ? m[1]
                       : normalization_ == Normalization::Range ? state(3) - state(2)
                       : normalization_ == Normalization::Std
                           ? (m[3] / m[0]).sqrt()
                           : (m[3] + m[0] * m[1].square()).sqrt();
  return squeezed((state(0) / m[0]).sqrt() / scale);
}

// ---- correlations

PearsonCorrCoef::PearsonCorrCoef(int64_t num_outputs)
    : RegressionMetric("PearsonCorrCoef", "moments of preds and target", num_outputs) {
  add_state("moments", zeros({6, num_outputs}, kDouble), Merge::Moments);
}
void PearsonCorrCoef::accumulate(const Tensor& preds, const Tensor& target) {
  const auto [p, t] = rows(preds, target);
  add(0, moments_of(p, t));
}
namespace {
Tensor correlation(const Tensor& m) {
  const Tensor constant = is_constant(m[0], m[1], m[3]).logical_or(is_constant(m[0], m[2], m[4]));
  return (m[5] / m[3].sqrt() / m[4].sqrt())
      .clamp(-1, 1)
      .masked_fill(constant, std::numeric_limits<double>::quiet_NaN());
}
}  // namespace
Tensor PearsonCorrCoef::value() const { return squeezed(correlation(state(0))); }

ConcordanceCorrCoef::ConcordanceCorrCoef(int64_t num_outputs)
    : RegressionMetric("ConcordanceCorrCoef", "moments of preds and target", num_outputs) {
  add_state("moments", zeros({6, num_outputs}, kDouble), Merge::Moments);
}
void ConcordanceCorrCoef::accumulate(const Tensor& preds, const Tensor& target) {
  const auto [p, t] = rows(preds, target);
  add(0, moments_of(p, t));
}
Tensor ConcordanceCorrCoef::value() const {
  const Tensor& m = state(0);
  const Tensor freedom = m[0] - 1;
  const Tensor x = m[3] / freedom, y = m[4] / freedom;
  return squeezed(correlation(m) * 2 * x.sqrt() * y.sqrt() / (x + y + (m[1] - m[2]).square()));
}

SpearmanCorrCoef::SpearmanCorrCoef(int64_t num_outputs)
    : RegressionMetric("SpearmanCorrCoef", "all preds and targets", num_outputs) {
  add_state("preds", zeros({0, num_outputs}, kDouble), Merge::Cat);
  add_state("target", zeros({0, num_outputs}, kDouble), Merge::Cat);
}
void SpearmanCorrCoef::accumulate(const Tensor& preds, const Tensor& target) {
  const auto [p, t] = rows(preds, target);
  add(0, p);
  add(1, t);
}
Tensor SpearmanCorrCoef::value() const {
  if (state(0).size(0) == 0)
    return squeezed(
        full({num_outputs()}, std::numeric_limits<double>::quiet_NaN(), state(0).options()));
  return squeezed(correlation(moments_of(ranks_of(state(0)), ranks_of(state(1)))).nan_to_num(0.));
}

KendallRankCorrCoef::KendallRankCorrCoef(char variant, int64_t num_outputs)
    : RegressionMetric("KendallRankCorrCoef", "all preds and targets", num_outputs),
      variant_(variant) {
  HEARTH_CHECK_AS(ValueError, variant == 'a' || variant == 'b' || variant == 'c',
                  "[KendallRankCorrCoef] variant should be a, b or c, it is ", variant);
  add_state("preds", zeros({0, num_outputs}, kDouble), Merge::Cat);
  add_state("target", zeros({0, num_outputs}, kDouble), Merge::Cat);
}
void KendallRankCorrCoef::accumulate(const Tensor& preds, const Tensor& target) {
  const auto [p, t] = rows(preds, target);
  add(0, p);
  add(1, t);
}
Tensor KendallRankCorrCoef::value() const {
  std::vector<Tensor> taus;
  for (int64_t k = 0; k < num_outputs(); ++k)
    taus.push_back(scalar_tensor(kendall(state(0).select(1, k), state(1).select(1, k), variant_),
                                 state(0).options()));
  return squeezed(stack(taus));
}

// ---- rows

RowMetric::RowMetric(const char* name, const std::string& settings, Reduce reduction)
    : TensorMetric(
          name, cat_str(name, " of rows (", settings, ", each ", reduction == Reduce::None, ")")),
      reduction_(reduction) {
  if (reduction == Reduce::None) {
    add_state("values", zeros({0}, kDouble), Merge::Cat);
  } else {
    add_state("sum", zeros({}, kDouble), Merge::Sum);
  }
  add_state("total", zeros({}, kLong), Merge::Sum);
}
void RowMetric::accumulate(const Tensor& preds, const Tensor& target) {
  check_inputs(name(), preds, target);
  HEARTH_CHECK_AS(ShapeError, preds.dim() == 2, "[", name(),
                  "] preds and target should have shape [N, D], they have ", preds.sizes());
  const Tensor each = values(preds.to(kDouble), target.to(kDouble));
  add(0, reduction_ == Reduce::None ? each : each.sum());
  add(1, scalar_tensor(each.size(0), each.options().dtype(kLong)));
}
Tensor RowMetric::value() const {
  return reduction_ == Reduce::Mean ? state(0) / state(1) : state(0);
}

Tensor CosineSimilarity::values(const Tensor& preds, const Tensor& target) const {
  return (preds * target).sum(1) / (preds.square().sum(1).sqrt() * target.square().sum(1).sqrt());
}

namespace {
/// Rows of probabilities that sum to 1.
Tensor divergence(const Tensor& p, const Tensor& q) {
  return (p * (p / q).log()).where(p.ne(0), 0).sum(1);
}
Tensor normalized(const Tensor& p) { return p / p.sum({1}, true); }
Tensor log_divergence(const Tensor& p, const Tensor& q) { return (p.exp() * (p - q)).sum(1); }
}  // namespace

Tensor KLDivergence::values(const Tensor& p, const Tensor& q) const {
  return log_prob_ ? log_divergence(p, q) : divergence(normalized(p), normalized(q));
}

Tensor JensenShannonDivergence::values(const Tensor& p, const Tensor& q) const {
  if (log_prob_) {
    const Tensor mean = stack({p, q}).logsumexp({0}) - std::log(2.0);
    return (log_divergence(p, mean) + log_divergence(q, mean)) / 2;
  }
  const Tensor a = normalized(p), b = normalized(q), mean = (a + b) / 2;
  return (divergence(a, mean) + divergence(b, mean)) / 2;
}

namespace functional {
namespace {
int64_t columns(const Tensor& t) { return t.defined() && t.dim() == 2 ? t.size(1) : 1; }
}  // namespace

Tensor mean_squared_error(const Tensor& preds, const Tensor& target, bool squared,
                          int64_t num_outputs) {
  return value_of(MeanSquaredError(squared, num_outputs), preds, target);
}
Tensor mean_absolute_error(const Tensor& preds, const Tensor& target, int64_t num_outputs) {
  return value_of(MeanAbsoluteError(num_outputs), preds, target);
}
Tensor mean_absolute_percentage_error(const Tensor& preds, const Tensor& target) {
  return value_of(MeanAbsolutePercentageError(), preds, target);
}
Tensor symmetric_mean_absolute_percentage_error(const Tensor& preds, const Tensor& target) {
  return value_of(SymmetricMeanAbsolutePercentageError(), preds, target);
}
Tensor weighted_mean_absolute_percentage_error(const Tensor& preds, const Tensor& target) {
  return value_of(WeightedMeanAbsolutePercentageError(), preds, target);
}
Tensor mean_squared_log_error(const Tensor& preds, const Tensor& target) {
  return value_of(MeanSquaredLogError(), preds, target);
}
Tensor log_cosh_error(const Tensor& preds, const Tensor& target) {
  return value_of(LogCoshError(columns(preds)), preds, target);
}
Tensor tweedie_deviance_score(const Tensor& preds, const Tensor& target, double power) {
  return value_of(TweedieDevianceScore(power), preds, target);
}
Tensor minkowski_distance(const Tensor& preds, const Tensor& target, double p) {
  return value_of(MinkowskiDistance(p), preds, target);
}
Tensor critical_success_index(const Tensor& preds, const Tensor& target, double threshold) {
  return value_of(CriticalSuccessIndex(threshold), preds, target);
}
Tensor r2_score(const Tensor& preds, const Tensor& target, int64_t adjusted,
                Multioutput multioutput) {
  return value_of(R2Score(adjusted, multioutput, columns(preds)), preds, target);
}
Tensor explained_variance(const Tensor& preds, const Tensor& target, Multioutput multioutput) {
  return value_of(ExplainedVariance(multioutput, columns(preds)), preds, target);
}
Tensor relative_squared_error(const Tensor& preds, const Tensor& target, bool squared) {
  return value_of(RelativeSquaredError(columns(preds), squared), preds, target);
}
Tensor normalized_root_mean_squared_error(
    const Tensor& preds, const Tensor& target,
    NormalizedRootMeanSquaredError::Normalization normalization, int64_t num_outputs) {
  return value_of(NormalizedRootMeanSquaredError(normalization, num_outputs), preds, target);
}
Tensor pearson_corrcoef(const Tensor& preds, const Tensor& target) {
  return value_of(PearsonCorrCoef(columns(preds)), preds, target);
}
Tensor concordance_corrcoef(const Tensor& preds, const Tensor& target) {
  return value_of(ConcordanceCorrCoef(columns(preds)), preds, target);
}
Tensor spearman_corrcoef(const Tensor& preds, const Tensor& target) {
  return value_of(SpearmanCorrCoef(columns(preds)), preds, target);
}
Tensor kendall_rank_corrcoef(const Tensor& preds, const Tensor& target, char variant) {
  return value_of(KendallRankCorrCoef(variant, columns(preds)), preds, target);
}
Tensor cosine_similarity(const Tensor& preds, const Tensor& target, Reduce reduction) {
  return value_of(CosineSimilarity(reduction), preds, target);
}
Tensor kl_divergence(const Tensor& p, const Tensor& q, bool log_prob, Reduce reduction) {
  return value_of(KLDivergence(log_prob, reduction), p, q);
}
Tensor jensen_shannon_divergence(const Tensor& p, const Tensor& q, bool log_prob,
                                 Reduce reduction) {
  return value_of(JensenShannonDivergence(log_prob, reduction), p, q);
}

}  // namespace functional
}  // namespace hearth::metrics
