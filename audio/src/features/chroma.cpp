// SPDX-License-Identifier: Apache-2.0
#include "hearth/audio/features/chroma.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "hearth/base/warning.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/linalg.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"

#include "features/shares.h"
#include "functional/batch.h"

namespace hearth::audio::features {

namespace {

/// Octaves above A0 when A4 is `tuning` bins, of which an octave has `bins`, off 440 Hz.
double octaves(double hz, double tuning, double bins) {
  return std::log2(hz / (27.5 * std::exp2(tuning / bins)));
}

double wrapped(double x, double period) { return x - period * std::floor(x / period); }

/// The lower of the middle two, and the mean of both for an even number.
double median(std::vector<double> x) {
  const auto middle = x.begin() + static_cast<int64_t>(x.size() / 2);
  std::nth_element(x.begin(), middle, x.end());
  if (x.size() % 2 == 1) return *middle;
  return (*middle + *std::max_element(x.begin(), middle)) / 2;
}

struct Peak {
  double hz, height;
};

/// Peaks of one frame's points between 150 and 4000 Hz, above a tenth of its maximum, at the vertex
/// of the parabola through three points.
void find_peaks(const double* x, int64_t points, double step, std::vector<Peak>& peaks) {
  const double least = 0.1 * *std::max_element(x, x + points);
  const auto above = [&](int64_t k) { return x[k] > least ? x[k] : 0; };
  const double last = std::min(4000.0, step * static_cast<double>(points - 1));
  for (int64_t k = 1; static_cast<double>(k) * step < last; ++k) {
    if (static_cast<double>(k) * step < 150) continue;
    if (!(above(k) > above(k - 1) && above(k) >= above(k + 1))) continue;
    const double rise = (x[k + 1] - x[k - 1]) / 2, bend = x[k + 1] + x[k - 1] - 2 * x[k];
    const double shift = std::abs(rise) >= std::abs(bend) ? 0 : -rise / bend;
    const double at = (static_cast<double>(k) + shift) * step;
    if (at > 0) peaks.push_back({at, x[k] + 0.5 * rise * shift});
  }
}

}  // namespace

Tensor chroma_fbanks(double sample_rate, int64_t n_fft, const ChromaBankOptions& o,
                     ScalarType dtype) {
  const auto bins = static_cast<double>(o.n_chroma()), points = static_cast<double>(n_fft);
  HEARTH_CHECK_AS(ValueError, sample_rate > 0 && n_fft >= 4 && o.n_chroma() >= 1,
                  "[chroma_fbanks] expected a sample rate above 0, n_fft >= 4 and n_chroma >= 1, "
                  "got ",
                  sample_rate, ", ", n_fft, " and ", o.n_chroma());
  HEARTH_CHECK_AS(ValueError, o.octwidth().value_or(1) > 0,
                  "[chroma_fbanks] expected octwidth > 0, got ", o.octwidth().value_or(1));
  // Points in bins of pitch; the one of 0 Hz is put an octave and a half below the next.
  const auto at = [&](int64_t k) {
    const double hz = sample_rate * static_cast<double>(std::max<int64_t>(k, 1)) / points;
    return bins * octaves(hz, o.tuning(), bins) - (k == 0 ? 1.5 * bins : 0);
  };
  const int64_t half = n_fft / 2 + 1, turn = o.base_c() ? 3 * (o.n_chroma() / 12) : 0;
  const double middle = std::nearbyint(bins / 2);
  Tensor bank = empty({o.n_chroma(), half}, kDouble);
  auto* weights = bank.data_ptr<double>();
  for (int64_t k = 0; k < half; ++k) {
    const double pitch = at(k), width = std::max(at(k + 1) - pitch, 1.0);
    double squares = 0;
    for (int64_t c = 0; c < o.n_chroma(); ++c) {
      const double away =
          wrapped(pitch - static_cast<double>(c) + middle + 10 * bins, bins) - middle;
      const double weight = std::exp(-0.5 * std::pow(2 * away / width, 2));
      weights[(c + o.n_chroma() - turn) % o.n_chroma() * half + k] = weight;
      squares += weight * weight;
    }
    double scale = squares > 0 ? 1 / std::sqrt(squares) : 1;
    if (o.octwidth())
      scale *= std::exp(-0.5 * std::pow((pitch / bins - o.ctroct()) / *o.octwidth(), 2));
    for (int64_t c = 0; c < o.n_chroma(); ++c) weights[c * half + k] *= scale;
  }
  return bank.to(dtype);
}

double estimate_tuning(const Magnitudes& spectrum, double resolution, int64_t bins_per_octave) {
  HEARTH_CHECK_AS(ValueError, resolution > 0 && resolution <= 1 && bins_per_octave >= 1,
                  "[estimate_tuning] expected a resolution up to 1 and bins_per_octave >= 1, got ",
                  resolution, " and ", bins_per_octave);
  HEARTH_CHECK_AS(ShapeError, spectrum.values.dim() == 2,
                  "[estimate_tuning] expected the spectra of one signal, got ",
                  spectrum.values.sizes());
  const int64_t points = spectrum.points(), frames = spectrum.values.size(1);
  const Tensor values = spectrum.values.detach().t().to(kCPU, kDouble).contiguous();
  const auto* x = values.const_data_ptr<double>();
  std::vector<Peak> peaks;
  for (int64_t t = 0; t < frames; ++t) find_peaks(x + t * points, points, spectrum.step(), peaks);
  if (peaks.empty()) {
    HEARTH_WARN(
        "[estimate_tuning] the signal has no peaks between 150 and 4000 Hz; taking its "
        "tuning for A = 440 Hz");
    return 0;
  }
  std::vector<double> heights;
  for (const Peak& p : peaks) heights.push_back(p.height);
  const double least = median(heights);
  std::vector<int64_t> counts(static_cast<size_t>(std::ceil(1 / resolution)));
  const auto n = static_cast<double>(counts.size()), bins = static_cast<double>(bins_per_octave);
  for (const Peak& p : peaks) {
    if (p.height < least) continue;
    const double off = wrapped(bins * octaves(p.hz, 0, bins) + 0.5, 1);
    ++counts[static_cast<size_t>(std::min(off * n, n - 1))];
  }
  const auto most = std::max_element(counts.begin(), counts.end());
  return static_cast<double>(most - counts.begin()) / n - 0.5;
}

Tensor chroma_stft(const Tensor& waveform, const ChromaOptions& o) {
  Magnitudes power(waveform, o.spectrum());
  power.values = power.values.square();
  const int64_t n_fft = o.spectrum().n_fft();
  const auto folded = [&](const Tensor& spectra, double tuning) {
    const Tensor bank =
        chroma_fbanks(power.sample_rate, n_fft,
                      ChromaBankOptions().n_chroma(o.n_chroma()).tuning(tuning), kDouble);
    return matmul(bank.to(spectra.options().requires_grad(false)), spectra);
  };
  Tensor chroma;
  if (o.tuning() || power.values.dim() == 2) {
    chroma =
        folded(power.values, o.tuning() ? *o.tuning() : estimate_tuning(power, 0.01, o.n_chroma()));
  } else {
    const Tensor items = as_batch(power.values, 2);
    std::vector<Tensor> each;
    for (int64_t i = 0; i < items.size(0); ++i)
      each.push_back(folded(
          items[i], estimate_tuning(Magnitudes(items[i], power.sample_rate), 0.01, o.n_chroma())));
    chroma = each.empty() ? folded(power.values, 0) : as_before(stack(each), power.values, 2);
  }
  return o.norm() ? divided(chroma, chroma.norm(*o.norm(), -2, true)) : chroma;
}

}  // namespace hearth::audio::features
