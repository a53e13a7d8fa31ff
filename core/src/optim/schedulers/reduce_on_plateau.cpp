// SPDX-License-Identifier: Apache-2.0
#include "hearth/optim/schedulers/reduce_on_plateau.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "hearth/io/archive.h"

namespace hearth::optim {

ReduceLROnPlateauScheduler::ReduceLROnPlateauScheduler(Optimizer& optimizer, SchedulerMode mode,
                                                       float factor, int patience, double threshold,
                                                       ThresholdMode threshold_mode, int cooldown,
                                                       std::vector<float> min_lr, double eps,
                                                       bool verbose)
    : optimizer_(optimizer),
      mode_(mode),
      factor_(static_cast<double>(factor)),
      patience_(patience),
      threshold_(threshold),
      threshold_mode_(threshold_mode),
      cooldown_(cooldown),
      min_lrs_(min_lr.begin(), min_lr.end()),
      eps_(eps),
      verbose_(verbose),
      best_(mode == min ? HUGE_VAL : -HUGE_VAL) {
  HEARTH_CHECK_AS(ValueError, factor < 1, "[ReduceLROnPlateau] Factor should be < 1.0, got ",
                  factor_);
  HEARTH_CHECK_AS(ValueError, factor >= 0 && patience >= 0 && cooldown >= 0,
                  "[ReduceLROnPlateau] expected factor, patience and cooldown of 0 or more, got ",
                  factor_, ", ", patience, " and ", cooldown);
  const size_t groups = optimizer.param_groups().size();
  if (min_lrs_.empty()) min_lrs_.push_back(0);
  HEARTH_CHECK_AS(ValueError, min_lrs_.size() == 1 || min_lrs_.size() == groups,
                  "[ReduceLROnPlateau] Number of learning rates not equal to the number of param "
                  "groups: expected 1 or ",
                  groups, ", got ", min_lrs_.size());
}
ReduceLROnPlateauScheduler::~ReduceLROnPlateauScheduler() = default;

bool ReduceLROnPlateauScheduler::is_better(double metric) const {
  const double step = mode_ == min ? -threshold_ : threshold_;
  const double bound = threshold_mode_ == rel ? best_ * (1 + step) : best_ + step;
  return mode_ == min ? metric < bound : metric > bound;
}

void ReduceLROnPlateauScheduler::step(float metric) {
  ++step_count_;
  if (is_better(static_cast<double>(metric))) {
    best_ = static_cast<double>(metric);
    bad_steps_ = 0;
  } else {
    ++bad_steps_;
  }
  if (cooldown_left_ > 0) {
    --cooldown_left_;
    bad_steps_ = 0;
  }
  if (bad_steps_ <= patience_) return;
  const size_t groups = optimizer_.param_groups().size();
  HEARTH_CHECK_AS(ValueError, min_lrs_.size() == 1 || min_lrs_.size() == groups,
                  "[ReduceLROnPlateau] The number of param groups in the optimizer (", groups,
                  ") differs from when ReduceLROnPlateau was initialized (", min_lrs_.size(),
                  "); give one min_lr for all");
  for (size_t i = 0; i < groups; ++i) {
    OptimizerOptions& options = optimizer_.param_groups()[i].options();
    const double least = min_lrs_[min_lrs_.size() == 1 ? 0 : i];
    const double old = options.get_lr(), lowered = std::max(old * factor_, least);
    if (old - lowered <= eps_) continue;
    options.set_lr(lowered);
    if (verbose_)
      std::printf("Epoch %lld: reducing learning rate of group %zu to %g\n",
                  static_cast<long long>(step_count_), i, lowered);
  }
  cooldown_left_ = cooldown_;
  bad_steps_ = 0;
}

void ReduceLROnPlateauScheduler::save(serialize::OutputArchive& archive) const {
  archive.write("best", best_);
  archive.write("bad_steps", bad_steps_);
  archive.write("cooldown_left", cooldown_left_);
  archive.write("step_count", step_count_);
}
void ReduceLROnPlateauScheduler::load(serialize::InputArchive& archive) {
  archive.read("best", best_);
  archive.read("bad_steps", bad_steps_);
  archive.read("cooldown_left", cooldown_left_);
  archive.read("step_count", step_count_);
}

}  // namespace hearth::optim
