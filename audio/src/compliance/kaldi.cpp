// SPDX-License-Identifier: Apache-2.0
#include "hearth/audio/compliance/kaldi.h"

#include <bit>
#include <cmath>

#include "hearth/audio/features/extractor.h"
#include "hearth/base/error.h"
#include "hearth/base/generator.h"
#include "hearth/ops/reduce.h"

namespace hearth::audio::compliance::kaldi {

namespace {

using features::FeatureConfig;

/// Milliseconds in samples, rounded down as Kaldi does.
int64_t samples_of(double ms, double rate, const char* name) {
  const double n = rate * ms * 0.001;
  HEARTH_CHECK_AS(ValueError, n >= 1 && n < 1 << 24, "[kaldi] ", name, " of ", ms, " ms at ", rate,
                  " Hz is ", n, " samples; expected 1 to 2^24");
  return static_cast<int64_t>(n);
}

/// What all of them share.
FeatureConfig frames_of(const KaldiOptions& o) {
  const int64_t length = samples_of(o.frame_length(), o.sample_frequency(), "frame_length");
  HEARTH_CHECK_AS(ValueError, o.sample_frequency() == std::floor(o.sample_frequency()),
                  "[kaldi] expected a sample_frequency of whole Hz, got ", o.sample_frequency());
  std::string window = o.window_type();
  if (window == "hamming") window = "hamming_symmetric";
  HEARTH_CHECK_AS(ValueError, window != "hann" && window != "sine", "[kaldi] window_type is \"",
                  window, "\"; expected povey, hanning, hamming, blackman or rectangular");
  FeatureConfig c;
  c.sample_rate(static_cast<int64_t>(o.sample_frequency()))
      .dither(o.dither())
      .preemphasis(o.preemphasis_coefficient())
      .frame_length(length)
      .frame_shift(samples_of(o.frame_shift(), o.sample_frequency(), "frame_shift"))
      .n_fft(o.round_to_power_of_two()
                 ? static_cast<int64_t>(std::bit_ceil(static_cast<uint64_t>(length)))
                 : length)
      .frames(o.snip_edges() ? "inside" : "mirror")
      .remove_dc_offset(o.remove_dc_offset())
      .window(window)
      .blackman_coeff(o.blackman_coeff())
      .raw_energy(o.raw_energy())
      .energy_floor(o.energy_floor())
      .htk_compat(o.htk_compat());
  return c;
}

FeatureConfig bands_of(const KaldiOptions& o) {
  FeatureConfig c = frames_of(o);
  c.bands("kaldi")
      .num_bands(o.num_mel_bins())
      .low_freq(o.low_freq())
      .high_freq(o.high_freq())
      .vtln_warp(o.vtln_warp())
      .vtln_low(o.vtln_low())
      .vtln_high(o.vtln_high())
      .use_energy(o.use_energy());
  return c;
}

Tensor extract(const Tensor& waveform, const KaldiOptions& o, FeatureConfig c) {
  HEARTH_CHECK_AS(ShapeError, waveform.dim() == 2,
                  "[kaldi] expected a waveform [channels, time], got sizes ", waveform.sizes());
  const int64_t channel = std::max<int64_t>(o.channel(), 0);
  HEARTH_CHECK_AS(IndexError, channel < waveform.size(0), "[kaldi] there is no channel ", channel,
                  " in a waveform of ", waveform.size(0));
  if (c.dither() > 0)
    c.seed(static_cast<int64_t>(default_generator().reserve(1).offset ^
                                default_generator().current_seed()));
  const features::Extractor extractor(c);
  const Tensor signal = waveform[channel];
  const bool enough =
      static_cast<double>(signal.size(0)) >= o.min_duration() * o.sample_frequency();
  const Tensor x = extractor(enough ? signal : signal.slice(0, 0, 0));
  return o.subtract_mean() && x.size(0) > 0 ? x - x.mean(0, true) : x;
}

}  // namespace

Tensor fbank(const Tensor& waveform, const KaldiOptions& o) {
  return extract(waveform, o,
                 bands_of(o).power(o.use_power() ? 2 : 1).log(o.use_log_fbank() ? "ln" : "none"));
}

Tensor mfcc(const Tensor& waveform, const KaldiOptions& o) {
  HEARTH_CHECK_AS(ValueError, o.num_ceps() >= 1, "[kaldi] expected num_ceps >= 1, got ",
                  o.num_ceps());
  return extract(waveform, o, bands_of(o).num_ceps(o.num_ceps()).lifter(o.cepstral_lifter()));
}

Tensor spectrogram(const Tensor& waveform, const KaldiOptions& o) {
  return extract(waveform, o, frames_of(o).bands("none").use_energy(true));
}

}  // namespace hearth::audio::compliance::kaldi
