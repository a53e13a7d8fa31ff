// SPDX-License-Identifier: Apache-2.0
#include "hearth/audio/features/spectral.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "hearth/audio/functional/spectrogram.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/factory.h"
#include "hearth/ops/pad.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/scan.h"
#include "hearth/ops/sort.h"
#include "hearth/ops/view.h"

#include "features/framed.h"
#include "features/shares.h"

namespace hearth::audio::features {

Magnitudes::Magnitudes(Tensor given, double rate) : values(std::move(given)), sample_rate(rate) {
  HEARTH_CHECK_AS(ShapeError,
                  values.dim() >= 2 && values.size(-2) >= 2 && values.is_floating_point(),
                  "[Magnitudes] expected real magnitudes [..., n_fft / 2 + 1, frames], got ",
                  values.sizes(), " of ", values.scalar_type());
  HEARTH_CHECK_AS(ValueError, sample_rate > 0, "[Magnitudes] expected a sample rate in Hz, got ",
                  sample_rate);
}

Magnitudes::Magnitudes(const Tensor& waveform, const SpectralOptions& o)
    : sample_rate(o.sample_rate()) {
  check_waveform(waveform, "Magnitudes");
  HEARTH_CHECK_AS(ValueError, sample_rate > 0 && o.n_fft() >= 2,
                  "[Magnitudes] expected a sample rate above 0 and n_fft >= 2, got ", sample_rate,
                  " and ", o.n_fft());
  const int64_t width = o.win_length().value_or(o.n_fft());
  const Tensor window = hann_window(width, waveform.options().requires_grad(false));
  values = functional::spectrogram(waveform, 0, window, o.n_fft(), o.hop_length(), width, 1.0,
                                   functional::SpecNorm::None, o.center(), o.pad_mode());
}

Tensor Magnitudes::frequencies() const {
  return (arange(points(), values.options().requires_grad(false)) * step()).unsqueeze(1);
}

Tensor spectral_centroid(const Magnitudes& s) {
  return (s.frequencies() * shares(s.values)).sum(-2);
}

Tensor spectral_bandwidth(const Magnitudes& s, double p) {
  HEARTH_CHECK_AS(ValueError, p > 0, "[spectral_bandwidth] expected p > 0, got ", p);
  const Tensor share = shares(s.values), f = s.frequencies();
  const Tensor centroid = (f * share).sum(-2, true);
  return (share * (f - centroid).abs().pow(p)).sum(-2).pow(1 / p);
}

Tensor spectral_rolloff(const Magnitudes& s, double roll_percent) {
  HEARTH_CHECK_AS(ValueError, roll_percent > 0 && roll_percent < 1,
                  "[spectral_rolloff] expected roll_percent between 0 and 1, got ", roll_percent);
  const Tensor sums = s.values.detach().cumsum(-2);
  const Tensor below = sums < roll_percent * sums.narrow(-2, s.points() - 1, 1);
  return below.sum(-2, false, s.values.scalar_type()) * s.step();
}

Tensor spectral_flatness(const Magnitudes& s, double power, double amin) {
  HEARTH_CHECK_AS(ValueError, amin > 0, "[spectral_flatness] expected amin > 0, got ", amin);
  const Tensor energy = s.values.pow(power).clamp_min(amin);
  return energy.log().mean(-2).exp() / energy.mean(-2);
}

Tensor spectral_contrast(const Magnitudes& s, const ContrastOptions& o) {
  HEARTH_CHECK_AS(
      ValueError,
      o.fmin() > 0 && o.n_bands() >= 1 && o.n_bands() < 64 && o.quantile() > 0 && o.quantile() < 1,
      "[spectral_contrast] expected fmin > 0, 1 to 63 bands and a quantile between 0 "
      "and 1, got ",
      o.fmin(), ", ", o.n_bands(), " and ", o.quantile());
  std::vector<Tensor> peaks, valleys;
  double low = 0, high = o.fmin();
  for (int64_t band = 0; band <= o.n_bands(); ++band, low = high, high *= 2) {
    HEARTH_CHECK_AS(ValueError, low < s.sample_rate / 2, "[spectral_contrast] band ", band,
                    " begins at ", low, " Hz, beyond half the sample rate of ", s.sample_rate,
                    " Hz: give fewer bands or a lower fmin");
    const bool last = band == o.n_bands();
    // From the point before the band to the one before its last; the last band has all that is
    // left.
    const auto from = static_cast<int64_t>(std::ceil(low / s.step()));
    const int64_t first = band == 0 ? 0 : from - 1;
    const int64_t to = std::min(static_cast<int64_t>(std::floor(high / s.step())), s.points() - 1);
    const int64_t end = last ? s.points() : to;
    const auto points = static_cast<double>((last ? s.points() : to + 1) - first);
    HEARTH_CHECK_AS(ValueError, from <= to && first < end, "[spectral_contrast] band ", band,
                    " of ", low, " to ", high,
                    " Hz holds no point of the spectrum: give a larger "
                    "n_fft or fmin");
    const auto count = std::clamp<int64_t>(
        static_cast<int64_t>(std::nearbyint(o.quantile() * points)), 1, end - first);
    const Tensor sorted = std::get<0>(sort(s.values.slice(-2, first, end), -2));
    valleys.push_back(sorted.slice(-2, 0, count).mean(-2));
    peaks.push_back(sorted.slice(-2, end - first - count).mean(-2));
  }
  const Tensor peak = stack(peaks, -2), valley = stack(valleys, -2);
  if (o.linear()) return peak - valley;
  return decibels(peak) - decibels(valley);
}

Tensor spectral_flux(const Magnitudes& s) {
  const Tensor change = s.values.slice(-1, 1) - s.values.slice(-1, 0, -1);
  return constant_pad_nd(change.norm(2, -2) / static_cast<double>(s.points()), {1, 0});
}

Tensor spectral_slope(const Magnitudes& s) {
  const Tensor f = s.frequencies();
  const Tensor offset = f - f.mean();
  return (offset * shares(s.values)).sum(-2) / offset.square().sum();
}

Tensor spectral_entropy(const Magnitudes& s) {
  const Tensor share = shares(s.values.square());
  return -xlogy(share, share).sum(-2) / std::log(static_cast<double>(s.points()));
}

}  // namespace hearth::audio::features
