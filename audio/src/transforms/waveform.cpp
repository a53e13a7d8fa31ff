// SPDX-License-Identifier: Apache-2.0
#include "hearth/audio/transforms/waveform.h"

#include <cmath>
#include <numbers>
#include <numeric>

#include "hearth/audio/functional/effects.h"
#include "hearth/audio/functional/filtering.h"
#include "hearth/audio/functional/resample.h"
#include "hearth/audio/functional/waveform.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/factory.h"
#include "hearth/ops/filter.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/view.h"

#include "functional/pitch_shift.h"

namespace hearth::audio::transforms {

namespace F = functional;

namespace {

constexpr double kPi = std::numbers::pi;

void forget(OrderedDict<std::string, Tensor>& state, const std::string& key) {
  if (state.contains(key)) state.erase(key);
}

/// The factors of a fade in: `at` runs from 0 to 1.
Tensor fade_in(const Tensor& at, const std::string& shape) {
  if (shape == "exponential") return pow(2, at - 1) * at;
  if (shape == "logarithmic") return (at + 0.1).log10() + 1;
  if (shape == "quarter_sine") return (at * (kPi / 2)).sin();
  if (shape == "half_sine") return (at * kPi - kPi / 2).sin() / 2 + 0.5;
  return at;
}

}  // namespace

ResampleImpl::ResampleImpl(const ResampleOptions& options_) : options(options_) {
  ResampleImpl::reset();
}
void ResampleImpl::reset() {
  const ResampleOptions& o = options;
  Tensor filters = F::sinc_filters(o.orig_freq(), o.new_freq(), o.lowpass_filter_width(),
                                   o.rolloff(), o.resampling_method(), o.beta(), o.dtype());
  if (o.orig_freq() == o.new_freq()) filters = Tensor();
  kernel = register_buffer("kernel", filters, /*persistent=*/false);
}
Tensor ResampleImpl::forward(const Tensor& waveform) {
  HEARTH_CHECK_AS(DtypeError, waveform.is_floating_point(),
                  "[Resample] expected a floating-point waveform, got ", waveform.scalar_type());
  if (!kernel.defined()) return waveform;
  const int64_t orig = options.orig_freq() / std::gcd(options.orig_freq(), options.new_freq());
  return polyphase_resample(waveform, kernel, orig).to(waveform.scalar_type());
}
void ResampleImpl::upgrade_state(OrderedDict<std::string, Tensor>& state, const std::string& prefix,
                                 std::optional<int64_t>) const {
  forget(state, prefix + "kernel");
}

FadeImpl::FadeImpl(const FadeOptions& options_) : options(options_) {
  const std::string& shape = options.fade_shape();
  bool known = false;
  for (const char* name : {"linear", "exponential", "logarithmic", "quarter_sine", "half_sine"})
    known = known || shape == name;
  HEARTH_CHECK_AS(ValueError, known,
                  "[Fade] expected fade_shape \"linear\", \"exponential\", \"logarithmic\", "
                  "\"quarter_sine\" or \"half_sine\", got \"",
                  shape, "\"");
  HEARTH_CHECK_AS(ValueError, options.fade_in_len() >= 0 && options.fade_out_len() >= 0,
                  "[Fade] expected lengths that are not negative, got ", options.fade_in_len(),
                  " and ", options.fade_out_len());
}
Tensor FadeImpl::forward(const Tensor& waveform) {
  const int64_t in = options.fade_in_len(), out = options.fade_out_len(), n = waveform.size(-1);
  HEARTH_CHECK_AS(ValueError, in <= n && out <= n, "[Fade] ", n,
                  " samples are shorter than the fades of ", in, " and ", out);
  const TensorOptions options_ = waveform.options();
  const auto ramp = [&](int64_t length) {
    return fade_in(linspace(0, 1, length, options_), options.fade_shape()).clamp(0, 1);
  };
  const auto rest = [&](int64_t length) { return ones({n - length}, options_); };
  return waveform * (cat({ramp(in), rest(in)}) * cat({rest(out), ramp(out).flip({0})}));
}

VolImpl::VolImpl(const VolOptions& options_) : options(options_) {
  const std::string& type = options.gain_type();
  HEARTH_CHECK_AS(ValueError, type == "amplitude" || type == "power" || type == "db",
                  "[Vol] expected gain_type \"amplitude\", \"power\" or \"db\", got \"", type,
                  "\"");
  HEARTH_CHECK_AS(ValueError, type == "db" || options.gain() >= 0,
                  "[Vol] expected a gain of at least 0 as gain_type is \"", type, "\", got ",
                  options.gain());
}
Tensor VolImpl::forward(const Tensor& waveform) {
  if (options.gain_type() == "db") return F::gain(waveform, options.gain()).clamp(-1, 1);
  const double gain = options.gain_type() == "power" ? std::sqrt(options.gain()) : options.gain();
  return (waveform * gain).clamp(-1, 1);
}

Tensor PreemphasisImpl::forward(const Tensor& waveform) {
  return F::preemphasis(waveform, options.coeff());
}
Tensor DeemphasisImpl::forward(const Tensor& waveform) {
  return F::deemphasis(waveform, options.coeff());
}
Tensor MuLawEncodingImpl::forward(const Tensor& x) {
  return F::mu_law_encoding(x, options.quantization_channels());
}
Tensor MuLawDecodingImpl::forward(const Tensor& x_mu) {
  return F::mu_law_decoding(x_mu, options.quantization_channels());
}
Tensor ConvolveImpl::forward(const Tensor& x, const Tensor& y) {
  return F::convolve(x, y, options.mode());
}
Tensor FFTConvolveImpl::forward(const Tensor& x, const Tensor& y) {
  return F::fftconvolve(x, y, options.mode());
}

PitchShiftImpl::PitchShiftImpl(const PitchShiftOptions& options_) : options(options_) {
  PitchShiftImpl::reset();
}
void PitchShiftImpl::reset() {
  const int64_t width = options.win_length().value_or(options.n_fft());
  window = register_buffer("window",
                           options.window_fn() ? options.window_fn()(width) : hann_window(width));
  const F::PitchShift shift(options.sample_rate(), options.n_steps(), options.bins_per_octave());
  resampler = register_module("resampler",
                              Resample(ResampleOptions(shift.orig_freq, options.sample_rate())));
}
Tensor PitchShiftImpl::forward(const Tensor& waveform) {
  const int64_t width = window.size(0), hop = options.hop_length().value_or(width / 4);
  const F::PitchShift shift(options.sample_rate(), options.n_steps(), options.bins_per_octave());
  const Tensor slow = shift.stretched(waveform, options.n_fft(), hop, width, window);
  return F::PitchShift::fitted(resampler(slow), waveform.size(-1));
}
void PitchShiftImpl::upgrade_state(OrderedDict<std::string, Tensor>& state,
                                   const std::string& prefix, std::optional<int64_t>) const {
  forget(state, prefix + "kernel");
}

}  // namespace hearth::audio::transforms
