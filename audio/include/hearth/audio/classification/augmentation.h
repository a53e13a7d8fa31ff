// SPDX-License-Identifier: Apache-2.0
// Random changes of sounds that do not change what they are.
#pragma once

#include "hearth/tensor/tensor.h"

namespace hearth::audio {

/// How clips are changed while a network learns from them; what is 0 is left out. Each clip's
/// changes follow from a seed and its number alone.
struct Augmentation {
  /// Begins up to so many seconds earlier or later.
  double shift = 0;
  /// Faster or slower, and higher or lower with it, by up to this share: 0.1 is 10 %.
  double speed = 0;
  /// Louder or softer by up to so many dB.
  double gain = 0;
  /// The share of clips in a room, with a decaying echo.
  double room = 0;
  /// The share of clips with noise, white to rumbling, at snr_low to snr_high dB below them; below
  /// -25 dB of full scale where there is silence.
  double noise = 0;
  double snr_low = 5, snr_high = 40;
  /// The share of clips with a narrower band: half of these 300 to 3,400 Hz as of a telephone, the
  /// others up to something between 2.5 kHz and the end. All clips are heard through a
  /// microphone then that is not even: up to 9 dB louder or softer at points an octave apart.
  double bandwidth = 0;
  /// SpecAugment (Park et al., 2019): so many stretches of up to time_mask of the frames, and
  /// freq_masks of up to freq_mask of the bands, become the mean. Spectra only.
  int64_t time_masks = 0, freq_masks = 0;
  double time_mask = 0.15, freq_mask = 0.15;

  bool changes_samples() const {
    return shift > 0 || speed > 0 || gain > 0 || room > 0 || noise > 0 || bandwidth > 0;
  }
  bool changes_spectra() const { return time_masks > 0 || freq_masks > 0; }
  /// "shift 0.1, gain 6 ..."; says of two whether they are the same.
  HEARTH_API std::string describe() const;
};

/// What suits most sounds.
inline constexpr Augmentation kUsualAugmentation{.shift = 0.1,
                                                 .speed = 0.05,
                                                 .gain = 6,
                                                 .noise = 0.5,
                                                 .snr_low = 10,
                                                 .bandwidth = 0.1,
                                                 .time_masks = 1,
                                                 .freq_masks = 1};

/// Clips [N, samples], float on the CPU, changed as their numbers say: clip i is number numbers[i].
HEARTH_API Tensor augment(const Tensor& clips, int64_t sample_rate, const Augmentation& how,
                          uint64_t seed, ArrayRef<size_t> numbers);

/// Masks spectra [N, 1, bands, frames], float and contiguous on the CPU, in place.
HEARTH_API void mask_spectra(const Tensor& spectra, const Augmentation& how, uint64_t seed,
                             ArrayRef<size_t> numbers);

}  // namespace hearth::audio
