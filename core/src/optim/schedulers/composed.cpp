// SPDX-License-Identifier: Apache-2.0
#include "hearth/optim/schedulers/composed.h"

#include <algorithm>

#include "hearth/io/archive.h"
#include "hearth/optim/schedulers/formulas.h"

namespace hearth::optim {

ComposedScheduler::ComposedScheduler(const char* name, Optimizer& optimizer,
                                     std::vector<std::shared_ptr<LRScheduler>> schedulers)
    : FormulaScheduler(optimizer), name_(name), schedulers_(std::move(schedulers)) {
  HEARTH_CHECK_AS(ValueError, !schedulers_.empty(), "[", name,
                  "] expects at least one scheduler, but got none");
  for (const auto& s : schedulers_)
    HEARTH_CHECK_AS(ValueError, s && &s->optimizer_ == &optimizer, "[", name,
                    "] expects all schedulers to belong to the same optimizer");
}

void ComposedScheduler::rewind() {
  FormulaScheduler::rewind();
  for (const auto& s : schedulers_) s->rewind();
}

void ComposedScheduler::step_to(int64_t count) {
  rewind();
  set_lrs(base_lrs_);
  for (int64_t i = 0; i <= count; ++i) step();
}

std::vector<double> ComposedScheduler::get_lrs() { return get_current_lrs(); }

void ComposedScheduler::save(serialize::OutputArchive& archive) const {
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

void ComposedScheduler::load(serialize::InputArchive& archive) {
  serialize::InputArchive all;
  archive.read("schedulers", all);
  HEARTH_CHECK_AS(ValueError, all.keys().size() == schedulers_.size(), "[", archive.source(),
                  "] the saved ", name_, " has ", all.keys().size(), " schedulers, this one ",
                  schedulers_.size());
  for (size_t i = 0; i < schedulers_.size(); ++i) {
    serialize::InputArchive one;
    all.read(std::to_string(i), one);
    bool begun = false;
    one.read("begun", begun);
    if (begun) {
      schedulers_[i]->load(one);
    } else {
      schedulers_[i]->rewind();
    }
  }
  LRScheduler::load(archive);
}

SequentialLR::SequentialLR(Optimizer& optimizer,
                           std::vector<std::shared_ptr<LRScheduler>> schedulers,
                           std::vector<int64_t> milestones)
    : ComposedScheduler("SequentialLR", optimizer, std::move(schedulers)),
      milestones_(std::move(milestones)) {
  HEARTH_CHECK_AS(
      ValueError, milestones_.size() + 1 == schedulers_.size(),
      "[SequentialLR] Sequential Schedulers expects number of schedulers provided to be "
      "one more than the number of milestone points, but got ",
      schedulers_.size(), " and ", milestones_.size());
  HEARTH_CHECK_AS(ValueError, std::is_sorted(milestones_.begin(), milestones_.end()),
                  "[SequentialLR] expected milestones in ascending order");
  // Making the schedulers has applied all their first rates; only the first one's shall count.
  set_lrs(base_lrs_);
  rewind();
  step();
}

void SequentialLR::step() {
  ++step_count_;
  const auto next = std::upper_bound(milestones_.begin(), milestones_.end(), step_count_);
  const auto index = static_cast<size_t>(next - milestones_.begin());
  LRScheduler& scheduler = *schedulers_[index];
  // Where one begins at step 0, there is no rate before.
  if (index > 0 && milestones_[index - 1] == step_count_ && step_count_ > 0) {
    scheduler.step_to(0);
  } else {
    scheduler.step();
  }
  last_lrs_ = scheduler.get_last_lr();
}

namespace {

std::vector<std::shared_ptr<LRScheduler>> warm_then(Optimizer& optimizer, int64_t warmup_iters,
                                                    std::shared_ptr<LRScheduler> after,
                                                    double start_factor) {
  HEARTH_CHECK_AS(ValueError, warmup_iters >= 0,
                  "[WarmupLR] expected warmup_iters of 0 or more, got ", warmup_iters);
  const int64_t iters = std::max<int64_t>(warmup_iters, 1);
  return {std::make_shared<LinearLR>(optimizer, start_factor, 1.0, iters), std::move(after)};
}

}  // namespace

WarmupLR::WarmupLR(Optimizer& optimizer, int64_t warmup_iters, std::shared_ptr<LRScheduler> after,
                   double start_factor)
    : SequentialLR(optimizer, warm_then(optimizer, warmup_iters, std::move(after), start_factor),
                   {warmup_iters}) {}

ChainedScheduler::ChainedScheduler(Optimizer& optimizer,
                                   std::vector<std::shared_ptr<LRScheduler>> schedulers)
    : ComposedScheduler("ChainedScheduler", optimizer, std::move(schedulers)) {}

void ChainedScheduler::step() {
  ++step_count_;
  for (const auto& s : schedulers_) s->step();
  last_lrs_ = get_current_lrs();
}

}  // namespace hearth::optim
