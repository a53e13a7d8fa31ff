// SPDX-License-Identifier: Apache-2.0
// RIFF WAVE files, and RF64 for those above 4 GB.
#pragma once

#include <optional>
#include <string>

#include "io/pcm.h"

namespace hearth::audio::io {

/// Finds the samples; nothing where they are coded in a way that is not one of Pcm. Throws
/// FormatError for a broken header, and for one that promises more than there is, unless `partial`.
std::optional<PcmLayout> parse_wav(const Bytes& bytes, bool partial);

/// What stands before the samples. Of unknown length (`frames` -1) for a file that is still being
/// written, with room for what parse_wav needs above 4 GB.
std::string wav_header(Pcm pcm, int64_t sample_rate, int64_t channels, int64_t frames,
                       bool room_for_more);

}  // namespace hearth::audio::io
