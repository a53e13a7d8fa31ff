// SPDX-License-Identifier: Apache-2.0
// What an engine has, and where its training stands.
#pragma once

#include <chrono>
#include <vector>

#include "hearth/optim/grad_scaler.h"
#include "hearth/optim/lr_scheduler.h"
#include "hearth/train/engine.h"

#include "train/means.h"

namespace hearth::train {

using Clock = std::chrono::steady_clock;

struct Model {
  std::string name;
  nn::Module* module;
};
struct Scheduler {
  optim::LRScheduler* scheduler;
  Interval interval;
  int64_t frequency;
};
struct Plateau {
  optim::ReduceLROnPlateauScheduler* scheduler;
  std::string monitor;
};

/// The part of an engine's state that checkpoints keep.
struct Place {
  int64_t step = 0;
  int64_t batch = 0;  ///< of the epoch: how many are done
  int64_t epochs_done = 0;
  bool in_epoch = false;
  bool owes_epoch_end = false;        ///< an epoch is done, but not what follows it
  bool owes_validation = false;       ///< one was broken off, or is on
  double seconds = 0;                 ///< of training before `start`
  std::vector<double> recent_losses;  ///< the last ten, in a ring
  int64_t losses = 0;
  double first_loss = 0;
  Means means;  ///< of the epoch
  Metrics metrics;
  std::optional<Clock::time_point> start;  ///< while it trains

  /// Seconds of training, in all runs.
  double elapsed() const {
    return seconds + (start ? std::chrono::duration<double>(Clock::now() - *start).count() : 0);
  }
  void save(serialize::OutputArchive& archive) const;
  void load(serialize::InputArchive& archive);
};

struct Engine::Impl {
  explicit Impl(TrainerOptions o) : options(std::move(o)) {}

  TrainerOptions options;
  std::vector<Model> models;
  std::vector<optim::Optimizer*> optimizers;
  std::vector<Scheduler> schedulers;
  std::vector<Plateau> plateaus;
  std::vector<std::shared_ptr<Callback>> callbacks;
  std::vector<std::shared_ptr<Logger>> loggers;
  Checkpoint states;
  Settings settings;
  std::optional<int64_t> expected_batches;  ///< of an epoch
  GradScaler scaler{GradScalerOptions().enabled(false)};

  Place place;
  bool sanity_checking = false;
  bool logs_epoch = false;             ///< what log() gets belongs to a whole epoch
  Metrics logged;                      ///< since the last line for loggers
  std::optional<std::string> stopped;  ///< why, once somebody has asked for it
  Checkpoint* checkpoint = nullptr;    ///< of the run that is on
  std::string last_checkpoint;
  int64_t in_group = 0;  ///< batches whose gradients wait for a step
};

}  // namespace hearth::train
