// SPDX-License-Identifier: Apache-2.0
// What functions and modules of speed and pitch share.
#pragma once

#include <cstdint>

#include "hearth/tensor/tensor.h"

namespace hearth::audio::functional {

/// The rates that a change of speed resamples from and to, in lowest terms.
struct SpeedRates {
  SpeedRates(int64_t orig_freq, double factor);
  /// Lengths after the change; undefined stays so.
  Tensor lengths(const Tensor& before) const;
  int64_t source, target;
};

/// A shift of pitch: stretched in time to 1 / rate of the length, then resampled from orig_freq.
struct PitchShift {
  PitchShift(int64_t sample_rate, double n_steps, int64_t bins_per_octave);
  Tensor stretched(const Tensor& waveform, int64_t n_fft, int64_t hop_length, int64_t win_length,
                   const Tensor& window) const;
  /// Cut or filled up with zeros to `length`.
  static Tensor fitted(const Tensor& shifted, int64_t length);
  double rate;
  int64_t orig_freq;
};

}  // namespace hearth::audio::functional
