// SPDX-License-Identifier: Apache-2.0
#include "train/loggers/log_file.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hearth/base/atomic_file.h"
#include "hearth/base/error.h"
#include "hearth/base/progress.h"

namespace hearth::train {

double wall_time() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

LogFile::~LogFile() {
  if (file_ >= 0) ::close(file_);
}

void LogFile::complain(int error) {
  if (has_complained_) return;
  has_complained_ = true;
  Progress::print(cat_str("[", path_, "] cannot be written: ", std::strerror(error),
                          ". The training goes on without this log"));
}

bool LogFile::open() {
  if (file_ >= 0) return true;
  const std::filesystem::path folder = std::filesystem::path(path_).parent_path();
  std::error_code ignored;  // open says what is wrong
  if (!folder.empty()) std::filesystem::create_directories(folder, ignored);
  file_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
  struct stat there {};
  if (file_ < 0 || ::fstat(file_, &there) != 0) return false;
  size_ = std::min<int64_t>(size_, there.st_size);
  return true;
}

void LogFile::append(std::string_view record) {
  // Whatever lies behind the last whole record goes: of a failed write, or of a run before.
  if (!open() || ::ftruncate(file_, size_) != 0) {
    // A device has no size; what is written there is gone.
    if (file_ < 0 || errno != EINVAL) return complain(errno);
  }
  size_t done = 0;
  while (done < record.size()) {
    const ssize_t n = ::pwrite(file_, record.data() + done, record.size() - done,
                               static_cast<off_t>(size_) + static_cast<off_t>(done));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return complain(n < 0 ? errno : EIO);
    done += static_cast<size_t>(n);
  }
  size_ += static_cast<int64_t>(record.size());
}

void LogFile::replace(std::string_view records) {
  if (file_ >= 0) ::close(file_);
  file_ = -1;
  try {
    write_file_atomically(path_, records);
    size_ = static_cast<int64_t>(records.size());
  } catch (const FileError& e) {
    if (!std::exchange(has_complained_, true)) Progress::print(e.what());
  }
}

std::string LogFile::read() const {
  std::ifstream in(path_, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace hearth::train
