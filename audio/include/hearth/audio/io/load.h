// SPDX-License-Identifier: Apache-2.0
// Sound files as tensors. Names and defaults are torchaudio's.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hearth/audio/io/metadata.h"
#include "hearth/audio/io/reader.h"
#include "hearth/audio/io/source.h"
#include "hearth/tensor/tensor.h"

namespace hearth::audio {

/// auto [waveform, sample_rate] = audio::load("x.wav");
struct Audio {
  Tensor waveform;          ///< [channels, frames]
  int64_t sample_rate = 0;  ///< Hz
};

struct LoadOptions {
  int64_t frame_offset = 0;  ///< the first frame; past the end, none are left
  int64_t num_frames = -1;   ///< at most so many; -1: all
  bool normalize = true;     ///< these as in ReaderOptions
  bool channels_first = true;
  std::string format;
  bool partial = false;
};

/// Decodes a sound file, or a part of it, which equals that slice of the whole bit for bit. Reads
/// WAV and raw samples itself, FLAC, AIFF, AU, CAF and others by libsndfile, MP3 by libmpg123, Ogg,
/// MP4, Matroska and the audio of videos by FFmpeg. NaN and infinities in files of floats stay.
/// Memory grows with what was decoded, not with what a header promises. Throws FileError and
/// FormatError, which name the file, as Reader does.
HEARTH_API Audio load(const Source& source, const LoadOptions& options = {});

/// What the header says, without decoding. (An MP3 file without a header of its own is scanned for
/// its frames.) Throws as load does for what can be seen without decoding. `format` and `partial`
/// of the options count.
HEARTH_API AudioMetaData info(const Source& source, const ReaderOptions& options = {});

/// What the names of sound files and of videos end with, ".wav" and others, for who looks for such
/// files in folders.
HEARTH_API const std::vector<std::string>& sound_extensions();

}  // namespace hearth::audio
