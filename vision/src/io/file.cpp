// SPDX-License-Identifier: Apache-2.0
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hearth/base/atomic_file.h"
#include "hearth/ops/creation.h"
#include "hearth/vision/io/image.h"

#include "io/codec.h"

namespace hearth::vision::io {
namespace {

[[noreturn]] void refuse(const std::string& path, const char* what) {
  throw FileError(cat_str("[", path, "] cannot be ", what, ": ", std::strerror(errno)));
}

struct Descriptor {
  int fd;
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
};

}  // namespace

Tensor read_file(const std::string& path) {
  Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
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
  write_file_atomically(path, {static_cast<const char*>(bytes.const_data_ptr()), bytes.nbytes()});
}

}  // namespace hearth::vision::io
