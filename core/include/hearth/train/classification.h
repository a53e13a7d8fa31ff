// SPDX-License-Identifier: Apache-2.0
// What classifiers of images, sounds and others share: how they are trained, and how good they are.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "hearth/base/arg.h"
#include "hearth/base/callable.h"
#include "hearth/data/example.h"
#include "hearth/train/engine.h"

namespace hearth::nn {
class Module;
}  // namespace hearth::nn

namespace hearth::train {

/// How a classifier is trained: AdamW under a one-cycle schedule.
struct HEARTH_API ClassificationOptions {
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
  /// The loop's own options: folder, limits, logging ... Its max_epochs is `epochs`.
  HEARTH_ARG(TrainerOptions, loop);
};

/// Examples as batches: the inputs and int64 targets of those with these indices. An example may
/// have several targets, such as those of its tokens.
struct Examples {
  size_t size = 0;
  Callable<data::Example<>(ArrayRef<size_t> indices)> batch;
  /// How long each is, if that matters: batches of a training are then of about the same length.
  std::vector<int64_t> lengths = {};
};

/// Trains a network to tell classes apart, by cross entropy. What is logged is train_loss,
/// train_accuracy, val_loss and val_accuracy. A training that goes on from a checkpoint (see
/// Trainer) does exactly what it would have done without the break. If it goes on with more epochs,
/// its schedule is from there on that of the longer training.
class HEARTH_API ClassificationTrainer {
 public:
  /// `forward` brings a batch's inputs to where `model`, which must outlive this, computes, and
  /// gives scores, one row of classes for each target; targets of -100 do not count. `what`
  /// describes the training ("resnet18 on 500 images, flipped"): a checkpoint of another is
  /// refused.
  ClassificationTrainer(nn::Module& model, Callable<Tensor(const Tensor&)> forward,
                        Examples examples, const std::string& what, ClassificationOptions options);
  ~ClassificationTrainer();
  ClassificationTrainer(const ClassificationTrainer&) = delete;
  ClassificationTrainer& operator=(const ClassificationTrainer&) = delete;

  /// After every epoch, on examples that it does not learn from.
  void validate_on(Examples examples, size_t batch_size = 500);
  /// The loop: for callbacks, loggers, and where it stands.
  Engine& engine();
  int64_t steps_per_epoch() const;
  int64_t total_steps() const;

  /// Trains, from a checkpoint if one is given. Throws FormatError for one of another training.
  FitResult fit(const std::string& checkpoint = {});

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// What probabilities say against the truth.
struct Evaluation {
  double accuracy = 0;
  double loss = 0;
  /// int64 [K, K]: examples of class t taken for class p.
  Tensor confusion;
};

/// Of probabilities, float [N, K], and targets, int64 [N].
HEARTH_API Evaluation evaluate(const Tensor& probabilities, const Tensor& targets);

/// The indices of up to n wrong examples, the surest mistakes first.
HEARTH_API std::vector<int64_t> worst_mistakes(const Tensor& probabilities, const Tensor& targets,
                                               int64_t n);

}  // namespace hearth::train
