// SPDX-License-Identifier: Apache-2.0
#include "hearth/audio/functional/loudness.h"

#include <cmath>
#include <numbers>

#include "hearth/base/threads.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/view.h"

#include "functional/k_weighting.h"

namespace hearth::audio::functional {

Tensor loudness(const Tensor& waveform, int64_t sample_rate) {
  const Tensor recordings = as_recordings(waveform, "loudness");
  const int64_t channels = recordings.size(1), time = recordings.size(2);
  HEARTH_CHECK_AS(ValueError, channels >= 1 && channels <= 5,
                  "[loudness] expected 1 to 5 channels, got ", channels);
  HEARTH_CHECK_AS(ValueError, sample_rate >= 10, "[loudness] expected a sample rate in Hz, got ",
                  sample_rate);
  const auto rate = static_cast<double>(sample_rate);
  const auto block = static_cast<int64_t>(std::nearbyint(0.4 * rate));
  const auto step = static_cast<int64_t>(std::nearbyint(0.25 * static_cast<double>(block)));
  HEARTH_CHECK_AS(ValueError, time >= block, "[loudness] expected at least 400 ms, ", block,
                  " samples at ", sample_rate, " Hz, got ", time);
  const Biquad shelf = Biquad::high_shelf(rate, 1500, 4, 1 / std::numbers::sqrt2);
  const Biquad pass = Biquad::high_pass(rate, 38, 0.5);
  const std::vector<double> weights = channel_weights(channels);
  Tensor out = empty({recordings.size(0)}, kDouble);
  auto* values = out.data_ptr<double>();
  const float* samples = recordings.const_data_ptr<float>();
  parallel_for(0, recordings.size(0), 1, [&](int64_t begin, int64_t end) {
    for (int64_t item = begin; item < end; ++item) {
      BlockEnergy energy;
      for (int64_t c = 0; c < channels; ++c) {
        energy.push_back(block_energy(
            k_weighted_sums(samples + (item * channels + c) * time, time, shelf, pass, true), block,
            step));
      }
      values[item] = gated_loudness(energy, weights);
    }
  });
  return out.to(waveform.scalar_type())
      .reshape(waveform.sizes().slice(0, static_cast<size_t>(waveform.dim()) - 2))
      .to(waveform.device());
}

}  // namespace hearth::audio::functional
