// SPDX-License-Identifier: Apache-2.0
// What the demonstration learns from and is tested with: words that espeak-ng speaks.
#pragma once

#include "hearth/audio/classification/augmentation.h"
#include "hearth/datasets/audio/labeled_clips.h"

inline constexpr char kSpokenDigits[] = "spoken-digits";

/// How words are changed while the network learns: rooms, noises, narrow bands, telephones.
inline constexpr hearth::audio::Augmentation kSpokenDigitsAugmentation{.shift = 0.12,
                                                                       .speed = 0.25,
                                                                       .gain = 12,
                                                                       .room = 0.5,
                                                                       .noise = 0.7,
                                                                       .snr_low = 5,
                                                                       .snr_high = 40,
                                                                       .bandwidth = 0.5,
                                                                       .time_masks = 2,
                                                                       .freq_masks = 2,
                                                                       .time_mask = 0.2,
                                                                       .freq_mask = 0.2};

/// Clips of a second at 16 kHz, of the classes zero to nine, unknown (other words) and silence. For
/// training, `voices` of accent, speaker, speed and pitch each say the ten digits and one other
/// word. For testing others do, of speakers and with words that are not trained on, and every
/// second clip is changed as in training. The same from the same version of espeak-ng, which is run
/// in `threads` threads; throws Error if it is not installed.
hearth::datasets::LabeledClips spoken_digits(hearth::datasets::Mode mode, int64_t voices,
                                             int64_t threads);
