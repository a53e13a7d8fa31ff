// SPDX-License-Identifier: Apache-2.0
#include "io/probe.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <string_view>
#include <vector>

#include "hearth/base/error.h"

namespace hearth::audio::io {
namespace {

/// The bytes from `offset` on, at most `most`.
std::string slice(const Bytes& bytes, int64_t offset, int64_t most) {
  std::string part(static_cast<size_t>(std::clamp<int64_t>(bytes.size() - offset, 0, most)), '\0');
  part.resize(
      static_cast<size_t>(bytes.read(offset, part.data(), static_cast<int64_t>(part.size()))));
  return part;
}

uint32_t byte_at(std::string_view text, size_t i) { return static_cast<unsigned char>(text[i]); }

/// The length of ID3 tags at the front.
int64_t skip_id3(const Bytes& bytes) {
  int64_t at = 0;
  for (;;) {
    const std::string head = slice(bytes, at, 10);
    if (head.size() < 10 || !head.starts_with("ID3")) return at;
    int64_t size = 10;
    for (size_t i = 6; i < 10; ++i) size += int64_t{byte_at(head, i) & 0x7f} << (7 * (9 - i));
    if (byte_at(head, 5) & 0x10) size += 10;  // a footer
    at += size;
  }
}

/// Of a header of an MPEG audio frame that can be one.
bool is_mpeg_frame(std::string_view at) {
  return at.size() >= 4 && byte_at(at, 0) == 0xff && (byte_at(at, 1) & 0xe0) == 0xe0 &&
         (byte_at(at, 1) >> 3 & 3) != 1 &&  // version
         (byte_at(at, 1) >> 1 & 3) != 0 &&  // layer
         byte_at(at, 2) >> 4 != 15 &&       // bit rate
         (byte_at(at, 2) >> 2 & 3) != 3;    // sample rate
}

/// Calls f(type, whether it is cut off) for MP4's outermost boxes, until it returns true; whether
/// it did.
template <typename F>
bool any_box(const Bytes& bytes, const F& f) {
  for (int64_t at = 0;;) {
    const std::string head = slice(bytes, at, 16);
    if (head.size() < 8) return false;
    const auto* p = reinterpret_cast<const uint8_t*>(head.data());
    uint64_t size = number_at(p, 4, true);
    if (size == 0) size = static_cast<uint64_t>(bytes.size() - at);  // to the end
    if (size == 1 && head.size() == 16) size = number_at(p + 8, 8, true);
    if (size < 8) return false;
    const bool cut = size > static_cast<uint64_t>(bytes.size() - at);
    if (f(head.substr(4, 4), cut)) return true;
    if (cut) return false;
    at += static_cast<int64_t>(size);
  }
}

}  // namespace

Container probe(const Bytes& bytes) {
  const std::string head = slice(bytes, 0, 64);
  const std::string_view v = head;
  const auto at = [&](size_t i, std::string_view id) {
    return v.size() >= i + id.size() && v.substr(i, id.size()) == id;
  };
  if ((at(0, "RIFF") || at(0, "RF64") || at(0, "BW64")) && at(8, "WAVE")) return Container::Wav;
  if (at(0, "fLaC")) return Container::Flac;
  if (at(0, "OggS") && at(29, "FLAC")) return Container::Flac;
  if (at(0, "OggS")) return at(29, "vorbis") ? Container::Vorbis : Container::Ogg;
  if (at(4, "ftyp") || at(4, "moov")) return Container::Mp4;
  if (at(0, "\x1a\x45\xdf\xa3")) return Container::Matroska;
  if (at(0, "ID3")) {
    const std::string after = slice(bytes, skip_id3(bytes), 4);
    if (after == "fLaC") return Container::Flac;
    return is_mpeg_frame(after) ? Container::Mp3 : Container::Unknown;
  }
  // AAC in ADTS begins alike, but for the layer.
  if (is_mpeg_frame(v)) return Container::Mp3;
  return Container::Unknown;
}

Container container_named(const std::string& name) {
  static constexpr std::pair<const char*, Container> kNames[] = {
      {"", Container::Unknown},          {"wav", Container::Wav},
      {"flac", Container::Flac},         {"mp3", Container::Mp3},
      {"ogg", Container::Ogg},           {"opus", Container::Ogg},
      {"mp4", Container::Mp4},           {"m4a", Container::Mp4},
      {"matroska", Container::Matroska}, {"mka", Container::Matroska},
      {"webm", Container::Matroska},     {"aiff", Container::Other},
      {"au", Container::Other},          {"caf", Container::Other},
      {"w64", Container::Other},         {"nist", Container::Other}};
  for (const auto& [its, container] : kNames)
    if (name == its) return container;
  throw ValueError(cat_str("[audio] expected a format of wav, flac, mp3, ogg, opus, mp4, m4a, ",
                           "matroska, mka, webm, aiff, au, caf, w64 or nist, or raw samples such ",
                           "as 's16le:16000:1', got '", name, "'"));
}

bool has_mp3_length(const Bytes& bytes) {
  const std::string frame = slice(bytes, skip_id3(bytes), 192);
  if (!is_mpeg_frame(frame) || (byte_at(frame, 1) >> 1 & 3) != 1) return false;
  const bool mpeg1 = (byte_at(frame, 1) >> 3 & 3) == 3, mono = byte_at(frame, 3) >> 6 == 3;
  // Behind the header and the side information.
  const size_t at = 4 + (mpeg1 ? (mono ? 17 : 32) : (mono ? 9 : 17));
  if (frame.size() < at + 8) return false;
  const std::string id = frame.substr(at, 4);
  return (id == "Xing" || id == "Info") && (byte_at(frame, at + 7) & 1);
}

int64_t end_of_mp3(const Bytes& bytes) {
  int64_t end = bytes.size();
  if (end >= 128 && slice(bytes, end - 128, 3) == "TAG") end -= 128;
  if (end >= 32) {
    const std::string footer = slice(bytes, end - 32, 32);
    if (footer.starts_with("APETAGEX")) {
      const auto* p = reinterpret_cast<const uint8_t*>(footer.data());
      const auto size = static_cast<int64_t>(number_at(p + 12, 4));
      const bool header = number_at(p + 20, 4) >> 31;
      if (size >= 32 && size + (header ? 32 : 0) <= end) end -= size + (header ? 32 : 0);
    }
  }
  return end;
}

bool is_cut_mp4(const Bytes& bytes) {
  // Other names may be what follows the file's end.
  return any_box(bytes, [](const std::string& type, bool cut) {
    return cut && (type == "mdat" || type == "moof" || type == "moov");
  });
}

bool is_fragmented_mp4(const Bytes& bytes) {
  return any_box(bytes, [](const std::string& type, bool) { return type == "moof"; });
}

bool is_cut_matroska(const Bytes& bytes) {
  // Elements have an identifier and a size whose leading zeros say how many bytes follow.
  int64_t at = 0;
  for (const std::string_view id : {"\x1a\x45\xdf\xa3", "\x18\x53\x80\x67"}) {
    const std::string head = slice(bytes, at, 12);
    if (head.size() < 5 || !head.starts_with(id)) return false;
    const auto* p = reinterpret_cast<const uint8_t*>(head.data()) + 4;
    const int length = std::countl_zero(*p) + 1;
    if (length > 8 || head.size() < 4 + static_cast<size_t>(length)) return false;
    const uint64_t most = (uint64_t{1} << (7 * length)) - 1;
    const uint64_t size = number_at(p, length, true) & most;
    at += 4 + length;
    if (size == most) return false;  // not known
    if (size > static_cast<uint64_t>(bytes.size() - at)) return true;
    at += static_cast<int64_t>(size);
  }
  return false;
}

bool is_cut_ogg(const Bytes& bytes) {
  // A page has at most 27 + 255 + 255 * 255 bytes.
  constexpr int64_t kLongest = 65307;
  constexpr uint8_t kEndOfStream = 4;
  const std::string tail = slice(bytes, std::max<int64_t>(0, bytes.size() - kLongest), kLongest);
  const size_t at = tail.rfind("OggS");
  if (at == tail.npos) return false;
  const size_t head = at + 27;
  if (head > tail.size()) return true;
  const size_t segments = byte_at(tail, at + 26);
  size_t end = head + segments;
  if (end > tail.size()) return true;
  for (size_t i = head; i < head + segments; ++i) end += byte_at(tail, i);
  return end > tail.size() || !(byte_at(tail, at + 5) & kEndOfStream);
}

}  // namespace hearth::audio::io
