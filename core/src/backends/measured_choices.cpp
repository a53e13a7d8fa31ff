// SPDX-License-Identifier: Apache-2.0
#include "backends/measured_choices.h"

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <string_view>
#include <unordered_map>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hearth/base/error.h"
#include "hearth/base/warning.h"
#include "hearth/cuda/benchmark.h"

namespace hearth {

namespace {

/// The first line of a file. Others hold a problem, a tab and its choice; later ones win. What is
/// no such line, as a full disk leaves it, is passed over.
constexpr std::string_view kFirstLine = "# choices measured by hearth, 1\n";
constexpr int64_t kMostBytes = 64 << 20;

using Choices = std::unordered_map<std::string, std::string>;

/// A file that is open for reading and appending.
class ChoicesFile {
 public:
  ChoicesFile(const std::string& path, int more_flags) : path_(path) {
    fd_ = ::open(path.c_str(), O_RDWR | O_APPEND | O_CLOEXEC | more_flags, 0666);
    HEARTH_CHECK_AS(FileError, fd_ >= 0, "[", path, "] cannot be opened: ", std::strerror(errno));
  }
  ChoicesFile(const ChoicesFile&) = delete;
  ChoicesFile& operator=(const ChoicesFile&) = delete;
  ~ChoicesFile() { ::close(fd_); }

  std::string read() const {
    struct stat info {};
    HEARTH_CHECK_AS(FileError, ::fstat(fd_, &info) == 0 && S_ISREG(info.st_mode), "[", path_,
                    "] is not a regular file");
    HEARTH_CHECK_AS(FormatError, info.st_size <= kMostBytes, "[", path_,
                    "] is too large for a file of measured choices");
    std::string text(static_cast<size_t>(info.st_size), '\0');
    const ssize_t n = ::pread(fd_, text.data(), text.size(), 0);
    HEARTH_CHECK_AS(FileError, n >= 0, "[", path_, "] cannot be read: ", std::strerror(errno));
    text.resize(static_cast<size_t>(n));
    return text;
  }

  /// In one piece, so that lines of several programs do not mix.
  void append(std::string_view line) const {
    const ssize_t n = ::write(fd_, line.data(), line.size());
    HEARTH_CHECK_AS(FileError, n == static_cast<ssize_t>(line.size()), "[", path_,
                    "] cannot be written: ", std::strerror(n < 0 ? errno : ENOSPC));
  }

 private:
  std::string path_;
  int fd_;
};

Choices parsed(const std::string& path, std::string_view text) {
  HEARTH_CHECK_AS(FormatError, text.starts_with(kFirstLine), "[", path,
                  "] is not a file of measured choices; name another, or one that is new");
  Choices choices;
  text.remove_prefix(kFirstLine.size());
  for (size_t end; (end = text.find('\n')) != text.npos; text.remove_prefix(end + 1)) {
    const std::string_view line = text.substr(0, end);
    const size_t tab = line.find('\t');
    if (tab == line.npos || line.find('\t', tab + 1) != line.npos) continue;
    choices.insert_or_assign(std::string(line.substr(0, tab)), std::string(line.substr(tab + 1)));
  }
  return choices;
}

class MeasuredChoices {
 public:
  MeasuredChoices() {
    const char* wish = std::getenv("HEARTH_CUDA_BENCHMARK");
    if (!wish || !*wish || std::strcmp(wish, "0") == 0) return;
    if (std::strcmp(wish, "1") != 0) use_file(wish);
    on = true;
  }

  void use_file(const std::string& path) {
    Choices choices;
    if (!path.empty()) {
      const ChoicesFile file(path, O_CREAT);
      const std::string text = file.read();
      if (text.empty()) {
        file.append(kFirstLine);
      } else {
        choices = parsed(path, text);
      }
    }
    const std::lock_guard lock(mutex_);
    choices_ = std::move(choices);
    path_ = path;
    ++set;
  }

  std::string find(const std::string& problem) {
    const std::lock_guard lock(mutex_);
    const auto found = choices_.find(problem);
    return found == choices_.end() ? "" : found->second;
  }

  void keep(const std::string& problem, const std::string& choice) {
    const std::lock_guard lock(mutex_);
    choices_.insert_or_assign(problem, choice);
    if (path_.empty()) return;
    try {
      // A file that was taken away meanwhile is not wanted.
      ChoicesFile(path_, 0).append(cat_str(problem, '\t', choice, '\n'));
    } catch (const FileError& e) {
      HEARTH_WARN(e.what(), "; what is measured from now on is kept in this program only");
      path_.clear();
    }
  }

  std::atomic<bool> on{false};
  std::atomic<int32_t> set{1};

 private:
  std::mutex mutex_;
  Choices choices_;
  std::string path_;  ///< empty: no file
};

MeasuredChoices& measured() {
  static MeasuredChoices& choices = *new MeasuredChoices;
  return choices;
}

}  // namespace

int32_t measured_set() { return measured().on ? measured().set.load() : 0; }
std::string kept_choice(const std::string& problem) { return measured().find(problem); }
void keep_choice(const std::string& problem, const std::string& choice) {
  measured().keep(problem, choice);
}

namespace cuda {

void set_benchmark(bool on) { measured().on = on; }
bool benchmark() { return measured().on; }
void set_benchmark_file(const std::string& path) { measured().use_file(path); }

}  // namespace cuda

}  // namespace hearth
