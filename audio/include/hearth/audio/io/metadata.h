// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace hearth::audio {

/// What the header of a sound file says. Names are torchaudio's.
struct AudioMetaData {
  int64_t sample_rate = 0;   ///< Hz
  int64_t num_frames = -1;   ///< samples of each channel; -1 where only decoding could tell
  int64_t num_channels = 0;  ///< 1 to 4096
  /// Of a sample as the file stores it; 0 where a codec has no such number (MP3, Vorbis ...).
  int64_t bits_per_sample = 0;
  /// "PCM_S", "PCM_U" and "PCM_F" (signed, unsigned, floating point), "ULAW", "ALAW", "FLAC",
  /// "MP3", "VORBIS", "OPUS" ..., else the codec's own name in capitals.
  std::string encoding = "UNKNOWN";
  /// The container: "wav", "flac", "mp3", "ogg", "mp4", "matroska", "raw" ...
  std::string format;
  /// Seconds: num_frames / sample_rate, else what the container says roughly; -1 if nothing does.
  double duration = -1;
};

}  // namespace hearth::audio
