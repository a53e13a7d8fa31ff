// SPDX-License-Identifier: Apache-2.0
// The loop: epochs, and what begins and ends it.
#include <cstdio>

#include "hearth/base/context.h"
#include "hearth/train/callbacks/model_checkpoint.h"

#include "train/check_options.h"
#include "train/run.h"
#include "train/signals.h"

namespace hearth::train {

namespace {

/// set_deterministic for a scope.
class Deterministic {
 public:
  explicit Deterministic(bool on) : before_(deterministic()) {
    if (on) set_deterministic(true);
  }
  ~Deterministic() { set_deterministic(before_); }
  Deterministic(const Deterministic&) = delete;
  Deterministic& operator=(const Deterministic&) = delete;

 private:
  bool before_;
};

}  // namespace

std::optional<int64_t> Run::train_limit() const {
  if (options.fast_dev_run() > 0) return Limit(options.fast_dev_run()).of(train.size());
  if (options.overfit_batches() > 0) return Limit(options.overfit_batches()).of(train.size());
  return options.limit_train_batches().of(train.size());
}

LogPlace Run::log_place(bool epoch_end) const {
  return {s.place.step, engine.current_epoch(), s.place.elapsed(), epoch_end};
}

void Run::to_loggers(bool epoch_end) {
  if (options.fast_dev_run() == 0 && !s.logged.empty())
    for (const auto& logger : s.loggers) logger->log_metrics(s.logged, log_place(epoch_end));
  s.logged.clear();
}

void Run::log_step() {
  s.place.means.for_each(
      [&](const std::string& name, double, double last) { engine.log("train_" + name, last); });
  if (!s.optimizers.empty()) engine.log("lr", engine.learning_rate());
  to_loggers(false);
}

bool Run::minimum_is_done() const {
  return s.place.epochs_done >= options.min_epochs() && s.place.step >= options.min_steps();
}

std::optional<FitResult> Run::reason_to_end() const {
  FitResult r;
  if (const int signal = SignalWatch::received(); signal != 0) {
    r.end = End::Signal;
    r.signal = signal;
    r.reason = signal == SIGINT ? "interrupted" : "terminated";
  } else if (options.max_steps() && s.place.step >= *options.max_steps()) {
    r.end = End::Steps;
    r.reason = cat_str("all ", *options.max_steps(), " steps are done");
  } else if (options.max_time() && s.place.elapsed() >= *options.max_time()) {
    r.end = End::Time;
    r.reason = cat_str("the time of ", *options.max_time(), " s is over");
  } else if (s.stopped && minimum_is_done()) {
    r.end = End::Stopped;
    r.reason = *s.stopped;
  } else if (max_epochs && s.place.epochs_done >= *max_epochs) {
    r.end = End::Epochs;
    r.reason = cat_str("all ", *max_epochs, " epochs are done");
  } else {
    return std::nullopt;
  }
  return r;
}

void Run::begin_epoch() {
  if (s.place.in_epoch) return train.begin();  // goes on where the checkpoint was
  s.place.means.clear();
  s.place.batch = 0;
  loader.cut = false;
  if (options.overfit_batches() > 0) {
    if (overfit) {
      serialize::InputArchive place(*overfit);
      train.load(place);
    }
    train.begin();
    if (!overfit) train.save(overfit.emplace());
  } else {
    train.begin();
  }
  s.place.in_epoch = true;
  call(&Callback::on_train_epoch_start);
}

void Run::end_epoch() {
  s.place.in_epoch = false;
  s.place.owes_epoch_end = true;
  ++s.place.epochs_done;
  for (const Scheduler& x : s.schedulers)
    if (x.interval == Interval::Epoch && s.place.epochs_done % x.frequency == 0)
      x.scheduler->step();
  s.place.owes_validation = validation && !options.val_check_interval() &&
                            s.place.epochs_done % options.check_val_every_n_epoch() == 0;
  finish_epoch();
}

void Run::finish_epoch() {
  s.logs_epoch = true;
  s.place.means.for_each(
      [&](const std::string& name, double mean, double) { engine.log("train_" + name, mean); });
  if (!s.optimizers.empty()) engine.log("lr", engine.learning_rate());
  if (!s.place.owes_validation || validate()) {
    call(&Callback::on_train_epoch_end);
    to_loggers(true);
    s.place.owes_epoch_end = false;
    call(&Callback::on_checkpoint, Moment::Epoch);
  }
  s.logs_epoch = false;
}

std::string Run::epoch_label() const {
  std::string text = "epoch " + std::to_string(s.place.epochs_done + 1);
  if (max_epochs) text += "/" + std::to_string(*max_epochs);
  return text;
}

void Run::show(Progress& progress) {
  progress.advance();
  if (!progress_is_on() || !options.enable_progress_bar()) return;
  char text[64];
  s.place.means.for_each([&](const std::string& name, double, double last) {
    if (name != "loss") return;
    std::snprintf(text, sizeof text, "loss %.4f", last);
    progress.status(text);
  });
}

bool Run::validates_now() const {
  const auto interval = options.val_check_interval();
  return validation && interval && s.place.step > 0 && s.place.step % *interval == 0;
}

std::optional<FitResult> Run::after_step() {
  bool validated = false;
  if (s.place.owes_validation) {
    validated = validate();
    to_loggers(false);
  }
  if (!s.place.owes_validation)
    call(&Callback::on_checkpoint, validated ? Moment::Validated : Moment::Step);
  const auto end = reason_to_end();
  return end && end->end != End::Epochs ? end : std::nullopt;
}

std::optional<FitResult> Run::epoch() {
  begin_epoch();
  const std::optional<int64_t> limit = train_limit();
  Progress progress(ProgressOptions(epoch_label())
                        .unit("batches")
                        .total(limit ? limit : s.expected_batches)
                        .initial(s.place.batch)
                        .enabled(shows_progress()));
  if (s.place.owes_validation)
    if (auto end = after_step()) return end;
  while (!limit || s.place.batch < *limit) {
    void* batch = train.next();
    if (!batch) break;
    const int64_t before = s.place.step;
    one_batch(batch);
    show(progress);
    if (s.in_group != 0) continue;
    s.place.owes_validation = s.place.step > before && validates_now();
    if (auto end = after_step()) return end;
  }
  loader.cut = limit && train.size() != limit;
  train.end();
  if (!limit) s.expected_batches = s.place.batch;
  if (s.in_group != 0) optimize();
  progress.finish();
  end_epoch();
  return std::nullopt;
}

void Run::collect(Checkpoint& all) {
  all = s.states;
  all.add("trainer", s.place);
  for (const Model& m : s.models) all.add(m.name, *m.module);
  for (size_t i = 0; i < s.optimizers.size(); ++i)
    all.add("optimizer" + (i > 0 ? std::to_string(i) : ""), *s.optimizers[i]);
  for (size_t i = 0; i < s.schedulers.size(); ++i)
    all.add("scheduler" + (i > 0 ? std::to_string(i) : ""), *s.schedulers[i].scheduler);
  for (size_t i = 0; i < s.plateaus.size(); ++i)
    all.add("plateau" + (i > 0 ? std::to_string(i) : ""), *s.plateaus[i].scheduler);
  for (const auto& c : s.callbacks) all.add("callback " + c->state_key(), *c);
  for (size_t i = 0; i < s.loggers.size(); ++i)
    all.add("logger" + std::to_string(i), *s.loggers[i]);
  all.add("scaler", s.scaler);
  all.add("loader", loader);
}

FitResult Run::loop() {
  for (std::optional<FitResult> end;;) {
    if (s.place.owes_epoch_end) finish_epoch();
    end = reason_to_end();
    if (!end) end = epoch();
    if (end) return *end;
  }
}

FitResult Run::fit(const std::string& path) {
  Checkpoint all;
  collect(all);
  if (!path.empty()) all.load(path);
  s.checkpoint = &all;
  if (path.empty() && !s.settings.empty() && options.fast_dev_run() == 0)
    for (const auto& logger : s.loggers) logger->log_hyperparams(s.settings);
  call(&Callback::on_fit_start);
  for (const Model& m : s.models) m.module->train();
  if (validation && path.empty()) sanity_check();
  s.place.start = Clock::now();
  call(&Callback::on_train_start);
  FitResult result = loop();
  call(&Callback::on_checkpoint, result.end == End::Signal ? Moment::Interrupt : Moment::End);
  call(&Callback::on_train_end);
  call(&Callback::on_fit_end);
  for (const auto& logger : s.loggers) logger->flush();
  result.checkpoint = s.last_checkpoint;
  result.epochs = s.place.epochs_done;
  result.steps = s.place.step;
  result.seconds = s.place.elapsed();
  result.metrics = s.place.metrics;
  return result;
}

FitResult Engine::fit(Batches& train, const Step& step, Batches* validation,
                      const Step& validation_step, const std::string& checkpoint) {
  Impl& s = *impl_;
  check_options(s.options);
  HEARTH_CHECK(step, "[Trainer] fit() without a training_step()");
  HEARTH_CHECK(!s.checkpoint, "[Trainer] fit() is running");
  s.place = {};
  s.place.recent_losses.resize(kRecentLosses);
  s.stopped.reset();
  s.last_checkpoint.clear();
  s.in_group = 0;
  s.scaler = GradScaler(GradScalerOptions().enabled(s.options.precision() == kHalf));
  const bool writes = s.options.fast_dev_run() == 0 && s.options.enable_checkpointing();
  bool has_checkpoints = !writes || s.options.default_root_dir().empty();
  for (const auto& c : s.callbacks)
    has_checkpoints |= dynamic_cast<ModelCheckpoint*>(c.get()) != nullptr;
  if (!has_checkpoints) add_callback<ModelCheckpoint>();

  const SignalWatch signals(s.options.handle_signals());
  const Deterministic deterministic(s.options.deterministic());
  Run run{*this, s, s.options, train, step, validation, validation_step};
  const auto leave = [&] {
    s.place.seconds = s.place.elapsed();
    s.place.start.reset();
    s.sanity_checking = s.logs_epoch = false;
    s.checkpoint = nullptr;
    train.end();
    if (validation) validation->end();
  };
  try {
    FitResult result = run.fit(checkpoint);
    leave();
    return result;
  } catch (...) {
    for (const auto& c : s.callbacks) c->on_exception(*this);
    for (const auto& logger : s.loggers) logger->flush();
    leave();
    throw;
  }
}

Metrics Engine::validate(Batches& batches, const Step& step) {
  const Step none;
  Run run{*this, *impl_, impl_->options, batches, none, &batches, step};
  return run.pass(batches, step, run.validation_limit());
}

}  // namespace hearth::train
