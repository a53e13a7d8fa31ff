// SPDX-License-Identifier: Apache-2.0
#include "zip.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

#include "hearth/base/atomic_file.h"
#include "hearth/base/error.h"

#ifdef HEARTH_WITH_ZLIB
#include <zlib.h>

namespace hearth::datasets {
namespace {

constexpr uint32_t kEndMagic = 0x06054b50, kEntryMagic = 0x02014b50, kLocalMagic = 0x04034b50;
constexpr uint64_t kEndSize = 22, kEntrySize = 46, kLocalSize = 30, kMaxComment = 65535;

uint32_t u16(const uint8_t* p) { return static_cast<uint32_t>(p[0] | p[1] << 8); }
uint32_t u32(const uint8_t* p) { return u16(p) | u16(p + 2) << 16; }

class Archive {
 public:
  explicit Archive(const std::string& path) : path_(path), file_(std::fopen(path.c_str(), "rbe")) {
    HEARTH_CHECK_AS(FileError, file_ && ::fseeko(file_.get(), 0, SEEK_END) == 0, "[", path,
                    "] cannot be opened: ", std::strerror(errno));
    size_ = static_cast<uint64_t>(::ftello(file_.get()));
  }

  uint64_t size() const { return size_; }

  std::vector<uint8_t> read(uint64_t offset, uint64_t n) {
    if (offset > size_ || n > size_ - offset) damaged("it points past its end");
    std::vector<uint8_t> bytes(n);
    const bool ok = ::fseeko(file_.get(), static_cast<off_t>(offset), SEEK_SET) == 0 &&
                    std::fread(bytes.data(), 1, n, file_.get()) == n;
    HEARTH_CHECK_AS(FileError, ok, "[", path_, "] cannot be read: ", std::strerror(errno));
    return bytes;
  }

  [[noreturn]] void damaged(const char* why) const {
    throw FormatError(cat_str("[", path_, "] the zip archive is damaged: ", why));
  }

 private:
  struct Close {
    void operator()(FILE* f) const { std::fclose(f); }
  };
  std::string path_;
  std::unique_ptr<FILE, Close> file_;
  uint64_t size_ = 0;
};

struct Member {
  uint32_t method, crc;
  uint64_t packed, size, local;
};

Member find(Archive& archive, const std::string& path, const std::string& name) {
  const uint64_t tail = std::min(archive.size(), kEndSize + kMaxComment);
  const std::vector<uint8_t> end = archive.read(archive.size() - tail, tail);
  int64_t at = static_cast<int64_t>(tail) - static_cast<int64_t>(kEndSize);
  while (at >= 0 && u32(end.data() + at) != kEndMagic) --at;
  if (at < 0) archive.damaged("it has no directory");
  const uint8_t* e = end.data() + at;
  const std::vector<uint8_t> directory = archive.read(u32(e + 16), u32(e + 12));

  for (uint64_t p = 0; p + kEntrySize <= directory.size();) {
    const uint8_t* d = directory.data() + p;
    if (u32(d) != kEntryMagic) archive.damaged("its directory is");
    const uint64_t name_size = u16(d + 28);
    const uint64_t next = p + kEntrySize + name_size + u16(d + 30) + u16(d + 32);
    if (next > directory.size()) archive.damaged("its directory ends early");
    if (std::string(reinterpret_cast<const char*>(d) + kEntrySize, name_size) == name)
      return {u16(d + 10), u32(d + 16), u32(d + 20), u32(d + 24), u32(d + 42)};
    p = next;
  }
  throw FormatError(cat_str("[", path, "] the zip archive holds no '", name, "'"));
}

}  // namespace

void extract_zip_member(const std::string& archive_path, const std::string& name,
                        const std::string& to) {
  Archive archive(archive_path);
  const Member member = find(archive, archive_path, name);
  if (member.method != 0 && member.method != 8) archive.damaged("an unknown compression");
  const std::vector<uint8_t> local = archive.read(member.local, kLocalSize);
  if (u32(local.data()) != kLocalMagic) archive.damaged("a member is not where it should be");
  uint64_t offset = member.local + kLocalSize + u16(local.data() + 26) + u16(local.data() + 28);

  AtomicFile out(to);
  uint64_t left = member.packed, written = 0;
  uint32_t crc = 0;
  auto emit = [&](const uint8_t* p, uint64_t n) {
    written += n;
    if (written > member.size) archive.damaged("a member is larger than promised");
    crc = static_cast<uint32_t>(crc32(crc, p, static_cast<uInt>(n)));
    out.write(p, n);
  };

  z_stream stream{};
  const bool packed = member.method == 8;
  HEARTH_CHECK_AS(OutOfMemory, !packed || inflateInit2(&stream, -MAX_WBITS) == Z_OK, "[",
                  archive_path, "] out of memory");
  std::unique_ptr<z_stream, int (*)(z_streamp)> guard(packed ? &stream : nullptr, inflateEnd);
  std::vector<uint8_t> plain(256 * 1024);
  int result = Z_OK;
  while (left > 0 && result != Z_STREAM_END) {
    const uint64_t n = std::min<uint64_t>(left, 256 * 1024);
    std::vector<uint8_t> piece = archive.read(offset, n);
    offset += n;
    left -= n;
    if (!packed) {
      emit(piece.data(), n);
      continue;
    }
    stream.next_in = piece.data();
    stream.avail_in = static_cast<uInt>(n);
    do {
      stream.next_out = plain.data();
      stream.avail_out = static_cast<uInt>(plain.size());
      result = inflate(&stream, Z_NO_FLUSH);
      if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR)
        archive.damaged("a member cannot be unpacked");
      emit(plain.data(), plain.size() - stream.avail_out);
    } while (stream.avail_out == 0 && result != Z_STREAM_END);
  }
  if (written != member.size || crc != member.crc) archive.damaged("a member's checksum is wrong");
  out.commit();
}

}  // namespace hearth::datasets

#else

namespace hearth::datasets {
void extract_zip_member(const std::string& archive, const std::string&, const std::string&) {
  throw NotImplementedError(cat_str("[", archive, "] this build has no zlib to unpack it; install ",
                                    "zlib (Debian: zlib1g-dev) and build again"));
}
}  // namespace hearth::datasets

#endif
