// SPDX-License-Identifier: Apache-2.0
// How a voice sounds: the steadiness of its periods, its noise, the resonances of its vowels. By
// Praat's definitions (Boersma, "Accurate short-term analysis of the fundamental frequency and the
// harmonics-to-noise ratio of a sampled sound", 1993, and Praat's manual), whose values the tests
// compare with. Waveforms are [time] where marks are concerned, otherwise [..., time].
#pragma once

#include <cstdint>
#include <vector>

#include "hearth/audio/features/pitch.h"
#include "hearth/base/arg.h"
#include "hearth/tensor/tensor.h"

namespace hearth::audio::features {

/// Options of pitch_marks and harmonicity.
struct VoiceOptions {
  VoiceOptions(double sample_rate) : sample_rate_(sample_rate) {}
  HEARTH_ARG(double, sample_rate);
  /// The range of pitches in Hz.
  HEARTH_ARG(double, fmin) = 75;
  HEARTH_ARG(double, fmax) = 600;
  /// Seconds from one value of harmonicity to the next.
  HEARTH_ARG(double, hop_time) = 0.01;
};

/// The times in seconds, in order, at which the periods of a voice begin: from the largest extremum
/// in the middle of each stretch that pyin finds voiced, to where the waveform resembles itself
/// most 0.8 to 1.25 periods on, both ways. Needs the whole recording.
HEARTH_API std::vector<double> pitch_marks(const Tensor& waveform, const VoiceOptions& options);

/// Which periods between marks count: those of 0.1 to 20 ms, beside ones at most 1.3 times as long.
struct PeriodOptions {
  HEARTH_ARG(double, least) = 0.0001;
  HEARTH_ARG(double, most) = 0.02;
  HEARTH_ARG(double, factor) = 1.3;
  /// For shimmer: amplitudes that differ by more do not count.
  HEARTH_ARG(double, amplitude_factor) = 1.6;
};

/// How much periods differ, relative to their mean; NaN where too few of them follow each other.
struct Jitter {
  double local;     ///< from one to the next
  double absolute;  ///< the same in seconds
  double rap;       ///< from the mean of three
  double ppq5;      ///< from the mean of five
};
HEARTH_API Jitter jitter(const std::vector<double>& marks, const PeriodOptions& options = {});

/// How much the amplitudes of periods differ, relative to their mean; NaN where too few follow each
/// other. An amplitude is the root of the mean square around a mark.
struct Shimmer {
  double local;  ///< from one to the next
  double db;     ///< the same in dB
  double apq3;   ///< from the mean of three
  double apq5;   ///< from the mean of five
  double apq11;  ///< from the mean of eleven
};
HEARTH_API Shimmer shimmer(const Tensor& waveform, double sample_rate,
                           const std::vector<double>& marks, const PeriodOptions& options = {});

/// The harmonics-to-noise ratio in dB [..., frames]: 10 log10(r / (1 - r)) of the highest maximum r
/// of the autocorrelation at lags up to 1 / fmin. Frames are 9 / fmin seconds long, the first in
/// the beginning, and look their length ahead. NaN where a frame's peak is below a tenth of the
/// whole signal's, so it needs that whole.
HEARTH_API Tensor harmonicity(const Tensor& waveform, const VoiceOptions& options);

/// Options of formants.
struct FormantOptions {
  FormantOptions(double sample_rate) : sample_rate_(sample_rate) {}
  HEARTH_ARG(double, sample_rate);
  HEARTH_ARG(int64_t, max_formants) = 5;
  /// The highest frequency in Hz: about 5500 for women, 5000 for men, 8000 for children.
  HEARTH_ARG(double, max_hz) = 5500;
  /// Half the length of a frame, whose Gaussian window weighs what is outside of the middle half
  /// little, and from one frame to the next, in seconds.
  HEARTH_ARG(double, window_time) = 0.025;
  HEARTH_ARG(double, hop_time) = 0.00625;
  /// Frequencies from here on are raised by 6 dB an octave first.
  HEARTH_ARG(double, preemphasis_from) = 50;
};

struct Formants {
  Tensor frequency;  ///< Hz [..., max_formants, frames], rising; NaN for those that are not there
  Tensor bandwidth;  ///< Hz
};

/// The resonances of the vocal tract: poles between 50 Hz and max_hz - 50 Hz of an all-pole model
/// of order 2 max_formants, by Burg's method, of the signal with a sample rate of 2 max_hz. The
/// first frame begins with the signal; all look 2 window_time ahead. Resampling by a Fourier
/// transform needs the whole signal.
HEARTH_API Formants formants(const Tensor& waveform, const FormantOptions& options);

}  // namespace hearth::audio::features
