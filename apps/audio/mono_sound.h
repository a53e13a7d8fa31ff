// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "hearth/audio/classification/classifier.h"
#include "hearth/audio/io/load.h"

/// A sound file as one channel at a sample rate, float [time]; "-" is stdin. Throws FormatError for
/// one without a sample.
inline hearth::Tensor mono_sound(const std::string& path, int64_t sample_rate) {
  const hearth::audio::Audio sound = hearth::audio::load(path);
  HEARTH_CHECK_AS(hearth::FormatError, sound.waveform.numel() > 0, "[", path, "] holds no sound");
  return hearth::audio::mono(sound.waveform, sound.sample_rate, sample_rate);
}
