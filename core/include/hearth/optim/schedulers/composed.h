// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/optim/schedulers/base.h"

namespace hearth::optim {

/// What schedulers made of others share.
class HEARTH_API ComposedScheduler : public FormulaScheduler {
 public:
  /// Starts them again, and steps.
  void step_to(int64_t count) override;
  void save(serialize::OutputArchive& archive) const override;
  void load(serialize::InputArchive& archive) override;

 protected:
  ComposedScheduler(const char* name, Optimizer& optimizer,
                    std::vector<std::shared_ptr<LRScheduler>> schedulers);
  std::vector<double> get_lrs() override;
  void rewind() override;

  const char* name_;
  std::vector<std::shared_ptr<LRScheduler>> schedulers_;
};

/// Schedulers one after another: each runs from one milestone to the next.
class HEARTH_API SequentialLR : public ComposedScheduler {
 public:
  SequentialLR(Optimizer& optimizer, std::vector<std::shared_ptr<LRScheduler>> schedulers,
               std::vector<int64_t> milestones);
  void step() override;

 private:
  std::vector<int64_t> milestones_;
};

/// A linear warm-up to the full rate in warmup_iters steps, from start_factor times it; then
/// another scheduler, from its beginning.
class HEARTH_API WarmupLR : public SequentialLR {
 public:
  WarmupLR(Optimizer& optimizer, int64_t warmup_iters, std::shared_ptr<LRScheduler> after,
           double start_factor = 1.0 / 3);
};

/// Schedulers that all step at every step, one on what another made of the rate.
class HEARTH_API ChainedScheduler : public ComposedScheduler {
 public:
  ChainedScheduler(Optimizer& optimizer, std::vector<std::shared_ptr<LRScheduler>> schedulers);
  void step() override;
};

}  // namespace hearth::optim
