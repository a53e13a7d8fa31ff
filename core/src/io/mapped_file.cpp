// SPDX-License-Identifier: Apache-2.0
#include "hearth/io/mapped_file.h"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hearth/base/error.h"

namespace hearth {

namespace {

[[noreturn]] void fail(const std::string& path, std::string_view what) {
  const int error = errno;
  throw FileError(cat_str("[", path, "] ", what, " failed: ", std::strerror(error)));
}

struct Descriptor {
  int fd;
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
};

size_t size_of(int file, const std::string& path) {
  struct stat status = {};
  if (::fstat(file, &status) != 0) fail(path, "reading its size");
  HEARTH_CHECK_AS(FileError, S_ISREG(status.st_mode), "[", path, "] expected a regular file");
  return static_cast<size_t>(status.st_size);
}

}  // namespace

MappedFile::MappedFile(const std::string& path) {
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.fd < 0) fail(path, "opening");
  size_ = size_of(file.fd, path);
  map(file.fd, path, false);
}

MappedFile::MappedFile(const std::string& path, size_t least) {
  const Descriptor file{::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
  if (file.fd < 0) fail(path, "opening");
  size_ = size_of(file.fd, path);
  if (size_ < least) {
    if (::ftruncate(file.fd, static_cast<off_t>(least)) != 0) fail(path, "growing");
    size_ = least;
  }
  map(file.fd, path, true);
}

void MappedFile::map(int file, const std::string& path, bool shared) {
  if (size_ == 0) return;
  const int how = shared ? MAP_SHARED : MAP_PRIVATE | MAP_NORESERVE;
  void* mapped = ::mmap(nullptr, size_, PROT_READ | PROT_WRITE, how, file, 0);
  if (mapped == MAP_FAILED) fail(path, "mapping");
  data_ = static_cast<char*>(mapped);
}

MappedFile::~MappedFile() {
  if (data_) ::munmap(data_, size_);
}

}  // namespace hearth
