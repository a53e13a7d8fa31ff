// SPDX-License-Identifier: Apache-2.0
#include "hearth/io/file.h"

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hearth/base/error.h"

namespace hearth::io {

namespace {

[[noreturn]] void fail(const std::string& path, std::string_view what) {
  const int error = errno;
  throw FileError(cat_str("[", path, "] ", what, " failed: ", std::strerror(error)));
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

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
    const Descriptor file(
        ::openat(::dirfd(dir), entry->d_name, O_WRONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
    if (file.get() >= 0 && ::flock(file.get(), LOCK_EX | LOCK_NB) == 0)
      ::unlinkat(::dirfd(dir), entry->d_name, 0);
  }
  ::closedir(dir);
}

}  // namespace

struct AtomicFile::Impl {
  std::string path, directory, temporary;
  int fd = -1;

  void close_and_forget() {
    if (fd >= 0) ::close(fd);
    fd = -1;
    if (!temporary.empty()) ::unlink(temporary.c_str());
    temporary.clear();
  }

  /// Opens a new, locked temporary file next to the target.
  void open_temporary() {
    const size_t slash = path.rfind('/');
    directory = slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
    const std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
    HEARTH_CHECK_AS(FileError, !name.empty(), "[", path, "] expected a file name, got a directory");
    const std::string prefix = "." + name + ".tmp-";
    remove_stale(directory, prefix);
    for (uint64_t n = 0;; ++n) {
      temporary = cat_str(directory, "/", prefix, static_cast<int64_t>(::getpid()), "-", n);
      fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
      if (fd < 0) {
        if (errno == EEXIST) continue;
        temporary.clear();
        fail(path, "creating a temporary file beside it");
      }
      struct stat status = {};
      // Another writer may have taken it for a stale one before the lock was held.
      if (::flock(fd, LOCK_EX | LOCK_NB) == 0 && ::fstat(fd, &status) == 0 && status.st_nlink > 0)
        return;
      ::close(fd);
      fd = -1;
    }
  }
};

AtomicFile::AtomicFile(std::string path) : impl_(std::make_unique<Impl>()) {
  impl_->path = resolve(path);
  struct stat status = {};
  if (::stat(impl_->path.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) {
    impl_->fd = ::open(impl_->path.c_str(), O_WRONLY | O_CLOEXEC);
    if (impl_->fd < 0) fail(impl_->path, "opening for writing");
    return;
  }
  impl_->open_temporary();
}

AtomicFile::~AtomicFile() { impl_->close_and_forget(); }

void AtomicFile::write(const void* data, size_t size) {
  HEARTH_CHECK_AS(FileError, impl_->fd >= 0, "[", impl_->path, "] write after commit");
  const char* at = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t n = ::write(impl_->fd, at, size);
    if (n < 0) {
      if (errno == EINTR) continue;
      fail(impl_->path, "writing");
    }
    at += n;
    size -= static_cast<size_t>(n);
  }
}

void AtomicFile::commit() {
  HEARTH_CHECK_AS(FileError, impl_->fd >= 0, "[", impl_->path, "] commit after commit");
  if (impl_->temporary.empty()) {
    const int fd = impl_->fd;
    impl_->fd = -1;
    if (::close(fd) != 0) fail(impl_->path, "closing");
    return;
  }
  if (::fsync(impl_->fd) != 0) fail(impl_->path, "syncing");
  if (::rename(impl_->temporary.c_str(), impl_->path.c_str()) != 0) fail(impl_->path, "renaming");
  impl_->temporary.clear();
  ::close(impl_->fd);
  impl_->fd = -1;
  // The name is durable when its directory is; some file systems cannot sync one.
  const Descriptor directory(::open(impl_->directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.get() >= 0 && ::fsync(directory.get()) != 0 && errno != EINVAL)
    fail(impl_->directory, "syncing");
}

MappedFile::MappedFile(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) fail(path, "opening");
  struct stat status = {};
  if (::fstat(file.get(), &status) != 0) fail(path, "reading its size");
  HEARTH_CHECK_AS(FileError, S_ISREG(status.st_mode), "[", path, "] expected a regular file");
  size_ = static_cast<size_t>(status.st_size);
  if (size_ == 0) return;
  void* mapped =
      ::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE, file.get(), 0);
  if (mapped == MAP_FAILED) fail(path, "mapping");
  data_ = static_cast<char*>(mapped);
}

MappedFile::~MappedFile() {
  if (data_) ::munmap(data_, size_);
}

}  // namespace hearth::io
