// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "audio/extract/task.h"

/// What has been extracted and what could not be, below a folder: manifest.jsonl, a line for each
/// result in the order of the tasks, and errors.jsonl, which is there only if something failed.
/// Both appear when a run ends. Until then results may be noted in a journal, so that a run that
/// was killed can go on.
class Ledger {
 public:
  using Json = nlohmann::ordered_json;

  /// An empty folder: nothing is noted. `config` names what the results depend on. With `resume`,
  /// what an earlier run noted of that configuration counts; throws ValueError if there are results
  /// of another.
  Ledger(std::string folder, std::string config, bool resume, bool journal);
  ~Ledger();

  /// The results of an earlier run for this task, if its sound file is still the same and they are
  /// still there; else nothing.
  const std::vector<Json>* known(const Task& task) const;
  /// As if there had been no earlier run.
  void forget() { results_.clear(); }
  void add(const Task& task, std::vector<Json> results);
  void fail(const Task& task, const std::string& kind, const std::string& message);
  /// Writes both files.
  void finish(const std::vector<Task>& tasks);

 private:
  std::string path_of(const char* name) const { return folder_ + "/" + name; }
  void read(const std::string& path);

  const std::string folder_, config_;
  std::mutex mutex_;
  std::map<std::string, std::vector<Json>> results_;
  std::map<std::string, Json> failures_;
  int journal_ = -1;
};
