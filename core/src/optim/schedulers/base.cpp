// SPDX-License-Identifier: Apache-2.0
#include "hearth/optim/schedulers/base.h"

#include "hearth/io/archive.h"

#include "optim/schedulers/per_group.h"

namespace hearth::optim {

std::vector<double> per_group(const char* who, const char* what, std::vector<double> values,
                              size_t groups) {
  HEARTH_CHECK_AS(ValueError, values.size() == 1 || values.size() == groups, "[", who,
                  "] expected one ", what, " or ", groups, ", one for each parameter group, got ",
                  values.size());
  values.resize(groups, values[0]);
  return values;
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
  set_lrs(get_lrs());
  ++step_count_;
}

void FormulaScheduler::step() {
  ++step_count_;
  set_lrs(get_lrs());
}

void LRScheduler::step_to(int64_t count) {
  step_count_ = count;
  set_lrs(get_closed_form_lrs());
  ++step_count_;
}

void FormulaScheduler::step_to(int64_t count) {
  step_count_ = count;
  set_lrs(get_closed_form_lrs());
}

void FormulaScheduler::initial_step() {
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

}  // namespace hearth::optim
