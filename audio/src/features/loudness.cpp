// SPDX-License-Identifier: Apache-2.0
#include "hearth/audio/features/loudness.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "hearth/base/threads.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/view.h"

#include "functional/k_weighting.h"

namespace hearth::audio::features {

namespace {

constexpr int64_t kMomentary = 4, kShortTerm = 30;  // in steps of 100 ms

/// Mean squares of all channels, weighted, of blocks of so many steps.
std::vector<double> weighted(const std::vector<std::vector<double>>& sums,
                             const std::vector<double>& weights, int64_t steps, int64_t step) {
  std::vector<double> all;
  for (size_t c = 0; c < sums.size(); ++c) {
    const std::vector<double> energy = block_energy(sums[c], steps * step, step);
    all.resize(energy.size());
    for (size_t i = 0; i < energy.size(); ++i) all[i] += weights[c] * energy[i];
  }
  return all;
}

/// EBU Tech 3342 of short-term energies.
double loudness_range(std::vector<double> energy) {
  const auto drop_below = [&](double gate) {
    energy.erase(
        std::remove_if(energy.begin(), energy.end(), [=](double e) { return !(lkfs(e) >= gate); }),
        energy.end());
  };
  drop_below(-70);
  if (energy.empty()) return 0;
  double mean = 0;
  for (const double e : energy) mean += e / static_cast<double>(energy.size());
  drop_below(lkfs(mean) - 20);
  std::sort(energy.begin(), energy.end());
  const auto percentile = [&](double p) {
    const double at = p * static_cast<double>(energy.size() - 1);
    return lkfs(energy[static_cast<size_t>(std::nearbyint(at))]);
  };
  return percentile(0.95) - percentile(0.1);
}

}  // namespace

Loudness loudness(const Tensor& waveform, int64_t sample_rate) {
  const Tensor recordings = as_recordings(waveform, "loudness");
  const int64_t items = recordings.size(0), channels = recordings.size(1);
  const int64_t time = recordings.size(2);
  HEARTH_CHECK_AS(ValueError, channels >= 1 && channels <= 6,
                  "[loudness] expected 1 to 6 channels, got ", channels);
  HEARTH_CHECK_AS(ValueError, sample_rate >= 10, "[loudness] expected a sample rate in Hz, got ",
                  sample_rate);
  const auto rate = static_cast<double>(sample_rate);
  const auto step = static_cast<int64_t>(std::nearbyint(rate / 10));
  HEARTH_CHECK_AS(ValueError, time >= kMomentary * step, "[loudness] expected at least 400 ms, ",
                  kMomentary * step, " samples at ", sample_rate, " Hz, got ", time);
  const Biquad shelf = Biquad::k_shelf(rate), pass = Biquad::k_pass(rate);
  const std::vector<double> weights = channel_weights(channels);

  const int64_t momentary = time / step - kMomentary + 1;
  const int64_t short_term = std::max<int64_t>(time / step - kShortTerm + 1, 0);
  Loudness out{empty({items}, kDouble), empty({items}, kDouble), empty({items, momentary}, kDouble),
               empty({items, short_term}, kDouble)};
  auto* integrated = out.integrated.data_ptr<double>();
  auto* range = out.range.data_ptr<double>();
  auto* each = out.momentary.data_ptr<double>();
  auto* longer = out.short_term.data_ptr<double>();
  const float* samples = recordings.const_data_ptr<float>();
  parallel_for(0, items, 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      std::vector<std::vector<double>> sums;
      for (int64_t c = 0; c < channels; ++c)
        sums.push_back(
            k_weighted_sums(samples + (i * channels + c) * time, time, shelf, pass, false));
      const std::vector<double> blocks = weighted(sums, weights, kMomentary, step);
      std::transform(blocks.begin(), blocks.end(), each + i * momentary, lkfs);
      integrated[i] = gated_loudness({blocks}, {1});
      const std::vector<double> long_blocks = weighted(sums, weights, kShortTerm, step);
      std::transform(long_blocks.begin(), long_blocks.end(), longer + i * short_term, lkfs);
      range[i] = loudness_range(long_blocks);
    }
  });
  const std::vector<int64_t> before =
      waveform.sizes().slice(0, static_cast<size_t>(waveform.dim()) - 2).vec();
  for (Tensor* t : {&out.integrated, &out.range, &out.momentary, &out.short_term}) {
    std::vector<int64_t> sizes = before;
    if (t->dim() == 2) sizes.push_back(t->size(1));
    *t = t->reshape(sizes).to(waveform.device());
  }
  return out;
}

}  // namespace hearth::audio::features
