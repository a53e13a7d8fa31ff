// SPDX-License-Identifier: Apache-2.0
// Which kind of file save() writes.
#include <algorithm>
#include <array>
#include <cctype>

#include "io/encoder.h"

namespace hearth::audio::io {
namespace {

struct Codec {
  const char *format, *encoding;
};
constexpr Codec kCodecs[] = {{"ogg", "VORBIS"}, {"opus", "OPUS"}, {"mp3", "MP3"}};

constexpr std::array kFormats = {"wav", "flac", "ogg", "opus", "mp3", "aiff", "au", "caf", "w64"};

std::string format_of(const std::string& name, const SaveOptions& options) {
  std::string format = options.format;
  if (format.empty()) {
    const size_t dot = name.rfind('.');
    if (dot != name.npos && name.find('/', dot) == name.npos) format = name.substr(dot + 1);
    for (char& c : format) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  if (format == "wave") return "wav";
  if (format == "aif") return "aiff";
  if (format == "oga") return "ogg";
  HEARTH_CHECK_AS(ValueError, std::find(kFormats.begin(), kFormats.end(), format) != kFormats.end(),
                  "[", name, "] expected a format of wav, flac, ogg, opus, mp3, aiff, au, caf or ",
                  "w64, by the name's ending or SaveOptions::format, got '", format, "'");
  return format;
}

std::optional<Pcm> pcm_of(const std::string& encoding, int64_t bits) {
  if (encoding == "PCM_U" && bits == 8) return Pcm::U8;
  if (encoding == "PCM_S" && bits == 8) return Pcm::S8;
  if (encoding == "PCM_S" && bits == 16) return Pcm::S16;
  if (encoding == "PCM_S" && bits == 24) return Pcm::S24;
  if (encoding == "PCM_S" && bits == 32) return Pcm::S32;
  if (encoding == "PCM_F" && bits == 32) return Pcm::F32;
  if (encoding == "PCM_F" && bits == 64) return Pcm::F64;
  if (encoding == "ULAW" && bits == 8) return Pcm::MuLaw;
  if (encoding == "ALAW" && bits == 8) return Pcm::ALaw;
  return std::nullopt;
}

}  // namespace

FileKind decide(const std::string& name, const SaveOptions& options, ScalarType dtype,
                int64_t sample_rate, int64_t channels) {
  HEARTH_CHECK_AS(ValueError, sample_rate >= 1 && sample_rate <= kHighestRate, "[", name,
                  "] expected a sample rate of 1 to ", kHighestRate, " Hz, got ", sample_rate);
  HEARTH_CHECK_AS(ValueError, channels >= 1 && channels <= kMostChannels, "[", name,
                  "] expected 1 to ", kMostChannels, " channels, got ", channels);
  HEARTH_CHECK_AS(
      ValueError, !options.compression || (*options.compression >= 0 && *options.compression <= 1),
      "[", name, "] expected a compression of 0 to 1, got ", options.compression.value_or(0));
  FileKind kind;
  kind.format = format_of(name, options);
  kind.sample_rate = sample_rate;
  kind.channels = channels;
  kind.compression = options.compression;

  std::string encoding = options.encoding;
  int64_t bits = options.bits_per_sample;
  for (const auto& [format, its] : kCodecs)
    if (kind.format == format) {
      HEARTH_CHECK_AS(ValueError, (encoding.empty() || encoding == its) && bits == 0, "[", name,
                      "] ", format, " has the encoding ", its, " and no bits per sample, got '",
                      encoding, "' and ", bits);
      return kind;
    }
  const bool wav = kind.format == "wav", flac = kind.format == "flac",
             real = is_floating_point(dtype);
  if (flac && encoding == "FLAC") encoding.clear();
  if (encoding.empty() && bits == 0 && wav && real) encoding = "PCM_F";
  if (encoding.empty())
    encoding = wav && (bits == 8 || (bits == 0 && dtype == kByte)) ? "PCM_U" : "PCM_S";
  if (bits == 0) {
    const auto own = static_cast<int64_t>(8 * element_size(dtype));
    if (encoding == "PCM_F")
      bits = dtype == kDouble ? 64 : 32;
    else if (encoding == "ULAW" || encoding == "ALAW" || encoding == "PCM_U")
      bits = 8;
    else
      bits = flac || real || (wav && own == 8) ? 16 : own;
  }
  kind.pcm = pcm_of(encoding, bits);
  const bool fits =
      kind.pcm && !(wav && *kind.pcm == Pcm::S8) && !(flac && (encoding != "PCM_S" || bits > 24));
  HEARTH_CHECK_AS(ValueError, fits, "[", name, "] expected an encoding that ", kind.format,
                  " has (",
                  wav    ? "PCM_U of 8 bits, PCM_S of 16, 24 or 32, PCM_F of 32 or 64, ULAW, ALAW"
                  : flac ? "PCM_S of 8, 16 or 24 bits"
                         : "PCM_S of 8, 16, 24 or 32 bits, PCM_F of 32 or 64, ULAW, ALAW",
                  "), got ", encoding, " of ", bits, " bits");
  return kind;
}

}  // namespace hearth::audio::io
