// SPDX-License-Identifier: Apache-2.0
#include "hearth/audio/functional/spectrogram.h"

#include <cmath>

#include "hearth/ops/creation.h"
#include "hearth/ops/factory.h"
#include "hearth/ops/fft.h"
#include "hearth/ops/frame_bands.h"
#include "hearth/ops/linalg.h"
#include "hearth/ops/pad.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"

#include "functional/batch.h"

namespace hearth::audio::functional {

namespace {

Tensor window_norm(const Tensor& window) { return window.pow(2).sum().sqrt(); }

void check_length(int64_t time, int64_t n_fft, bool center, std::string_view pad_mode) {
  if (center) {
    HEARTH_CHECK_AS(ValueError, pad_mode != "reflect" || time > n_fft / 2, "[spectrogram] ", time,
                    " samples cannot be mirrored by n_fft / 2 = ", n_fft / 2,
                    ": give a longer signal or a smaller n_fft, or set pad, or pad_mode "
                    "\"constant\"");
    HEARTH_CHECK_AS(ValueError, pad_mode == "constant" || time > 0,
                    "[spectrogram] expected at least one sample, got none");
  } else {
    HEARTH_CHECK_AS(ValueError, time >= n_fft, "[spectrogram] ", time,
                    " samples hold no frame of n_fft = ", n_fft,
                    ": give a longer signal or a smaller n_fft, or set center or pad");
  }
}

}  // namespace

SpecNorm spec_norm_of(std::string_view name) {
  if (name == "window") return SpecNorm::Window;
  HEARTH_CHECK_AS(ValueError, name == "frame_length",
                  "[normalized] expected \"window\" or \"frame_length\", got \"", name, "\"");
  return SpecNorm::FrameLength;
}

Tensor spectrogram(const Tensor& waveform, int64_t pad, const Tensor& window, int64_t n_fft,
                   int64_t hop_length, int64_t win_length, std::optional<double> power,
                   SpecNorm normalized, bool center, std::string_view pad_mode, bool onesided,
                   const Tensor& bank) {
  HEARTH_CHECK_AS(ShapeError, waveform.dim() >= 1,
                  "[spectrogram] expected a waveform [..., time], got a single number");
  HEARTH_CHECK_AS(ValueError, pad >= 0 && n_fft >= 1,
                  "[spectrogram] expected pad >= 0 and n_fft >= 1, got ", pad, " and ", n_fft);
  HEARTH_CHECK_AS(ValueError, !power || *power > 0,
                  "[spectrogram] expected a power above 0, or none for the complex spectrum, got ",
                  power.value_or(0));
  const Tensor signal = pad > 0 ? constant_pad_nd(waveform, {pad, pad}) : waveform;
  check_length(signal.size(-1), n_fft, center, pad_mode);
  HEARTH_CHECK_AS(
      ShapeError,
      !bank.defined() || (bank.dim() == 2 && bank.size(0) == n_fft / 2 + 1 && power && onesided),
      "[spectrogram] a bank [", n_fft / 2 + 1,
      ", bands] takes the powers of one side of a spectrum, got sizes ", bank.sizes());
  const bool known_edge = !center || pad_mode == "reflect" || pad_mode == "constant";
  if (onesided && known_edge && (power == 1 || power == 2) && window.dim() == 1 &&
      window.size(0) == win_length && win_length <= n_fft && hop_length >= 1) {
    Tensor scaled = window;
    if (normalized == SpecNorm::Window) scaled = window / window_norm(window);
    if (normalized == SpecNorm::FrameLength) scaled = window / std::sqrt(n_fft);
    const int64_t made_up = center ? n_fft / 2 : 0;
    const auto options =
        FrameBandsOptions(n_fft, hop_length)
            .start((n_fft - win_length) / 2 - made_up)
            .frames(1 + (signal.size(-1) + 2 * made_up - n_fft) / hop_length)
            .edge(center && pad_mode == "reflect" ? FrameEdge::Reflect : FrameEdge::Zeros)
            .power(static_cast<int64_t>(*power));
    return std::get<0>(frame_bands(signal, scaled, bank, {}, options)).transpose(-1, -2);
  }
  Tensor spec = stft(as_batch(signal, 1), n_fft, hop_length, win_length, window, center, pad_mode,
                     normalized == SpecNorm::FrameLength, onesided, /*return_complex=*/true);
  spec = as_before(spec, waveform, 1);
  if (normalized == SpecNorm::Window) spec = spec / window_norm(window);
  if (!power) return spec;
  Tensor magnitude = spec.abs();
  if (*power != 1) magnitude = magnitude.pow(*power);
  return bank.defined() ? matmul(magnitude.transpose(-1, -2), bank).transpose(-1, -2) : magnitude;
}

Tensor inverse_spectrogram(const Tensor& spectrogram, std::optional<int64_t> length, int64_t pad,
                           const Tensor& window, int64_t n_fft, int64_t hop_length,
                           int64_t win_length, SpecNorm normalized, bool center, bool onesided) {
  HEARTH_CHECK_AS(DtypeError, spectrogram.is_complex(),
                  "[inverse_spectrogram] expected a complex spectrogram, got ",
                  spectrogram.scalar_type(), "; griffinlim finds phases for magnitudes");
  HEARTH_CHECK_AS(ShapeError, spectrogram.dim() >= 2,
                  "[inverse_spectrogram] expected [..., frequencies, frames], got ",
                  spectrogram.sizes());
  HEARTH_CHECK_AS(ValueError, pad >= 0, "[inverse_spectrogram] expected pad >= 0, got ", pad);
  const Tensor scaled =
      normalized == SpecNorm::Window ? spectrogram * window_norm(window) : spectrogram;
  std::optional<int64_t> whole = length;
  if (whole) *whole += 2 * pad;
  Tensor waveform =
      istft(as_batch(scaled, 2), n_fft, hop_length, win_length, window, center,
            normalized == SpecNorm::FrameLength, onesided, whole, /*return_complex=*/false);
  if (length) waveform = waveform.narrow(-1, pad, *length);
  return as_before(waveform, spectrogram, 2);
}

Tensor griffinlim(const Tensor& specgram, const Tensor& window, int64_t n_fft, int64_t hop_length,
                  int64_t win_length, double power, int64_t n_iter, double momentum,
                  std::optional<int64_t> length, bool rand_init) {
  HEARTH_CHECK_AS(ValueError, momentum >= 0 && momentum < 1,
                  "[griffinlim] expected a momentum in [0, 1), got ", momentum);
  HEARTH_CHECK_AS(ValueError, power > 0 && n_iter >= 0,
                  "[griffinlim] expected a power above 0 and n_iter >= 0, got ", power, " and ",
                  n_iter);
  HEARTH_CHECK_AS(ShapeError, specgram.dim() >= 2,
                  "[griffinlim] expected magnitudes [..., frequencies, frames], got ",
                  specgram.sizes());
  const double carried = momentum / (1 + momentum);
  const Tensor magnitude = as_batch(specgram, 2).pow(1 / power);
  const auto waveform_of = [&](const Tensor& phases) {
    return istft(phases, n_fft, hop_length, win_length, window, /*center=*/true,
                 /*normalized=*/false, /*onesided=*/true, length);
  };

  std::vector<int64_t> pairs = magnitude.sizes().vec();
  pairs.push_back(2);
  Tensor scaled = rand_init ? magnitude * view_as_complex(rand(pairs, magnitude.options()))
                            : complex(magnitude, zeros_like(magnitude));
  Tensor before;
  for (int64_t i = 0; i < n_iter; ++i) {
    const Tensor rebuilt =
        stft(waveform_of(scaled), n_fft, hop_length, win_length, window, /*center=*/true, "reflect",
             /*normalized=*/false, /*onesided=*/true, /*return_complex=*/true);
    const Tensor direction = before.defined() && carried > 0 ? rebuilt - before * carried : rebuilt;
    scaled = magnitude * (direction / (direction.abs() + 1e-16));
    before = rebuilt;
  }
  return as_before(waveform_of(scaled), specgram, 2);
}

Tensor spectral_centroid(const Tensor& waveform, int64_t sample_rate, int64_t pad,
                         const Tensor& window, int64_t n_fft, int64_t hop_length,
                         int64_t win_length) {
  const Tensor spec = spectrogram(waveform, pad, window, n_fft, hop_length, win_length, 1.0);
  const Tensor freqs = linspace(0, static_cast<double>(sample_rate / 2), spec.size(-2),
                                spec.options().requires_grad(false))
                           .unsqueeze(1);
  return (freqs * spec).sum(-2) / spec.sum(-2);
}

}  // namespace hearth::audio::functional
