// SPDX-License-Identifier: Apache-2.0
// What there is to extract features from.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "hearth/audio/io/source.h"

#include "audio/sounds.h"
#include "common/options.h"

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

/// What a command works on, as options: sound files, folders, patterns, @lists and "-"; wav.scp and
/// Kaldi's data directories; tables and JSON lines; tar archives. Of --raw samples, every file in a
/// folder that may hold such is one.
class TaskInputs {
 public:
  /// The inputs themselves.
  Option declare(OptionList& options);
  /// How they are read.
  void declare_reading(OptionList& options);

  bool empty() const { return inputs_.empty(); }
  const Reading& reading() const { return reading_; }
  /// In the order given. Throws FileError, FormatError, and ValueError for two tasks of one id.
  std::vector<Task> find() const;

 private:
  std::vector<std::string> inputs_;
  bool allow_pipes_ = false;
  Reading reading_;
};
