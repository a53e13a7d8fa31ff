// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

#include "hearth/base/macros.h"

namespace hearth {
class Tensor;
namespace serialize {
class InputArchive;
class OutputArchive;
}  // namespace serialize
}  // namespace hearth

namespace hearth::train {

class Engine;
struct StepResult;

/// Names of values, and what they are.
using Metrics = std::map<std::string, double, std::less<>>;

/// When a checkpoint may be saved.
enum class Moment {
  Step,       ///< after a step of the optimizer
  Validated,  ///< after one that was followed by a validation
  Epoch,      ///< after an epoch, and the validation that it may end with
  Interrupt,  ///< a signal ends the training
  End,        ///< it ends for another reason
};

/// Something that happens at the joints of a training. Derive and override; the names, and the
/// order in which they are called, are Lightning's.
class HEARTH_API Callback {
 public:
  virtual ~Callback();
  /// The name of its part in checkpoints; two of a kind need different ones.
  virtual std::string state_key() const = 0;

  virtual void on_fit_start(Engine&) {}
  virtual void on_fit_end(Engine&) {}
  virtual void on_sanity_check_start(Engine&) {}
  virtual void on_sanity_check_end(Engine&) {}
  virtual void on_train_start(Engine&) {}
  virtual void on_train_end(Engine&) {}
  virtual void on_train_epoch_start(Engine&) {}
  /// After the epoch's validation; what it logs belongs to the epoch.
  virtual void on_train_epoch_end(Engine&) {}
  virtual void on_train_batch_start(Engine&) {}
  virtual void on_train_batch_end(Engine&, const StepResult&) {}
  virtual void on_before_zero_grad(Engine&) {}
  virtual void on_before_backward(Engine&, const Tensor& /*loss*/) {}
  virtual void on_after_backward(Engine&) {}
  /// Gradients are as the optimizer will see them, but for clipping.
  virtual void on_before_optimizer_step(Engine&) {}
  /// Only after steps that were taken: not those a GradScaler leaves out.
  virtual void on_after_optimizer_step(Engine&) {}
  virtual void on_validation_start(Engine&) {}
  virtual void on_validation_batch_end(Engine&, const StepResult&) {}
  /// Its values are in callback_metrics().
  virtual void on_validation_end(Engine&) {}
  /// A signal breaks it off; it comes again, whole, when the training goes on.
  virtual void on_validation_interrupted(Engine&) {}
  virtual void on_loss_spike(Engine&, double /*loss*/, double /*mean*/) {}
  /// Everything at this place is done and logged: where to save.
  virtual void on_checkpoint(Engine&, Moment) {}
  virtual void on_save_checkpoint(Engine&, const std::string& /*path*/) {}
  /// The training ends by an exception, which is thrown on.
  virtual void on_exception(Engine&) {}

  /// What it needs to go on in another process.
  virtual void save(serialize::OutputArchive&) const {}
  virtual void load(serialize::InputArchive&) {}
};

}  // namespace hearth::train
