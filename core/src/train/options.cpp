// SPDX-License-Identifier: Apache-2.0
#include "hearth/train/options.h"

#include <algorithm>
#include <cmath>

#include "hearth/base/error.h"

#include "train/check_options.h"

namespace hearth::train {

std::optional<int64_t> Limit::of(std::optional<int64_t> size) const {
  if (unlimited()) return size;
  if (count_) {
    HEARTH_CHECK_AS(ValueError, *count_ >= 0, "[Trainer] a limit of ", *count_, " batches");
    return size ? std::min(*size, *count_) : *count_;
  }
  HEARTH_CHECK_AS(ValueError, fraction_ >= 0 && fraction_ <= 1,
                  "[Trainer] a limit is a number of batches (10) or a fraction of them (0.1), got ",
                  fraction_);
  HEARTH_CHECK_AS(ValueError, size, "[Trainer] a limit of ", fraction_,
                  " needs a loader that knows its size; give a number of batches");
  return static_cast<int64_t>(std::floor(fraction_ * static_cast<double>(*size)));
}

void check_options(const TrainerOptions& o) {
  const auto positive = [](const char* name, auto value) {
    HEARTH_CHECK_AS(ValueError, value > 0, "[Trainer] ", name, " is positive, got ", value);
  };
  HEARTH_CHECK_AS(ValueError,
                  o.max_epochs() || o.max_steps() || o.max_time() || o.fast_dev_run() > 0,
                  "[Trainer] say where the training ends: max_epochs, max_steps or max_time");
  if (o.max_epochs())
    HEARTH_CHECK_AS(ValueError, *o.max_epochs() >= 0, "[Trainer] max_epochs is not negative, got ",
                    *o.max_epochs());
  if (o.max_steps())
    HEARTH_CHECK_AS(ValueError, *o.max_steps() >= 0, "[Trainer] max_steps is not negative, got ",
                    *o.max_steps());
  if (o.max_time()) positive("max_time", *o.max_time());
  positive("accumulate_grad_batches", o.accumulate_grad_batches());
  if (o.gradient_clip_val()) positive("gradient_clip_val", *o.gradient_clip_val());
  positive("check_val_every_n_epoch", o.check_val_every_n_epoch());
  if (o.val_check_interval()) positive("val_check_interval", *o.val_check_interval());
  positive("log_every_n_steps", o.log_every_n_steps());
  positive("spike_factor", o.spike_factor());
  HEARTH_CHECK_AS(ValueError, o.overfit_batches() >= 0 && o.fast_dev_run() >= 0,
                  "[Trainer] overfit_batches and fast_dev_run are not negative, got ",
                  o.overfit_batches(), " and ", o.fast_dev_run());
  HEARTH_CHECK_AS(ValueError,
                  !o.precision() || *o.precision() == kBFloat16 || *o.precision() == kHalf,
                  "[Trainer] precision is BFloat16 or Half, got ", *o.precision());
}

}  // namespace hearth::train
