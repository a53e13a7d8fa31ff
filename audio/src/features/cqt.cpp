// SPDX-License-Identifier: Apache-2.0
#include "hearth/audio/features/cqt.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>
#include <optional>
#include <vector>

#include "hearth/audio/functional/spectrogram.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/factory.h"
#include "hearth/ops/fft.h"
#include "hearth/ops/linalg.h"
#include "hearth/ops/pad.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"

#include "features/framed.h"

namespace hearth::audio::features {

namespace {

/// The shape of all filters: Q periods of theirs.
double quality(const CqtOptions& o) {
  const double ratio = std::exp2(2 / static_cast<double>(o.bins_per_octave()));
  return o.filter_scale() * (ratio + 1) / (ratio - 1);
}

double hz_of(int64_t bin, const CqtOptions& o) {
  const auto bins = static_cast<double>(o.bins_per_octave());
  return o.fmin() * std::exp2((static_cast<double>(bin) + o.tuning()) / bins);
}

void check(const CqtOptions& o) {
  HEARTH_CHECK_AS(ValueError,
                  o.sample_rate() > 0 && o.hop_length() >= 1 && o.fmin() > 0 && o.n_bins() >= 1 &&
                      o.bins_per_octave() >= 1 && o.filter_scale() > 0,
                  "[cqt] expected numbers above 0, got sample_rate=", o.sample_rate(),
                  ", hop_length=", o.hop_length(), ", fmin=", o.fmin(), ", n_bins=", o.n_bins(),
                  ", bins_per_octave=", o.bins_per_octave(),
                  " and filter_scale=", o.filter_scale());
  // A Hann window is 1.5 of its frequency steps wide.
  const double highest = hz_of(o.n_bins() - 1, o) * (1 + 0.75 / quality(o));
  HEARTH_CHECK_AS(ValueError, highest <= o.sample_rate() / 2, "[cqt] the highest filter reaches ",
                  highest, " Hz, beyond half the sample rate of ", o.sample_rate(),
                  " Hz: give fewer bins or a lower fmin");
  HEARTH_CHECK_AS(ValueError, quality(o) * o.sample_rate() / hz_of(0, o) < 1 << 24,
                  "[cqt] the filter of ", hz_of(0, o), " Hz is too long: give a higher fmin");
}

/// Spectra of filters at frequencies that an octave or less holds, for spectra of n_fft samples.
struct Bank {
  Tensor filters;  // complex [bins, points], points from `first` on
  int64_t n_fft = 1, first = 0;
};

Bank bank_of(int64_t begin, int64_t end, const CqtOptions& o) {
  Bank bank;
  const double longest = quality(o) * o.sample_rate() / hz_of(begin, o);
  while (static_cast<double>(bank.n_fft) < longest) bank.n_fft *= 2;
  const int64_t n = bank.n_fft;
  Tensor waves = zeros({end - begin, n}, kComplexDouble);
  auto* wave = static_cast<std::complex<double>*>(waves.data_ptr());
  for (int64_t bin = begin; bin < end; ++bin, wave += n) {
    const double hz = hz_of(bin, o), length = quality(o) * o.sample_rate() / hz;
    const auto before = static_cast<int64_t>(std::floor(-length / 2));
    const auto samples = static_cast<int64_t>(std::floor(length / 2)) - before;
    const int64_t left = (n - samples) / 2;
    double sum = 0;
    for (int64_t i = 0; i < samples; ++i) {
      const double turn = 2 * std::numbers::pi * static_cast<double>(i);
      const double hann = 0.5 - 0.5 * std::cos(turn / static_cast<double>(samples));
      const double phase =
          2 * std::numbers::pi * hz / o.sample_rate() * static_cast<double>(before + i);
      wave[left + i] = std::polar(hann, phase);
      sum += hann;
    }
    const double scale = std::sqrt(length) / (sum * static_cast<double>(n));
    for (int64_t i = 0; i < samples; ++i) wave[left + i] *= scale;
  }
  const Tensor spectra = fft_fft(waves).slice(1, 0, n / 2 + 1);
  // Only where there is something of a filter.
  const Tensor size = spectra.abs().amax(0).contiguous();
  const auto* s = size.const_data_ptr<double>();
  const double least = 1e-7 * *std::max_element(s, s + size.numel());
  const auto counts = [=](double v) { return v > least; };
  bank.first = std::find_if(s, s + size.numel(), counts) - s;
  int64_t last = size.numel();
  while (!counts(s[last - 1])) --last;
  const Tensor parts = view_as_real(spectra.slice(1, bank.first, last));
  const Tensor re = parts.select(-1, 0), im = parts.select(-1, 1);
  bank.filters = cat({cat({re, -im}, 1), cat({im, re}, 1)}, 0);
  return bank;
}

/// The sums [..., bins, frames] of a waveform's spectra. These are made of some frames at a time,
/// so that they stay in the cache.
Tensor through(const Bank& bank, const Tensor& waveform, int64_t hop) {
  const TensorOptions real = waveform.options().requires_grad(false);
  const Tensor filters = bank.filters.to(real), window = ones({bank.n_fft}, real);
  const int64_t bins = filters.size(0) / 2, points = filters.size(1) / 2;
  const int64_t around = bank.n_fft / 2, frames = 1 + waveform.size(-1) / hop;
  const Tensor signal = constant_pad_nd(waveform, {around, around});
  const int64_t block = std::max<int64_t>((int64_t{1} << 18) / bank.n_fft, 1);
  std::vector<Tensor> blocks;
  for (int64_t t = 0; t < frames; t += block) {
    const int64_t last = std::min(t + block, frames) - 1;
    const Tensor spectra = functional::spectrogram(
        signal.slice(-1, t * hop, last * hop + bank.n_fft), 0, window, bank.n_fft, hop, bank.n_fft,
        std::nullopt, functional::SpecNorm::None, /*center=*/false);
    const Tensor parts = view_as_real(spectra.narrow(-2, bank.first, points));
    blocks.push_back(matmul(filters, cat({parts.select(-1, 0), parts.select(-1, 1)}, -2)));
  }
  const Tensor sums = cat(blocks, -1);
  return complex(sums.narrow(-2, 0, bins), sums.narrow(-2, bins, bins));
}

}  // namespace

Tensor cqt(const Tensor& waveform, const CqtOptions& o) {
  check_waveform(waveform, "cqt");
  check(o);
  HEARTH_CHECK_AS(ValueError, waveform.size(-1) > 0, "[cqt] expected samples, got none");
  std::vector<Tensor> octaves;
  for (int64_t end = o.n_bins(); end > 0; end -= o.bins_per_octave()) {
    const Bank bank = bank_of(std::max<int64_t>(end - o.bins_per_octave(), 0), end, o);
    octaves.push_back(through(bank, waveform, o.hop_length()));
  }
  std::reverse(octaves.begin(), octaves.end());
  return cat(octaves, -2);
}

}  // namespace hearth::audio::features
