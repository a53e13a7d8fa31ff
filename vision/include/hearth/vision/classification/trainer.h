// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "hearth/base/arg.h"
#include "hearth/train/engine.h"
#include "hearth/vision/classification/classifier.h"

namespace hearth::vision {

/// How a classifier is trained: AdamW under a one-cycle schedule.
struct HEARTH_API TrainerOptions {
  HEARTH_ARG(int64_t, epochs) = 10;
  HEARTH_ARG(int64_t, batch_size) = 128;
  /// The highest learning rate of the cycle.
  HEARTH_ARG(double, lr) = 3e-3;
  HEARTH_ARG(double, weight_decay) = 1e-2;
  HEARTH_ARG(double, label_smoothing) = 0;
  /// What the run was seeded with (by manual_seed, before the classifier was made); kept in
  /// checkpoints.
  HEARTH_ARG(uint64_t, seed) = 0;
  /// Threads that prepare batches next to the training; 0: none. Results do not depend on it.
  HEARTH_ARG(int64_t, workers) = 0;
  HEARTH_ARG(Augmentation, augmentation);
  /// The loop's own options: folder, limits, logging ... Its max_epochs is `epochs`.
  HEARTH_ARG(train::TrainerOptions, loop);
};

/// Trains a classifier on images in memory:
///
///     ClassifierTrainer trainer(classifier, pixels, targets, TrainerOptions().epochs(5));
///     trainer.validate_on(test_pixels, test_targets);
///     trainer.fit();
///
/// What is logged is train_loss, train_accuracy, val_loss and val_accuracy. A training that goes on
/// from a checkpoint (see train::Trainer) does exactly what it would have done without the break.
/// If it goes on with more epochs, its schedule is from there on that of the longer training.
class HEARTH_API ClassifierTrainer {
 public:
  /// pixels: uint8 [N, C, H, W]; targets: int64 [N]. The classifier must outlive this.
  ClassifierTrainer(Classifier& classifier, Tensor pixels, Tensor targets, TrainerOptions options);
  ~ClassifierTrainer();
  ClassifierTrainer(const ClassifierTrainer&) = delete;
  ClassifierTrainer& operator=(const ClassifierTrainer&) = delete;

  /// After every epoch, on images that it does not learn from.
  void validate_on(Tensor pixels, Tensor targets);
  /// The loop: for callbacks, loggers, and where it stands.
  train::Engine& engine();
  int64_t steps_per_epoch() const;
  int64_t total_steps() const;

  /// Trains, from a checkpoint if one is given. Throws FormatError for one of another training.
  train::FitResult fit(const std::string& checkpoint = {});

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hearth::vision
