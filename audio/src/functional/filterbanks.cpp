// SPDX-License-Identifier: Apache-2.0
#include "hearth/audio/functional/filterbanks.h"

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
