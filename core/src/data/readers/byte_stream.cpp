// SPDX-License-Identifier: Apache-2.0
#include "hearth/data/readers/byte_stream.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef HEARTH_WITH_ZLIB
#include <zlib.h>
#endif

#include "hearth/base/error.h"

namespace hearth::data::readers {

namespace {

constexpr size_t kBuffer = 256 << 10;
// Deflate cannot shrink by more than this factor.
constexpr uint64_t kMaxRatio = 1032;

}  // namespace

struct ByteStream::Impl {
  explicit Impl(const std::string& p) : path(p) {
    fd = p == "-" ? ::dup(STDIN_FILENO) : ::open(p.c_str(), O_RDONLY | O_CLOEXEC);
    HEARTH_CHECK_AS(FileError, fd >= 0, "[", p, "] cannot be opened: ", std::strerror(errno));
    buffer.resize(kBuffer);
    from = buffer.data();
    fill();
    start();
  }
  Impl(const char* data, size_t bytes, std::string name, Packed how)
      : path(std::move(name)), from(data), end(bytes), zlib_stream(how == Packed::Zlib) {
    start();
  }
  ~Impl() {
#ifdef HEARTH_WITH_ZLIB
    if (compressed) inflateEnd(&zlib);
#endif
    if (fd >= 0) ::close(fd);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  /// The same bytes from their start.
  std::unique_ptr<Impl> again() const {
    return fd < 0 ? std::make_unique<Impl>(from, end, path,
                                           zlib_stream ? Packed::Zlib : Packed::Detect)
                  : std::make_unique<Impl>(path);
  }

  /// Looks whether it is compressed.
  void start() {
    compressed = zlib_stream || (end >= 2 && from[0] == '\x1f' && from[1] == '\x8b');
    if (!compressed) return;
#ifdef HEARTH_WITH_ZLIB
    HEARTH_CHECK(inflateInit2(&zlib, zlib_stream ? 15 : 15 + 16) == Z_OK, "[", path,
                 "] zlib cannot be started");
#else
    throw NotImplementedError(
        cat_str("[", path, "] is compressed; install zlib (Debian: zlib1g-dev) and build again"));
#endif
  }

  /// More of the file; false at its end.
  bool fill() {
    if (fd < 0) return false;
    at = end = 0;
    while (end < kBuffer) {
      const ssize_t n = ::read(fd, buffer.data() + end, kBuffer - end);
      if (n < 0 && errno == EINTR) continue;
      HEARTH_CHECK_AS(FileError, n >= 0, "[", path, "] cannot be read: ", std::strerror(errno));
      if (n == 0) break;
      end += static_cast<size_t>(n);
    }
    return end > 0;
  }

  size_t read_plain(char* to, size_t n) {
    size_t done = 0;
    while (done < n && (at < end || fill())) {
      const size_t some = std::min(n - done, end - at);
      std::memcpy(to + done, from + at, some);
      at += some;
      done += some;
    }
    return done;
  }

#ifdef HEARTH_WITH_ZLIB
  size_t read_inflated(char* to, size_t n) {
    zlib.next_out = reinterpret_cast<Bytef*>(to);
    size_t done = 0;
    while (done < n && !ended) {
      if (at == end && !fill()) throw FormatError(cat_str("[", path, "] ends too early"));
      zlib.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(from + at));
      zlib.avail_in = static_cast<uInt>(std::min<size_t>(end - at, 1u << 30));
      const size_t room = std::min<size_t>(n - done, 1u << 30);
      zlib.avail_out = static_cast<uInt>(room);
      const int result = inflate(&zlib, Z_NO_FLUSH);
      at = static_cast<size_t>(reinterpret_cast<const char*>(zlib.next_in) - from);
      done += room - zlib.avail_out;
      if (result == Z_STREAM_END) {
        // Gzipped members may follow each other, or zeros that fill up a block.
        ended = zlib_stream || !next_member();
        if (!ended) inflateReset(&zlib);
      } else if (result != Z_OK) {
        throw FormatError(cat_str("[", path, "] is damaged: ", zlib.msg ? zlib.msg : "bad data"));
      }
    }
    return done;
  }
  /// Goes past zeros; false at the end.
  bool next_member() {
    while (at < end || fill()) {
      if (from[at] != 0) return true;
      ++at;
    }
    return false;
  }
  z_stream zlib{};
  bool ended = false;
#endif

  size_t read(char* to, size_t n) {
#ifdef HEARTH_WITH_ZLIB
    if (compressed) return read_inflated(to, n);
#endif
    return read_plain(to, n);
  }

  std::string path;
  int fd = -1;  ///< none: all bytes are in memory
  std::vector<char> buffer;
  const char* from = nullptr;
  size_t at = 0, end = 0;  ///< of `from`: what is still to be read
  bool compressed = false, zlib_stream = false;
};

ByteStream::ByteStream(const std::string& path)
    : path_(path), impl_(std::make_unique<Impl>(path)) {}
ByteStream::ByteStream(const void* data, size_t bytes, std::string name, Packed packed)
    : path_(std::move(name)),
      impl_(std::make_unique<Impl>(static_cast<const char*>(data), bytes, path_, packed)) {}
ByteStream::~ByteStream() = default;

std::optional<uint64_t> ByteStream::at_most() const {
  uint64_t bytes = impl_->end;
  if (struct stat info; impl_->fd >= 0) {
    if (::fstat(impl_->fd, &info) != 0 || !S_ISREG(info.st_mode)) return std::nullopt;
    bytes = static_cast<uint64_t>(info.st_size);
  }
  return impl_->compressed ? bytes * kMaxRatio : bytes;
}

size_t ByteStream::read(void* to, size_t n) {
  const size_t done = impl_->read(static_cast<char*>(to), n);
  position_ += done;
  return done;
}

void ByteStream::seek(uint64_t position) {
  if (position == position_) return;
  // Within what is in the buffer, no file is asked.
  if (!impl_->compressed && position + impl_->at >= position_ &&
      position <= position_ + (impl_->end - impl_->at)) {
    impl_->at = static_cast<size_t>(position + impl_->at - position_);
    position_ = position;
    return;
  }
  if (!impl_->compressed && ::lseek(impl_->fd, static_cast<off_t>(position), SEEK_SET) >= 0) {
    const off_t size = ::lseek(impl_->fd, 0, SEEK_END);
    HEARTH_CHECK_AS(FormatError, size < 0 || position <= static_cast<uint64_t>(size), "[", path_,
                    "] has ", size, " bytes, but position ", position,
                    " is wanted: it has changed");
    ::lseek(impl_->fd, static_cast<off_t>(position), SEEK_SET);
    impl_->at = impl_->end = 0;
    position_ = position;
    return;
  }
  if (position < position_) {
    impl_ = impl_->again();
    position_ = 0;
  }
  std::vector<char> skipped(std::min<uint64_t>(kBuffer, position - position_));
  while (position_ < position) {
    const size_t n = read(skipped.data(), std::min<uint64_t>(skipped.size(), position - position_));
    HEARTH_CHECK_AS(FormatError, n > 0, "[", path_, "] ends before position ", position,
                    ": it has changed");
  }
}

}  // namespace hearth::data::readers
