// SPDX-License-Identifier: Apache-2.0
// Energy of pitch classes.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>

#include "hearth/audio/features/spectral.h"

namespace hearth::audio::features {

/// Options of chroma_fbanks; librosa's filters.chroma.
struct ChromaBankOptions {
  HEARTH_ARG(int64_t, n_chroma) = 12;
  /// How far the tuning is from A = 440 Hz, in bins of chroma.
  HEARTH_ARG(double, tuning) = 0;
  /// Octaves above A0 = 27.5 Hz that weigh most, and how wide their bell is; nullopt: all the same.
  HEARTH_ARG(double, ctroct) = 5;
  HEARTH_ARG(std::optional<double>, octwidth) = 2.0;
  /// Whether the first bin is C instead of A.
  HEARTH_ARG(bool, base_c) = true;
};

/// Filters [n_chroma, n_fft / 2 + 1] that fold spectra onto pitch classes (Ellis, "Chroma feature
/// analysis and synthesis", 2007).
HEARTH_API Tensor chroma_fbanks(double sample_rate, int64_t n_fft,
                                const ChromaBankOptions& options = {}, ScalarType dtype = kFloat);

/// How far the tuning of a signal is from A = 440 Hz, in bins of which an octave has
/// bins_per_octave, from -0.5 to 0.5 in steps of `resolution`: where most of the spectrum's peaks
/// between 150 and 4000 Hz are. Of power spectra or magnitudes [n_fft / 2 + 1, frames], which give
/// a little different numbers. librosa's estimate_tuning. Needs the whole signal; warns and gives 0
/// where there is no peak.
HEARTH_API double estimate_tuning(const Magnitudes& spectrum, double resolution = 0.01,
                                  int64_t bins_per_octave = 12);

/// Options of chroma_stft.
struct ChromaOptions {
  ChromaOptions(double sample_rate) : spectrum_(sample_rate) {}
  ChromaOptions(SpectralOptions spectrum) : spectrum_(std::move(spectrum)) {}
  HEARTH_ARG(SpectralOptions, spectrum);
  HEARTH_ARG(int64_t, n_chroma) = 12;
  /// nullopt: estimated, of each signal on its own.
  HEARTH_ARG(std::optional<double>, tuning) = std::nullopt;
  /// The norm that each frame is divided by: infinity makes its largest value 1; nullopt: none.
  HEARTH_ARG(std::optional<double>, norm) = std::numeric_limits<double>::infinity();
};

/// The power of pitch classes [..., n_chroma, frames] of a waveform [..., time]; librosa's
/// chroma_stft. Needs the whole signal unless the tuning is given. Differentiable.
HEARTH_API Tensor chroma_stft(const Tensor& waveform, const ChromaOptions& options);

}  // namespace hearth::audio::features
