// SPDX-License-Identifier: Apache-2.0
#include "hearth/audio/functional/resample.h"

#include <cmath>
#include <numbers>
#include <numeric>

#include "hearth/ops/creation.h"
#include "hearth/ops/factory.h"
#include "hearth/ops/fft.h"
#include "hearth/ops/filter.h"
#include "hearth/ops/pad.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/scan.h"
#include "hearth/ops/shape.h"

#include "functional/batch.h"
#include "functional/pitch_shift.h"

namespace hearth::audio::functional {

namespace {

constexpr double kTwoPi = 2 * std::numbers::pi;

void check_rates(std::string_view what, int64_t orig_freq, int64_t new_freq) {
  HEARTH_CHECK_AS(ValueError, orig_freq > 0 && new_freq > 0, "[", what,
                  "] expected sampling rates above 0, got ", orig_freq, " and ", new_freq);
}

}  // namespace

Tensor sinc_filters(int64_t orig_freq, int64_t new_freq, int64_t lowpass_filter_width,
                    double rolloff, std::string_view resampling_method, std::optional<double> beta,
                    ScalarType dtype) {
  check_rates("resample", orig_freq, new_freq);
  const bool hann = resampling_method == "sinc_interp_hann";
  HEARTH_CHECK_AS(ValueError, hann || resampling_method == "sinc_interp_kaiser",
                  "[resample] expected resampling_method \"sinc_interp_hann\" or "
                  "\"sinc_interp_kaiser\", got \"",
                  resampling_method, "\"");
  HEARTH_CHECK_AS(ValueError, lowpass_filter_width > 0 && rolloff > 0 && std::isfinite(rolloff),
                  "[resample] expected lowpass_filter_width and rolloff above 0, got ",
                  lowpass_filter_width, " and ", rolloff);
  const int64_t divisor = std::gcd(orig_freq, new_freq);
  const int64_t orig = orig_freq / divisor, fresh = new_freq / divisor;
  const auto crossings = static_cast<double>(lowpass_filter_width);
  // The cutoff in periods of the common rate: crossings of zero are 1 / base apart.
  const double base = static_cast<double>(std::min(orig, fresh)) * rolloff;
  const double reach = std::ceil(crossings * static_cast<double>(orig) / base);
  HEARTH_CHECK_AS(ValueError, reach * static_cast<double>(fresh) < 0x1p40, "[resample] ", orig_freq,
                  " to ", new_freq, " Hz with lowpass_filter_width=", lowpass_filter_width,
                  " and rolloff=", rolloff, " needs filters too large for any memory");
  const auto width = static_cast<int64_t>(reach);

  // How far the samples of a window are from where the output lies, in 1 / fresh of a sample.
  const TensorOptions whole(kLong);
  const Tensor behind = (arange(fresh, whole) * orig).remainder(fresh).unsqueeze(1);
  const Tensor distance = arange(1 - width, width + 1, whole).unsqueeze(0) * fresh - behind;
  const Tensor t =
      (distance.to(kDouble) * (base / (static_cast<double>(orig) * static_cast<double>(fresh))))
          .clamp(-crossings, crossings);
  Tensor window;
  if (hann) {
    window = (t * (std::numbers::pi / crossings / 2)).cos().pow(2);
  } else {
    const double shape = beta.value_or(14.769656459379492);
    const Tensor peak = i0(scalar_tensor(shape, TensorOptions(kDouble)));
    window = i0(shape * (1 - (t / crossings).pow(2)).sqrt()) / peak;
  }
  return (sinc(t) * window * (base / static_cast<double>(orig))).to(dtype);
}

Tensor resample(const Tensor& waveform, int64_t orig_freq, int64_t new_freq,
                int64_t lowpass_filter_width, double rolloff, std::string_view resampling_method,
                std::optional<double> beta) {
  check_rates("resample", orig_freq, new_freq);
  HEARTH_CHECK_AS(DtypeError, waveform.is_floating_point(),
                  "[resample] expected a floating-point waveform, got ", waveform.scalar_type());
  if (orig_freq == new_freq) return waveform;
  // Of half types, the filters are better.
  const Tensor filters =
      sinc_filters(orig_freq, new_freq, lowpass_filter_width, rolloff, resampling_method, beta,
                   waveform.scalar_type() == kDouble ? kDouble : kFloat);
  return polyphase_resample(waveform, filters.to(waveform.device()),
                            orig_freq / std::gcd(orig_freq, new_freq))
      .to(waveform.scalar_type());
}

std::tuple<Tensor, Tensor> speed(const Tensor& waveform, int64_t orig_freq, double factor,
                                 const Tensor& lengths) {
  const SpeedRates rates(orig_freq, factor);
  return {resample(waveform, rates.source, rates.target), rates.lengths(lengths)};
}

SpeedRates::SpeedRates(int64_t orig_freq, double factor) {
  const double scaled = factor * static_cast<double>(orig_freq);
  HEARTH_CHECK_AS(ValueError, orig_freq > 0 && scaled >= 1 && scaled < 0x1p53,
                  "[speed] expected orig_freq > 0 and a factor that makes it at least 1 Hz, got ",
                  orig_freq, " and ", factor);
  const auto source_rate = static_cast<int64_t>(scaled);
  const int64_t divisor = std::gcd(source_rate, orig_freq);
  source = source_rate / divisor;
  target = orig_freq / divisor;
}

Tensor SpeedRates::lengths(const Tensor& before) const {
  if (!before.defined()) return before;
  return (before.to(kDouble) * target / source).ceil().to(before.scalar_type());
}

Tensor phase_vocoder(const Tensor& complex_specgrams, double rate, const Tensor& phase_advance) {
  const Tensor& x = complex_specgrams;
  HEARTH_CHECK_AS(DtypeError, x.is_complex(),
                  "[phase_vocoder] expected a complex spectrogram, got ", x.scalar_type());
  HEARTH_CHECK_AS(ShapeError,
                  x.dim() >= 2 && phase_advance.dim() == 2 && phase_advance.size(0) == x.size(-2) &&
                      phase_advance.size(1) == 1,
                  "[phase_vocoder] expected spectra [..., freq, time] and phase_advance [freq, 1], "
                  "got ",
                  x.sizes(), " and ", phase_advance.sizes());
  HEARTH_CHECK_AS(ValueError, rate > 0 && std::isfinite(rate),
                  "[phase_vocoder] expected a rate above 0, got ", rate);
  if (rate == 1 || x.size(-1) == 0) return x;
  const ScalarType real = x.scalar_type() == kComplexDouble ? kDouble : kFloat;
  const Tensor steps = arange(0, x.size(-1), rate, TensorOptions(real).device(x.device()));
  const Tensor alphas = steps.remainder(1);
  const Tensor padded = constant_pad_nd(x, {0, 2});
  const Tensor before = padded.index_select(-1, steps.to(kLong));
  const Tensor after = padded.index_select(-1, (steps + 1).to(kLong));

  Tensor turn = after.angle() - before.angle() - phase_advance;
  turn = turn - kTwoPi * (turn / kTwoPi).round() + phase_advance;
  const Tensor phase =
      cat({x.narrow(-1, 0, 1).angle(), turn.narrow(-1, 0, turn.size(-1) - 1)}, -1).cumsum(-1);
  return polar(alphas * after.abs() + (1 - alphas) * before.abs(), phase);
}

PitchShift::PitchShift(int64_t sample_rate, double n_steps, int64_t bins_per_octave)
    : rate(std::exp2(-n_steps / static_cast<double>(bins_per_octave))) {
  const double from = static_cast<double>(sample_rate) / rate;
  HEARTH_CHECK_AS(ValueError, sample_rate > 0 && bins_per_octave > 0 && from >= 1 && from < 0x1p53,
                  "[pitch_shift] expected sample_rate and bins_per_octave above 0 and a shift by "
                  "n_steps that leaves 1 Hz, got ",
                  sample_rate, ", ", bins_per_octave, " and ", n_steps);
  orig_freq = static_cast<int64_t>(from);
}

Tensor PitchShift::stretched(const Tensor& waveform, int64_t n_fft, int64_t hop_length,
                             int64_t win_length, const Tensor& window) const {
  HEARTH_CHECK_AS(ShapeError, waveform.dim() >= 1,
                  "[pitch_shift] expected a waveform [..., time], got a single number");
  const int64_t length = waveform.size(-1);
  HEARTH_CHECK_AS(ValueError, length > n_fft / 2, "[pitch_shift] ", length,
                  " samples cannot be mirrored by n_fft / 2 = ", n_fft / 2,
                  ": give a longer signal or a smaller n_fft");
  const Tensor spectrum =
      stft(as_batch(waveform, 1), n_fft, hop_length, win_length, window, /*center=*/true, "reflect",
           /*normalized=*/false, /*onesided=*/true, /*return_complex=*/true);
  const Tensor advance = linspace(0, std::numbers::pi * static_cast<double>(hop_length),
                                  spectrum.size(-2), window.options());
  const Tensor slow = phase_vocoder(spectrum, rate, advance.unsqueeze(1));
  const auto stretched_length =
      static_cast<int64_t>(std::nearbyint(static_cast<double>(length) / rate));
  return as_before(istft(slow, n_fft, hop_length, win_length, window, /*center=*/true,
                         /*normalized=*/false, /*onesided=*/true, stretched_length),
                   waveform, 1);
}

Tensor PitchShift::fitted(const Tensor& shifted, int64_t length) {
  const int64_t n = shifted.size(-1);
  return n > length ? shifted.narrow(-1, 0, length) : constant_pad_nd(shifted, {0, length - n});
}

Tensor pitch_shift(const Tensor& waveform, int64_t sample_rate, double n_steps,
                   int64_t bins_per_octave, int64_t n_fft, std::optional<int64_t> win_length,
                   std::optional<int64_t> hop_length, const Tensor& window) {
  const PitchShift shift(sample_rate, n_steps, bins_per_octave);
  const int64_t width = win_length.value_or(n_fft);
  const Tensor used = window.defined() ? window : hann_window(width, waveform.options());
  const Tensor slow = shift.stretched(waveform, n_fft, hop_length.value_or(n_fft / 4), width, used);
  return PitchShift::fitted(resample(slow, shift.orig_freq, sample_rate), waveform.size(-1));
}

}  // namespace hearth::audio::functional
