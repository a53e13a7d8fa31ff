// SPDX-License-Identifier: Apache-2.0
// What libhearth_audio asks of libhearth_audio_ffmpeg.so.
#pragma once

#include "io/decoder.h"

namespace hearth::audio::io {

/// Null for what FFmpeg does not know. The name is changed with Decoder or Bytes.
using OpenFfmpeg = Decoder*(const BytesPtr& bytes, bool partial);
inline constexpr const char* kOpenFfmpeg = "hearth_audio_open_ffmpeg_1";

}  // namespace hearth::audio::io
