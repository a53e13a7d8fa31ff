// SPDX-License-Identifier: Apache-2.0
#include "audio/extract/ledger.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hearth/base/atomic_file.h"
#include "hearth/base/error.h"

namespace fs = std::filesystem;

namespace {

constexpr const char* kJournal = ".extract-journal.jsonl";

/// Size and time of a file, which say whether it is still the same; null for what has none.
Ledger::Json stamp_of(const Task& task) {
  struct stat s {};
  if (task.command || task.archive || ::stat(task.path.c_str(), &s) != 0 || !S_ISREG(s.st_mode))
    return nullptr;
  return hearth::cat_str(s.st_size, ":", s.st_mtim.tv_sec, ".", s.st_mtim.tv_nsec);
}

/// A field of a line that somebody may have changed; empty where it is no text.
std::string text_of(const Ledger::Json& line, const char* field) {
  const auto at = line.find(field);
  return at != line.end() && at->is_string() ? at->get<std::string>() : "";
}

}  // namespace

Ledger::Ledger(std::string folder, std::string config, bool resume, bool journal)
    : folder_(std::move(folder)), config_(std::move(config)) {
  if (folder_.empty()) return;
  std::error_code error;
  fs::create_directories(folder_, error);
  HEARTH_CHECK_AS(hearth::FileError, !error, "[", folder_, "] cannot be made: ", error.message());
  if (resume) {
    read(path_of("manifest.jsonl"));
    read(path_of(kJournal));
  }
  if (!journal) return;
  const int flags = O_WRONLY | O_CREAT | O_CLOEXEC | O_APPEND | (resume ? 0 : O_TRUNC);
  journal_ = ::open(path_of(kJournal).c_str(), flags, 0666);
  HEARTH_CHECK_AS(hearth::FileError, journal_ >= 0, "[", path_of(kJournal),
                  "] cannot be written: ", std::strerror(errno));
  // A line that a killed run left unfinished ends here.
  if (resume && ::write(journal_, "\n", 1) != 1) errno = 0;
}

Ledger::~Ledger() {
  if (journal_ >= 0) ::close(journal_);
}

void Ledger::read(const std::string& path) {
  std::ifstream in(path);
  std::map<std::string, std::vector<Json>> found;
  for (std::string line; std::getline(in, line);) {
    Json j = Json::parse(line, nullptr, false);
    if (!j.is_object() || text_of(j, "task").empty()) continue;
    HEARTH_CHECK_AS(hearth::ValueError, text_of(j, "config") == config_, "[", path,
                    "] is of results with another configuration; choose another --output, or "
                    "extract all anew with --overwrite");
    found[text_of(j, "task")].push_back(std::move(j));
  }
  for (auto& [task, results] : found) results_[task] = std::move(results);
}

const std::vector<Ledger::Json>* Ledger::known(const Task& task) const {
  const auto at = results_.find(task.id);
  if (at == results_.end()) return nullptr;
  std::error_code error;
  for (const Json& result : at->second) {
    const bool same = text_of(result, "source") == task.path && result.contains("stamp") &&
                      result["stamp"] == stamp_of(task);
    if (!same || !fs::exists(text_of(result, "file"), error)) return nullptr;
  }
  return &at->second;
}

void Ledger::add(const Task& task, std::vector<Json> results) {
  if (folder_.empty()) return;
  std::string lines;
  for (Json& result : results) {
    result["task"] = task.id;
    result["stamp"] = stamp_of(task);
    result["config"] = config_;
    lines += result.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  }
  const std::lock_guard lock(mutex_);
  const bool noted = journal_ < 0 || ::write(journal_, lines.data(), lines.size()) ==
                                         static_cast<ssize_t>(lines.size());
  HEARTH_CHECK_AS(hearth::FileError, noted, "[", path_of(kJournal),
                  "] cannot be written: ", std::strerror(errno));
  results_[task.id] = std::move(results);
}

void Ledger::fail(const Task& task, const std::string& kind, const std::string& message) {
  const std::lock_guard lock(mutex_);
  failures_[task.id] =
      Json{{"id", task.id}, {"source", task.path}, {"kind", kind}, {"message", message}};
}

void Ledger::finish(const std::vector<Task>& tasks) {
  if (folder_.empty()) return;
  std::string manifest, errors;
  const auto line = [](const Json& j) {
    return j.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  };
  for (const Task& task : tasks) {
    if (const auto at = results_.find(task.id); at != results_.end())
      for (const Json& result : at->second) manifest += line(result);
    if (const auto at = failures_.find(task.id); at != failures_.end()) errors += line(at->second);
  }
  hearth::write_file_atomically(path_of("manifest.jsonl"), manifest);
  std::error_code error;
  if (errors.empty()) {
    fs::remove(path_of("errors.jsonl"), error);
  } else {
    hearth::write_file_atomically(path_of("errors.jsonl"), errors);
  }
  fs::remove(path_of(kJournal), error);
}
