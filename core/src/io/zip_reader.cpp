// SPDX-License-Identifier: Apache-2.0
#include "io/zip_reader.h"

#include <algorithm>
#include <array>

#include "hearth/base/error.h"

#include "io/byte_reader.h"

#ifdef HEARTH_WITH_ZLIB
#include <zlib.h>
#endif

namespace hearth {

namespace {

constexpr uint32_t kEndMagic = 0x06054b50, kEntryMagic = 0x02014b50, kLocalMagic = 0x04034b50;
constexpr uint32_t kEnd64Magic = 0x06064b50, kLocator64Magic = 0x07064b50;
constexpr size_t kEndSize = 22, kLocatorSize = 20, kLocalSize = 30, kMostComment = 65535;
constexpr uint32_t kIn64 = 0xffffffff;  ///< the number is in the zip64 record instead
constexpr uint16_t kExtra64 = 1, kEncrypted = 1;

/// Tables of the checksum for eight bytes at a time (Intel's "slicing by 8").
constexpr std::array<std::array<uint32_t, 256>, 8> crc_tables() {
  std::array<std::array<uint32_t, 256>, 8> tables{};
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t c = i;
    for (int k = 0; k < 8; ++k) c = (c & 1 ? 0xedb88320u : 0u) ^ (c >> 1);
    tables[0][i] = c;
  }
  for (size_t t = 1; t < 8; ++t)
    for (size_t i = 0; i < 256; ++i)
      tables[t][i] = tables[0][tables[t - 1][i] & 0xff] ^ (tables[t - 1][i] >> 8);
  return tables;
}
constexpr auto kCrc = crc_tables();

}  // namespace

uint32_t crc32_of(std::string_view bytes, uint32_t crc) {
  crc = ~crc;
  const char* p = bytes.data();
  size_t n = bytes.size();
  for (; n >= 8; n -= 8, p += 8) {
    uint64_t word;
    std::memcpy(&word, p, 8);
    word ^= crc;
    crc = 0;
    for (size_t b = 0; b < 8; ++b) crc ^= kCrc[7 - b][(word >> (8 * b)) & 0xff];
  }
  for (; n > 0; --n, ++p) crc = kCrc[0][(crc ^ static_cast<uint8_t>(*p)) & 0xff] ^ (crc >> 8);
  return ~crc;
}

ZipReader::ZipReader(std::string_view bytes, std::string source)
    : bytes_(bytes), source_(std::move(source)) {
  read_directory();
}

void ZipReader::damaged(std::string_view why) const {
  throw FormatError(cat_str("[", source_, "] the zip archive is damaged: ", why));
}

void ZipReader::read_directory() {
  if (bytes_.size() < kEndSize) damaged("it is too short");
  // The end record is the last thing but for a comment.
  const size_t furthest = bytes_.size() - std::min(bytes_.size(), kEndSize + kMostComment);
  size_t end = bytes_.size() - kEndSize;
  const auto magic_at = [&](size_t at) {
    uint32_t magic;
    std::memcpy(&magic, bytes_.data() + at, 4);
    return magic;
  };
  while (magic_at(end) != kEndMagic) {
    if (end == furthest) damaged("it has no directory (was it cut short?)");
    --end;
  }
  ByteReader in(bytes_, source_);
  in.seek(end + 10);
  uint64_t count = in.u16(), size = in.u32(), begin = in.u32();
  if (end >= kLocatorSize && magic_at(end - kLocatorSize) == kLocator64Magic) {
    in.seek(end - kLocatorSize + 8);
    in.seek(in.u64());
    if (in.u32() != kEnd64Magic) damaged("its zip64 directory is not where it should be");
    in.take(28);
    count = in.u64();
    size = in.u64();
    begin = in.u64();
  }
  in.seek(begin);
  if (size > in.remaining()) damaged("its directory points past the end");

  ByteReader directory(in.take(size), source_);
  constexpr size_t kLeastEntry = 46;
  if (count > size / kLeastEntry) damaged("its directory holds fewer members than it says");
  entries_.reserve(static_cast<size_t>(count));
  uint64_t room = bytes_.size();
  for (uint64_t i = 0; i < count; ++i) {
    if (directory.u32() != kEntryMagic) damaged("its directory is");
    directory.take(4);
    const uint16_t flags = directory.u16(), method = directory.u16();
    directory.take(4);
    ZipEntry entry;
    entry.crc = directory.u32();
    entry.packed = directory.u32();
    entry.size = directory.u32();
    const uint16_t name_size = directory.u16(), extra_size = directory.u16(),
                   comment_size = directory.u16();
    directory.take(8);
    entry.local = directory.u32();
    entry.name = directory.take(name_size);
    ByteReader extra(directory.take(extra_size), source_);
    directory.take(comment_size);
    while (extra.remaining() >= 4) {
      const uint16_t id = extra.u16(), field_size = extra.u16();
      ByteReader field(extra.take(field_size), source_);
      if (id != kExtra64) continue;
      // The numbers that did not fit, in this order.
      for (uint64_t* number : {&entry.size, &entry.packed, &entry.local})
        if (*number == kIn64) *number = field.u64();
    }
    if (flags & kEncrypted) damaged(cat_str("'", entry.name, "' is encrypted"));
    if (method != 0 && method != 8)
      damaged(cat_str("'", entry.name, "' is compressed by the unknown method ", method));
    // Else a small archive could hold the same large member any number of times.
    if (entry.packed > room) damaged("its members lie over each other, or past the end");
    room -= entry.packed;
    entry.deflated = method == 8;
    if (!entry.deflated && entry.packed != entry.size)
      damaged(cat_str("'", entry.name, "' has two sizes"));
    entries_.push_back(std::move(entry));
  }
  by_name_.reserve(entries_.size());
  for (size_t i = 0; i < entries_.size(); ++i)
    if (!by_name_.emplace(entries_[i].name, i).second)
      damaged(cat_str("the name '", entries_[i].name, "' comes twice"));
}

const ZipEntry* ZipReader::find(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : &entries_[found->second];
}

std::string_view ZipReader::packed_bytes(const ZipEntry& entry) const {
  ByteReader in(bytes_, source_);
  in.seek(entry.local);
  if (in.u32() != kLocalMagic) damaged(cat_str("'", entry.name, "' is not where it should be"));
  in.take(kLocalSize - 8);
  const uint16_t name_size = in.u16(), extra_size = in.u16();
  in.take(uint64_t{name_size} + extra_size);
  return in.take(entry.packed);
}

std::pair<std::string_view, std::shared_ptr<const void>> ZipReader::content(
    const ZipEntry& entry, const std::shared_ptr<const void>& keep) const {
  if (!entry.deflated) return {packed_bytes(entry), keep};
  const auto unpacked = std::make_shared<const std::string>(read(entry));
  return {*unpacked, unpacked};
}

std::string ZipReader::read(const ZipEntry& entry) const {
  const std::string_view packed = packed_bytes(entry);
  std::string content;
  if (!entry.deflated) {
    content = packed;
  } else {
#ifdef HEARTH_WITH_ZLIB
    // Deflate makes at most 1032 bytes of one, so a small file cannot ask for much memory.
    constexpr uint64_t kMostRatio = 1032;
    if (entry.size / kMostRatio > entry.packed)
      damaged(cat_str("'", entry.name, "' is larger than its bytes can hold"));
    content.resize(static_cast<size_t>(entry.size));
    z_stream stream{};
    HEARTH_CHECK_AS(OutOfMemory, inflateInit2(&stream, -MAX_WBITS) == Z_OK, "[", source_,
                    "] out of memory");
    const char* from = packed.data();
    char* to = content.data();
    uint64_t from_left = packed.size(), to_left = content.size();
    int result = Z_OK;
    while (result == Z_OK) {
      constexpr uint64_t kMostAtOnce = uint64_t{1} << 30;  // zlib counts in 32 bits
      stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(from));
      stream.next_out = reinterpret_cast<Bytef*>(to);
      const auto in = static_cast<uInt>(std::min(from_left, kMostAtOnce));
      const auto out = static_cast<uInt>(std::min(to_left, kMostAtOnce));
      stream.avail_in = in;
      stream.avail_out = out;
      result = inflate(&stream, Z_NO_FLUSH);
      from += in - stream.avail_in;
      from_left -= in - stream.avail_in;
      to += out - stream.avail_out;
      to_left -= out - stream.avail_out;
    }
    inflateEnd(&stream);
    if (result != Z_STREAM_END || to_left != 0)
      damaged(cat_str("'", entry.name, "' cannot be unpacked"));
#else
    throw NotImplementedError(cat_str(
        "[", source_, "] '", entry.name, "' is compressed, and this ",
        "build has no zlib to unpack it; install zlib (Debian: ", "zlib1g-dev) and build again"));
#endif
  }
  // Writers that skip checksums put 0 there.
  if (entry.crc != 0 && crc32_of(content) != entry.crc)
    damaged(cat_str("the checksum of '", entry.name, "' is wrong"));
  return content;
}

}  // namespace hearth
