// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "hearth/base/macros.h"

namespace hearth::train {

/// The folder of a training, in the hands of one process at a time: its checkpoints, logs, settings
/// and model.
class HEARTH_API RunFolder {
 public:
  enum class Open {
    New,        ///< there must be no training in it
    Overwrite,  ///< what a training left in it goes
    Resume,     ///< there must be a checkpoint to go on from
  };
  /// Makes the folder and locks it until the end. Throws FileError, which says what to do, when
  /// another process has it, or when what it holds does not fit `open`; then nothing was changed.
  RunFolder(std::string path, Open open);
  ~RunFolder();
  RunFolder(const RunFolder&) = delete;
  RunFolder& operator=(const RunFolder&) = delete;

  const std::string& path() const { return path_; }
  std::string file(const std::string& name) const { return path_ + "/" + name; }
  /// Where a training whose default_root_dir this is leaves its last checkpoint.
  std::string checkpoint() const { return file("checkpoints/last.safetensors"); }

 private:
  std::string path_;
  int lock_ = -1;
};

}  // namespace hearth::train
