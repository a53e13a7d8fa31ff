// SPDX-License-Identifier: Apache-2.0
#include "common/training/learning.h"

namespace train = hearth::train;

namespace {

template <class T>
void fill(std::optional<T>& option, const std::optional<T>& value) {
  if (!option) option = value;
}

}  // namespace

void LearningOptions::declare(OptionList& options) {
  options.add("--optimizer", optimizer, "What changes the weights")
      .one_of({"adamw", "sgd"})
      .by_default("adamw, or by recipe");
  options
      .add("--schedule", schedule,
           "How the learning rate goes: up and down again, or down along a cosine")
      .one_of({"onecycle", "cosine"})
      .by_default("onecycle, or by recipe");
  options.add("--warmup", warmup, "Epochs in which the rate of a cosine rises first")
      .between(0, 100'000)
      .by_default("0, or by recipe");
  options.add("--weight-decay", weight_decay, "How strongly weights are drawn to 0")
      .between(0, 10)
      .by_default("0.01, or by recipe");
  options.add("--label-smoothing", label_smoothing, "Share of a target that all classes get")
      .between(0, 0.999)
      .by_default("0, or by recipe");
  options
      .add("--ema", ema,
           "Keep a moving average of the weights, with this decay a step, as the model; 0: none")
      .between(0, 0.9999999)
      .by_default("0, or by recipe");
  options.add("--clip-grad-norm", clip_grad_norm, "Longest a step's gradient may be").positive();
  options
      .add("--repeats", repeats,
           "Take each example so often in a row, each time changed on its own; fewer come in an "
           "epoch")
      .between(1, 100)
      .by_default("1, or by recipe");
  options.flag("--balanced", balanced, "Draw all classes equally often, rare ones repeatedly");
}

void LearningOptions::settle(const LearningOptions& recipe) {
  fill(optimizer, recipe.optimizer);
  fill(schedule, recipe.schedule);
  fill(warmup, recipe.warmup);
  fill(weight_decay, recipe.weight_decay);
  fill(label_smoothing, recipe.label_smoothing);
  fill(ema, recipe.ema);
  fill(clip_grad_norm, recipe.clip_grad_norm);
  if (!balanced) fill(repeats, recipe.repeats);
}

void LearningOptions::apply(train::ClassificationOptions& o) const {
  if (optimizer == "sgd") o.optimizer(train::OptimizerKind::SGD);
  if (schedule == "cosine") o.schedule(train::Schedule::Cosine);
  if (warmup.value_or(0) > 0) {
    if (schedule != "cosine")
      throw UsageError("--warmup belongs to --schedule cosine; onecycle rises by itself");
    if (*warmup >= static_cast<double>(o.epochs()))
      throw UsageError("--warmup must be shorter than the training of --epochs");
  }
  o.warmup_epochs(warmup.value_or(0));
  if (weight_decay) o.weight_decay(*weight_decay);
  if (label_smoothing) o.label_smoothing(*label_smoothing);
  o.ema_decay(ema.value_or(0));
  if (clip_grad_norm) o.loop(train::TrainerOptions(o.loop()).gradient_clip_val(*clip_grad_norm));
  if (balanced && repeats.value_or(1) > 1)
    throw UsageError("--balanced draws examples as it needs them: leave out --repeats");
  if (balanced) o.sampling(train::Sampling::Balanced);
  if (repeats.value_or(1) > 1) o.sampling(train::Sampling::Repeated).repeats(*repeats);
}
