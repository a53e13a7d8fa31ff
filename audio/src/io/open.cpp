// SPDX-License-Identifier: Apache-2.0
// Which decoder reads what.
#include "io/decoder.h"
#include "io/probe.h"

namespace hearth::audio::io {
namespace {

std::unique_ptr<Decoder> open_container(const BytesPtr& bytes, Container container, bool partial) {
  const auto whole = [&](bool is_whole) {
    HEARTH_CHECK_AS(FormatError, partial || is_whole, "[", bytes->name(), "] ends early: what it ",
                    "says to be there is cut off (the option 'partial' takes what is there)");
  };
  std::unique_ptr<Decoder> d;
  switch (container) {
    case Container::Wav:
      if ((d = open_wav(bytes, partial))) return d;
      break;
    case Container::Mp3:
      if ((d = open_mpg123(bytes))) return d;
      break;
    case Container::Vorbis:  // whose last samples FFmpeg may lose
      whole(!is_cut_ogg(*bytes));
      break;
    case Container::Ogg:  // mostly Opus, where FFmpeg takes half the time that libsndfile does
      whole(!is_cut_ogg(*bytes));
      if ((d = open_ffmpeg(bytes, partial))) return d;
      break;
    case Container::Matroska:
      whole(!is_cut_matroska(*bytes));
      return open_ffmpeg(bytes, partial);
    case Container::Mp4:
      whole(!is_cut_mp4(*bytes));
      return open_ffmpeg(bytes, partial);
    default:
      break;
  }
  if ((d = open_sndfile(bytes, partial))) return d;
  return container == Container::Ogg ? nullptr : open_ffmpeg(bytes, partial);
}

}  // namespace

std::unique_ptr<Decoder> open_decoder(const BytesPtr& bytes, const std::string& format,
                                      bool partial) {
  const std::string& name = bytes->name();
  HEARTH_CHECK_AS(FormatError, bytes->size() > 0, "[", name, "] is empty, expected a sound file");
  if (format.find(':') != format.npos) return open_raw(bytes, format, partial);
  Container container = container_named(format);
  if (container == Container::Unknown) container = probe(*bytes);
  if (auto decoder = open_container(bytes, container, partial)) return decoder;
  std::string missing = why_no_ffmpeg();
#ifndef HEARTH_WITH_SNDFILE
  missing += "; this build has no libsndfile either, which FLAC, AIFF and more need";
#endif
  throw FormatError(cat_str("[", name, "] is no sound file of a kind that is known here. Samples ",
                            "without a header are read by naming their format, such as ",
                            "'s16le:16000:1'", missing.empty() ? "" : ". ", missing));
}

}  // namespace hearth::audio::io
