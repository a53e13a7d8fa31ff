// SPDX-License-Identifier: Apache-2.0
// What trainers do, whatever their batches are.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "hearth/base/callable.h"
#include "hearth/base/error.h"
#include "hearth/io/checkpoint.h"
#include "hearth/nn/pimpl.h"
#include "hearth/optim/optimizer.h"
#include "hearth/train/callback.h"
#include "hearth/train/logger.h"
#include "hearth/train/options.h"
#include "hearth/train/step_result.h"

namespace hearth::optim {
class LRScheduler;
class ReduceLROnPlateauScheduler;
}  // namespace hearth::optim

namespace hearth::train {

/// A loss was NaN or infinite. Nothing was changed by it.
class HEARTH_API NonFiniteLoss : public Error {
 public:
  /// `where` is a sentence: "the loss is nan at step 3 (epoch 0, batch 3)".
  NonFiniteLoss(const std::string& where, const std::string& advice)
      : Error("[Trainer] " + where + advice), where_(where) {}
  const std::string& where() const { return where_; }

 private:
  std::string where_;
};

/// When a scheduler steps.
enum class Interval { Step, Epoch };

/// Why a training ended.
enum class End { Epochs, Steps, Time, Stopped, Signal };

/// What came out of fit().
struct FitResult {
  End end = End::Epochs;
  int signal = 0;          ///< which one, for End::Signal
  std::string reason;      ///< a sentence for people
  std::string checkpoint;  ///< the last one written; empty if none
  int64_t epochs = 0;      ///< whole ones, over all runs
  int64_t steps = 0;       ///< of the optimizer, over all runs
  double seconds = 0;      ///< over all runs
  Metrics metrics;         ///< the last values of all that was logged
};

/// Batches of a training or a validation, epoch by epoch.
class HEARTH_API Batches {
 public:
  virtual ~Batches();
  /// Begins an epoch, or goes on with one that was loaded.
  virtual void begin() = 0;
  /// The next batch, which stays until the next call; null at the end.
  virtual void* next() = 0;
  /// Leaves the epoch.
  virtual void end() = 0;
  /// Batches of an epoch, if that is known.
  virtual std::optional<int64_t> size() const = 0;
  virtual void save(serialize::OutputArchive& archive) const = 0;
  virtual void load(serialize::InputArchive& archive) = 0;
};

/// The loop. Trainer<Batch> gives it types; see there. Everything given must outlive it.
class HEARTH_API Engine {
 public:
  explicit Engine(TrainerOptions options);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// A model: put into training and evaluation mode, and saved. Several need different names.
  void add_model(nn::Module& model, const std::string& name = "model");
  template <typename M>
  void add_model(const nn::ModuleHolder<M>& model, const std::string& name = "model") {
    add_model(*model.ptr(), name);
  }
  void add_optimizer(optim::Optimizer& optimizer);
  /// Stepped every `frequency` steps of the optimizer, or epochs.
  void add_scheduler(optim::LRScheduler& scheduler, Interval interval = Interval::Step,
                     int64_t frequency = 1);
  /// Stepped with this value after each validation.
  void add_scheduler(optim::ReduceLROnPlateauScheduler& scheduler,
                     const std::string& monitor = "val_loss");
  void add_callback(std::shared_ptr<Callback> callback);
  template <typename C, typename... A>
  std::shared_ptr<C> add_callback(A&&... arguments) {
    auto callback = std::make_shared<C>(std::forward<A>(arguments)...);
    add_callback(std::shared_ptr<Callback>(callback));
    return callback;
  }
  void add_logger(std::shared_ptr<Logger> logger);
  /// How many batches an epoch has, for the progress where the loader does not know; from the
  /// second epoch on, it is known.
  void expect_batches(int64_t count);
  /// What describes this run, for loggers.
  void log_hyperparams(Settings settings);
  /// Anything else that checkpoints keep: whatever has save(OutputArchive&) and
  /// load(InputArchive&).
  template <typename T>
  void add_state(const std::string& name, T& state) {
    states().add(name, state);
  }

  // ---- for callbacks and steps
  const TrainerOptions& options() const;
  /// Steps of the optimizer so far, over all runs.
  int64_t global_step() const;
  /// From 0.
  int64_t current_epoch() const;
  /// The batch of the epoch, from 0.
  int64_t batch_idx() const;
  /// Seconds of training so far, over all runs.
  double elapsed() const;
  bool sanity_checking() const;
  /// The last value of everything logged: train_loss, val_loss, val_NAME ...
  const Metrics& callback_metrics() const;
  /// The value of that name. Throws ValueError, naming what there is, if there is none.
  double metric(const std::string& name) const;
  /// A value of this epoch, or this validation, for loggers and callbacks.
  void log(const std::string& name, double value);
  /// Ends the training after this step, once min_epochs and min_steps are done.
  void stop(std::string reason);
  /// Those of all optimizers.
  std::vector<Tensor> parameters() const;
  double learning_rate() const;
  /// Everything needed to go on from here in another process, whole or not at all.
  void save_checkpoint(const std::string& path);
  /// Prints a line for people, above the progress.
  void print(const std::string& line) const;

 protected:
  using Step = Callable<StepResult(void* batch)>;
  /// Trains, from a checkpoint if a path is given.
  FitResult fit(Batches& train, const Step& step, Batches* validation, const Step& validation_step,
                const std::string& checkpoint);
  /// One pass over batches, in evaluation mode and without gradients; the means, named "val_...".
  Metrics validate(Batches& batches, const Step& step);

 private:
  friend struct Run;
  Checkpoint& states();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hearth::train
