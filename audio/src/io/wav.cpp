// SPDX-License-Identifier: Apache-2.0
#include "io/wav.h"

#include <array>
#include <cstring>

namespace hearth::audio::io {
namespace {

// Microsoft's numbers of codecs.
enum : uint64_t { kPcm = 1, kFloatingPoint = 3, kALawTag = 6, kMuLawTag = 7, kExtensible = 0xfffe };

struct Format {
  uint64_t tag = 0, channels = 0, sample_rate = 0, block = 0, bits = 0;
};

Format parse_format(const Bytes& bytes, int64_t at, int64_t size) {
  std::array<uint8_t, 40> chunk{};
  HEARTH_CHECK_AS(FormatError, size >= 16, "[", bytes.name(),
                  "] expected a WAV format chunk of 16 bytes or more, got ", size);
  bytes.read(at, chunk.data(), std::min<int64_t>(size, chunk.size()));
  const uint8_t* p = chunk.data();
  Format f{number_at(p, 2), number_at(p + 2, 2), number_at(p + 4, 4), number_at(p + 12, 2),
           number_at(p + 14, 2)};
  // The first bytes of the GUID are the codec's number, the others say that they are that.
  if (f.tag == kExtensible && size >= 40 &&
      std::memcmp(p + 26, "\0\0\0\0\x10\0\x80\0\0\xaa\0\x38\x9b\x71", 14) == 0)
    f.tag = number_at(p + 24, 2);
  return f;
}

/// Of samples in `width` bytes.
std::optional<Pcm> pcm_of(uint64_t tag, uint64_t width) {
  if (tag == kPcm && width >= 1 && width <= 4)
    return std::array{Pcm::U8, Pcm::S16, Pcm::S24, Pcm::S32}[width - 1];
  if (tag == kFloatingPoint && width == 4) return Pcm::F32;
  if (tag == kFloatingPoint && width == 8) return Pcm::F64;
  if (tag == kALawTag && width == 1) return Pcm::ALaw;
  if (tag == kMuLawTag && width == 1) return Pcm::MuLaw;
  return std::nullopt;
}

/// Sizes that writers to pipes leave, which never learn the right one: ffmpeg's, sox's, others'.
bool is_open_end(uint64_t riff, uint64_t data) {
  return data == 0xffffffff || data == 0x7ffff000 || data == 0x7fffffff ||
         (data == 0 && (riff == 0 || riff == 0xffffffff));
}

void append(std::string& to, uint64_t n, int bytes) {
  for (int i = 0; i < bytes; ++i) to.push_back(static_cast<char>(n >> (8 * i)));
}

constexpr uint64_t kMost32 = 0xffffffff;

}  // namespace

std::optional<PcmLayout> parse_wav(const Bytes& bytes, bool partial) {
  uint8_t head[12];
  if (bytes.read(0, head, 12) < 12 || std::memcmp(head + 8, "WAVE", 4) != 0) return std::nullopt;
  const bool wide = std::memcmp(head, "RF64", 4) == 0 || std::memcmp(head, "BW64", 4) == 0;
  if (!wide && std::memcmp(head, "RIFF", 4) != 0) return std::nullopt;
  const uint64_t riff = number_at(head + 4, 4);
  uint64_t data_size = 0;  // of RF64
  std::optional<Format> format;
  const std::string& name = bytes.name();

  for (int64_t at = 12;;) {
    uint8_t chunk[8];
    HEARTH_CHECK_AS(FormatError, bytes.read(at, chunk, 8) == 8, "[", name,
                    "] is a WAV file without samples: no data chunk in its ", bytes.size(),
                    " bytes; it is cut short");
    const auto is = [&](const char* id) { return std::memcmp(chunk, id, 4) == 0; };
    uint64_t size = number_at(chunk + 4, 4);
    at += 8;
    if (is("data")) {
      HEARTH_CHECK_AS(FormatError, format, "[", name,
                      "] expected a WAV format chunk before the samples");
      check_header(name, static_cast<int64_t>(format->channels),
                   static_cast<int64_t>(format->sample_rate));
      // Bits in an odd number lie on top of whole bytes. Some writers have a wrong block size, so
      // it counts only where bits are not said.
      uint64_t width = (format->bits + 7) / 8;
      if (width == 0) width = format->block / format->channels;
      const auto pcm = pcm_of(format->tag, width);
      if (!pcm) return std::nullopt;
      PcmLayout layout{*pcm,
                       false,
                       static_cast<int64_t>(format->sample_rate),
                       static_cast<int64_t>(format->channels),
                       at,
                       0,
                       "wav"};
      const auto block = width * format->channels;
      const auto there = static_cast<uint64_t>(bytes.size() - at);
      if (wide && size == kMost32)
        size = data_size;
      else if (is_open_end(riff, size))
        size = there;
      HEARTH_CHECK_AS(FormatError, partial || size <= there, "[", name, "] the header promises ",
                      size / block, " frames, the file holds ", there / block,
                      "; it is cut short (the option 'partial' takes what is there)");
      layout.frames = static_cast<int64_t>(std::min(size, there) / block);
      return layout;
    }
    if (is("fmt ")) {
      format = parse_format(bytes, at, static_cast<int64_t>(size));
    } else if (is("ds64") && wide && size >= 24) {
      uint8_t sizes[24] = {};
      bytes.read(at, sizes, 24);
      data_size = number_at(sizes + 8, 8);
    }
    at += static_cast<int64_t>(size + (size & 1));
  }
}

std::string wav_header(Pcm pcm, int64_t sample_rate, int64_t channels, int64_t frames,
                       bool room_for_more) {
  const auto width = static_cast<uint64_t>(width_of(pcm));
  const uint64_t block = width * static_cast<uint64_t>(channels),
                 rate = static_cast<uint64_t>(sample_rate);
  const bool is_pcm = pcm == Pcm::U8 || pcm == Pcm::S16 || pcm == Pcm::S24 || pcm == Pcm::S32;
  std::string format, fact, more;
  append(format,
         is_pcm              ? kPcm
         : pcm == Pcm::ALaw  ? kALawTag
         : pcm == Pcm::MuLaw ? kMuLawTag
                             : kFloatingPoint,
         2);
  append(format, static_cast<uint64_t>(channels), 2);
  append(format, rate, 4);
  append(format, std::min(kMost32, rate * block), 4);
  append(format, block, 2);
  append(format, 8 * width, 2);
  if (!is_pcm) append(format, 0, 2);  // no further bytes of format

  const uint64_t known = frames < 0 ? 0 : static_cast<uint64_t>(frames);
  const uint64_t data = known * block;
  const uint64_t rest = 4 + 8 + format.size() + (is_pcm ? 0 : 12) + 8 + data + (data & 1);
  const bool wide = rest + 36 > kMost32;
  if (wide || room_for_more) {
    // As large as a ds64 chunk, so that one can take its place.
    more = wide ? "ds64" : "JUNK";
    append(more, 28, 4);
    append(more, wide ? rest + 36 : 0, 8);
    append(more, wide ? data : 0, 8);
    append(more, wide ? known : 0, 8);
    append(more, 0, 4);
  }
  if (!is_pcm) {
    fact = "fact";
    append(fact, 4, 4);
    append(fact, wide || frames < 0 ? kMost32 : known, 4);
  }
  std::string all = wide ? "RF64" : "RIFF";
  append(all, wide || frames < 0 ? kMost32 : rest + more.size(), 4);
  all += "WAVE" + more + "fmt ";
  append(all, format.size(), 4);
  all += format + fact + "data";
  append(all, wide || frames < 0 ? kMost32 : data, 4);
  return all;
}

std::unique_ptr<Decoder> open_wav(const BytesPtr& bytes, bool partial) {
  const auto layout = parse_wav(*bytes, partial);
  return layout ? make_pcm_decoder(bytes, *layout) : nullptr;
}

}  // namespace hearth::audio::io
