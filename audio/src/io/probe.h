// SPDX-License-Identifier: Apache-2.0
// What kind of sound file bytes are, by what they begin with.
#pragma once

#include <cstdint>
#include <string>

#include "io/bytes.h"

namespace hearth::audio::io {

/// Ogg with Vorbis is a kind of its own.
enum class Container : int8_t { Unknown, Wav, Flac, Mp3, Vorbis, Ogg, Mp4, Matroska, Other };

Container probe(const Bytes& bytes);
/// By a name of AudioMetaData::format; throws ValueError.
Container container_named(const std::string& name);

/// Whether an MP3 file has a frame that says how many there are (Xing's, which LAME writes too).
bool has_mp3_length(const Bytes& bytes);
/// Where the frames of an MP3 file end, and tags of players begin.
int64_t end_of_mp3(const Bytes& bytes);
/// Whether an Ogg file ends within a page, or with one that isn't the last of its stream (RFC
/// 3533).
bool is_cut_ogg(const Bytes& bytes);
/// Whether MP4's boxes of samples are longer than what there is of them.
bool is_cut_mp4(const Bytes& bytes);
/// Whether an MP4 file comes in fragments, whose header does not know how long all are together.
bool is_fragmented_mp4(const Bytes& bytes);
/// Whether a Matroska file is shorter than it says.
bool is_cut_matroska(const Bytes& bytes);

}  // namespace hearth::audio::io
