// SPDX-License-Identifier: Apache-2.0
#include "hearth/base/atomic_file.h"

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>

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

/// Whether a path still leads to an open file.
bool leads_to(const std::string& path, int fd) {
  struct stat there = {}, here = {};
  return ::lstat(path.c_str(), &there) == 0 && ::fstat(fd, &here) == 0 &&
         there.st_ino == here.st_ino && there.st_dev == here.st_dev;
}

/// A temporary that is nobody else's: writers hold a lock on theirs while they live, and whoever is
/// gone leaves one that can be taken over. -1, with errno, when another lives or it cannot be made.
int take(const std::string& path) {
  const int fd =
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0666);
  if (fd < 0) return -1;
  const bool locked = ::flock(fd, LOCK_EX | LOCK_NB) == 0;
  // Its writer may have renamed or removed it before the lock was held.
  if (locked && leads_to(path, fd)) return fd;
  const int error = locked ? EAGAIN : errno;
  ::close(fd);
  errno = error;
  return -1;
}

}  // namespace

AtomicFile::AtomicFile(std::string path, Durability durability)
    : path_(resolve(path)), durability_(durability) {
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
  const std::string prefix = cat_str(directory_of(path_), "/.", name, ".tmp-");
  int64_t n = 0;
  for (;; ++n) {
    temporary_ = cat_str(prefix, n);
    fd_ = take(temporary_);
    if (fd_ >= 0 && ::ftruncate(fd_, 0) == 0) break;
    if (fd_ < 0 && errno == EWOULDBLOCK) continue;
    if (fd_ < 0) temporary_.clear();
    fail("cannot create");
  }
  // What writers beside this one have left, who are gone.
  for (++n;; ++n) {
    const std::string beside = cat_str(prefix, n);
    if (::access(beside.c_str(), F_OK) != 0) break;
    const int fd = take(beside);
    if (fd < 0) break;
    ::unlink(beside.c_str());
    ::close(fd);
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

void AtomicFile::write_at(uint64_t offset, const void* data, size_t bytes) {
  const char* p = static_cast<const char*>(data);
  while (bytes > 0) {
    const ssize_t n = ::pwrite(fd_, p, bytes, static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail("cannot write");
    p += n;
    offset += static_cast<uint64_t>(n);
    bytes -= static_cast<size_t>(n);
  }
}

void AtomicFile::commit() {
  if (!temporary_.empty()) {
    if (durability_ == Durability::Synced && ::fsync(fd_) != 0) fail("cannot sync");
    // Renamed while the lock is held, or another writer could take it for a stale one.
    if (::rename(temporary_.c_str(), path_.c_str()) != 0) fail("cannot replace");
    temporary_.clear();
    // The rename itself must survive a power cut.
    const int dir = durability_ == Durability::Synced
                        ? ::open(directory_of(path_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
                        : -1;
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
