// SPDX-License-Identifier: Apache-2.0
#include "hearth/optim/schedulers/formulas.h"

#include <algorithm>
#include <cmath>

#include "optim/schedulers/per_group.h"

namespace hearth::optim {

StepLR::StepLR(Optimizer& optimizer, unsigned step_size, double gamma)
    : FormulaScheduler(optimizer), step_size_(step_size), gamma_(gamma) {
  HEARTH_CHECK_AS(ValueError, step_size > 0, "[StepLR] expected a step_size above 0");
}
std::vector<double> StepLR::get_lrs() {
  const bool now = step_count_ > 0 && step_count_ % step_size_ == 0;
  return scaled_current(now ? gamma_ : 1);
}
std::vector<double> StepLR::get_closed_form_lrs() {
  return scaled_base(std::pow(gamma_, static_cast<double>(step_count_ / step_size_)));
}

MultiStepLR::MultiStepLR(Optimizer& optimizer, std::vector<int64_t> milestones, double gamma)
    : FormulaScheduler(optimizer), milestones_(std::move(milestones)), gamma_(gamma) {
  std::sort(milestones_.begin(), milestones_.end());
}
std::vector<double> MultiStepLR::get_lrs() {
  const auto here = std::equal_range(milestones_.begin(), milestones_.end(), step_count_);
  return scaled_current(std::pow(gamma_, static_cast<double>(here.second - here.first)));
}
std::vector<double> MultiStepLR::get_closed_form_lrs() {
  const auto end = std::upper_bound(milestones_.begin(), milestones_.end(), step_count_);
  return scaled_base(std::pow(gamma_, static_cast<double>(end - milestones_.begin())));
}

ConstantLR::ConstantLR(Optimizer& optimizer, double factor, int64_t total_iters)
    : FormulaScheduler(optimizer), factor_(factor), total_iters_(total_iters) {
  HEARTH_CHECK_AS(
      ValueError, factor > 0 && factor <= 1,
      "[ConstantLR] Constant multiplicative factor expected to be between 0 and 1, got ", factor);
  initial_step();
}
std::vector<double> ConstantLR::get_lrs() {
  if (step_count_ == 0) return scaled_current(factor_);
  return scaled_current(step_count_ == total_iters_ ? 1 / factor_ : 1);
}
std::vector<double> ConstantLR::get_closed_form_lrs() {
  return scaled_base(step_count_ >= total_iters_ ? 1 : factor_);
}

LinearLR::LinearLR(Optimizer& optimizer, double start_factor, double end_factor,
                   int64_t total_iters)
    : FormulaScheduler(optimizer),
      start_(start_factor),
      end_(end_factor),
      total_iters_(total_iters) {
  HEARTH_CHECK_AS(
      ValueError, start_ > 0 && start_ <= 1,
      "[LinearLR] Starting multiplicative factor expected to be greater than 0 and less "
      "or equal to 1, got ",
      start_);
  HEARTH_CHECK_AS(ValueError, end_ >= 0 && end_ <= 1,
                  "[LinearLR] Ending multiplicative factor expected to be between 0 and 1, got ",
                  end_);
  HEARTH_CHECK_AS(ValueError, total_iters_ > 0, "[LinearLR] expected total_iters above 0, got ",
                  total_iters_);
  initial_step();
}
std::vector<double> LinearLR::get_lrs() {
  if (step_count_ == 0) return scaled_current(start_);
  if (step_count_ > total_iters_) return get_current_lrs();
  const double total = static_cast<double>(total_iters_);
  const double before = static_cast<double>(step_count_ - 1);
  return scaled_current(1 + (end_ - start_) / (total * start_ + before * (end_ - start_)));
}
std::vector<double> LinearLR::get_closed_form_lrs() {
  const double done = static_cast<double>(std::min(step_count_, total_iters_));
  return scaled_base(start_ + (end_ - start_) * done / static_cast<double>(total_iters_));
}

ExponentialLR::ExponentialLR(Optimizer& optimizer, double gamma)
    : FormulaScheduler(optimizer), gamma_(gamma) {}
std::vector<double> ExponentialLR::get_lrs() {
  return scaled_current(step_count_ == 0 ? 1 : gamma_);
}
std::vector<double> ExponentialLR::get_closed_form_lrs() {
  return scaled_base(std::pow(gamma_, static_cast<double>(step_count_)));
}

PolynomialLR::PolynomialLR(Optimizer& optimizer, int64_t total_iters, double power)
    : FormulaScheduler(optimizer), total_iters_(total_iters), power_(power) {
  HEARTH_CHECK_AS(ValueError, total_iters > 0, "[PolynomialLR] expected total_iters above 0, got ",
                  total_iters);
}
std::vector<double> PolynomialLR::get_lrs() {
  if (step_count_ == 0 || step_count_ > total_iters_) return get_current_lrs();
  const double left = static_cast<double>(total_iters_ - step_count_);
  return scaled_current(std::pow(left / (left + 1), power_));
}
std::vector<double> PolynomialLR::get_closed_form_lrs() {
  const double left = static_cast<double>(std::max<int64_t>(total_iters_ - step_count_, 0));
  return scaled_base(std::pow(left / static_cast<double>(total_iters_), power_));
}

CosineAnnealingLR::CosineAnnealingLR(Optimizer& optimizer, int64_t T_max, double eta_min)
    : FormulaScheduler(optimizer), t_max_(T_max), eta_min_(eta_min) {
  HEARTH_CHECK_AS(ValueError, T_max > 0, "[CosineAnnealingLR] expected T_max above 0, got ", T_max);
}
std::vector<double> CosineAnnealingLR::get_lrs() {
  std::vector<double> lrs = get_current_lrs();
  if (step_count_ == 0) return lrs;
  const double t = static_cast<double>(t_max_), step = static_cast<double>(step_count_);
  const bool turning = (step_count_ - 1 - t_max_) % (2 * t_max_) == 0;
  for (size_t i = 0; i < lrs.size(); ++i) {
    if (turning) {
      lrs[i] += (base_lrs_[i] - eta_min_) * (1 - std::cos(kPi / t)) / 2;
    } else {
      lrs[i] = (1 + std::cos(kPi * step / t)) / (1 + std::cos(kPi * (step - 1) / t)) *
                   (lrs[i] - eta_min_) +
               eta_min_;
    }
  }
  return lrs;
}
std::vector<double> CosineAnnealingLR::get_closed_form_lrs() {
  std::vector<double> lrs = base_lrs_;
  const double angle = kPi * static_cast<double>(step_count_) / static_cast<double>(t_max_);
  for (double& lr : lrs) lr = eta_min_ + (lr - eta_min_) * (1 + std::cos(angle)) / 2;
  return lrs;
}

CosineAnnealingWarmRestarts::CosineAnnealingWarmRestarts(Optimizer& optimizer, int64_t T_0,
                                                         int64_t T_mult, double eta_min)
    : FormulaScheduler(optimizer), t_0_(T_0), t_mult_(T_mult), eta_min_(eta_min) {
  HEARTH_CHECK_AS(ValueError, T_0 > 0, "[CosineAnnealingWarmRestarts] expected T_0 above 0, got ",
                  T_0);
  HEARTH_CHECK_AS(ValueError, T_mult >= 1,
                  "[CosineAnnealingWarmRestarts] expected T_mult of 1 or more, got ", T_mult);
  initial_step();
}
std::vector<double> CosineAnnealingWarmRestarts::get_lrs() {
  int64_t done = step_count_, length = t_0_;
  if (t_mult_ == 1) done %= length;
  for (; done >= length; length *= t_mult_) done -= length;
  std::vector<double> lrs = base_lrs_;
  const double angle = kPi * static_cast<double>(done) / static_cast<double>(length);
  for (double& lr : lrs) lr = eta_min_ + (lr - eta_min_) * (1 + std::cos(angle)) / 2;
  return lrs;
}

namespace {

std::vector<LRFactor> factors(const char* who, std::vector<LRFactor> f, size_t groups) {
  HEARTH_CHECK_AS(ValueError, f.size() == groups, "[", who, "] expected ", groups,
                  " functions, one for each parameter group, got ", f.size());
  for (const LRFactor& one : f)
    HEARTH_CHECK_AS(ValueError, one, "[", who, "] expected a function, got none");
  return f;
}

/// The rates, each times its factor after `steps` steps.
std::vector<double> scaled(std::vector<double> lrs, const std::vector<LRFactor>& f, int64_t steps) {
  for (size_t i = 0; i < lrs.size(); ++i) lrs[i] *= f.at(i)(steps);
  return lrs;
}

}  // namespace

LambdaLR::LambdaLR(Optimizer& optimizer, LRFactor f)
    : LambdaLR(optimizer, std::vector<LRFactor>(optimizer.param_groups().size(), std::move(f))) {}
LambdaLR::LambdaLR(Optimizer& optimizer, std::vector<LRFactor> f)
    : FormulaScheduler(optimizer), f_(factors("LambdaLR", std::move(f), base_lrs_.size())) {
  initial_step();
}
std::vector<double> LambdaLR::get_lrs() { return scaled(base_lrs_, f_, step_count_); }

MultiplicativeLR::MultiplicativeLR(Optimizer& optimizer, LRFactor f)
    : MultiplicativeLR(optimizer,
                       std::vector<LRFactor>(optimizer.param_groups().size(), std::move(f))) {}
MultiplicativeLR::MultiplicativeLR(Optimizer& optimizer, std::vector<LRFactor> f)
    : FormulaScheduler(optimizer),
      f_(factors("MultiplicativeLR", std::move(f), base_lrs_.size())) {}
std::vector<double> MultiplicativeLR::get_lrs() {
  return step_count_ == 0 ? get_current_lrs() : scaled(get_current_lrs(), f_, step_count_);
}
// There is no formula. As PyTorch's step(count), this goes on from the rate before.
std::vector<double> MultiplicativeLR::get_closed_form_lrs() {
  return scaled(get_current_lrs(), f_, step_count_);
}

}  // namespace hearth::optim
