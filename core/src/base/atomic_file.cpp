// SPDX-License-Identifier: Apache-2.0
#include "hearth/base/atomic_file.h"

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hearth/base/error.h"

namespace hearth {

namespace {

std::string directory_of(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

/// The file a path leads to, so that replacing it does not replace a symbolic link.
std::string resolve(const std::string& path) {
  char* real = ::realpath(path.c_str(), nullptr);
  if (!real) return path;
  std::string resolved = real;
  std::free(real);
  return resolved;
}

/// Removes temporaries of writers that are gone: a living one holds a lock on its file.
void remove_stale(const std::string& directory, const std::string& prefix) {
  DIR* dir = ::opendir(directory.c_str());
  if (!dir) return;
  while (const dirent* entry = ::readdir(dir)) {
    if (std::strncmp(entry->d_name, prefix.c_str(), prefix.size()) != 0) continue;
    const int fd =
        ::openat(::dirfd(dir), entry->d_name, O_WRONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) continue;
    if (::flock(fd, LOCK_EX | LOCK_NB) == 0) ::unlinkat(::dirfd(dir), entry->d_name, 0);
    ::close(fd);
  }
  ::closedir(dir);
}

}  // namespace

AtomicFile::AtomicFile(std::string path) : path_(resolve(path)) {
  struct stat status = {};
  if (::stat(path_.c_str(), &status) != 0 || S_ISREG(status.st_mode)) {
    open_temporary();
    return;
  }
  fd_ = ::open(path_.c_str(), O_WRONLY | O_CLOEXEC);
  if (fd_ < 0) fail("cannot open");
}

void AtomicFile::open_temporary() {
  const std::string name = path_.substr(path_.rfind('/') + 1);
  HEARTH_CHECK_AS(FileError, !name.empty(), "[", path_, "] expected a file, got a directory");
  const std::string directory = directory_of(path_), prefix = "." + name + ".tmp-";
  remove_stale(directory, prefix);
  for (uint64_t n = 0;; ++n) {
    temporary_ = cat_str(directory, "/", prefix, static_cast<int64_t>(::getpid()), "-", n);
    fd_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd_ < 0 && errno == EEXIST) continue;
    if (fd_ < 0) {
      temporary_.clear();
      fail("cannot create");
    }
    struct stat status = {};
    // Another writer may have taken it for a stale one before the lock was held.
    if (::flock(fd_, LOCK_EX | LOCK_NB) == 0 && ::fstat(fd_, &status) == 0 && status.st_nlink > 0)
      return;
    ::close(fd_);
    fd_ = -1;
  }
}

AtomicFile::~AtomicFile() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
  if (fd_ >= 0) ::close(fd_);
}

void AtomicFile::write(const void* data, size_t bytes) {
  const char* p = static_cast<const char*>(data);
  while (bytes > 0) {
    const ssize_t n = ::write(fd_, p, bytes);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail("cannot write");
    p += n;
    bytes -= static_cast<size_t>(n);
  }
}

void AtomicFile::commit() {
  if (!temporary_.empty()) {
    if (::fsync(fd_) != 0) fail("cannot sync");
    // Renamed while the lock is held, or another writer could take it for a stale one.
    if (::rename(temporary_.c_str(), path_.c_str()) != 0) fail("cannot replace");
    temporary_.clear();
    // The rename itself must survive a power cut.
    const int dir = ::open(directory_of(path_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir >= 0) {
      ::fsync(dir);
      ::close(dir);
    }
  }
  const int fd = fd_;
  fd_ = -1;
  if (::close(fd) != 0) fail("cannot close");
}

void AtomicFile::fail(const char* what) const {
  throw FileError(cat_str("[", path_, "] ", what, " the file: ", std::strerror(errno)));
}

void write_file_atomically(const std::string& path, std::string_view content) {
  AtomicFile file(path);
  file.write(content);
  file.commit();
}

}  // namespace hearth
