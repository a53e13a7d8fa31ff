// SPDX-License-Identifier: Apache-2.0
#include "part_file.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hearth/base/error.h"

namespace hearth::hub {

void make_folder(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  HEARTH_CHECK_AS(FileError, !error, "[", folder, "] cannot be made: ", error.message(),
                  "; set HEARTH_HOME (or HF_HOME) to a folder that can be written");
}

bool exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

PartFile::PartFile(std::string path) : path_(std::move(path)) {
  // Whoever held it before may have renamed or removed it; then the lock is on a dead file.
  while (true) {
    fd_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (fd_ < 0) fail("opened");
    while (::flock(fd_, LOCK_EX) != 0)
      if (errno != EINTR) fail("locked");
    struct stat here, there;
    if (::fstat(fd_, &here) == 0 && ::stat(path_.c_str(), &there) == 0 &&
        here.st_ino == there.st_ino && here.st_dev == there.st_dev) {
      size_ = static_cast<uint64_t>(here.st_size);
      return;
    }
    ::close(fd_);
  }
}

PartFile::~PartFile() { ::close(fd_); }

bool PartFile::append(const char* data, size_t n) {
  while (n > 0) {
    const ssize_t written = ::pwrite(fd_, data, n, static_cast<off_t>(size_));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    data += written;
    n -= static_cast<size_t>(written);
    size_ += static_cast<uint64_t>(written);
  }
  return true;
}

void PartFile::clear() {
  if (::ftruncate(fd_, 0) != 0) fail("written");
  size_ = 0;
}

std::string PartFile::validator() const {
  std::ifstream in(validator_path());
  std::string etag;
  std::getline(in, etag);
  return etag;
}

void PartFile::set_validator(const std::string& etag) {
  if (!etag.empty() && !etag.starts_with("W/")) std::ofstream(validator_path()) << etag << "\n";
}

void PartFile::remove() {
  ::unlink(validator_path().c_str());
  ::unlink(path_.c_str());
}

void PartFile::become(const std::string& final_path) {
  if (::fsync(fd_) != 0 || ::rename(path_.c_str(), final_path.c_str()) != 0) fail("renamed");
  ::unlink(validator_path().c_str());
}

void PartFile::fail(const char* what) const {
  throw FileError(cat_str("[", path_, "] cannot be ", what, ": ", std::strerror(errno)));
}

}  // namespace hearth::hub
