// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "hearth/vision/classification/trainer.h"

/// How the training goes, on stderr: one line that is redrawn on a terminal, else a line now and
/// then.
class Progress {
 public:
  Progress(int64_t total_steps, int64_t steps_per_epoch);

  /// `seconds` is the training time so far of this process, `images` what it trained on in it.
  void update(const hearth::vision::ClassifierTrainer& trainer, double seconds, int64_t images);
  /// Ends the line of an epoch with what the test images say.
  void end_epoch(const hearth::vision::ClassifierTrainer& trainer,
                 const hearth::vision::Evaluation& test);

 private:
  bool terminal_;
  int64_t total_, per_epoch_, first_ = -1;
  double last_ = -1;
};
