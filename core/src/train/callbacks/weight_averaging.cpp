// SPDX-License-Identifier: Apache-2.0
#include "hearth/train/callbacks/weight_averaging.h"

#include "hearth/autograd/grad_mode.h"
#include "hearth/train/engine.h"

#include "optim/weight_average.h"

namespace hearth::train {

WeightAveragingOptions ema(double decay) {
  return WeightAveragingOptions().average(optim::swa_utils::AveragedModelOptions().multi_avg_fn(
      optim::swa_utils::get_ema_multi_avg_fn(decay)));
}

namespace {

std::vector<Tensor> copies_of(const std::vector<Tensor>& tensors,
                              const std::optional<Device>& device) {
  std::vector<Tensor> copies;
  for (const Tensor& t : tensors)
    copies.push_back(t.detach().to(device.value_or(t.device())).clone());
  return copies;
}

/// Visits what a checkpoint keeps, by name.
template <class Visit>
void for_each_average(const nn::Module& model, std::vector<Tensor>& parameters,
                      std::vector<Tensor>& buffers, Visit visit) {
  size_t i = 0;
  for (const auto& item : model.named_parameters()) visit(item.key(), parameters[i++]);
  i = 0;
  for (const auto& item : model.named_buffers()) visit(item.key(), buffers[i++]);
}

}  // namespace

WeightAveraging::WeightAveraging(nn::Module& model, WeightAveragingOptions options)
    : model_(model),
      options_(std::move(options)),
      average_(optim::swa_utils::average_function(options_.average())),
      parameters_(copies_of(model.parameters(), options_.average().device())),
      buffers_(copies_of(model.buffers(), options_.average().device())) {
  HEARTH_CHECK_AS(ValueError, options_.every_n_steps() > 0 && options_.start_step() >= 0,
                  "[WeightAveraging] every_n_steps is positive and start_step not negative, got ",
                  options_.every_n_steps(), " and ", options_.start_step());
}

void WeightAveraging::on_after_optimizer_step(Engine& engine) {
  const int64_t step = engine.global_step();
  if (step < options_.start_step() || step % options_.every_n_steps() != 0) return;
  optim::swa_utils::update_average(parameters_, buffers_, model_, averaged_, average_,
                                   options_.average().use_buffers());
  ++averaged_;
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
  change(model_.parameters(), parameters_);
  change(model_.buffers(), buffers_);
  swapped_ = !swapped_;
}

void WeightAveraging::on_validation_start(Engine&) {
  if (averaged_ > 0) swap();
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
  if (averaged_ > 0) swap();
  swapped_ = false;
}

void WeightAveraging::save(serialize::OutputArchive& archive) const {
  serialize::OutputArchive average;
  auto parameters = parameters_, buffers = buffers_;
  for_each_average(model_, parameters, buffers,
                   [&](const std::string& name, Tensor& t) { average.write(name, t); });
  archive.write("average", average);
  archive.write("averaged", averaged_);
}
void WeightAveraging::load(serialize::InputArchive& archive) {
  serialize::InputArchive average;
  archive.read("average", average);
  archive.read("averaged", averaged_);
  for_each_average(model_, parameters_, buffers_,
                   [&](const std::string& name, Tensor& t) { average.read(name, t); });
}

}  // namespace hearth::train
