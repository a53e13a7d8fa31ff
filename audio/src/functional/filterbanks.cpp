// SPDX-License-Identifier: Apache-2.0
#include "hearth/audio/functional/filterbanks.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "hearth/base/warning.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/factory.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"

namespace hearth::audio::functional {

namespace {

// Slaney's curve: 200/3 Hz a mel up to 1 kHz, then 27 steps for each factor of 6.4.
constexpr double kLinearStep = 200.0 / 3, kKnee = 1000, kKneeMel = kKnee / kLinearStep;
const double kLogStep = std::log(6.4) / 27;

Tensor mel_to_hz(const Tensor& mel, MelScale scale) {
  if (scale == MelScale::Htk) return 700 * (pow(10, mel / 2595) - 1);
  return where(mel >= kKneeMel, kKnee * exp(kLogStep * (mel - kKneeMel)), kLinearStep * mel);
}

void check_bank(int64_t n_freqs, double f_min, double f_max, int64_t filters, int64_t sample_rate,
                const char* what) {
  HEARTH_CHECK_AS(ValueError, n_freqs >= 1 && filters >= 1 && sample_rate >= 2, "[", what,
                  "] expected at least one frequency and one filter and a sample rate of at least "
                  "2 Hz, got ",
                  n_freqs, " frequencies, ", filters, " filters and ", sample_rate, " Hz");
  HEARTH_CHECK_AS(ValueError, f_min >= 0 && f_min < f_max, "[", what,
                  "] expected 0 <= f_min < f_max, got f_min=", f_min, " and f_max=", f_max);
}

/// Triangles [n_freqs, corners - 2], each from a corner over the next to the one after.
Tensor triangles(int64_t n_freqs, int64_t sample_rate, const Tensor& corners) {
  const int64_t n = corners.size(0);
  const Tensor freqs =
      linspace(0, static_cast<double>(sample_rate / 2), n_freqs, corners.options());
  const Tensor widths = corners.slice(0, 1) - corners.slice(0, 0, n - 1);
  const Tensor distance = corners.unsqueeze(0) - freqs.unsqueeze(1);
  const Tensor rising = -distance.slice(1, 0, n - 2) / widths.slice(0, 0, n - 2);
  const Tensor falling = distance.slice(1, 2) / widths.slice(0, 1);
  return minimum(rising, falling).clamp_min(0);
}

float kaldi_mel(double hz) { return 1127.0f * std::log(1.0f + static_cast<float>(hz) / 700.0f); }
double kaldi_hz(float mel) { return 700.0f * (std::exp(mel / 1127.0f) - 1.0f); }

/// Kaldi's warping of frequencies between low and high.
double warped(double hz, double low, double high, const VtlnOptions& v) {
  if (hz < low || hz > high) return hz;
  const double l = v.low() * std::max(1.0, v.warp()), h = v.high() * std::min(1.0, v.warp());
  const double scale = 1 / v.warp();
  if (hz < l) return low + (scale * l - low) / (l - low) * (hz - low);
  if (hz < h) return scale * hz;
  return high + (high - scale * h) / (high - h) * (hz - high);
}

}  // namespace

MelScale mel_scale_of(std::string_view name) {
  if (name == "htk") return MelScale::Htk;
  HEARTH_CHECK_AS(ValueError, name == "slaney",
                  "[mel_scale] expected \"htk\" or \"slaney\", got \"", name, "\"");
  return MelScale::Slaney;
}

double hz_to_mel(double hz, MelScale scale) {
  if (scale == MelScale::Htk) return 2595 * std::log10(1 + hz / 700);
  return hz < kKnee ? hz / kLinearStep : kKneeMel + std::log(hz / kKnee) / kLogStep;
}

double mel_to_hz(double mel, MelScale scale) {
  if (scale == MelScale::Htk) return 700 * (std::pow(10, mel / 2595) - 1);
  return mel < kKneeMel ? mel * kLinearStep : kKnee * std::exp(kLogStep * (mel - kKneeMel));
}

Tensor melscale_fbanks(int64_t n_freqs, double f_min, double f_max, int64_t n_mels,
                       int64_t sample_rate, FilterNorm norm, MelScale mel_scale, ScalarType dtype) {
  if (f_max == 0) f_max = static_cast<double>(sample_rate / 2);
  check_bank(n_freqs, f_min, f_max, n_mels, sample_rate, "melscale_fbanks");
  const Tensor mels =
      linspace(hz_to_mel(f_min, mel_scale), hz_to_mel(f_max, mel_scale), n_mels + 2, dtype);
  const Tensor corners = mel_to_hz(mels, mel_scale);
  Tensor bank = triangles(n_freqs, sample_rate, corners);
  if (norm == FilterNorm::Slaney) bank *= 2 / (corners.slice(0, 2) - corners.slice(0, 0, n_mels));
  const int64_t empty = (bank.amax(0) == 0).sum().item<int64_t>();
  if (empty > 0)
    HEARTH_WARN(empty, " of ", n_mels, " mel filters hold no frequency: n_mels is too large for ",
                n_freqs, " frequencies of ", sample_rate, " Hz");
  return bank;
}

Tensor linear_fbanks(int64_t n_freqs, double f_min, double f_max, int64_t n_filter,
                     int64_t sample_rate) {
  if (f_max == 0) f_max = static_cast<double>(sample_rate / 2);
  check_bank(n_freqs, f_min, f_max, n_filter, sample_rate, "linear_fbanks");
  return triangles(n_freqs, sample_rate, linspace(f_min, f_max, n_filter + 2));
}

Tensor kaldi_fbanks(int64_t n_fft, double low_freq, double high_freq, int64_t num_bins,
                    double sample_rate, const VtlnOptions& vtln) {
  const double nyquist = sample_rate / 2;
  if (high_freq <= 0) high_freq += nyquist;
  check_bank(n_fft / 2, low_freq, high_freq, num_bins, static_cast<int64_t>(sample_rate),
             "kaldi_fbanks");
  HEARTH_CHECK_AS(ValueError, high_freq <= nyquist,
                  "[kaldi_fbanks] expected high_freq up to half the sample rate, ", nyquist,
                  ", got ", high_freq);
  VtlnOptions v = vtln;
  if (v.high() < 0) v.high(v.high() + nyquist);
  HEARTH_CHECK_AS(ValueError,
                  v.warp() == 1 || (v.warp() > 0 && v.low() > low_freq && v.low() < v.high() &&
                                    v.high() < high_freq),
                  "[kaldi_fbanks] expected a warp above 0 and low_freq < low < high < high_freq, "
                  "got warp ",
                  v.warp(), " and ", low_freq, ", ", v.low(), ", ", v.high(), ", ", high_freq);
  // Corners as torchaudio has them: their distance in double, the rest in float.
  const auto exact_mel = [](double hz) { return 1127 * std::log(1 + hz / 700); };
  const double first = exact_mel(low_freq);
  const double step = (exact_mel(high_freq) - first) / static_cast<double>(num_bins + 1);
  const auto corner = [&](int64_t i) {
    const float mel = static_cast<float>(i) * static_cast<float>(step) + static_cast<float>(first);
    return v.warp() == 1 ? mel : kaldi_mel(warped(kaldi_hz(mel), low_freq, high_freq, v));
  };
  Tensor bank = zeros({n_fft / 2 + 1, num_bins});
  float* weights = bank.data_ptr<float>();
  for (int64_t b = 0; b < num_bins; ++b) {
    const float left = corner(b), center = corner(b + 1), right = corner(b + 2);
    for (int64_t k = 0; k < n_fft / 2; ++k) {
      const float mel =
          kaldi_mel(static_cast<double>(k) * sample_rate / static_cast<double>(n_fft));
      const float rising = (mel - left) / (center - left),
                  falling = (right - mel) / (right - center);
      weights[k * num_bins + b] = std::max(0.0f, std::min(rising, falling));
    }
  }
  return bank;
}

Tensor create_dct(int64_t n_mfcc, int64_t n_mels, DctNorm norm) {
  HEARTH_CHECK_AS(ValueError, n_mfcc >= 1 && n_mels >= 1,
                  "[create_dct] expected at least one coefficient of one band, got n_mfcc=", n_mfcc,
                  " and n_mels=", n_mels);
  const auto bands = static_cast<double>(n_mels);
  const Tensor n = arange(n_mels, kDouble), k = arange(n_mfcc, kDouble);
  Tensor dct = cos(std::numbers::pi / bands * (n + 0.5).unsqueeze(1) * k);
  if (norm == DctNorm::None) return (dct * 2).to(kFloat);
  dct.select(1, 0) *= 1 / std::numbers::sqrt2;
  return (dct * std::sqrt(2 / bands)).to(kFloat);
}

}  // namespace hearth::audio::functional
