// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "hearth/optim/schedulers/base.h"

namespace hearth::optim {

/// Options of OneCycleLR.
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
class HEARTH_API OneCycleLR : public FormulaScheduler {
 public:
  OneCycleLR(Optimizer& optimizer, OneCycleLROptions options);
  /// Restores the momentum as well.
  void load(serialize::InputArchive& archive) override;

 protected:
  std::vector<double> get_lrs() override;

 private:
  OneCycleLROptions o_;
};

/// Options of CyclicLR.
struct CyclicLROptions {
  enum Mode { triangular, triangular2, exp_range };
  enum ScaleMode { cycle, iterations };
  CyclicLROptions(double base_lr, double max_lr) : base_lr_{base_lr}, max_lr_{max_lr} {}
  /// The lowest and highest rate: one for all groups, or one each.
  HEARTH_ARG(std::vector<double>, base_lr);
  HEARTH_ARG(std::vector<double>, max_lr);
  /// Steps up, and down again (by default as many).
  HEARTH_ARG(int64_t, step_size_up) = 2000;
  HEARTH_ARG(std::optional<int64_t>, step_size_down);
  /// Cycles all alike, each half as high as the one before, or scaled by gamma^step.
  HEARTH_ARG(Mode, mode) = triangular;
  HEARTH_ARG(double, gamma) = 1;
  /// In place of a mode: the height at a cycle (from 1) or step.
  HEARTH_ARG(Callable<double(double)>, scale_fn);
  HEARTH_ARG(ScaleMode, scale_mode) = cycle;
  /// Move momentum (or beta1) the other way.
  HEARTH_ARG(bool, cycle_momentum) = true;
  HEARTH_ARG(double, base_momentum) = 0.8;
  HEARTH_ARG(double, max_momentum) = 0.9;
};

/// Up and down between two rates, again and again (Smith 2017).
class HEARTH_API CyclicLR : public FormulaScheduler {
 public:
  CyclicLR(Optimizer& optimizer, CyclicLROptions options);
  /// Restores the momentum as well.
  void load(serialize::InputArchive& archive) override;

 protected:
  std::vector<double> get_lrs() override;

 private:
  CyclicLROptions o_;
};

}  // namespace hearth::optim
