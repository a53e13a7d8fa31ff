// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "hearth/optim/optimizer.h"

namespace hearth::optim {

/// Base of schedulers, which set the learning rate of an optimizer's groups at every step(). The
/// optimizer must outlive them. They compute as Python's do, from the rate before, so several on
/// one optimizer combine. Derive, and implement get_lrs().
class HEARTH_API LRScheduler {
 public:
  explicit LRScheduler(Optimizer& optimizer);
  LRScheduler(const LRScheduler&) = delete;
  LRScheduler& operator=(const LRScheduler&) = delete;
  virtual ~LRScheduler();
  /// Once per epoch or batch, after the optimizer's step.
  virtual void step();
  /// Jumps to the state after `count` steps, where there is a formula for that.
  void step_to(int64_t count);
  /// The rates the last step set, one per group.
  std::vector<double> get_last_lr() const { return last_lrs_; }
  virtual void save(serialize::OutputArchive& archive) const;
  /// Restores the position, and the optimizer's rates as they were when it was saved: making a
  /// scheduler has changed those of an optimizer that was loaded before.
  virtual void load(serialize::InputArchive& archive);

 protected:
  /// The rates after step_count_ steps.
  virtual std::vector<double> get_lrs() = 0;
  /// The same without the rates before; by default get_lrs().
  virtual std::vector<double> get_closed_form_lrs();
  std::vector<double> get_current_lrs() const;
  /// Sets the rates of step 0; for the constructors of schedulers that change those.
  void initial_step();
  void set_lrs(const std::vector<double>& lrs);
  /// base_lrs_, each times `factor`.
  std::vector<double> scaled_base(double factor) const;
  /// The current rates, each times `factor`.
  std::vector<double> scaled_current(double factor) const;

  Optimizer& optimizer_;
  int64_t step_count_ = 0;
  std::vector<double> base_lrs_, last_lrs_;

 private:
  friend class SequentialLR;
};

/// Times gamma every step_size steps.
class HEARTH_API StepLR : public LRScheduler {
 public:
  StepLR(Optimizer& optimizer, unsigned step_size, double gamma = 0.1);

 protected:
  std::vector<double> get_lrs() override;
  std::vector<double> get_closed_form_lrs() override;

 private:
  int64_t step_size_;
  double gamma_;
};

/// Times gamma at each milestone.
class HEARTH_API MultiStepLR : public LRScheduler {
 public:
  MultiStepLR(Optimizer& optimizer, std::vector<int64_t> milestones, double gamma = 0.1);

 protected:
  std::vector<double> get_lrs() override;
  std::vector<double> get_closed_form_lrs() override;

 private:
  std::vector<int64_t> milestones_;  // sorted
  double gamma_;
};

/// Times factor for the first total_iters steps.
class HEARTH_API ConstantLR : public LRScheduler {
 public:
  ConstantLR(Optimizer& optimizer, double factor = 1.0 / 3, int64_t total_iters = 5);

 protected:
  std::vector<double> get_lrs() override;
  std::vector<double> get_closed_form_lrs() override;

 private:
  double factor_;
  int64_t total_iters_;
};

/// From start_factor to end_factor times the rate, linearly over total_iters steps.
class HEARTH_API LinearLR : public LRScheduler {
 public:
  LinearLR(Optimizer& optimizer, double start_factor = 1.0 / 3, double end_factor = 1.0,
           int64_t total_iters = 5);

 protected:
  std::vector<double> get_lrs() override;
  std::vector<double> get_closed_form_lrs() override;

 private:
  double start_, end_;
  int64_t total_iters_;
};

/// Times gamma every step.
class HEARTH_API ExponentialLR : public LRScheduler {
 public:
  ExponentialLR(Optimizer& optimizer, double gamma);

 protected:
  std::vector<double> get_lrs() override;
  std::vector<double> get_closed_form_lrs() override;

 private:
  double gamma_;
};

/// Down to eta_min along half a cosine in T_max steps, and up again.
class HEARTH_API CosineAnnealingLR : public LRScheduler {
 public:
  CosineAnnealingLR(Optimizer& optimizer, int64_t T_max, double eta_min = 0);

 protected:
  std::vector<double> get_lrs() override;
  std::vector<double> get_closed_form_lrs() override;

 private:
  int64_t t_max_;
  double eta_min_;
};

/// The initial rate times f(number of steps).
class HEARTH_API LambdaLR : public LRScheduler {
 public:
  LambdaLR(Optimizer& optimizer, Callable<double(int64_t)> f);

 protected:
  std::vector<double> get_lrs() override;

 private:
  Callable<double(int64_t)> f_;
};

struct OneCycleLROptions {
  OneCycleLROptions(double max_lr, int64_t total_steps)
      : max_lr_{max_lr}, total_steps_(total_steps) {}
  /// One for all groups, or one each.
  HEARTH_ARG(std::vector<double>, max_lr);
  HEARTH_ARG(int64_t, total_steps);
  /// Part of the steps in which the rate rises.
  HEARTH_ARG(double, pct_start) = 0.3;
  /// Linear instead of cosine.
  HEARTH_ARG(bool, linear) = false;
  /// Move momentum (or beta1) the other way.
  HEARTH_ARG(bool, cycle_momentum) = true;
  HEARTH_ARG(double, base_momentum) = 0.85;
  HEARTH_ARG(double, max_momentum) = 0.95;
  /// The first rate is max_lr / div_factor, the last that / final_div_factor.
  HEARTH_ARG(double, div_factor) = 25;
  HEARTH_ARG(double, final_div_factor) = 1e4;
  HEARTH_ARG(bool, three_phase) = false;
};

/// Up to a high rate and down to a tiny one, in total_steps steps.
class HEARTH_API OneCycleLR : public LRScheduler {
 public:
  OneCycleLR(Optimizer& optimizer, OneCycleLROptions options);
  /// Restores the momentum as well.
  void load(serialize::InputArchive& archive) override;

 protected:
  std::vector<double> get_lrs() override;

 private:
  OneCycleLROptions o_;
};

/// Schedulers one after another: each runs from one milestone to the next.
class HEARTH_API SequentialLR : public LRScheduler {
 public:
  SequentialLR(Optimizer& optimizer, std::vector<std::shared_ptr<LRScheduler>> schedulers,
               std::vector<int64_t> milestones);
  void step() override;
  void save(serialize::OutputArchive& archive) const override;
  void load(serialize::InputArchive& archive) override;

 protected:
  std::vector<double> get_lrs() override;

 private:
  std::vector<std::shared_ptr<LRScheduler>> schedulers_;
  std::vector<int64_t> milestones_;
};

/// Lowers the rate when a metric stops improving.
class HEARTH_API ReduceLROnPlateauScheduler {
 public:
  enum SchedulerMode { min, max };
  enum ThresholdMode { rel, abs };
  ReduceLROnPlateauScheduler(Optimizer& optimizer, SchedulerMode mode = min, float factor = 0.1f,
                             int patience = 10, double threshold = 1e-4,
                             ThresholdMode threshold_mode = rel, int cooldown = 0,
                             std::vector<float> min_lr = {}, double eps = 1e-8,
                             bool verbose = false);
  virtual ~ReduceLROnPlateauScheduler();
  void step(float metric);
  void save(serialize::OutputArchive& archive) const;
  void load(serialize::InputArchive& archive);

 private:
  bool is_better(double metric) const;

  Optimizer& optimizer_;
  SchedulerMode mode_;
  double factor_;
  int patience_;
  double threshold_;
  ThresholdMode threshold_mode_;
  int cooldown_;
  std::vector<double> min_lrs_;
  double eps_;
  bool verbose_;
  double best_;
  int64_t bad_steps_ = 0, cooldown_left_ = 0, step_count_ = 0;
};

}  // namespace hearth::optim
