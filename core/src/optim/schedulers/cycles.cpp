// SPDX-License-Identifier: Apache-2.0
#include "hearth/optim/schedulers/cycles.h"

#include <algorithm>
#include <cmath>

#include "optim/schedulers/per_group.h"

namespace hearth::optim {

OneCycleLR::OneCycleLR(Optimizer& optimizer, OneCycleLROptions options)
    : FormulaScheduler(optimizer), o_(std::move(options)) {
  const size_t groups = base_lrs_.size();
  HEARTH_CHECK_AS(ValueError, o_.total_steps() > 0,
                  "[OneCycleLR] Expected positive integer total_steps, but got ", o_.total_steps());
  HEARTH_CHECK_AS(ValueError, o_.pct_start() >= 0 && o_.pct_start() <= 1,
                  "[OneCycleLR] Expected float between 0 and 1 pct_start, but got ",
                  o_.pct_start());
  HEARTH_CHECK_AS(ValueError, o_.div_factor() > 0 && o_.final_div_factor() > 0,
                  "[OneCycleLR] Expected div_factor and final_div_factor above 0, but got ",
                  o_.div_factor(), " and ", o_.final_div_factor());
  o_.max_lr(per_group("OneCycleLR", "max_lr", o_.max_lr(), groups));
  for (size_t i = 0; i < groups; ++i) {
    base_lrs_[i] = o_.max_lr()[i] / o_.div_factor();
    optimizer.param_groups()[i].options().initial_lr = base_lrs_[i];
  }
  initial_step();
}

std::vector<double> OneCycleLR::get_lrs() {
  HEARTH_CHECK_AS(ValueError, step_count_ <= o_.total_steps(), "[OneCycleLR] Tried to step ",
                  step_count_, " times. The specified number of total steps is ", o_.total_steps());
  const double total = static_cast<double>(o_.total_steps());
  const double step = static_cast<double>(step_count_);
  const double rising = o_.pct_start() * total - 1;
  // The phase we are in: 0 up, 1 down, 2 further down (three_phase).
  const double ends[] = {rising, o_.three_phase() ? 2 * rising : total - 1, total - 1};
  const int last = o_.three_phase() ? 2 : 1;
  int phase = 0;
  while (phase < last && step > ends[phase]) ++phase;
  const double begin = phase == 0 ? 0 : ends[phase - 1], width = ends[phase] - begin;
  // A phase of no width is over as soon as it begins.
  const double part = width == 0 ? 1 : (step - begin) / width;
  const auto between = [&](double from, double to) {
    if (o_.linear()) return (to - from) * part + from;
    return to + (from - to) / 2 * (1 + std::cos(kPi * part));
  };
  std::vector<double> lrs;
  for (size_t i = 0; i < base_lrs_.size(); ++i) {
    const double high = o_.max_lr()[i], low = base_lrs_[i], end = low / o_.final_div_factor();
    const double marks[] = {low, high, o_.three_phase() ? low : end, end};
    lrs.push_back(between(marks[phase], marks[phase + 1]));
    if (!o_.cycle_momentum()) continue;
    const double top = o_.max_momentum();
    const double momenta[] = {top, o_.base_momentum(), top, top};
    optimizer_.param_groups()[i].options().set_momentum(
        between(momenta[phase], momenta[phase + 1]));
  }
  return lrs;
}

void OneCycleLR::load(serialize::InputArchive& archive) {
  LRScheduler::load(archive);
  get_lrs();  // sets the momentum of this step
}

namespace {

/// The optimizer with its lowest rates, which are its initial ones unless it has such already.
Optimizer& lowered(Optimizer& optimizer, const std::vector<double>& base_lr) {
  std::vector<OptimizerParamGroup>& groups = optimizer.param_groups();
  const std::vector<double> lrs = per_group("CyclicLR", "base_lr", base_lr, groups.size());
  for (size_t i = 0; i < groups.size(); ++i) groups[i].options().set_lr(lrs[i]);
  return optimizer;
}

}  // namespace

CyclicLR::CyclicLR(Optimizer& optimizer, CyclicLROptions options)
    : FormulaScheduler(lowered(optimizer, options.base_lr())), o_(std::move(options)) {
  const size_t groups = base_lrs_.size();
  HEARTH_CHECK_AS(ValueError, o_.step_size_up() > 0 && o_.step_size_down().value_or(0) >= 0,
                  "[CyclicLR] expected step_size_up above 0 and step_size_down of 0 or more, got ",
                  o_.step_size_up(), " and ", o_.step_size_down().value_or(o_.step_size_up()));
  o_.base_lr(per_group("CyclicLR", "base_lr", o_.base_lr(), groups));
  o_.max_lr(per_group("CyclicLR", "max_lr", o_.max_lr(), groups));
  base_lrs_ = o_.base_lr();
  initial_step();
}

std::vector<double> CyclicLR::get_lrs() {
  const auto up = static_cast<double>(o_.step_size_up());
  const double total = up + static_cast<double>(o_.step_size_down().value_or(o_.step_size_up()));
  const auto step = static_cast<double>(step_count_);
  const double number = std::floor(1 + step / total), x = 1 + step / total - number;
  const double rising = up / total;
  double height = x <= rising ? x / rising : (x - 1) / (rising - 1);
  if (o_.scale_fn()) {
    height *= o_.scale_fn()(o_.scale_mode() == CyclicLROptions::cycle ? number : step);
  } else if (o_.mode() == CyclicLROptions::triangular2) {
    height *= std::pow(2.0, 1 - number);
  } else if (o_.mode() == CyclicLROptions::exp_range) {
    height *= std::pow(o_.gamma(), step);
  }
  std::vector<double> lrs = base_lrs_;
  for (size_t i = 0; i < lrs.size(); ++i) {
    lrs[i] += (o_.max_lr()[i] - lrs[i]) * height;
    if (!o_.cycle_momentum()) continue;
    optimizer_.param_groups()[i].options().set_momentum(
        o_.max_momentum() - (o_.max_momentum() - o_.base_momentum()) * height);
  }
  return lrs;
}

void CyclicLR::load(serialize::InputArchive& archive) {
  LRScheduler::load(archive);
  get_lrs();  // sets the momentum of this step
}

}  // namespace hearth::optim
