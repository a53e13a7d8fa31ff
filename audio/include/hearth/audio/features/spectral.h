// SPDX-License-Identifier: Apache-2.0
// Numbers that describe spectra. All take a waveform [..., time] with SpectralOptions, or, where
// several are wanted, its `magnitudes`, computed once; they give [..., frames], and contrast
// [..., bands, frames]. Values are librosa's where it has them. All but the rolloff are
// differentiable. Frames look n_fft / 2 samples ahead of their middle.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "hearth/audio/functional/framing.h"
#include "hearth/base/arg.h"
#include "hearth/tensor/tensor.h"

namespace hearth::audio::features {

/// How spectra are made: with periodic Hann windows. Defaults are librosa's.
struct HEARTH_API SpectralOptions {
  SpectralOptions(double sample_rate) : sample_rate_(sample_rate) {}
  /// Says how many frames a signal has, or those of a batch's lengths.
  functional::Framing framing() const { return {n_fft_, hop_length_, 0, center_}; }
  HEARTH_ARG(double, sample_rate);
  HEARTH_ARG(int64_t, n_fft) = 2048;
  HEARTH_ARG(std::optional<int64_t>, win_length) = std::nullopt;  ///< n_fft
  HEARTH_ARG(int64_t, hop_length) = 512;
  HEARTH_ARG(bool, center) = true;
  HEARTH_ARG(std::string, pad_mode) = "constant";
};

/// Magnitudes [..., n_fft / 2 + 1, frames] of frequencies from 0 to half the sample rate.
struct HEARTH_API Magnitudes {
  Tensor values;
  double sample_rate;

  Magnitudes(Tensor values, double sample_rate);
  Magnitudes(const Tensor& waveform, const SpectralOptions& options);
  int64_t points() const { return values.size(-2); }
  /// Hz from one point to the next.
  double step() const { return sample_rate / 2 / static_cast<double>(points() - 1); }
  /// The frequencies in Hz as a column, for arithmetic with `values`.
  Tensor frequencies() const;
};

/// The mean frequency in Hz, weighted by magnitudes; 0 where there is silence.
HEARTH_API Tensor spectral_centroid(const Magnitudes& spectrum);

/// How far frequencies are from the centroid in Hz: (sum(share * |f - centroid|^p))^(1/p), where a
/// share is a magnitude divided by the sum of them.
HEARTH_API Tensor spectral_bandwidth(const Magnitudes& spectrum, double p = 2);

/// The frequency in Hz below which `roll_percent` (above 0, below 1) of the sum of magnitudes lie.
HEARTH_API Tensor spectral_rolloff(const Magnitudes& spectrum, double roll_percent = 0.85);

/// The geometric mean of magnitudes^power, at least amin each, divided by their mean: near 0 for
/// tones, 1 for silence, e^-gamma = 0.56 for white noise of long spectra.
HEARTH_API Tensor spectral_flatness(const Magnitudes& spectrum, double power = 2,
                                    double amin = 1e-10);

/// Options of spectral_contrast.
struct ContrastOptions {
  /// Where the second band begins, in Hz; from there each is an octave wide.
  HEARTH_ARG(double, fmin) = 200;
  /// Bands besides the one from 0 to fmin.
  HEARTH_ARG(int64_t, n_bands) = 6;
  /// The share of a band's points, at least one, that peaks and valleys are means of.
  HEARTH_ARG(double, quantile) = 0.02;
  /// Differences instead of decibels.
  HEARTH_ARG(bool, linear) = false;
};

/// How far the peaks of each octave lie above its valleys, in dB (Jiang et al., "Music type
/// classification by spectral contrast feature", 2002): [..., n_bands + 1, frames]. As librosa, at
/// most 80 dB below the largest magnitude of the whole signal, so it needs that whole. Throws
/// ValueError when bands reach beyond half the sample rate or hold no point.
HEARTH_API Tensor spectral_contrast(const Magnitudes& spectrum,
                                    const ContrastOptions& options = {});

/// The length of the difference of a frame's and the previous one's magnitudes, divided by the
/// number of points (Lerch, "An Introduction to Audio Content Analysis", 2012); 0 for the first.
HEARTH_API Tensor spectral_flux(const Magnitudes& spectrum);

/// The slope of the line through the shares of magnitudes by least squares, per Hz (Peeters, "A
/// large set of audio features", 2004); 0 where there is silence.
HEARTH_API Tensor spectral_slope(const Magnitudes& spectrum);

/// Shannon's entropy of the shares of power, divided by that of white noise, so from 0 to 1 (Misra
/// et al., "Spectral entropy based feature for robust ASR", 2004); 0 where there is silence.
HEARTH_API Tensor spectral_entropy(const Magnitudes& spectrum);

// Of waveforms.
inline Tensor spectral_centroid(const Tensor& waveform, const SpectralOptions& options) {
  return spectral_centroid(Magnitudes(waveform, options));
}
inline Tensor spectral_bandwidth(const Tensor& waveform, const SpectralOptions& options,
                                 double p = 2) {
  return spectral_bandwidth(Magnitudes(waveform, options), p);
}
inline Tensor spectral_rolloff(const Tensor& waveform, const SpectralOptions& options,
                               double roll_percent = 0.85) {
  return spectral_rolloff(Magnitudes(waveform, options), roll_percent);
}
inline Tensor spectral_flatness(const Tensor& waveform, const SpectralOptions& options,
                                double power = 2, double amin = 1e-10) {
  return spectral_flatness(Magnitudes(waveform, options), power, amin);
}
inline Tensor spectral_contrast(const Tensor& waveform, const SpectralOptions& options,
                                const ContrastOptions& contrast = {}) {
  return spectral_contrast(Magnitudes(waveform, options), contrast);
}
inline Tensor spectral_flux(const Tensor& waveform, const SpectralOptions& options) {
  return spectral_flux(Magnitudes(waveform, options));
}
inline Tensor spectral_slope(const Tensor& waveform, const SpectralOptions& options) {
  return spectral_slope(Magnitudes(waveform, options));
}
inline Tensor spectral_entropy(const Tensor& waveform, const SpectralOptions& options) {
  return spectral_entropy(Magnitudes(waveform, options));
}

}  // namespace hearth::audio::features
