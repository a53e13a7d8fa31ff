// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "hearth/audio/features/rhythm.h"
#include "hearth/audio/functional/filterbanks.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/linalg.h"
#include "hearth/ops/pad.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/selection.h"
#include "hearth/ops/view.h"

#include "features/course.h"
#include "features/shares.h"

namespace hearth::audio::features {

Tensor onset_strength(const Tensor& waveform, const OnsetOptions& o) {
  HEARTH_CHECK_AS(ValueError, o.lag() >= 1, "[onset_strength] expected lag >= 1, got ", o.lag());
  const SpectralOptions& s = o.spectrum();
  const Magnitudes spectrum(waveform, s);
  const Tensor bank = functional::melscale_fbanks(spectrum.points(), 0, s.sample_rate() / 2,
                                                  o.n_mels(), static_cast<int64_t>(s.sample_rate()),
                                                  functional::FilterNorm::Slaney,
                                                  functional::MelScale::Slaney, kDouble)
                          .to(spectrum.values.options().requires_grad(false));
  const Tensor level = decibels(matmul(bank.t(), spectrum.values.square()));
  const int64_t frames = level.size(-1), lag = o.lag();
  if (frames <= lag) return zeros_like(level.select(-2, 0));
  const Tensor grown = (level.slice(-1, lag) - level.slice(-1, 0, frames - lag)).clamp_min(0);
  const Tensor strength = o.median() ? quantile(grown, 0.5, -2) : grown.mean(-2);
  // A frame that is centered shows a sound when its end reaches it, half a frame too early.
  const int64_t late = lag + (s.center() ? s.n_fft() / (2 * s.hop_length()) : 0);
  return constant_pad_nd(strength, {late, 0}).slice(-1, 0, s.center() ? frames : INT64_MAX);
}

std::vector<int64_t> onset_detect(const Tensor& strength, double hop) {
  std::vector<double> x = course_of(strength, hop, "onset_detect");
  if (x.empty()) return {};
  const auto [least, most] = std::minmax_element(x.begin(), x.end());
  const double low = *least, range = *most - *least;
  if (!(range > 0)) return {};
  for (double& v : x) v = (v - low) / range;
  const auto frames = [&](double seconds) {
    return static_cast<int64_t>(std::floor(seconds / hop + 1e-6));
  };
  const int64_t before = frames(0.03), around = frames(0.1), n = static_cast<int64_t>(x.size());
  std::vector<int64_t> onsets;
  for (int64_t t = 0; t < n; ++t) {
    const auto at = x.begin() + t;
    if (*std::max_element(x.begin() + std::max<int64_t>(t - before, 0), at + 1) != *at) continue;
    const auto from = x.begin() + std::max<int64_t>(t - around, 0);
    const auto to = x.begin() + std::min(t + around + 1, n);
    double sum = 0;
    for (auto v = from; v != to; ++v) sum += *v;
    if (*at < sum / static_cast<double>(to - from) + 0.07) continue;
    onsets.push_back(t);
    t += before;
  }
  return onsets;
}

}  // namespace hearth::audio::features
