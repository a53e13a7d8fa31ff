// SPDX-License-Identifier: Apache-2.0
#include "byte_source.h"

#include <cerrno>
#include <cstdio>
#include <cstring>

#include <sys/stat.h>

#ifdef HEARTH_WITH_ZLIB
#include <zlib.h>
#endif

#include "hearth/base/error.h"

namespace hearth::datasets {

// Deflate cannot shrink by more than this factor.
constexpr uint64_t kMaxRatio = 1032;

struct ByteSource::Impl {
  FILE* file = nullptr;
  bool gzip = false;
#ifdef HEARTH_WITH_ZLIB
  z_stream stream{};
  bool started = false, member_ended = false;
  unsigned char buffer[64 * 1024];
#endif
  ~Impl() {
#ifdef HEARTH_WITH_ZLIB
    if (started) inflateEnd(&stream);
#endif
    if (file) std::fclose(file);
  }
};

ByteSource::ByteSource(const std::string& path) : name_(path), impl_(std::make_unique<Impl>()) {
  impl_->file = std::fopen(path.c_str(), "rbe");
  struct stat info;
  if (!impl_->file || ::fstat(fileno(impl_->file), &info) != 0)
    throw FileError(cat_str("[", path, "] cannot be opened: ", std::strerror(errno)));
  HEARTH_CHECK_AS(FileError, S_ISREG(info.st_mode), "[", path, "] is not a regular file");
  start(static_cast<uint64_t>(info.st_size));
}

ByteSource::ByteSource(const void* data, size_t bytes, std::string name)
    : name_(std::move(name)), impl_(std::make_unique<Impl>()) {
  // The stream is only read from.
  impl_->file = ::fmemopen(const_cast<void*>(data), bytes, "rb");
  HEARTH_CHECK_AS(FileError, impl_->file, "[", name_, "] cannot be opened: ", std::strerror(errno));
  start(bytes);
}

ByteSource::~ByteSource() = default;

void ByteSource::start(uint64_t bytes) {
  Impl& s = *impl_;
  unsigned char magic[2];
  s.gzip = std::fread(magic, 1, 2, s.file) == 2 && magic[0] == 0x1f && magic[1] == 0x8b;
  std::rewind(s.file);
  at_most_ = s.gzip ? bytes * kMaxRatio : bytes;
  if (!s.gzip) return;
#ifdef HEARTH_WITH_ZLIB
  HEARTH_CHECK_AS(OutOfMemory, inflateInit2(&s.stream, 16 + MAX_WBITS) == Z_OK, "[", name_,
                  "] out of memory");
  s.started = true;
#else
  throw NotImplementedError(cat_str("[", name_, "] is gzipped and this build has no zlib; unpack ",
                                    "it, or install zlib (Debian: zlib1g-dev) and build again"));
#endif
}

size_t ByteSource::read(void* out, size_t n) {
  Impl& s = *impl_;
  if (!s.gzip) {
    const size_t got = std::fread(out, 1, n, s.file);
    HEARTH_CHECK_AS(FileError, got == n || !std::ferror(s.file), "[", name_,
                    "] cannot be read: ", std::strerror(errno));
    return got;
  }
#ifdef HEARTH_WITH_ZLIB
  auto* to = static_cast<unsigned char*>(out);
  size_t done = 0;
  while (done < n) {
    if (s.stream.avail_in == 0) {
      s.stream.next_in = s.buffer;
      s.stream.avail_in = static_cast<uInt>(std::fread(s.buffer, 1, sizeof s.buffer, s.file));
      HEARTH_CHECK_AS(FileError, !std::ferror(s.file), "[", name_,
                      "] cannot be read: ", std::strerror(errno));
      if (s.stream.avail_in == 0) {
        HEARTH_CHECK_AS(FormatError, s.member_ended, "[", name_,
                        "] the compressed data are cut short; fetch the file again");
        break;
      }
    }
    if (s.member_ended) {
      inflateReset(&s.stream);
      s.member_ended = false;
    }
    const size_t room = std::min<size_t>(n - done, 1u << 30);
    s.stream.next_out = to + done;
    s.stream.avail_out = static_cast<uInt>(room);
    const int result = inflate(&s.stream, Z_NO_FLUSH);
    done += room - s.stream.avail_out;
    s.member_ended = result == Z_STREAM_END;
    HEARTH_CHECK_AS(FormatError, result == Z_OK || result == Z_STREAM_END, "[", name_,
                    "] the compressed data are damaged (", s.stream.msg ? s.stream.msg : "zlib",
                    "); fetch the file again");
  }
  return done;
#else
  return 0;
#endif
}

}  // namespace hearth::datasets
