// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "hearth/base/arg.h"
#include "hearth/datasets/mode.h"
#include "hearth/tensor/tensor.h"

namespace hearth::datasets {

/// Sounds of one length with a class each, all in memory: 32 KB a second at 16 kHz, 115 MB an hour.
struct LabeledClips {
  /// int16 [N, samples].
  Tensor clips;
  /// int64 [N].
  Tensor targets;
  /// The names of the classes, by index.
  std::vector<std::string> classes;
};

struct LabeledClipsOptions {
  /// Which part.
  HEARTH_ARG(Mode, mode) = Mode::kTrain;
  /// What sounds are brought to, in Hz.
  HEARTH_ARG(int64_t, sample_rate) = 16000;
  /// How long a clip is: a shorter sound is put in its middle, of a longer one the stretch with the
  /// most energy is taken (audio::clip).
  HEARTH_ARG(int64_t, samples) = 16000;
  /// How much of each class is kept for testing, where nothing says what is for that.
  HEARTH_ARG(double, test_share) = 0.2;
  /// Names that choice.
  HEARTH_ARG(uint64_t, seed) = 0;
  /// All of it, whatever the mode, where nothing says what is for testing.
  HEARTH_ARG(bool, whole) = false;
  /// Leave out sounds that cannot be read, and say how many; otherwise the first is an error.
  HEARTH_ARG(bool, skip_broken) = false;
};

/// The sounds of
///
///  - a folder whose subfolders are the classes, in the order of their names: words/yes/1.wav,
///    words/no/a/2.flac; or words/train/yes ..., words/val/yes ... (or test/, valid/), which say
///    themselves what is for training and what for testing;
///  - a list that audio::read_manifest reads (a table, JSON lines, a Kaldi directory ...), whose
///    labels are the classes, in the order of their names.
///
/// Sounds are decoded by audio::load; channels are mixed. Without parts, a share of each class is
/// for testing, the same whenever it is opened. Throws FileError and FormatError, which name the
/// folder or file.
HEARTH_API LabeledClips labeled_clips(const std::string& path,
                                      const LabeledClipsOptions& options = {});

}  // namespace hearth::datasets
