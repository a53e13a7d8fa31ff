// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "hearth/audio/functional/framing.h"
#include "hearth/base/arg.h"
#include "hearth/tensor/tensor.h"

namespace hearth::audio::features {

/// Options of cqt. Defaults are librosa's: seven octaves of semitones from C1 on.
struct HEARTH_API CqtOptions {
  CqtOptions(double sample_rate) : sample_rate_(sample_rate) {}
  /// Says how many frames a signal has, or those of a batch's lengths.
  functional::Framing framing() const { return {2, hop_length_}; }

  HEARTH_ARG(double, sample_rate);
  HEARTH_ARG(int64_t, hop_length) = 512;
  /// The lowest frequency in Hz.
  HEARTH_ARG(double, fmin) = 32.70319566257483;
  HEARTH_ARG(int64_t, n_bins) = 84;
  HEARTH_ARG(int64_t, bins_per_octave) = 12;
  /// How far frequencies are raised, in bins.
  HEARTH_ARG(double, tuning) = 0;
  /// Shorter filters: less exact frequencies, more exact times.
  HEARTH_ARG(double, filter_scale) = 1;
};

/// The constant-Q transform (Brown, "Calculation of a constant Q spectral transform", 1991) of a
/// waveform [..., time]: complex [..., n_bins, frames], the middle of frame t being sample
/// t * hop_length. Bin k is at fmin * 2^(k / bins_per_octave) Hz; its filter is a Hann window as
/// long as Q periods of that, of which the sum is the square root of its length. librosa's filters,
/// all of them at the full sample rate: librosa's own cqt resamples for low octaves, which changes
/// magnitudes by a hundredth or two of their maximum. Looks half of the longest filter ahead (0.27
/// s with the defaults). Differentiable. Throws ValueError when the highest filter reaches beyond
/// half the sample rate.
HEARTH_API Tensor cqt(const Tensor& waveform, const CqtOptions& options);

}  // namespace hearth::audio::features
