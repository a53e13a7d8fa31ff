// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "hearth/optim/optimizer.h"

namespace hearth::optim {

/// Base of schedulers, which set the learning rate of an optimizer's groups at every step(). The
/// optimizer must outlive them. For schedulers of one's own derive from this, and implement
/// get_lrs(); it is asked before a step is counted, as LibTorch's is.
class HEARTH_API LRScheduler {
 public:
  explicit LRScheduler(Optimizer& optimizer);
  LRScheduler(const LRScheduler&) = delete;
  LRScheduler& operator=(const LRScheduler&) = delete;
  virtual ~LRScheduler();
  /// Once per epoch or batch, after the optimizer's step.
  virtual void step();
  /// Sets the rates of step `count`, where there is a formula for that, and goes on from there.
  virtual void step_to(int64_t count);
  /// The rates the last step set, one per group.
  std::vector<double> get_last_lr() const { return last_lrs_; }
  virtual void save(serialize::OutputArchive& archive) const;
  /// Restores the position, and the optimizer's rates as they were when it was saved: making a
  /// scheduler has changed those of an optimizer that was loaded before.
  virtual void load(serialize::InputArchive& archive);

 protected:
  /// The rates of the step after step_count_ steps: the first one asks with 0.
  virtual std::vector<double> get_lrs() = 0;
  /// The same without the rates before; by default get_lrs().
  virtual std::vector<double> get_closed_form_lrs();
  std::vector<double> get_current_lrs() const;
  void set_lrs(const std::vector<double>& lrs);
  /// Back to before the first rates, which the next step() sets then.
  virtual void rewind() { step_count_ = 0; }
  /// base_lrs_, each times `factor`.
  std::vector<double> scaled_base(double factor) const;
  /// The current rates, each times `factor`.
  std::vector<double> scaled_current(double factor) const;

  Optimizer& optimizer_;
  int64_t step_count_ = 0;
  std::vector<double> base_lrs_, last_lrs_;

 private:
  friend class ComposedScheduler;
};

/// Base of the library's own schedulers. They compute as Python's do, from the rate before, so
/// several on one optimizer combine: get_lrs() answers for a step that is counted already.
class HEARTH_API FormulaScheduler : public LRScheduler {
 public:
  using LRScheduler::LRScheduler;
  void step() override;
  void step_to(int64_t count) override;

 protected:
  /// Sets the rates of step 0; for the constructors of schedulers that change those.
  void initial_step();
  /// Step 0 is set again: by the constructor the first time.
  void rewind() override { step_count_ = -1; }
};

}  // namespace hearth::optim
