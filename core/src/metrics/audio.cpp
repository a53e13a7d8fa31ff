// SPDX-License-Identifier: Apache-2.0
#include "hearth/metrics/audio.h"

#include <limits>

#include "hearth/ops/creation.h"
#include "hearth/ops/fft.h"
#include "hearth/ops/linalg_decompositions.h"
#include "hearth/ops/view.h"

namespace hearth::metrics {
namespace functional {
namespace {

/// Real signals of at least float, and the smallest difference in their type.
struct Signals {
  Signals(const char* name, const Tensor& p, const Tensor& t) {
    HEARTH_CHECK_AS(ShapeError, p.sizes() == t.sizes() && p.dim() > 0, "[", name,
                    "] preds of shape ", p.sizes(), " and target of shape ", t.sizes(),
                    " should be of one shape, with time last");
    HEARTH_CHECK_AS(DtypeError, p.is_floating_point() && t.is_floating_point(), "[", name,
                    "] signals should be of a floating type, they are ", p.scalar_type(), " and ",
                    t.scalar_type());
    const bool both = p.scalar_type() == kDouble || t.scalar_type() == kDouble;
    preds = p.to(both ? kDouble : kFloat);
    target = t.to(both ? kDouble : kFloat);
    eps = both ? std::numeric_limits<double>::epsilon() : std::numeric_limits<float>::epsilon();
  }
  void without_means() {
    preds = preds - preds.mean({-1}, true);
    target = target - target.mean({-1}, true);
  }
  /// In decibels; eps keeps silence finite.
  Tensor ratio(const Tensor& signal, const Tensor& noise, IntArrayRef dims = {-1}) const {
    return ((signal.square().sum(dims) + eps) / (noise.square().sum(dims) + eps)).log10() * 10;
  }
  /// The multiple of target that is nearest to preds.
  Tensor projected(IntArrayRef dims = {-1}) const {
    const Tensor share =
        ((preds * target).sum(dims, true) + eps) / (target.square().sum(dims, true) + eps);
    return share * target;
  }

  Tensor preds, target;
  double eps;
};

}  // namespace

Tensor signal_noise_ratio(const Tensor& preds, const Tensor& target, bool zero_mean) {
  Signals s("signal_noise_ratio", preds, target);
  if (zero_mean) s.without_means();
  return s.ratio(s.target, s.target - s.preds);
}

Tensor scale_invariant_signal_distortion_ratio(const Tensor& preds, const Tensor& target,
                                               bool zero_mean) {
  Signals s("scale_invariant_signal_distortion_ratio", preds, target);
  if (zero_mean) s.without_means();
  const Tensor scaled = s.projected();
  return s.ratio(scaled, scaled - s.preds);
}

Tensor scale_invariant_signal_noise_ratio(const Tensor& preds, const Tensor& target) {
  return scale_invariant_signal_distortion_ratio(preds, target, /*zero_mean=*/true);
}

Tensor complex_scale_invariant_signal_noise_ratio(const Tensor& preds, const Tensor& target,
                                                  bool zero_mean) {
  const auto signal = [](const Tensor& spectrum) {
    const Tensor pairs = spectrum.is_complex() ? view_as_real(spectrum) : spectrum;
    HEARTH_CHECK_AS(
        ShapeError, pairs.dim() >= 3 && pairs.size(-1) == 2,
        "[complex_scale_invariant_signal_noise_ratio] spectra should be complex [..., F, "
        "T] or real [..., F, T, 2], there is one of shape ",
        spectrum.sizes());
    return pairs.flatten(-3);
  };
  return scale_invariant_signal_distortion_ratio(signal(preds), signal(target), zero_mean);
}

Tensor source_aggregated_signal_distortion_ratio(const Tensor& preds, const Tensor& target,
                                                 bool scale_invariant, bool zero_mean) {
  Signals s("source_aggregated_signal_distortion_ratio", preds, target);
  HEARTH_CHECK_AS(ShapeError, preds.dim() >= 2,
                  "[source_aggregated_signal_distortion_ratio] signals should have shape [..., "
                  "speakers, time], they have ",
                  preds.sizes());
  if (zero_mean) s.without_means();
  const Tensor scaled = scale_invariant ? s.projected({-2, -1}) : s.target;
  return s.ratio(scaled, scaled - s.preds, {-2, -1});
}

Tensor signal_distortion_ratio(const Tensor& preds, const Tensor& target, int64_t filter_length,
                               bool zero_mean, std::optional<double> load_diag) {
  Signals s("signal_distortion_ratio", preds, target);
  HEARTH_CHECK_AS(ValueError, filter_length >= 1,
                  "[signal_distortion_ratio] filter_length should be at least 1, it is ",
                  filter_length);
  const ScalarType dtype = s.preds.scalar_type();
  s.preds = s.preds.to(kDouble);
  s.target = s.target.to(kDouble);
  if (zero_mean) s.without_means();
  const auto of_norm_1 = [](const Tensor& x) {
    return x / x.square().sum({-1}, true).sqrt().clamp_min(1e-6);
  };
  const Tensor p = of_norm_1(s.preds), t = of_norm_1(s.target);
  int64_t n = 1;
  while (n < 2 * p.size(-1) - 1) n *= 2;
  HEARTH_CHECK_AS(ShapeError, filter_length <= n, "[signal_distortion_ratio] signals of ",
                  p.size(-1), " samples are too short for filters of ", filter_length);
  const Tensor spectrum = fft_rfft(t, n);
  const auto correlation = [&](const Tensor& other) {
    return fft_irfft(spectrum.conj() * other, n).slice(-1, 0, filter_length);
  };
  Tensor own = correlation(spectrum);
  const Tensor cross = correlation(fft_rfft(p, n));
  const Tensor lags = arange(filter_length, TensorOptions(kLong).device(own.device()));
  if (load_diag) own = own + lags.eq(0).to(kDouble) * *load_diag;
  const Tensor apart = (lags.unsqueeze(0) - lags.unsqueeze(1)).abs();
  auto square = own.sizes().vec();
  square.back() = filter_length;
  square.push_back(filter_length);
  const Tensor equations = own.index_select(-1, apart.flatten()).reshape(square);
  const Tensor filter = linalg_solve(equations, cross.unsqueeze(-1)).squeeze(-1);
  const Tensor coherence = (cross * filter).sum({-1});
  return ((coherence / (1 - coherence)).log10() * 10).to(dtype);
}

namespace {

/// The best assignment of n columns to n rows, by dynamic programming over sets of columns.
std::vector<int64_t> best_assignment(const double* scores, int64_t n, double sign) {
  const size_t sets = size_t{1} << n;
  std::vector<double> best(sets, -std::numeric_limits<double>::infinity());
  std::vector<int8_t> chosen(sets, 0);
  best[0] = 0;
  for (size_t set = 1; set < sets; ++set) {
    const int row = __builtin_popcountll(set) - 1;
    chosen[set] = static_cast<int8_t>(__builtin_ctzll(set));
    for (int64_t column = 0; column < n; ++column) {
      if (!(set >> column & 1)) continue;
      const double score = best[set ^ (size_t{1} << column)] + sign * scores[row * n + column];
      if (score > best[set]) best[set] = score, chosen[set] = static_cast<int8_t>(column);
    }
  }
  std::vector<int64_t> columns(static_cast<size_t>(n));
  for (size_t set = sets - 1; set != 0; set ^= size_t{1} << chosen[set])
    columns[static_cast<size_t>(__builtin_popcountll(set) - 1)] = chosen[set];
  return columns;
}

}  // namespace

BestPermutation permutation_invariant_training(
    const Tensor& preds, const Tensor& target,
    const Callable<Tensor(const Tensor&, const Tensor&)>& metric_func, EvalFunc eval_func) {
  HEARTH_CHECK_AS(ShapeError,
                  preds.dim() >= 2 && target.dim() >= 2 && preds.size(0) == target.size(0) &&
                      preds.size(1) == target.size(1),
                  "[permutation_invariant_training] preds and target should have shape [batch, "
                  "speakers, ...], they have ",
                  preds.sizes(), " and ", target.sizes());
  const int64_t batch = preds.size(0), n = preds.size(1);
  HEARTH_CHECK_AS(ValueError, n >= 1 && n <= 16,
                  "[permutation_invariant_training] is for 1 to 16 speakers, there are ", n);
  std::vector<Tensor> rows;
  for (int64_t t = 0; t < n; ++t) {
    std::vector<Tensor> row;
    for (int64_t p = 0; p < n; ++p) {
      row.push_back(metric_func(preds.select(1, p), target.select(1, t)));
      HEARTH_CHECK_AS(ShapeError, row.back().dim() == 1 && row.back().size(0) == batch,
                      "[permutation_invariant_training] metric_func should give ", batch,
                      " values, it gives shape ", row.back().sizes());
    }
    rows.push_back(stack(row, 1));
  }
  const Tensor scores = stack(rows, 1);
  const Tensor host = scores.detach().to(kDouble).cpu().contiguous();
  Tensor permutation = empty({batch, n}, TensorOptions(kLong).device(kCPU));
  for (int64_t i = 0; i < batch; ++i) {
    const auto best = best_assignment(host.const_data_ptr<double>() + i * n * n, n,
                                      eval_func == EvalFunc::Max ? 1 : -1);
    std::copy(best.begin(), best.end(), permutation.data_ptr<int64_t>() + i * n);
  }
  permutation = permutation.to(preds.device());
  return {scores.gather(2, permutation.unsqueeze(2)).mean({1, 2}), permutation};
}

Tensor pit_permutate(const Tensor& preds, const Tensor& permutation) {
  HEARTH_CHECK_AS(ShapeError,
                  preds.dim() >= 2 && permutation.dim() == 2 &&
                      preds.size(0) == permutation.size(0) && preds.size(1) == permutation.size(1),
                  "[pit_permutate] preds should have shape [batch, speakers, ...] and permutation "
                  "[batch, speakers], they have ",
                  preds.sizes(), " and ", permutation.sizes());
  std::vector<Tensor> rows;
  for (int64_t i = 0; i < preds.size(0); ++i)
    rows.push_back(preds[i].index_select(0, permutation[i]));
  return stack(rows);
}

}  // namespace functional

RatioMetric::RatioMetric(const char* name, const std::string& settings, Ratio ratio)
    : TensorMetric(name, cat_str("sum of ", name, " (", settings, ")")), ratio_(std::move(ratio)) {
  add_state("sum", zeros({}, kDouble), Merge::Sum);
  add_state("total", zeros({}, kLong), Merge::Sum);
}
void RatioMetric::accumulate(const Tensor& preds, const Tensor& target) {
  const Tensor values = ratio_(preds, target);
  add(0, values.sum(kDouble));
  add(1, scalar_tensor(values.numel(), values.options().dtype(kLong)));
}
Tensor RatioMetric::value() const { return state(0) / state(1); }

SignalNoiseRatio::SignalNoiseRatio(bool zero_mean)
    : RatioMetric("SignalNoiseRatio", cat_str("zero_mean ", zero_mean),
                  [=](const Tensor& p, const Tensor& t) {
                    return functional::signal_noise_ratio(p, t, zero_mean);
                  }) {}
ScaleInvariantSignalNoiseRatio::ScaleInvariantSignalNoiseRatio()
    : RatioMetric("ScaleInvariantSignalNoiseRatio", "",
                  functional::scale_invariant_signal_noise_ratio) {}
ScaleInvariantSignalDistortionRatio::ScaleInvariantSignalDistortionRatio(bool zero_mean)
    : RatioMetric("ScaleInvariantSignalDistortionRatio", cat_str("zero_mean ", zero_mean),
                  [=](const Tensor& p, const Tensor& t) {
                    return functional::scale_invariant_signal_distortion_ratio(p, t, zero_mean);
                  }) {}
ComplexScaleInvariantSignalNoiseRatio::ComplexScaleInvariantSignalNoiseRatio(bool zero_mean)
    : RatioMetric("ComplexScaleInvariantSignalNoiseRatio", cat_str("zero_mean ", zero_mean),
                  [=](const Tensor& p, const Tensor& t) {
                    return functional::complex_scale_invariant_signal_noise_ratio(p, t, zero_mean);
                  }) {}
SourceAggregatedSignalDistortionRatio::SourceAggregatedSignalDistortionRatio(bool scale_invariant,
                                                                             bool zero_mean)
    : RatioMetric("SourceAggregatedSignalDistortionRatio",
                  cat_str("scale_invariant ", scale_invariant, ", zero_mean ", zero_mean),
                  [=](const Tensor& p, const Tensor& t) {
                    return functional::source_aggregated_signal_distortion_ratio(
                        p, t, scale_invariant, zero_mean);
                  }) {}
SignalDistortionRatio::SignalDistortionRatio(int64_t filter_length, bool zero_mean,
                                             std::optional<double> load_diag)
    : RatioMetric("SignalDistortionRatio",
                  cat_str("filter_length ", filter_length, ", zero_mean ", zero_mean,
                          ", load_diag ", load_diag.value_or(0)),
                  [=](const Tensor& p, const Tensor& t) {
                    return functional::signal_distortion_ratio(p, t, filter_length, zero_mean,
                                                               load_diag);
                  }) {}
PermutationInvariantTraining::PermutationInvariantTraining(
    Callable<Tensor(const Tensor&, const Tensor&)> metric_func, functional::EvalFunc eval_func,
    std::string settings)
    : RatioMetric(
          "PermutationInvariantTraining",
          cat_str(settings, eval_func == functional::EvalFunc::Max ? " max" : " min"),
          [=](const Tensor& p, const Tensor& t) {
            return functional::permutation_invariant_training(p, t, metric_func, eval_func).value;
          }) {}

}  // namespace hearth::metrics
