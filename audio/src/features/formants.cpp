// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>
#include <numbers>
#include <vector>

#include "hearth/audio/features/voice.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/fft.h"
#include "hearth/ops/linalg_decompositions.h"
#include "hearth/ops/pad.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/view.h"

#include "features/framed.h"
#include "features/gaussian.h"
#include "functional/batch.h"

namespace hearth::audio::features {

namespace {

constexpr double kSafety = 50;  // Hz from both ends of the spectrum that are no formants

/// signals [batch, time] at another sample rate, by leaving out what is above or putting in
/// nothing.
Tensor resampled(const Tensor& signals, double from, double to) {
  const int64_t n = signals.size(1);
  const auto wanted = static_cast<int64_t>(std::nearbyint(static_cast<double>(n) * to / from));
  if (wanted == n) return signals;
  const double gain = static_cast<double>(wanted) / static_cast<double>(n);
  const Tensor spectrum = fft_rfft(signals);
  return fft_irfft(spectrum.slice(1, 0, std::min(spectrum.size(1), wanted / 2 + 1)), wanted) * gain;
}

/// The coefficients a[1] ... a[order] of the all-pole model 1 / (1 + sum a[k] z^-k) whose forward
/// and backward prediction errors are least (Burg, 1975). Empty for silence.
std::vector<double> burg(const double* x, int64_t n, int64_t order) {
  std::vector<double> forward(x, x + n), backward(x, x + n), a, before;
  for (int64_t m = 0; m < order; ++m) {
    double product = 0, energy = 0;
    for (int64_t t = m + 1; t < n; ++t) {
      const double f = forward[static_cast<size_t>(t)], b = backward[static_cast<size_t>(t - 1)];
      product += f * b;
      energy += f * f + b * b;
    }
    if (!(energy > 0)) return {};
    const double k = -2 * product / energy;
    before = a;
    a.push_back(k);
    for (size_t i = 0; i < before.size(); ++i) a[i] += k * before[before.size() - 1 - i];
    for (int64_t t = n - 1; t > m; --t) {
      const double f = forward[static_cast<size_t>(t)], b = backward[static_cast<size_t>(t - 1)];
      forward[static_cast<size_t>(t)] = f + k * b;
      backward[static_cast<size_t>(t)] = b + k * f;
    }
  }
  return a;
}

struct Pole {
  double hz, bandwidth;
};

/// The poles above the real axis, in order of frequency.
std::vector<Pole> poles_of(const std::complex<double>* roots, int64_t order, double rate) {
  std::vector<Pole> poles;
  for (int64_t i = 0; i < order; ++i) {
    std::complex<double> root = roots[i];
    if (std::abs(root) > 1) root = 1.0 / std::conj(root);
    const double hz = std::abs(std::arg(root)) * rate / (2 * std::numbers::pi);
    if (root.imag() < 0 || hz < kSafety || hz > rate / 2 - kSafety) continue;
    poles.push_back({hz, -std::log(std::abs(root)) * rate / std::numbers::pi});
  }
  std::sort(poles.begin(), poles.end(), [](const Pole& a, const Pole& b) { return a.hz < b.hz; });
  return poles;
}

}  // namespace

Formants formants(const Tensor& waveform, const FormantOptions& o) {
  check_waveform(waveform, "formants");
  const double rate = 2 * o.max_hz();
  const int64_t order = 2 * o.max_formants();
  const auto length = static_cast<int64_t>(2 * o.window_time() * rate);
  const auto hop = static_cast<int64_t>(std::nearbyint(o.hop_time() * rate));
  HEARTH_CHECK_AS(ValueError,
                  o.sample_rate() > 0 && o.max_hz() > 2 * kSafety && o.max_formants() >= 1 &&
                      length > order && hop >= 1 && o.preemphasis_from() >= 0,
                  "[formants] expected a sample rate, max_hz above ", 2 * kSafety,
                  " Hz, and frames of more than ", order, " samples at ", rate, " Hz, got ",
                  o.sample_rate(), " and ", o.max_hz(), " Hz, and ", length, " samples every ",
                  hop);
  Tensor signals = as_batch(waveform.detach().to(kCPU, kDouble), 1);
  if (signals.dim() == 1) signals = signals.unsqueeze(0);
  HEARTH_CHECK_AS(ValueError, signals.size(1) > 0, "[formants] expected samples, got none");
  signals = resampled(signals, o.sample_rate(), rate);
  const double carried = std::exp(-2 * std::numbers::pi * o.preemphasis_from() / rate);
  signals = signals - carried * constant_pad_nd(signals.slice(1, 0, -1), {1, 0});
  const Tensor frames =
      (framed(signals, FrameOptions().frame_length(length).hop_length(hop).center(false),
              "formants") *
       gaussian_window(length))
          .contiguous();
  const int64_t batch = frames.size(0), count = frames.size(1), n = o.max_formants();

  // Roots are eigenvalues of companion matrices, all found at once; those of silence stay zero.
  Tensor companions = zeros({batch * count, order, order}, kDouble);
  companions.slice(1, 1).slice(2, 0, -1).copy_(eye(order - 1, kDouble));
  auto* first_row = companions.data_ptr<double>();
  for (int64_t f = 0; f < batch * count; ++f) {
    const std::vector<double> a = burg(frames.const_data_ptr<double>() + f * length, length, order);
    for (size_t k = 0; k < a.size(); ++k)
      first_row[f * order * order + static_cast<int64_t>(k)] = -a[k];
  }
  const Tensor roots = view_as_real(linalg::eigvals(companions)).contiguous();
  const auto* pairs = reinterpret_cast<const std::complex<double>*>(roots.const_data_ptr<double>());
  const double nan = std::numeric_limits<double>::quiet_NaN();
  Tensor frequency = full({batch, n, count}, nan, kDouble), bandwidth = frequency.clone();
  auto* hz = frequency.data_ptr<double>();
  auto* width = bandwidth.data_ptr<double>();
  for (int64_t f = 0; f < batch * count; ++f) {
    const std::vector<Pole> poles = poles_of(pairs + f * order, order, rate);
    for (int64_t k = 0; k < std::min<int64_t>(n, static_cast<int64_t>(poles.size())); ++k) {
      const int64_t at = (f / count * n + k) * count + f % count;
      hz[at] = poles[static_cast<size_t>(k)].hz;
      width[at] = poles[static_cast<size_t>(k)].bandwidth;
    }
  }
  std::vector<int64_t> sizes = waveform.sizes().vec();
  sizes.back() = n;
  sizes.push_back(count);
  const auto as_given = [&](const Tensor& t) {
    return t.reshape(sizes).to(waveform.scalar_type()).to(waveform.device());
  };
  return {as_given(frequency), as_given(bandwidth)};
}

}  // namespace hearth::audio::features
