// SPDX-License-Identifier: Apache-2.0
// What happens between the beginning and the end of fit(): a batch (step.cpp), a validation
// (validation.cpp), epochs and all of it (fit.cpp).
#pragma once

#include "hearth/base/generator.h"
#include "hearth/base/progress.h"

#include "train/engine_impl.h"

namespace hearth::train {

constexpr size_t kRecentLosses = 10;  // whose mean a spike is measured by

/// A loader's place. An epoch that was cut short is over, so nothing of it is continued.
struct LoaderPlace {
  Batches& batches;
  bool cut = false;

  void save(serialize::OutputArchive& archive) const {
    serialize::OutputArchive place;
    batches.save(place);
    archive.write("cut", cut);
    archive.write("place", place);
  }
  void load(serialize::InputArchive& archive) {
    serialize::InputArchive place;
    archive.read("cut", cut);
    archive.read("place", place);
    if (!cut) batches.load(place);
  }
};

/// One call of fit().
struct Run {
  Engine& engine;
  Engine::Impl& s;
  const TrainerOptions& options;
  Batches& train;
  const Engine::Step& step;
  Batches* validation;
  const Engine::Step& validation_step;

  LoaderPlace loader{train};
  std::vector<Tensor> parameters = engine.parameters();
  std::optional<serialize::OutputArchive> overfit;  ///< where every epoch begins
  double group_weight = 0;
  int64_t skipped = 0;  ///< steps in a row
  std::optional<int64_t> max_epochs = options.fast_dev_run() > 0 ? 1 : options.max_epochs();

  template <typename... P, typename... A>
  void call(void (Callback::*joint)(Engine&, P...), A&&... arguments) {
    for (const auto& c : s.callbacks) (c.get()->*joint)(engine, arguments...);
  }

  std::optional<int64_t> train_limit() const;

  // ---- one batch
  Device device() const { return parameters.empty() ? Device(kCPU) : parameters.front().device(); }
  /// A step in the precision that was asked for.
  StepResult run_step(const Engine::Step& one, void* batch) const;
  /// Whether the batch shall change the model.
  bool is_sound(const StepResult& result, void* batch, const GeneratorState& random);
  void watch_for_spikes(double loss);
  void backward(const StepResult& result);
  /// Whether gradients may be applied; clips them.
  bool clip();
  void optimize();
  void one_batch(void* batch);

  // ---- values
  LogPlace log_place(bool epoch_end) const;
  void to_loggers(bool epoch_end);
  void log_step();

  // ---- validation
  Metrics pass(Batches& batches, const Engine::Step& one, std::optional<int64_t> limit);
  std::optional<bool> shows_progress() const;
  std::optional<int64_t> validation_limit() const;
  /// False if it was broken off; then it is still owed.
  bool validate();
  void sanity_check();

  // ---- epochs
  bool minimum_is_done() const;
  /// Why to end now, if there is a reason.
  std::optional<FitResult> reason_to_end() const;
  void begin_epoch();
  void end_epoch();
  /// What follows an epoch. Left undone, for the next run, when a signal comes while it validates.
  void finish_epoch();
  std::string epoch_label() const;
  void show(Progress& progress);
  bool validates_now() const;
  /// Between steps: validation, checkpoints, and why to end here, if there is a reason.
  std::optional<FitResult> after_step();
  /// Why it ended within the epoch, if it did.
  std::optional<FitResult> epoch();

  // ---- all of it
  void collect(Checkpoint& all);
  FitResult loop();
  FitResult fit(const std::string& path);
};

}  // namespace hearth::train
