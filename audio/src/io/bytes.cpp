// SPDX-License-Identifier: Apache-2.0
#include "io/bytes.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hearth/audio/io/source.h"
#include "hearth/base/error.h"

namespace hearth::audio {
namespace io {
namespace {

class MemoryBytes final : public Bytes {
 public:
  MemoryBytes(const void* data, int64_t size, std::string name, std::shared_ptr<const void> owner)
      : Bytes(std::move(name)),
        data_(static_cast<const uint8_t*>(data)),
        size_(size),
        owner_(std::move(owner)) {}
  int64_t size() const override { return size_; }
  int64_t read(int64_t offset, void* to, int64_t bytes) const override {
    const int64_t n = std::clamp<int64_t>(size_ - offset, 0, bytes);
    if (n > 0) std::memcpy(to, data_ + offset, static_cast<size_t>(n));
    return n;
  }
  const uint8_t* memory() const override { return data_; }

 private:
  const uint8_t* data_;
  int64_t size_;
  std::shared_ptr<const void> owner_;
};

[[noreturn]] void refuse(const std::string& name, const char* what) {
  throw FileError(cat_str("[", name, "] cannot be ", what, ": ", std::strerror(errno)));
}

class FileBytes final : public Bytes {
 public:
  FileBytes(int fd, int64_t size, std::string name)
      : Bytes(std::move(name)), fd_(fd), size_(size) {}
  FileBytes(const FileBytes&) = delete;
  FileBytes& operator=(const FileBytes&) = delete;
  ~FileBytes() override { ::close(fd_); }
  int64_t size() const override { return size_; }
  int64_t read(int64_t offset, void* to, int64_t bytes) const override {
    int64_t done = 0;
    bytes = std::clamp<int64_t>(size_ - offset, 0, bytes);
    while (done < bytes) {
      const ssize_t n = ::pread(fd_, static_cast<char*>(to) + done,
                                static_cast<size_t>(bytes - done), offset + done);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) refuse(name(), "read");
      HEARTH_CHECK_AS(FileError, n > 0, "[", name(), "] became shorter while it was read");
      done += n;
    }
    return done;
  }

 private:
  int fd_;
  int64_t size_;
};

/// What comes out of a pipe, to its end.
std::shared_ptr<const Bytes> read_all(int fd, const std::string& name) {
  auto all = std::make_shared<std::vector<char>>();
  size_t used = 0;
  for (;;) {
    if (used == all->size()) all->resize(std::max<size_t>(1 << 16, 2 * used));
    const ssize_t n = ::read(fd, all->data() + used, all->size() - used);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) refuse(name, "read");
    if (n == 0) break;
    used += static_cast<size_t>(n);
  }
  return bytes_in_memory(all->data(), static_cast<int64_t>(used), name, all);
}

struct Descriptor {
  int fd;
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
};

}  // namespace

std::shared_ptr<const Bytes> bytes_in_memory(const void* data, int64_t size, std::string name,
                                             std::shared_ptr<const void> owner) {
  return std::make_shared<MemoryBytes>(data, size, std::move(name), std::move(owner));
}

std::shared_ptr<const Bytes> open_file(const std::string& path) {
  const bool standard = path == "-";
  const std::string name = standard ? "stdin" : path;
  Descriptor file{standard ? ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
                           : ::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.fd < 0) refuse(name, "opened");
  struct stat status;
  if (::fstat(file.fd, &status) != 0) refuse(name, "read");
  HEARTH_CHECK_AS(FileError, !S_ISDIR(status.st_mode), "[", name,
                  "] is a folder, expected a sound file");
  if (!S_ISREG(status.st_mode)) return read_all(file.fd, name);
  const int fd = file.fd;
  file.fd = -1;
  return std::make_shared<FileBytes>(fd, status.st_size, name);
}

}  // namespace io

Source::Source(const Tensor& bytes) : name_("buffer") {
  HEARTH_CHECK_AS(ValueError, bytes.defined() && bytes.is_cpu(),
                  "[audio] expected a sound file's bytes as a CPU tensor, got an undefined one or ",
                  "another device's");
  HEARTH_CHECK_AS(DtypeError, bytes.scalar_type() == kByte,
                  "[audio] expected a sound file's bytes as uint8, got ", bytes.scalar_type(),
                  "; a waveform needs no loading");
  HEARTH_CHECK_AS(ShapeError, bytes.dim() == 1,
                  "[audio] expected a sound file's bytes as a 1-d tensor, got shape ",
                  bytes.sizes());
  auto kept = std::make_shared<Tensor>(bytes.contiguous());
  bytes_ = io::bytes_in_memory(kept->const_data_ptr(), kept->numel(), name_, kept);
}

Source Source::memory(std::string_view bytes, std::string name) {
  Source source;
  source.name_ = std::move(name);
  source.bytes_ =
      io::bytes_in_memory(bytes.data(), static_cast<int64_t>(bytes.size()), source.name_);
  return source;
}

std::shared_ptr<const io::Bytes> Source::open() const {
  return bytes_ ? bytes_ : io::open_file(name_);
}

}  // namespace hearth::audio
