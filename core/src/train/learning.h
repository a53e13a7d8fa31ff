// SPDX-License-Identifier: Apache-2.0
// How a classifier's weights learn: the optimizer and the schedule that its options name.
#pragma once

#include <memory>

#include "hearth/optim/lr_scheduler.h"
#include "hearth/optim/optimizer.h"
#include "hearth/train/classification.h"

namespace hearth::train {

/// Throws ValueError for options that make none.
void check_learning(const ClassificationOptions& options);

std::unique_ptr<optim::Optimizer> make_optimizer(const nn::Module& model,
                                                 const ClassificationOptions& options);

std::unique_ptr<optim::LRScheduler> make_schedule(optim::Optimizer& optimizer,
                                                  const ClassificationOptions& options,
                                                  int64_t steps_per_epoch);

/// The steps of the warm-up; less than all there are.
int64_t warmup_steps(const ClassificationOptions& options, int64_t steps_per_epoch);

/// What the options say of it beyond the defaults, for people: ", SGD, cosine ...".
std::string describe_learning(const ClassificationOptions& options);

}  // namespace hearth::train
