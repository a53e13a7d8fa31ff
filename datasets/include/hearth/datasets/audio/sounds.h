// SPDX-License-Identifier: Apache-2.0
// Sounds of classes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hearth/datasets/audio/audio_dataset.h"

namespace hearth::datasets {

/// A sound of a class.
struct SoundSample {
  Tensor waveform;  ///< [channels, frames]
  int64_t sample_rate = 0;
  int64_t target = 0;  ///< the class by its number
  std::string label;   ///< by its name
  int64_t fold = 0;    ///< from 1; 0: none
  std::string path;
};

/// Data sets of such.
class HEARTH_API SoundDataset : public AudioDataset<SoundSample> {
 public:
  SoundDataset(std::vector<SoundSample> samples, std::vector<std::string> classes);
  /// Their names by number.
  const std::vector<std::string>& classes() const { return classes_; }

 private:
  std::vector<std::string> classes_;
};

/// Environmental sounds (K. J. Piczak, 2015): 2,000 clips of 5 seconds, 44.1 kHz, in 50 classes and
/// 5 folds. `folds` are those to take, none: all. `root` holds ESC-50-master; empty: the cache.
class HEARTH_API ESC50 : public SoundDataset {
 public:
  explicit ESC50(const std::string& root = "", const std::vector<int64_t>& folds = {},
                 bool download = false);
};

/// Sounds of cities (J. Salamon et al., 2014): 8,732 clips of up to 4 seconds, of any rate, in 10
/// classes and 10 folds. Not for commercial use. `root` holds UrbanSound8K; empty: the cache.
class HEARTH_API UrbanSound8K : public SoundDataset {
 public:
  explicit UrbanSound8K(const std::string& root = "", const std::vector<int64_t>& folds = {},
                        bool download = false);
};

/// Sound files of a folder whose subfolders are the classes, in the order of their names; all below
/// each counts. The files are read when they are asked for.
class HEARTH_API AudioFolder : public SoundDataset {
 public:
  /// Throws FileError, FormatError for no classes or no files.
  explicit AudioFolder(const std::string& root);
};

}  // namespace hearth::datasets
