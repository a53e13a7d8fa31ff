// SPDX-License-Identifier: Apache-2.0
#include "hearth/datasets/download.h"

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>
#include <thread>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hearth/base/error.h"

#include "progress.h"

#ifdef HEARTH_WITH_CURL
#include <curl/curl.h>
#endif

namespace hearth::datasets {
namespace {

void make_folder(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  HEARTH_CHECK_AS(FileError, !error, "[", folder, "] cannot be made: ", error.message(),
                  "; set HEARTH_HOME to a folder that can be written");
}

bool exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

}  // namespace

std::string home() {
  if (const char* set = std::getenv("HEARTH_HOME"); set && *set) return set;
  const char* user = std::getenv("HOME");
  HEARTH_CHECK_AS(FileError, user && *user,
                  "[home] neither HEARTH_HOME nor HOME is set; set HEARTH_HOME to a folder");
  return std::string(user) + "/.cache/hearth";
}

std::string cache_folder(const std::string& name) { return home() + "/datasets/" + name; }

#ifdef HEARTH_WITH_CURL
namespace {

// How often a transfer that broke off is taken up again.
constexpr int kAttempts = 4;

/// The file that bytes arrive in, held by one process at a time.
class PartFile {
 public:
  explicit PartFile(std::string path) : path_(std::move(path)) {
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
  ~PartFile() { ::close(fd_); }
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;

  const std::string& path() const { return path_; }
  uint64_t size() const { return size_; }

  /// False, with errno set, when the bytes cannot be written.
  bool append(const char* data, size_t n) {
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

  void clear() {
    if (::ftruncate(fd_, 0) != 0) fail("written");
    size_ = 0;
  }

  void remove() { ::unlink(path_.c_str()); }

  void become(const std::string& final_path) {
    if (::fsync(fd_) != 0 || ::rename(path_.c_str(), final_path.c_str()) != 0) fail("renamed");
  }

 private:
  [[noreturn]] void fail(const char* what) const {
    throw FileError(cat_str("[", path_, "] cannot be ", what, ": ", std::strerror(errno)));
  }

  std::string path_;
  int fd_ = -1;
  uint64_t size_ = 0;
};

struct Transfer {
  PartFile& part;
  Progress& progress;
  uint64_t resumed;
  int write_error = 0;
};

size_t on_bytes(char* data, size_t one, size_t n, void* context) {
  auto& t = *static_cast<Transfer*>(context);
  if (t.part.append(data, one * n)) return one * n;
  t.write_error = errno;
  return 0;
}

int on_progress(void* context, curl_off_t total, curl_off_t now, curl_off_t, curl_off_t) {
  auto& t = *static_cast<Transfer*>(context);
  if (now > 0) {
    t.progress.update(t.part.size(), total > 0 ? t.resumed + static_cast<uint64_t>(total) : 0,
                      t.resumed);
  }
  return 0;
}

struct Outcome {
  CURLcode code;
  long status;
  std::string text;
};

/// Appends what the address still has to the part file.
Outcome transfer(const std::string& url, PartFile& part, Progress& progress) {
  static const CURLcode initialized = curl_global_init(CURL_GLOBAL_DEFAULT);
  std::unique_ptr<CURL, void (*)(CURL*)> handle(
      initialized == CURLE_OK ? curl_easy_init() : nullptr, curl_easy_cleanup);
  HEARTH_CHECK_AS(NetworkError, handle, "[download] libcurl cannot be started");
  CURL* curl = handle.get();
  Transfer t{part, progress, part.size()};
  char text[CURL_ERROR_SIZE] = "";
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, text);
  curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(curl, CURLOPT_MAXREDIRS, 10L);
#if LIBCURL_VERSION_NUM >= 0x075500
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
#else
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS, CURLPROTO_HTTP | CURLPROTO_HTTPS);
  curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS, CURLPROTO_HTTP | CURLPROTO_HTTPS);
#endif
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, 20L);
  // Slower than 1 kB/s for 30 s counts as broken off.
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1000L);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, 30L);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "hearth");
  curl_easy_setopt(curl, CURLOPT_RESUME_FROM_LARGE, static_cast<curl_off_t>(part.size()));
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_bytes);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &t);
  curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
  curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &t);

  Outcome outcome{curl_easy_perform(curl), 0, ""};
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &outcome.status);
  HEARTH_CHECK_AS(FileError, t.write_error == 0, "[", part.path(),
                  "] cannot be written: ", std::strerror(t.write_error),
                  "; the download goes on from here once that is solved");
  outcome.text = *text ? text : curl_easy_strerror(outcome.code);
  return outcome;
}

bool worth_another_try(const Outcome& o) {
  switch (o.code) {
    case CURLE_PARTIAL_FILE:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_OPERATION_TIMEDOUT:
      return true;
    case CURLE_HTTP_RETURNED_ERROR:
      return o.status >= 500;
    default:
      return false;
  }
}

struct Failure {
  std::string text;
  bool wrong_content = false;
};

/// Nothing when the part file is complete and right, else what went wrong.
std::optional<Failure> fetch(const std::string& url, const std::string& md5, PartFile& part,
                             Progress& progress) {
  bool from_scratch = part.size() == 0;
  for (int attempt = 1;; ++attempt) {
    const Outcome o = transfer(url, part, progress);
    // Nothing left to send (416): all bytes, or more than all, are there.
    if (o.code == CURLE_OK || o.status == 416) {
      const std::string got = md5_of_file(part.path());
      if (got == md5) return std::nullopt;
      part.clear();
      if (from_scratch)
        return Failure{cat_str(url, ": what came has MD5 ", got, ", expected ", md5,
                               "; the file there has changed or was tampered with"),
                       true};
      // What had been there before may have been something else.
      from_scratch = true;
      continue;
    }
    // A server that cannot resume.
    if (o.code == CURLE_RANGE_ERROR && !from_scratch) {
      part.clear();
      from_scratch = true;
      continue;
    }
    if (!worth_another_try(o) || attempt >= kAttempts) return Failure{cat_str(url, ": ", o.text)};
    std::this_thread::sleep_for(std::chrono::milliseconds(200 * attempt));
  }
}

}  // namespace

std::string download(const RemoteFile& file, const std::string& folder) {
  HEARTH_CHECK_AS(ValueError, file.name.find('/') == std::string::npos && !file.name.empty(),
                  "[download] the name of a file has no slash, got '", file.name, "'");
  const std::string path = folder + "/" + file.name;
  if (exists(path)) return path;
  make_folder(folder);
  PartFile part(path + ".part");
  if (exists(path)) {  // another process was quicker
    part.remove();
    return path;
  }
  Progress progress(file.name);
  std::string failures;
  bool wrong = false;
  for (const std::string& url : file.urls) {
    const std::optional<Failure> failure = fetch(url, file.md5, part, progress);
    if (!failure) {
      part.become(path);
      progress.finish();
      return path;
    }
    wrong = failure->wrong_content;
    failures += "\n  " + failure->text;
  }
  if (part.size() == 0) part.remove();
  const std::string message = cat_str(
      "[", file.name, "] could not be downloaded:", failures,
      "\n  Check the network and try again (what has arrived is kept), or put the file into ",
      folder, " by hand");
  if (wrong) throw FormatError(message);
  throw NetworkError(message);
}

#else

std::string download(const RemoteFile& file, const std::string& folder) {
  const std::string path = folder + "/" + file.name;
  if (exists(path)) return path;
  make_folder(folder);
  throw NotImplementedError(
      cat_str("[", file.name, "] this build cannot download; put the file into ", folder,
              " by hand, or install libcurl (Debian: libcurl4-openssl-dev) and build again"));
}

#endif

}  // namespace hearth::datasets
