// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "hearth/base/arg.h"
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
};

/// What one step did.
struct StepReport {
  int64_t images = 0;
  int64_t right = 0;
  /// The mean over the step's images.
  double loss = 0;
  double lr = 0;
};

/// Sums over an epoch.
struct EpochSums {
  int64_t images = 0;
  int64_t right = 0;
  double loss = 0;
  double mean_loss() const { return images > 0 ? loss / static_cast<double>(images) : 0; }
  double accuracy() const {
    return images > 0 ? static_cast<double>(right) / static_cast<double>(images) : 0;
  }
};

/// Trains a classifier step by step:
///
///     while (!trainer.done()) trainer.step();
///
/// Its state can be saved after any step. Training that goes on from there does exactly what it
/// would have done without the break.
class HEARTH_API ClassifierTrainer {
 public:
  /// pixels: uint8 [N, C, H, W]; targets: int64 [N]. The classifier must outlive this.
  ClassifierTrainer(Classifier& classifier, Tensor pixels, Tensor targets, TrainerOptions options);
  ~ClassifierTrainer();
  ClassifierTrainer(const ClassifierTrainer&) = delete;
  ClassifierTrainer& operator=(const ClassifierTrainer&) = delete;

  StepReport step();
  bool done() const { return steps_done() == total_steps(); }
  int64_t steps_done() const;
  int64_t steps_per_epoch() const;
  int64_t total_steps() const;
  /// Of the epoch that the last step belongs to.
  const EpochSums& epoch_sums() const;

  /// Model, optimizer, schedule, random state and position, whole or not at all.
  void save(const std::string& path) const;
  /// Goes on from a file that save wrote with the same options, data and kind of model; throws
  /// FormatError for any other.
  void load(const std::string& path);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hearth::vision
