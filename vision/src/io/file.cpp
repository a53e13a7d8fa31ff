// SPDX-License-Identifier: Apache-2.0
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hearth/ops/creation.h"
#include "hearth/vision/io/image.h"

#include "io/codec.h"

namespace hearth::vision::io {
namespace {

[[noreturn]] void refuse(const std::string& path, const char* what) {
  throw FileError(cat_str("[", path, "] cannot be ", what, ": ", std::strerror(errno)));
}

/// Closes its descriptor, and removes the file unless told to keep it.
struct Descriptor {
  int fd;
  std::string temporary;
  ~Descriptor() {
    const int saved = errno;
    if (fd >= 0) ::close(fd);
    if (!temporary.empty()) ::unlink(temporary.c_str());
    errno = saved;
  }
};

}  // namespace

Tensor read_file(const std::string& path) {
  Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC), {}};
  if (file.fd < 0) refuse(path, "opened");
  struct stat info;
  if (::fstat(file.fd, &info) != 0) refuse(path, "read");
  HEARTH_CHECK_AS(FileError, S_ISREG(info.st_mode), "[", path, "] is not a regular file");
  Tensor bytes = empty({info.st_size}, kByte);
  auto* p = bytes.data_ptr<uint8_t>();
  for (int64_t done = 0; done < info.st_size;) {
    ssize_t n = ::read(file.fd, p + done, static_cast<size_t>(info.st_size - done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) refuse(path, "read");
    HEARTH_CHECK_AS(FileError, n > 0, "[", path, "] became shorter while it was read");
    done += n;
  }
  return bytes;
}

void write_file(const std::string& path, const Tensor& data) {
  Tensor bytes = expect_bytes("write_file", data);
  std::string temporary = path + ".XXXXXX";
  Descriptor file{::mkostemp(temporary.data(), O_CLOEXEC), {}};
  if (file.fd < 0) refuse(path, "written");
  file.temporary = temporary;
  const auto* p = bytes.const_data_ptr<uint8_t>();
  for (int64_t done = 0; done < bytes.numel();) {
    ssize_t n = ::write(file.fd, p + done, static_cast<size_t>(bytes.numel() - done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) refuse(path, "written");
    done += n;
  }
  // mkstemp makes files for their owner alone; a result is as readable as the umask allows.
  const mode_t mask = ::umask(0);
  ::umask(mask);
  if (::fchmod(file.fd, 0666 & ~mask) != 0 || ::fsync(file.fd) != 0) refuse(path, "written");
  if (::rename(temporary.c_str(), path.c_str()) != 0) refuse(path, "written");
  file.temporary.clear();
}

}  // namespace hearth::vision::io
