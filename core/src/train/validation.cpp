// SPDX-License-Identifier: Apache-2.0
// A validation.
#include "hearth/autograd/grad_mode.h"

#include "train/run.h"
#include "train/signals.h"

namespace hearth::train {

namespace {

/// Models in evaluation mode, and each module back in the mode it was in.
class Evaluating {
 public:
  explicit Evaluating(const std::vector<Model>& models) {
    for (const Model& m : models) {
      for (const auto& module : m.module->modules(/*include_self=*/false))
        modes_.emplace_back(module.get(), module->is_training());
      own_.emplace_back(m.module, m.module->is_training());
      m.module->eval();
    }
  }
  ~Evaluating() {
    for (const auto& [module, training] : own_) module->train(training);
    for (const auto& [module, training] : modes_) module->train(training);
  }
  Evaluating(const Evaluating&) = delete;
  Evaluating& operator=(const Evaluating&) = delete;

 private:
  std::vector<std::pair<nn::Module*, bool>> own_, modes_;
};

}  // namespace

Metrics Run::pass(Batches& batches, const Engine::Step& one, std::optional<int64_t> limit) {
  HEARTH_CHECK(one, "[Trainer] there are batches to validate on, but no validation_step()");
  // Validation draws from a stream of its own: how often it runs changes no training.
  const GeneratorState random = default_generator().get_state();
  const Evaluating evaluating(s.models);
  NoGradGuard no_grad;
  Means means;
  Progress progress(ProgressOptions(s.sanity_checking ? "checking" : "validating")
                        .unit("batches")
                        .total(limit)
                        .enabled(shows_progress()));
  batches.begin();
  for (int64_t n = 0; !limit || n < *limit; ++n) {
    void* batch = batches.next();
    if (!batch) break;
    const StepResult result = run_step(one, batch);
    means.add(result);
    call(&Callback::on_validation_batch_end, result);
    progress.advance();
    // A training that is to end does not wait for the rest; it is validated when it goes on.
    if (s.place.start && SignalWatch::received() != 0) break;
  }
  batches.end();
  default_generator().set_state(random);
  Metrics values;
  means.for_each(
      [&](const std::string& name, double mean, double) { values["val_" + name] = mean; });
  return values;
}

std::optional<bool> Run::shows_progress() const {
  return options.enable_progress_bar() ? std::nullopt : std::optional<bool>(false);
}

std::optional<int64_t> Run::validation_limit() const {
  if (options.fast_dev_run() > 0) return Limit(options.fast_dev_run()).of(validation->size());
  return options.limit_val_batches().of(validation->size());
}

bool Run::validate() {
  s.place.owes_validation = true;
  call(&Callback::on_validation_start);
  const Metrics values = pass(*validation, validation_step, validation_limit());
  if (SignalWatch::received() != 0) {
    call(&Callback::on_validation_interrupted);
    return false;
  }
  for (const auto& [name, value] : values) engine.log(name, value);
  for (const Plateau& p : s.plateaus)
    p.scheduler->step(static_cast<float>(engine.metric(p.monitor)));
  s.place.owes_validation = false;
  call(&Callback::on_validation_end);
  return true;
}

void Run::sanity_check() {
  const std::optional<int64_t> batches = options.num_sanity_val_steps().of(validation->size());
  if (!batches || *batches == 0) return;
  s.sanity_checking = true;
  call(&Callback::on_sanity_check_start);
  pass(*validation, validation_step, batches);
  call(&Callback::on_sanity_check_end);
  s.sanity_checking = false;
}

}  // namespace hearth::train
