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

}  // namespace

MappedFile::MappedFile(const std::string& path) {
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.fd < 0) fail(path, "opening");
  struct stat status = {};
  if (::fstat(file.fd, &status) != 0) fail(path, "reading its size");
  HEARTH_CHECK_AS(FileError, S_ISREG(status.st_mode), "[", path, "] expected a regular file");
  size_ = static_cast<size_t>(status.st_size);
  if (size_ == 0) return;
  void* mapped =
      ::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE, file.fd, 0);
  if (mapped == MAP_FAILED) fail(path, "mapping");
  data_ = static_cast<char*>(mapped);
}

MappedFile::~MappedFile() {
  if (data_) ::munmap(data_, size_);
}

}  // namespace hearth
