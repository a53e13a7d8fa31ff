// SPDX-License-Identifier: Apache-2.0
#include "functional/k_weighting.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "hearth/ops/view.h"

namespace hearth::audio {

Biquad Biquad::high_shelf(double rate, double frequency, double gain, double q) {
  const double w = 2 * std::numbers::pi * frequency / rate, c = std::cos(w);
  const double a = std::pow(10, gain / 40), s = std::sqrt(a) * std::sin(w) / q;
  const double a0 = (a + 1) - (a - 1) * c + s;
  return {a * ((a + 1) + (a - 1) * c + s) / a0, -2 * a * ((a - 1) + (a + 1) * c) / a0,
          a * ((a + 1) + (a - 1) * c - s) / a0, 2 * ((a - 1) - (a + 1) * c) / a0,
          ((a + 1) - (a - 1) * c - s) / a0};
}

Biquad Biquad::high_pass(double rate, double frequency, double q) {
  const double w = 2 * std::numbers::pi * frequency / rate, c = std::cos(w);
  const double alpha = std::sin(w) / (2 * q), a0 = 1 + alpha, b = (1 + c) / 2 / a0;
  return {b, -2 * b, b, -2 * c / a0, (1 - alpha) / a0};
}

Biquad Biquad::k_shelf(double rate) {
  const double k = std::tan(std::numbers::pi * 1681.974450955533 / rate);
  const double damped = k / 0.7071752369554196, a0 = 1 + damped + k * k;
  const double high = std::pow(10, 3.999843853973347 / 20);
  const double band = std::pow(high, 0.4996667741545416) * damped;
  return {(high + band + k * k) / a0, 2 * (k * k - high) / a0, (high - band + k * k) / a0,
          2 * (k * k - 1) / a0, (1 - damped + k * k) / a0};
}

Biquad Biquad::k_pass(double rate) {
  const double k = std::tan(std::numbers::pi * 38.13547087602444 / rate);
  const double damped = k / 0.5003270373238773, a0 = 1 + damped + k * k;
  return {1, -2, 1, 2 * (k * k - 1) / a0, (1 - damped + k * k) / a0};
}

std::vector<double> k_weighted_sums(const float* samples, int64_t time, Biquad shelf, Biquad pass,
                                    bool clip) {
  std::vector<double> sums(static_cast<size_t>(time) + 1);
  const auto limited = [clip](double x) { return clip ? std::clamp(x, -1.0, 1.0) : x; };
  for (int64_t t = 0; t < time; ++t) {
    const double y = limited(pass(limited(shelf(samples[t]))));
    sums[static_cast<size_t>(t) + 1] = sums[static_cast<size_t>(t)] + y * y;
  }
  return sums;
}

double lkfs(double weighted_energy) { return -0.691 + 10 * std::log10(weighted_energy); }

std::vector<double> block_energy(const std::vector<double>& sums, int64_t block, int64_t step) {
  const auto width = static_cast<size_t>(block);
  std::vector<double> energy;
  for (size_t from = 0; from + width < sums.size(); from += static_cast<size_t>(step))
    energy.push_back((sums[from + width] - sums[from]) / static_cast<double>(block));
  return energy;
}

std::vector<double> channel_weights(int64_t channels) {
  if (channels == 6) return {1, 1, 1, 0, 1.41, 1.41};
  std::vector<double> weights = {1, 1, 1, 1.41, 1.41};
  weights.resize(static_cast<size_t>(channels));
  return weights;
}

double gated_loudness(const BlockEnergy& energy, const std::vector<double>& weights) {
  std::vector<double> blocks(energy.at(0).size());
  for (size_t c = 0; c < energy.size(); ++c)
    for (size_t i = 0; i < blocks.size(); ++i) blocks[i] += weights[c] * energy[c][i];
  const auto mean_above = [&](double gate) {
    double sum = 0;
    int64_t count = 0;
    for (const double e : blocks) {
      if (!(lkfs(e) > gate)) continue;
      sum += e;
      ++count;
    }
    return count > 0 ? lkfs(sum / static_cast<double>(count))
                     : std::numeric_limits<double>::quiet_NaN();
  };
  constexpr double kAbsolute = -70;
  const double above = mean_above(kAbsolute);
  return std::isnan(above) ? above : mean_above(std::max(kAbsolute, above - 10));
}

Tensor as_recordings(const Tensor& waveform, const char* op) {
  HEARTH_CHECK_AS(ShapeError, waveform.dim() >= 2 && waveform.is_floating_point(), "[", op,
                  "] expected a waveform [..., channels, time] of floating point numbers, got ",
                  waveform.sizes(), " of ", waveform.scalar_type());
  const Tensor samples = waveform.detach().to(kCPU, kFloat).contiguous();
  return samples.dim() == 2 ? samples.unsqueeze(0) : samples.flatten(0, -3);
}

}  // namespace hearth::audio
