// SPDX-License-Identifier: Apache-2.0
#include "hearth/train/callbacks/weight_averaging.h"

#include "hearth/autograd/grad_mode.h"
#include "hearth/train/engine.h"

namespace hearth::train {

WeightAveragingOptions ema(double decay) {
  return WeightAveragingOptions().average(optim::swa_utils::AveragedModelOptions().multi_avg_fn(
      optim::swa_utils::get_ema_multi_avg_fn(decay)));
}

WeightAveraging::WeightAveraging(nn::Module& model, WeightAveragingOptions options)
    : model_(model), options_(std::move(options)), average_(model, options_.average()) {
  HEARTH_CHECK_AS(ValueError, options_.every_n_steps() > 0 && options_.start_step() >= 0,
                  "[WeightAveraging] every_n_steps is positive and start_step not negative, got ",
                  options_.every_n_steps(), " and ", options_.start_step());
}

bool WeightAveraging::has_average() const { return average_.n_averaged.item<int64_t>() > 0; }

void WeightAveraging::on_after_optimizer_step(Engine& engine) {
  const int64_t step = engine.global_step();
  if (step >= options_.start_step() && step % options_.every_n_steps() == 0)
    average_.update_parameters(model_);
}

/// The model's weights and the average change places.
void WeightAveraging::swap() {
  NoGradGuard no_grad;
  const auto change = [](const auto& live, const auto& kept) {
    for (size_t i = 0; i < live.size(); ++i) {
      const Tensor before = live[i].clone();
      live[i].copy_(kept[i]);
      kept[i].copy_(before);
    }
  };
  change(model_.parameters(), average_.module->parameters());
  change(model_.buffers(), average_.module->buffers());
  swapped_ = !swapped_;
}

void WeightAveraging::on_validation_start(Engine&) {
  if (has_average()) swap();
}
void WeightAveraging::on_validation_end(Engine&) {
  if (swapped_) swap();
}
void WeightAveraging::on_validation_interrupted(Engine&) {
  if (swapped_) swap();
}
void WeightAveraging::on_exception(Engine&) {
  if (swapped_) swap();
}
void WeightAveraging::on_train_end(Engine&) {
  if (has_average()) swap();
  swapped_ = false;
}

void WeightAveraging::save(serialize::OutputArchive& archive) const {
  serialize::OutputArchive average;
  average_.save(average);
  archive.write("average", average);
}
void WeightAveraging::load(serialize::InputArchive& archive) {
  serialize::InputArchive average;
  archive.read("average", average);
  average_.load(average);
}

}  // namespace hearth::train
