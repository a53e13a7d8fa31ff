// SPDX-License-Identifier: Apache-2.0
#include "hearth/audio/transforms/spectrogram.h"

#include "hearth/audio/functional/framing.h"
#include "hearth/ops/factory.h"

namespace hearth::audio::transforms {

namespace {

namespace F = functional;

template <typename Options>
int64_t width_of(const Options& o) {
  return o.win_length().value_or(o.n_fft());
}

template <typename Options>
int64_t hop_of(const Options& o) {
  return o.hop_length().value_or(width_of(o) / 2);
}

template <typename Options>
Tensor window_of(const Options& o, const char* module) {
  const int64_t width = width_of(o), hop = hop_of(o);
  HEARTH_CHECK_AS(ValueError, width >= 1 && width <= o.n_fft() && hop >= 1, "[", module,
                  "] expected 1 <= win_length <= n_fft and hop_length >= 1, got win_length=", width,
                  ", n_fft=", o.n_fft(), " and hop_length=", hop);
  Tensor window = o.window_fn() ? o.window_fn()(width) : hann_window(width);
  HEARTH_CHECK_AS(ShapeError, window.defined() && window.dim() == 1 && window.size(0) == width, "[",
                  module, "] expected window_fn to make a window of ", width, " samples");
  return window;
}

}  // namespace

SpectrogramImpl::SpectrogramImpl(const SpectrogramOptions& options_) : options(options_) {
  SpectrogramImpl::reset();
}
void SpectrogramImpl::reset() {
  window = register_buffer("window", window_of(options, "Spectrogram"));
}
int64_t SpectrogramImpl::win_length() const { return width_of(options); }
int64_t SpectrogramImpl::hop_length() const { return hop_of(options); }
Tensor SpectrogramImpl::bands(const Tensor& waveform, const Tensor& bank) {
  return F::spectrogram(waveform, options.pad(), window, options.n_fft(), hop_length(),
                        win_length(), options.power(), options.normalized(), options.center(),
                        options.pad_mode(), options.onesided(), bank);
}
Tensor SpectrogramImpl::frames(const Tensor& lengths) const {
  return F::Framing{options.n_fft(), hop_length(), options.pad(), options.center()}.frames(lengths);
}

InverseSpectrogramImpl::InverseSpectrogramImpl(const InverseSpectrogramOptions& options_)
    : options(options_) {
  InverseSpectrogramImpl::reset();
}
void InverseSpectrogramImpl::reset() {
  window = register_buffer("window", window_of(options, "InverseSpectrogram"));
}
Tensor InverseSpectrogramImpl::forward(const Tensor& spectrogram, std::optional<int64_t> length) {
  return F::inverse_spectrogram(spectrogram, length, options.pad(), window, options.n_fft(),
                                hop_of(options), width_of(options), options.normalized(),
                                options.center(), options.onesided());
}

GriffinLimImpl::GriffinLimImpl(const GriffinLimOptions& options_) : options(options_) {
  HEARTH_CHECK_AS(ValueError, options.momentum() >= 0 && options.momentum() < 1,
                  "[GriffinLim] expected a momentum in [0, 1), got ", options.momentum());
  GriffinLimImpl::reset();
}
void GriffinLimImpl::reset() {
  window = register_buffer("window", window_of(options, "GriffinLim"));
}
Tensor GriffinLimImpl::forward(const Tensor& specgram) {
  return F::griffinlim(specgram, window, options.n_fft(), hop_of(options), width_of(options),
                       options.power(), options.n_iter(), options.momentum(), options.length(),
                       options.rand_init());
}

SpectralCentroidImpl::SpectralCentroidImpl(const SpectralCentroidOptions& options_)
    : options(options_) {
  SpectralCentroidImpl::reset();
}
void SpectralCentroidImpl::reset() {
  window = register_buffer("window", window_of(options, "SpectralCentroid"));
}
Tensor SpectralCentroidImpl::forward(const Tensor& waveform) {
  return F::spectral_centroid(waveform, options.sample_rate(), options.pad(), window,
                              options.n_fft(), hop_of(options), width_of(options));
}
Tensor SpectralCentroidImpl::frames(const Tensor& lengths) const {
  return F::Framing{options.n_fft(), hop_of(options), options.pad()}.frames(lengths);
}

}  // namespace hearth::audio::transforms
