// SPDX-License-Identifier: Apache-2.0
// The fundamental frequency of voices and single instruments. Values are librosa's.
// functional::detect_pitch_frequency is a simpler way that always finds a pitch.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "hearth/audio/functional/framing.h"
#include "hearth/base/arg.h"
#include "hearth/tensor/tensor.h"

namespace hearth::audio::features {

/// Options of yin and pyin. Throws ValueError where frames are not longer than the longest period.
struct HEARTH_API YinOptions {
  YinOptions(double sample_rate) : sample_rate_(sample_rate) {}
  /// Says how many frames a signal has, or those of a batch's lengths.
  functional::Framing framing() const {
    return {frame_length_, hop_length_.value_or(frame_length_ / 4), 0, center_};
  }

  HEARTH_ARG(double, sample_rate);
  /// The range of pitches in Hz; up to half the sample rate. C2 to C7.
  HEARTH_ARG(double, fmin) = 65.40639132514966;
  HEARTH_ARG(double, fmax) = 2093.004522404789;
  HEARTH_ARG(int64_t, frame_length) = 2048;
  HEARTH_ARG(std::optional<int64_t>, hop_length) = std::nullopt;  ///< frame_length / 4
  /// Whether the middle of frame t is sample t * hop_length, with samples made up at both ends.
  HEARTH_ARG(bool, center) = true;
  HEARTH_ARG(std::string, pad_mode) = "constant";
};

/// The pitch in Hz of each frame of a waveform [..., time]: [..., frames]. It is the first period
/// whose difference function, divided by its mean up to there, has a trough below
/// trough_threshold, or the deepest trough (de Cheveigné and Kawahara, "YIN, a fundamental
/// frequency estimator for speech and music", 2002). There is always one. Frame-local: looks
/// frame_length / 2 samples ahead.
HEARTH_API Tensor yin(const Tensor& waveform, const YinOptions& options,
                      double trough_threshold = 0.1);

/// What pyin believes, beyond YinOptions.
struct PyinOptions {
  PyinOptions(double sample_rate) : yin_(sample_rate) {}
  PyinOptions(YinOptions yin) : yin_(std::move(yin)) {}
  HEARTH_ARG(YinOptions, yin);
  /// How many thresholds of troughs there are, with probabilities of a beta distribution of these
  /// parameters.
  HEARTH_ARG(int64_t, n_thresholds) = 100;
  HEARTH_ARG(double, beta_a) = 2;
  HEARTH_ARG(double, beta_b) = 18;
  /// How much less each further trough below a threshold is believed.
  HEARTH_ARG(double, boltzmann_parameter) = 2;
  /// The bins of pitch, in semitones.
  HEARTH_ARG(double, resolution) = 0.1;
  /// How fast pitch may change, in octaves per second.
  HEARTH_ARG(double, max_transition_rate) = 35.92;
  /// How probably the next frame has a voice where this one has none, and the other way.
  HEARTH_ARG(double, switch_prob) = 0.01;
  /// How probable the deepest trough is under thresholds that none is below.
  HEARTH_ARG(double, no_trough_prob) = 0.01;
};

struct Pyin {
  Tensor f0;           ///< pitch in Hz [..., frames], NaN where there is no voice
  Tensor voiced_flag;  ///< bool [..., frames]
  Tensor voiced_prob;  ///< probability of a voice in each frame by itself [..., frames]
};

/// The likeliest course of pitch through a waveform [..., time] (Mauch and Dixon, "pYIN: a
/// fundamental frequency estimator using probabilistic threshold distributions", 2014). Needs the
/// whole signal, and four bytes of memory per bin of pitch and frame.
HEARTH_API Pyin pyin(const Tensor& waveform, const PyinOptions& options);

}  // namespace hearth::audio::features
