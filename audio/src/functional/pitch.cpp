// SPDX-License-Identifier: Apache-2.0
#include "hearth/audio/functional/pitch.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "hearth/base/threads.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pad.h"
#include "hearth/ops/view.h"

#include "functional/batch.h"
#include "functional/dot.h"

namespace hearth::audio::functional {

namespace {

/// How alike a frame is to what follows it `lag` samples later, for lags 1 to size().
void correlate(const float* frame, int64_t length, std::vector<float>& nccf) {
  constexpr float kTiny = 1e-9F;
  const auto norm = [&](const float* x) {
    const float root = kTiny + std::sqrt(dot(x, x, length));
    return root * root;
  };
  const float own = norm(frame);
  for (size_t i = 0; i < nccf.size(); ++i) {
    const float* later = frame + i + 1;
    nccf[i] = dot(frame, later, length) / own / norm(later);
  }
}

/// The lag of the highest value, or of the highest in the shorter half if that is nearly as high:
/// what repeats after one period does so after two.
int64_t best_lag(const std::vector<float>& nccf, int64_t first) {
  const auto begin = nccf.begin() + first;
  const auto best = std::max_element(begin, nccf.end());
  const auto half = std::max_element(begin, nccf.begin() + static_cast<int64_t>(nccf.size()) / 2);
  return (*half > 0.99F * *best ? half : best) - nccf.begin() + 1;
}

/// The lower median of each `width` values in a row, the first being repeated before the beginning.
void smooth(const std::vector<int64_t>& lags, int64_t width, int64_t sample_rate, float* pitch,
            int64_t frames) {
  const int64_t before = (width - 1) / 2;
  std::vector<int64_t> window(static_cast<size_t>(width));
  for (int64_t t = 0; t < frames; ++t) {
    for (int64_t k = 0; k < width; ++k)
      window[static_cast<size_t>(k)] =
          lags[static_cast<size_t>(std::max<int64_t>(t + k - before, 0))];
    const auto middle = window.begin() + before;
    std::nth_element(window.begin(), middle, window.end());
    pitch[t] = static_cast<float>(sample_rate) / static_cast<float>(*middle);
  }
}

}  // namespace

Tensor detect_pitch_frequency(const Tensor& waveform, int64_t sample_rate, double frame_time,
                              int64_t win_length, int64_t freq_low, int64_t freq_high) {
  HEARTH_CHECK_AS(ShapeError, waveform.dim() >= 1 && waveform.is_floating_point(),
                  "[detect_pitch_frequency] expected a waveform [..., time] of floating point "
                  "numbers, got ",
                  waveform.sizes(), " of ", waveform.scalar_type());
  HEARTH_CHECK_AS(
      ValueError,
      sample_rate > 0 && frame_time > 0 && win_length >= 1 && freq_low > 0 && freq_high > freq_low,
      "[detect_pitch_frequency] expected positive numbers and freq_low < freq_high, "
      "got sample_rate=",
      sample_rate, ", frame_time=", frame_time, ", win_length=", win_length,
      ", freq_low=", freq_low, ", freq_high=", freq_high);
  const auto rounded_up = [](double x) { return static_cast<int64_t>(std::ceil(x)); };
  const auto rate = static_cast<double>(sample_rate);
  const int64_t lags = rounded_up(rate / static_cast<double>(freq_low));
  const int64_t first = rounded_up(rate / static_cast<double>(freq_high));
  HEARTH_CHECK_AS(
      ValueError, first < lags / 2,
      "[detect_pitch_frequency] expected freq_high to be more than twice freq_low, got ", freq_low,
      " to ", freq_high, " Hz at ", sample_rate, " Hz");
  const int64_t length = rounded_up(rate * frame_time), time = waveform.size(-1);
  const int64_t frames = rounded_up(static_cast<double>(time) / static_cast<double>(length));
  const int64_t smoothed = frames + (win_length - 1) / 2 - win_length + 1;
  HEARTH_CHECK_AS(ValueError, smoothed >= 1, "[detect_pitch_frequency] ", time, " samples are ",
                  frames, " frames, fewer than the median of win_length=", win_length,
                  " needs: give a longer signal or a smaller win_length");

  Tensor signals = as_batch(waveform.detach(), 1).to(kCPU, kFloat);
  if (signals.dim() == 1) signals = signals.unsqueeze(0);
  signals = constant_pad_nd(signals, {0, lags + frames * length - time}).contiguous();
  const int64_t batch = signals.size(0), padded = signals.size(1);
  Tensor pitch = empty({batch, smoothed});
  const float* samples = signals.const_data_ptr<float>();
  auto* out = pitch.data_ptr<float>();
  for (int64_t b = 0; b < batch; ++b) {
    std::vector<int64_t> found(static_cast<size_t>(frames));
    parallel_for(0, frames, 16, [&](int64_t begin, int64_t end) {
      std::vector<float> nccf(static_cast<size_t>(lags));
      for (int64_t t = begin; t < end; ++t) {
        correlate(samples + b * padded + t * length, length, nccf);
        found[static_cast<size_t>(t)] = best_lag(nccf, first);
      }
    });
    smooth(found, win_length, sample_rate, out + b * smoothed, smoothed);
  }
  std::vector<int64_t> sizes = waveform.sizes().vec();
  sizes.back() = smoothed;
  return pitch.reshape(sizes).to(waveform.device());
}

}  // namespace hearth::audio::functional
