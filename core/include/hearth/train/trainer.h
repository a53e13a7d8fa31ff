// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include "hearth/train/engine.h"
#include "hearth/train/loader_batches.h"

namespace hearth::train {

/// The loop that people write by hand, for any model, loss and loader:
///
///     train::Trainer<data::Example<>> trainer(
///         train::TrainerOptions().max_epochs(10).default_root_dir("runs/mine"));
///     trainer.add_model(net);
///     trainer.add_optimizer(optimizer);
///     trainer.add_callback<train::EarlyStopping>("val_loss");
///     trainer.training_step([&](data::Example<>& batch) {
///       return train::StepResult(F::cross_entropy(net->forward(batch.data), batch.target))
///           .weigh(batch.target.size(0));
///     });
///     trainer.validation_step(...);  // the same kind of function
///     trainer.fit(*loader, *validation_loader);
///
/// The step gives the loss; backward, clipping, the optimizer, schedulers, logging, validation and
/// checkpoints are the trainer's. Means over an epoch are logged as train_loss and train_NAME,
/// those of a validation as val_loss and val_NAME. A training that goes on from a checkpoint does
/// what it would have done without the break, bit for bit, with any number of workers of the
/// loader.
template <typename Batch>
class Trainer : public Engine {
 public:
  explicit Trainer(TrainerOptions options = {}) : Engine(std::move(options)) {}

  void training_step(Callable<StepResult(Batch&)> step) { training_step_ = erased(step); }
  void validation_step(Callable<StepResult(Batch&)> step) { validation_step_ = erased(step); }

  /// Trains on a loader (what make_data_loader gives, or any range of batches, such as a vector).
  /// `checkpoint` is a file to go on from. Throws what steps and loaders throw, NonFiniteLoss,
  /// ValueError for options that contradict each other, FormatError for a checkpoint of another
  /// training.
  template <typename Loader>
  FitResult fit(Loader& loader, const std::string& checkpoint = {}) {
    LoaderBatches<Loader, Batch> train(loader);
    return Engine::fit(train, training_step_, nullptr, validation_step_, checkpoint);
  }
  template <typename Loader, typename Validation>
  requires(!std::is_convertible_v<Validation&, std::string>) FitResult
      fit(Loader& loader, Validation& validation, const std::string& checkpoint = {}) {
    LoaderBatches<Loader, Batch> train(loader);
    LoaderBatches<Validation, Batch> val(validation);
    return Engine::fit(train, training_step_, &val, validation_step_, checkpoint);
  }
  template <typename Loader>
  Metrics validate(Loader& loader) {
    LoaderBatches<Loader, Batch> val(loader);
    return Engine::validate(val, validation_step_);
  }

 private:
  static Step erased(const Callable<StepResult(Batch&)>& step) {
    if (!step) return nullptr;
    return [step](void* batch) { return step(*static_cast<Batch*>(batch)); };
  }
  Step training_step_, validation_step_;
};

}  // namespace hearth::train
