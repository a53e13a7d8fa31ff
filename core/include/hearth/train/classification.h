// SPDX-License-Identifier: Apache-2.0
// What classifiers of images, sounds and others share: how they are trained, and how good they are.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hearth/base/arg.h"
#include "hearth/base/callable.h"
#include "hearth/data/example.h"
#include "hearth/train/engine.h"
#include "hearth/train/scores.h"

namespace hearth::nn {
class Module;
}  // namespace hearth::nn

namespace hearth::train {

/// Parameters that learn in a way of their own.
struct ParameterGroup {
  std::vector<Tensor> parameters;
  /// Their learning rate is that of the training times this.
  double lr_factor = 1;
  /// By default that of the training.
  std::optional<double> weight_decay = std::nullopt;
};

enum class OptimizerKind {
  AdamW,
  SGD,  ///< with momentum, Nesterov's
};

/// What a network learns its targets by.
enum class Criterion {
  CrossEntropy,        ///< one class of each example is right
  BinaryCrossEntropy,  ///< any number of classes are: targets are float [N, classes], 0 or 1 each
  MeanSquaredError,    ///< numbers are to be met: targets are float, of the scores' shape
};

/// How the learning rate goes, step by step.
enum class Schedule {
  OneCycle,  ///< up in the first three tenths and down to nothing (optim::OneCycleLR)
  Cosine,    ///< a linear warm-up, then down to 0 along half a cosine
};

/// Which examples an epoch has; always as many as there are.
enum class Sampling {
  Shuffled,  ///< each once
  Balanced,  ///< drawn with replacement, every class as often as the others
  Repeated,  ///< `repeats` times in a row, a part of them in each epoch, each changed on its own
};

/// How a classifier is trained: by default AdamW under a one-cycle schedule.
struct HEARTH_API ClassificationOptions {
  HEARTH_ARG(int64_t, epochs) = 10;
  HEARTH_ARG(int64_t, batch_size) = 128;
  /// The highest learning rate of the schedule.
  HEARTH_ARG(double, lr) = 3e-3;
  HEARTH_ARG(double, weight_decay) = 1e-2;
  HEARTH_ARG(Criterion, criterion) = Criterion::CrossEntropy;
  /// Of cross entropy.
  HEARTH_ARG(double, label_smoothing) = 0;
  HEARTH_ARG(OptimizerKind, optimizer) = OptimizerKind::AdamW;
  /// Of SGD, where the schedule doesn't drive it, as one cycle does.
  HEARTH_ARG(double, momentum) = 0.9;
  HEARTH_ARG(Schedule, schedule) = Schedule::OneCycle;
  /// Epochs in which Schedule::Cosine rises, from a hundredth of the rate.
  HEARTH_ARG(double, warmup_epochs) = 0;
  /// Which parameters learn, and how; empty: all of the model's, alike.
  HEARTH_ARG(std::vector<ParameterGroup>, groups);
  HEARTH_ARG(Sampling, sampling) = Sampling::Shuffled;
  HEARTH_ARG(int64_t, repeats) = 3;
  /// Above 0: an exponential moving average of the weights, with this decay a step, is what is
  /// validated and what the model has in the end. It begins after the warm-up.
  HEARTH_ARG(double, ema_decay) = 0;
  HEARTH_ARG(int64_t, ema_every_n_steps) = 1;
  /// What the run was seeded with (by manual_seed, before the classifier was made); kept in
  /// checkpoints.
  HEARTH_ARG(uint64_t, seed) = 0;
  /// Threads that prepare batches next to the training; 0: none. Results do not depend on it.
  HEARTH_ARG(int64_t, workers) = 0;
  /// The loop's own options: folder, limits, logging ... Its max_epochs is `epochs`.
  HEARTH_ARG(TrainerOptions, loop);
};

/// Examples as batches: the inputs and targets of those with these indices. Targets are int64
/// classes, of which an example may have several, such as those of its tokens; or float, of
/// examples that were mixed probabilities [N, classes], else what the criterion wants.
struct Examples {
  size_t size = 0;
  Callable<data::Example<>(ArrayRef<size_t> indices)> batch;
  /// How long each is, if that matters: batches of a training are then of about the same length.
  std::vector<int64_t> lengths = {};
  /// The class of each, for Sampling::Balanced.
  std::vector<int64_t> classes = {};
};

/// Trains a network to tell classes apart, by cross entropy, or by another criterion. What is
/// logged is train_loss, train_accuracy, val_loss and val_accuracy. The accuracy is the share of
/// targets that are met: of any number of classes, that of all their zeros and ones, with
/// probabilities from 1/2 counted as 1; there is none of numbers. A training that goes on from a
/// checkpoint (see Trainer) does exactly what it would have done without the break. If it goes on
/// with more epochs, its schedule is from there on that of the longer training.
class HEARTH_API ClassificationTrainer {
 public:
  /// Batches are brought to where `model` is now, which must outlive this. `forward` makes of a
  /// batch's inputs what it computes on, and gives scores, one row of classes for each target;
  /// targets of -100 do not count, and auxiliary scores only count while it learns. `what`
  /// describes the training ("resnet18 on 500 images, flipped"): a checkpoint of another is
  /// refused.
  ClassificationTrainer(nn::Module& model, Callable<Scores(const Tensor&)> forward,
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

  /// Throws unless fit can go on from a checkpoint: FormatError for one of another training,
  /// ValueError for one with more steps than this has.
  void check_checkpoint(const std::string& checkpoint) const;
  /// Trains, from a checkpoint if one is given, which is checked first.
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
