// SPDX-License-Identifier: Apache-2.0
// Onsets, tempo and beats of music. Algorithms, defaults and values are librosa's. All of it needs
// the whole signal, since levels are taken relative to its maximum.
#pragma once

#include <cstdint>
#include <vector>

#include "hearth/audio/features/spectral.h"

namespace hearth::audio::features {

/// Options of onset_strength.
struct OnsetOptions {
  OnsetOptions(double sample_rate) : spectrum_(sample_rate) {}
  OnsetOptions(SpectralOptions spectrum) : spectrum_(std::move(spectrum)) {}
  HEARTH_ARG(SpectralOptions, spectrum);
  HEARTH_ARG(int64_t, n_mels) = 128;
  /// How many frames back a frame is compared with.
  HEARTH_ARG(int64_t, lag) = 1;
  /// The median of what bands grow by instead of the mean; what beat_track uses.
  HEARTH_ARG(bool, median) = false;
};

/// How much louder, in dB, the mel bands of a waveform [..., time] become from frame to frame, what
/// gets quieter counting as 0: [..., frames] (Böck and Widmer, "Maximum filter vibrato suppression
/// for onset detection", 2013). With `center`, a value stands at the frame in whose middle the
/// sound begins. Differentiable.
HEARTH_API Tensor onset_strength(const Tensor& waveform, const OnsetOptions& options);

/// The frames at which sounds begin, of the strengths [frames] of frames `hop` seconds apart: the
/// largest within 30 ms before, and 0.07 of their range above the mean of 100 ms on either side.
/// hop = hop_length / sample_rate.
HEARTH_API std::vector<int64_t> onset_detect(const Tensor& strength, double hop);

/// Options of tempo and beat_track.
struct TempoOptions {
  /// Which tempo is the likeliest, in beats per minute, and the standard deviation in octaves.
  HEARTH_ARG(double, start_bpm) = 120;
  HEARTH_ARG(double, std_bpm) = 1;
  HEARTH_ARG(double, max_tempo) = 320;
  /// How many seconds are compared with themselves.
  HEARTH_ARG(double, ac_size) = 8;
  /// How much beats keep to the tempo.
  HEARTH_ARG(double, tightness) = 100;
  /// Whether weak beats at the beginning and the end are left out.
  HEARTH_ARG(bool, trim) = true;
};

/// The tempo in beats per minute of onset strengths [frames], `hop` seconds apart: the period at
/// which they resemble themselves most.
HEARTH_API double tempo(const Tensor& strength, double hop, const TempoOptions& options = {});

struct Beats {
  double tempo;                 ///< in beats per minute; 0 where nothing begins
  std::vector<int64_t> frames;  ///< hop_length / sample_rate seconds apart
};

/// The beats of onset strengths [frames], `hop` seconds apart (Ellis, "Beat tracking by dynamic
/// programming", 2007).
HEARTH_API Beats beat_track(const Tensor& strength, double hop, const TempoOptions& options = {});

/// The beats of a waveform [time].
HEARTH_API Beats beat_track(const Tensor& waveform, const SpectralOptions& spectrum,
                            const TempoOptions& options = {});

}  // namespace hearth::audio::features
