// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/audio/io/load.h"
#include "hearth/audio/manifests/utterance.h"

namespace hearth::audio {

/// The sound of an utterance: from its start to its end, rounded to whole samples, and its channel
/// alone if it has one. A command is run by /bin/sh, and its output read; so allow commands only in
/// lists that are trusted. Throws FileError, FormatError; IndexError for a channel that the file
/// has not; FormatError for a start behind the file's end. Some frames too many at the end are
/// forgiven (less than half a second), as times in lists are rounded.
HEARTH_API Audio load(const Utterance& utterance);

/// The frame that is nearest to a time in seconds, which is not negative; of times that no file
/// reaches, one that none has.
HEARTH_API int64_t frame_at(double seconds, int64_t sample_rate);

}  // namespace hearth::audio
