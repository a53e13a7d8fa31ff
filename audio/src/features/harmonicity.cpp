// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>
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

namespace hearth::audio::features {

namespace {

constexpr int64_t kFiner = 8;  // values of correlations between two samples

/// Correlations [..., count] of frames [..., length] with themselves at steps of 1 / kFiner sample.
Tensor self_correlations(const Tensor& frames, int64_t n_fft, int64_t count) {
  const Tensor power = view_as_real(fft_rfft(frames, n_fft)).square().sum(-1);
  return fft_irfft(complex(power, zeros_like(power)), n_fft * kFiner).slice(-1, 0, count);
}

/// 10 log10(r / (1 - r)) of the highest maximum r.
double ratio_of(const double* r, int64_t count) {
  double best = 0;
  for (int64_t i = kFiner; i + 1 < count; ++i) {
    if (!(r[i] > r[i - 1] && r[i] >= r[i + 1])) continue;
    const double bend = r[i + 1] + r[i - 1] - 2 * r[i], rise = (r[i + 1] - r[i - 1]) / 2;
    best = std::max(best, bend < 0 ? r[i] - rise * rise / (2 * bend) : r[i]);
  }
  if (best > 1) best = 1 / best;
  constexpr double kMost = 150;  // in dB, what rounding leaves of an exact repetition
  return best > 0 ? std::min(10 * std::log10(best / (1 - best)), kMost)
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
  while (n_fft < length + longest) n_fft *= 2;
  const int64_t count = longest * kFiner + 1;
  const Tensor window = gaussian_window(length);
  Tensor of_window = self_correlations(window, n_fft, count);
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
      const Tensor r = self_correlations(centered * window, n_fft, count);
      const Tensor normalized = (r / (r.slice(1, 0, 1) * of_window)).contiguous();
      for (int64_t k = 0; k < block.size(0); ++k) {
        const bool silent = !(peaks.const_data_ptr<double>()[k] > 0.1 * loudest);
        values[t + k] = silent ? std::numeric_limits<double>::quiet_NaN()
                               : ratio_of(normalized.const_data_ptr<double>() + k * count, count);
      }
    }
  }
  std::vector<int64_t> sizes = waveform.sizes().vec();
  sizes.back() = items.size(1);
  return out.to(waveform.scalar_type()).reshape(sizes).to(waveform.device());
}

}  // namespace hearth::audio::features
