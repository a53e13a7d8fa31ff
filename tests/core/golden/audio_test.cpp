// SPDX-License-Identifier: Apache-2.0
#include "hearth/metrics/audio.h"

#include "core/golden/metrics.h"

namespace hearth::golden {
namespace {

namespace F = metrics::functional;

/// The function's values; the metric's mean of them, merged of parts, is compared on the way.
template <typename M>
Outputs checked(Args& a, const M& metric, const Tensor& values) {
  const Tensor p = a[0].detach(), t = a[1].detach();
  expect_same(value_by_parts(metric, p.dim() < 2, p, t), values.detach().to(kDouble).mean(),
              "the metric's mean");
  return {values};
}

const Table kTable = {
    {"signal_noise_ratio",
     [](Args& a) {
       return checked(a, metrics::SignalNoiseRatio(a.b("zero_mean")),
                      F::signal_noise_ratio(a[0], a[1], a.b("zero_mean")));
     }},
    {"scale_invariant_signal_noise_ratio",
     [](Args& a) {
       return checked(a, metrics::ScaleInvariantSignalNoiseRatio(),
                      F::scale_invariant_signal_noise_ratio(a[0], a[1]));
     }},
    {"scale_invariant_signal_distortion_ratio",
     [](Args& a) {
       return checked(a, metrics::ScaleInvariantSignalDistortionRatio(a.b("zero_mean")),
                      F::scale_invariant_signal_distortion_ratio(a[0], a[1], a.b("zero_mean")));
     }},
    {"complex_scale_invariant_signal_noise_ratio",
     [](Args& a) {
       return checked(a, metrics::ComplexScaleInvariantSignalNoiseRatio(a.b("zero_mean")),
                      F::complex_scale_invariant_signal_noise_ratio(a[0], a[1], a.b("zero_mean")));
     }},
    {"source_aggregated_signal_distortion_ratio",
     [](Args& a) {
       const bool scale = a.b("scale_invariant"), zero = a.b("zero_mean");
       const Tensor values = F::source_aggregated_signal_distortion_ratio(a[0], a[1], scale, zero);
       if (values.dim() == 0) return Outputs{values};
       return checked(a, metrics::SourceAggregatedSignalDistortionRatio(scale, zero), values);
     }},
    {"signal_distortion_ratio",
     [](Args& a) {
       const int64_t taps = a.i("filter_length");
       const bool zero = a.b("zero_mean");
       return checked(a, metrics::SignalDistortionRatio(taps, zero, a.maybe_f("load_diag")),
                      F::signal_distortion_ratio(a[0], a[1], taps, zero, a.maybe_f("load_diag")));
     }},
    {"permutation_invariant_training",
     [](Args& a) {
       const auto eval = a.s("eval_func") == "max" ? F::EvalFunc::Max : F::EvalFunc::Min;
       const auto ratio = [](const Tensor& p, const Tensor& t) {
         return F::scale_invariant_signal_distortion_ratio(p, t);
       };
       const auto best = F::permutation_invariant_training(a[0], a[1], ratio, eval);
       checked(a, metrics::PermutationInvariantTraining(ratio, eval), best.value);
       return Outputs{best.value, best.permutation, F::pit_permutate(a[0], best.permutation)};
     }},
};

HEARTH_GOLDEN_FAMILY(GoldenAudio, "audio", kTable);

}  // namespace
}  // namespace hearth::golden
