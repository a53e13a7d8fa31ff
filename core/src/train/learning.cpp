// SPDX-License-Identifier: Apache-2.0
#include "train/learning.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "hearth/base/error.h"
#include "hearth/nn/module.h"
#include "hearth/optim/adamw.h"
#include "hearth/optim/sgd.h"

namespace hearth::train {
namespace {

/// Where a warm-up begins, as torchvision's recipes have it.
constexpr double kWarmupFactor = 0.01;

std::vector<ParameterGroup> groups_of(const nn::Module& model,
                                      const ClassificationOptions& options) {
  if (!options.groups().empty()) return options.groups();
  return {{model.parameters()}};
}

template <class Optim, class Options>
std::unique_ptr<optim::Optimizer> make(const std::vector<ParameterGroup>& groups,
                                       const Options& defaults) {
  std::vector<optim::OptimizerParamGroup> made;
  for (const ParameterGroup& group : groups) made.emplace_back(group.parameters);
  auto optimizer = std::make_unique<Optim>(std::move(made), defaults);
  for (size_t i = 0; i < groups.size(); ++i) {
    auto& own = static_cast<Options&>(optimizer->param_groups()[i].options());
    own.lr(defaults.lr() * groups[i].lr_factor);
    if (groups[i].weight_decay) own.weight_decay(*groups[i].weight_decay);
  }
  return optimizer;
}

}  // namespace

void check_learning(const ClassificationOptions& o) {
  HEARTH_CHECK_AS(
      ValueError,
      o.warmup_epochs() >= 0 &&
          (o.warmup_epochs() == 0 || (o.schedule() == Schedule::Cosine &&
                                      o.warmup_epochs() < static_cast<double>(o.epochs()))),
      "[ClassificationTrainer] a warm-up of ", o.warmup_epochs(),
      " epochs belongs to a cosine schedule of more epochs than that; there are ", o.epochs());
  HEARTH_CHECK_AS(ValueError, o.ema_decay() >= 0 && o.ema_decay() < 1 && o.ema_every_n_steps() > 0,
                  "[ClassificationTrainer] expected a decay of the average from 0 to below 1 and "
                  "steps between its updates, got ",
                  o.ema_decay(), " and ", o.ema_every_n_steps());
  for (const ParameterGroup& group : o.groups())
    HEARTH_CHECK_AS(ValueError, group.lr_factor >= 0 && std::isfinite(group.lr_factor),
                    "[ClassificationTrainer] expected factors of the learning rate that are not "
                    "negative, got ",
                    group.lr_factor);
}

std::unique_ptr<optim::Optimizer> make_optimizer(const nn::Module& model,
                                                 const ClassificationOptions& o) {
  const std::vector<ParameterGroup> groups = groups_of(model, o);
  if (o.optimizer() == OptimizerKind::SGD)
    return make<optim::SGD>(groups, optim::SGDOptions(o.lr())
                                        .momentum(o.momentum())
                                        .weight_decay(o.weight_decay())
                                        .nesterov(o.momentum() > 0));
  return make<optim::AdamW>(groups, optim::AdamWOptions(o.lr()).weight_decay(o.weight_decay()));
}

int64_t warmup_steps(const ClassificationOptions& o, int64_t steps_per_epoch) {
  return static_cast<int64_t>(
      std::lround(o.warmup_epochs() * static_cast<double>(steps_per_epoch)));
}

std::unique_ptr<optim::LRScheduler> make_schedule(optim::Optimizer& optimizer,
                                                  const ClassificationOptions& o,
                                                  int64_t steps_per_epoch) {
  const int64_t total = steps_per_epoch * o.epochs();
  if (o.schedule() == Schedule::OneCycle) {
    std::vector<double> highest;
    for (const auto& group : optimizer.param_groups()) highest.push_back(group.options().get_lr());
    return std::make_unique<optim::OneCycleLR>(
        optimizer, optim::OneCycleLROptions(o.lr(), total)
                       .max_lr(std::move(highest))
                       .cycle_momentum(o.optimizer() == OptimizerKind::AdamW || o.momentum() > 0));
  }
  const auto warmup = static_cast<double>(warmup_steps(o, steps_per_epoch));
  const double rest = std::max(1.0, static_cast<double>(total) - warmup);
  return std::make_unique<optim::LambdaLR>(optimizer, [warmup, rest](int64_t step) {
    const auto t = static_cast<double>(step);
    if (t < warmup) return kWarmupFactor + (1 - kWarmupFactor) * t / warmup;
    return 0.5 * (1 + std::cos(std::numbers::pi * std::min(1.0, (t - warmup) / rest)));
  });
}

std::string describe_learning(const ClassificationOptions& o) {
  std::string text;
  if (o.criterion() == Criterion::BinaryCrossEntropy) text += ", any number of classes";
  if (o.criterion() == Criterion::MeanSquaredError) text += ", numbers";
  if (o.optimizer() == OptimizerKind::SGD) text += cat_str(", SGD of momentum ", o.momentum());
  if (o.schedule() == Schedule::Cosine) text += ", cosine";
  if (o.warmup_epochs() > 0) text += cat_str(" after ", o.warmup_epochs(), " epochs of warm-up");
  for (const ParameterGroup& g : o.groups()) {
    text += cat_str(", ", g.parameters.size(), " parameters at ", g.lr_factor);
    if (g.weight_decay) text += cat_str(" with weight decay ", *g.weight_decay);
  }
  if (o.sampling() == Sampling::Balanced) text += ", balanced";
  if (o.sampling() == Sampling::Repeated) text += cat_str(", each ", o.repeats(), " times");
  if (o.ema_decay() > 0)
    text += cat_str(", averages of decay ", o.ema_decay(), " every ", o.ema_every_n_steps());
  return text;
}

}  // namespace hearth::train
