// SPDX-License-Identifier: Apache-2.0
// What there is to extract features from.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "hearth/audio/io/source.h"

struct TarArchive;

/// A recording, or a part of one.
struct Task {
  std::string id;  ///< what its result is called; may have folders
  std::string path;
  double start = 0, end = -1;           ///< seconds; -1: to the end
  int64_t channel = -1;                 ///< -1: as the command says
  std::shared_ptr<TarArchive> archive;  ///< it is a member of
  uint64_t member = 0;                  ///< where its header lies in it
  bool command = false;                 ///< path is one, whose output is the sound file
};

/// A task's sound file, opened. Bytes that came from elsewhere stay with it.
class TaskSource {
 public:
  explicit TaskSource(const Task& task);
  const hearth::audio::Source& source() const { return source_; }
  /// Whether it can be read a second time.
  bool again() const { return again_; }

 private:
  std::string bytes_;
  bool again_ = true;
  hearth::audio::Source source_;
};

struct TaskOptions {
  bool allow_pipes = false;
  /// Of files without a header, what they are; then every file in a folder is one.
  std::string raw;
};

/// Sound files, folders, patterns, @lists and "-"; wav.scp and Kaldi's data directories; tables and
/// JSON lines; tar archives. In the order given. Throws FileError, FormatError, and ValueError for
/// two tasks of one id.
std::vector<Task> find_tasks(const std::vector<std::string>& inputs, const TaskOptions& options);
