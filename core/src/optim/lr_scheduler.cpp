// SPDX-License-Identifier: Apache-2.0
#include "hearth/optim/lr_scheduler.h"

#include <algorithm>
#include <cmath>

#include "hearth/io/archive.h"

namespace hearth::optim {

namespace {
constexpr double kPi = 3.14159265358979323846;
}

LRScheduler::LRScheduler(Optimizer& optimizer) : optimizer_(optimizer) {
  for (OptimizerParamGroup& group : optimizer.param_groups()) {
    OptimizerOptions& o = group.options();
    if (!o.initial_lr) o.initial_lr = o.get_lr();
    base_lrs_.push_back(*o.initial_lr);
  }
  last_lrs_ = get_current_lrs();
}
LRScheduler::~LRScheduler() = default;

void LRScheduler::step() {
  ++step_count_;
  set_lrs(get_lrs());
}

void LRScheduler::step_to(int64_t count) {
  step_count_ = count;
  set_lrs(get_closed_form_lrs());
}

void LRScheduler::initial_step() {
  step_count_ = 0;
  set_lrs(get_lrs());
}

std::vector<double> LRScheduler::get_closed_form_lrs() { return get_lrs(); }

std::vector<double> LRScheduler::get_current_lrs() const {
  std::vector<double> lrs;
  for (const OptimizerParamGroup& group : optimizer_.param_groups())
    lrs.push_back(group.options().get_lr());
  return lrs;
}

void LRScheduler::set_lrs(const std::vector<double>& lrs) {
  std::vector<OptimizerParamGroup>& groups = optimizer_.param_groups();
  HEARTH_CHECK_AS(
      ValueError, lrs.size() == groups.size(),
      "[LRScheduler] Number of learning rates not equal to the number of param groups: ",
      lrs.size(), " and ", groups.size(), "; add groups before making the scheduler");
  for (size_t i = 0; i < lrs.size(); ++i) groups[i].options().set_lr(lrs[i]);
  last_lrs_ = lrs;
}

std::vector<double> LRScheduler::scaled_base(double factor) const {
  std::vector<double> lrs = base_lrs_;
  for (double& lr : lrs) lr *= factor;
  return lrs;
}
std::vector<double> LRScheduler::scaled_current(double factor) const {
  std::vector<double> lrs = get_current_lrs();
  for (double& lr : lrs) lr *= factor;
  return lrs;
}

namespace {

void write_list(serialize::OutputArchive& archive, const std::string& key,
                const std::vector<double>& values) {
  serialize::OutputArchive list;
  for (size_t i = 0; i < values.size(); ++i) list.write(std::to_string(i), values[i]);
  archive.write(key, list);
}

/// Reads a list of known length.
std::vector<double> read_list(serialize::InputArchive& archive, const std::string& key, size_t n) {
  serialize::InputArchive list;
  archive.read(key, list);
  HEARTH_CHECK_AS(ValueError, list.keys().size() == n, "[", archive.source(),
                  "] the saved scheduler has ", list.keys().size(), " parameter groups, this one ",
                  n);
  std::vector<double> values(n);
  for (size_t i = 0; i < n; ++i) list.read(std::to_string(i), values[i]);
  return values;
}

int64_t read_step(serialize::InputArchive& archive) {
  int64_t step = 0;
  archive.read("step_count", step);
  HEARTH_CHECK_AS(FormatError, step >= 0, "[", archive.source(), "] step_count is ", step);
  return step;
}

}  // namespace

void LRScheduler::save(serialize::OutputArchive& archive) const {
  archive.write("step_count", step_count_);
  write_list(archive, "base_lrs", base_lrs_);
  write_list(archive, "last_lrs", last_lrs_);
  write_list(archive, "current_lrs", get_current_lrs());
}

void LRScheduler::load(serialize::InputArchive& archive) {
  const int64_t step = read_step(archive);
  std::vector<double> base = read_list(archive, "base_lrs", base_lrs_.size());
  std::vector<double> last = read_list(archive, "last_lrs", base_lrs_.size());
  set_lrs(read_list(archive, "current_lrs", base_lrs_.size()));
  base_lrs_ = std::move(base);
  last_lrs_ = std::move(last);
  step_count_ = step;
}

// ---- the formulas

StepLR::StepLR(Optimizer& optimizer, unsigned step_size, double gamma)
    : LRScheduler(optimizer), step_size_(step_size), gamma_(gamma) {
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
    : LRScheduler(optimizer), milestones_(std::move(milestones)), gamma_(gamma) {
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
    : LRScheduler(optimizer), factor_(factor), total_iters_(total_iters) {
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
    : LRScheduler(optimizer), start_(start_factor), end_(end_factor), total_iters_(total_iters) {
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
    : LRScheduler(optimizer), gamma_(gamma) {}
std::vector<double> ExponentialLR::get_lrs() {
  return scaled_current(step_count_ == 0 ? 1 : gamma_);
}
std::vector<double> ExponentialLR::get_closed_form_lrs() {
  return scaled_base(std::pow(gamma_, static_cast<double>(step_count_)));
}

CosineAnnealingLR::CosineAnnealingLR(Optimizer& optimizer, int64_t T_max, double eta_min)
    : LRScheduler(optimizer), t_max_(T_max), eta_min_(eta_min) {
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

LambdaLR::LambdaLR(Optimizer& optimizer, Callable<double(int64_t)> f)
    : LRScheduler(optimizer), f_(std::move(f)) {
  initial_step();
}
std::vector<double> LambdaLR::get_lrs() { return scaled_base(f_(step_count_)); }

OneCycleLR::OneCycleLR(Optimizer& optimizer, OneCycleLROptions options)
    : LRScheduler(optimizer), o_(std::move(options)) {
  const size_t groups = base_lrs_.size();
  HEARTH_CHECK_AS(ValueError, o_.total_steps() > 0,
                  "[OneCycleLR] Expected positive integer total_steps, but got ", o_.total_steps());
  HEARTH_CHECK_AS(ValueError, o_.pct_start() >= 0 && o_.pct_start() <= 1,
                  "[OneCycleLR] Expected float between 0 and 1 pct_start, but got ",
                  o_.pct_start());
  HEARTH_CHECK_AS(ValueError, o_.div_factor() > 0 && o_.final_div_factor() > 0,
                  "[OneCycleLR] Expected div_factor and final_div_factor above 0, but got ",
                  o_.div_factor(), " and ", o_.final_div_factor());
  HEARTH_CHECK_AS(ValueError, o_.max_lr().size() == 1 || o_.max_lr().size() == groups,
                  "[OneCycleLR] expected one max_lr or ", groups, ", got ", o_.max_lr().size());
  o_.max_lr().resize(groups, o_.max_lr()[0]);
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

// ---- one after another

SequentialLR::SequentialLR(Optimizer& optimizer,
                           std::vector<std::shared_ptr<LRScheduler>> schedulers,
                           std::vector<int64_t> milestones)
    : LRScheduler(optimizer),
      schedulers_(std::move(schedulers)),
      milestones_(std::move(milestones)) {
  HEARTH_CHECK_AS(ValueError, !schedulers_.empty(),
                  "[SequentialLR] expects at least one scheduler to be chained, but got none");
  HEARTH_CHECK_AS(
      ValueError, milestones_.size() + 1 == schedulers_.size(),
      "[SequentialLR] Sequential Schedulers expects number of schedulers provided to be "
      "one more than the number of milestone points, but got ",
      schedulers_.size(), " and ", milestones_.size());
  HEARTH_CHECK_AS(ValueError, std::is_sorted(milestones_.begin(), milestones_.end()),
                  "[SequentialLR] expected milestones in ascending order");
  for (const auto& s : schedulers_)
    HEARTH_CHECK_AS(ValueError, s && &s->optimizer_ == &optimizer,
                    "[SequentialLR] expects all schedulers to belong to the same optimizer");
  // Making the schedulers has applied all their first rates; only the first one's shall count.
  for (OptimizerParamGroup& group : optimizer.param_groups())
    group.options().set_lr(*group.options().initial_lr);
  for (const auto& s : schedulers_) s->step_count_ = -1;
  const auto first = std::upper_bound(milestones_.begin(), milestones_.end(), 0);
  LRScheduler& scheduler = *schedulers_[static_cast<size_t>(first - milestones_.begin())];
  scheduler.step();
  last_lrs_ = scheduler.last_lrs_;
}

void SequentialLR::step() {
  ++step_count_;
  const auto next = std::upper_bound(milestones_.begin(), milestones_.end(), step_count_);
  const auto index = static_cast<size_t>(next - milestones_.begin());
  LRScheduler& scheduler = *schedulers_[index];
  if (index > 0 && milestones_[index - 1] == step_count_) {
    scheduler.step_to(0);
  } else {
    scheduler.step();
  }
  last_lrs_ = scheduler.last_lrs_;
}

std::vector<double> SequentialLR::get_lrs() { return get_current_lrs(); }

void SequentialLR::save(serialize::OutputArchive& archive) const {
  LRScheduler::save(archive);
  serialize::OutputArchive all;
  for (size_t i = 0; i < schedulers_.size(); ++i) {
    serialize::OutputArchive one;
    // Those that have not begun stand at -1.
    one.write("begun", schedulers_[i]->step_count_ >= 0);
    if (schedulers_[i]->step_count_ >= 0) schedulers_[i]->save(one);
    all.write(std::to_string(i), one);
  }
  archive.write("schedulers", all);
}

void SequentialLR::load(serialize::InputArchive& archive) {
  serialize::InputArchive all;
  archive.read("schedulers", all);
  HEARTH_CHECK_AS(ValueError, all.keys().size() == schedulers_.size(), "[", archive.source(),
                  "] the saved SequentialLR has ", all.keys().size(), " schedulers, this one ",
                  schedulers_.size());
  for (size_t i = 0; i < schedulers_.size(); ++i) {
    serialize::InputArchive one;
    all.read(std::to_string(i), one);
    bool begun = false;
    one.read("begun", begun);
    if (begun) {
      schedulers_[i]->load(one);
    } else {
      schedulers_[i]->step_count_ = -1;
    }
  }
  LRScheduler::load(archive);
}

}  // namespace hearth::optim
