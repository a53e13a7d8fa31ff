// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "hearth/audio/features/voice.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/factory.h"
#include "hearth/ops/fft.h"
#include "hearth/ops/pad.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"

#include "features/framed.h"
#include "features/gaussian.h"
#include "functional/batch.h"
#include "functional/dot.h"

namespace hearth::audio::features {

namespace {

constexpr int64_t kFiner = 8;   // values that are looked at between two lags
constexpr int64_t kDepth = 64;  // lags on either side that a value between them is made of

/// Correlations [..., lags] of frames [..., length] with themselves.
Tensor self_correlations(const Tensor& frames, int64_t n_fft, int64_t lags) {
  const Tensor power = view_as_real(fft_rfft(frames, n_fft)).square().sum(-1);
  return fft_irfft(complex(power, zeros_like(power)), n_fft).slice(-1, 0, lags);
}

/// Weights of the 2 kDepth lags around each of kFiner places between two: a sinc under a Hann
/// window.
std::vector<double> interpolation() {
  std::vector<double> weights;
  for (int64_t phase = 0; phase < kFiner; ++phase) {
    const double place = static_cast<double>(phase) / kFiner;
    for (int64_t k = 1 - kDepth; k <= kDepth; ++k) {
      const double away = std::numbers::pi * (place - static_cast<double>(k));
      const double sinc = away == 0 ? 1 : std::sin(away) / away;
      weights.push_back(sinc * (0.5 + 0.5 * std::cos(away / (kDepth + 1))));
    }
  }
  return weights;
}

/// Finds the highest maximum of correlations at lags up to `longest`, of which `lags` are known.
class Highest {
 public:
  Highest(int64_t longest, int64_t lags) : longest_(longest), mirrored_(lags + kDepth) {}

  double operator()(const double* r) {
    // Correlations are the same at negative lags.
    for (int64_t k = -kDepth; k + kDepth < static_cast<int64_t>(mirrored_.size()); ++k)
      mirrored_[static_cast<size_t>(k + kDepth)] = r[std::abs(k)];
    double best = 0;
    for (int64_t lag = 1; lag < longest_; ++lag)
      if (r[lag] > r[lag - 1] && r[lag] >= r[lag + 1]) best = std::max(best, vertex(lag));
    return best;
  }

 private:
  double at(int64_t place) const {
    const int64_t lag = place / kFiner, phase = place % kFiner;
    return dot(mirrored_.data() + lag + 1, weights_.data() + phase * 2 * kDepth, 2 * kDepth);
  }

  /// The maximum around a lag, of the parabola through the highest values looked at.
  double vertex(int64_t lag) const {
    int64_t place = lag * kFiner;
    double value = at(place), next = at(place + 1), before = at(place - 1);
    while (next > value || before > value) {
      const int64_t step = next > before ? 1 : -1;
      place += step;
      (step > 0 ? before : next) = value;
      value = step > 0 ? next : before;
      (step > 0 ? next : before) = at(place + step);
    }
    const double bend = next + before - 2 * value, rise = (next - before) / 2;
    return bend < 0 ? value - rise * rise / (2 * bend) : value;
  }

  int64_t longest_;
  std::vector<double> mirrored_;
  std::vector<double> weights_ = interpolation();
};

double ratio_of(double r) {
  if (r > 1) r = 1 / r;
  constexpr double kMost = 150;  // in dB, what rounding leaves of an exact repetition
  return r > 0 ? std::min(10 * std::log10(r / (1 - r)), kMost)
               : -std::numeric_limits<double>::infinity();
}

}  // namespace

Tensor harmonicity(const Tensor& waveform, const VoiceOptions& o) {
  check_waveform(waveform, "harmonicity");
  const double rate = o.sample_rate();
  HEARTH_CHECK_AS(ValueError, rate > 0 && o.fmin() > 0 && o.fmin() < rate / 4 && o.hop_time() > 0,
                  "[harmonicity] expected a sample rate, fmin below a quarter of it and hop_time "
                  "above 0, got ",
                  rate, ", ", o.fmin(), " and ", o.hop_time());
  const auto length = static_cast<int64_t>(9 / o.fmin() * rate);
  const auto hop = std::max<int64_t>(static_cast<int64_t>(std::nearbyint(o.hop_time() * rate)), 1);
  const auto longest = static_cast<int64_t>(std::ceil(rate / o.fmin()));
  const Tensor signal = waveform.detach().to(kCPU, kDouble);
  const Tensor frames = framed(
      signal, FrameOptions().frame_length(length).hop_length(hop).center(false), "harmonicity");
  const Tensor items = frames.dim() == 2 ? frames.unsqueeze(0) : as_batch(frames, 2);
  Tensor rows = as_batch(signal, 1);
  if (rows.dim() == 1) rows = rows.unsqueeze(0);

  int64_t n_fft = 1;
  while (n_fft < length + longest + kDepth + 2) n_fft *= 2;
  const int64_t lags = longest + kDepth + 2;
  Highest highest(longest, lags);
  const Tensor window = gaussian_window(length);
  Tensor of_window = self_correlations(window, n_fft, lags);
  of_window = of_window / of_window[0];
  Tensor out = empty({items.size(0), items.size(1)}, kDouble);
  for (int64_t i = 0; i < items.size(0); ++i) {
    const Tensor& row = rows[i];
    const double loudest = (row - row.mean()).abs().max().item<double>();
    auto* values = out[i].data_ptr<double>();
    constexpr int64_t kBlock = 32;
    for (int64_t t = 0; t < items.size(1); t += kBlock) {
      const Tensor block = items[i].slice(0, t, t + kBlock);
      const Tensor centered = block - block.mean(-1, true);
      const Tensor peaks = centered.abs().amax(-1).contiguous();
      const Tensor r = self_correlations(centered * window, n_fft, lags);
      const Tensor normalized = (r / (r.slice(1, 0, 1) * of_window)).contiguous();
      for (int64_t k = 0; k < block.size(0); ++k) {
        const bool silent = !(peaks.const_data_ptr<double>()[k] > 0.1 * loudest);
        values[t + k] = silent ? std::numeric_limits<double>::quiet_NaN()
                               : ratio_of(highest(normalized.const_data_ptr<double>() + k * lags));
      }
    }
  }
  std::vector<int64_t> sizes = waveform.sizes().vec();
  sizes.back() = items.size(1);
  return out.to(waveform.scalar_type()).reshape(sizes).to(waveform.device());
}

}  // namespace hearth::audio::features
