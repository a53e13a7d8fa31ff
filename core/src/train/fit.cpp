// SPDX-License-Identifier: Apache-2.0
// The loop.
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "hearth/autograd/grad_mode.h"
#include "hearth/base/context.h"
#include "hearth/base/generator.h"
#include "hearth/base/progress.h"
#include "hearth/interceptors/autocast.h"
#include "hearth/nn/utils.h"
#include "hearth/train/callbacks/model_checkpoint.h"

#include "train/check_options.h"
#include "train/engine_impl.h"
#include "train/non_finite.h"
#include "train/signals.h"

namespace hearth::train {

namespace {

constexpr size_t kRecentLosses = 10;     // whose mean a spike is measured by
constexpr double kNewsworthy = 0.1;      // of the first loss
constexpr int64_t kSkippedInARow = 100;  // steps without a finite gradient are no training

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

}  // namespace

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

  std::optional<int64_t> train_limit() const {
    if (options.fast_dev_run() > 0) return Limit(options.fast_dev_run()).of(train.size());
    if (options.overfit_batches() > 0) return Limit(options.overfit_batches()).of(train.size());
    return options.limit_train_batches().of(train.size());
  }

  // ---- one batch

  Device device() const { return parameters.empty() ? Device(kCPU) : parameters.front().device(); }

  StepResult run_step(void* batch) {
    if (!options.precision()) return step(batch);
    const Autocast autocast(device().type(), *options.precision());
    return step(batch);
  }

  /// Whether the batch shall change the model.
  bool is_sound(const StepResult& result, void* batch, const GeneratorState& random) {
    if (options.non_finite() == NonFinite::Ignore) return true;
    const double loss = result.loss.item<double>();
    if (std::isfinite(loss)) {
      watch_for_spikes(loss);
      return true;
    }
    const std::string where = cat_str("the loss is ", loss, " at step ", s.place.step, " (epoch ",
                                      s.place.epochs_done, ", batch ", s.place.batch, ")");
    if (options.non_finite() == NonFinite::Skip) {
      engine.print(where + "; the batch is left out");
      return false;
    }
    std::string advice = "try a lower learning rate";
    if (!s.optimizers.empty()) advice += cat_str(" (it is ", engine.learning_rate(), ")");
    if (!options.gradient_clip_val()) advice += ", gradient_clip_val";
    std::string found;
    if (options.non_finite() == NonFinite::Report) {
      default_generator().set_state(random);
      NonFiniteSearch search;
      {
        const Interceptor::Scope scope(search);
        run_step(batch);
      }
      found = search.found();
      advice = found.empty()
                   ? "no operator gave such a value when the batch was run again: look at "
                     "its data and weights"
                   : "the first operator to give such a value is " + found;
    } else {
      advice += ", or NonFinite::Report, which names the operator";
    }
    throw NonFiniteLoss(where, "; nothing was changed by it. " + advice);
  }

  void watch_for_spikes(double loss) {
    std::vector<double>& recent = s.place.recent_losses;
    if (s.place.losses >= static_cast<int64_t>(kRecentLosses)) {
      double mean = 0;
      for (const double l : recent) mean += l;
      mean /= static_cast<double>(kRecentLosses);
      // What is small beside the loss it began with is no news, however many times the mean.
      const double jump = std::max(options.spike_factor() * std::abs(mean),
                                   kNewsworthy * std::abs(s.place.first_loss));
      if (loss - mean > jump) {
        call(&Callback::on_loss_spike, loss, mean);
        engine.print(cat_str("the loss jumps to ", loss, " at step ", s.place.step,
                             ", from a mean of ", mean));
      }
    }
    if (s.place.losses == 0) s.place.first_loss = loss;
    recent[static_cast<size_t>(s.place.losses++) % kRecentLosses] = loss;
  }

  void backward(const StepResult& result) {
    HEARTH_CHECK(!s.optimizers.empty(),
                 "[Trainer] the step gives a loss, but there is no optimizer to lower it: "
                 "add_optimizer(), or give no loss where the step optimizes itself");
    if (s.in_group == 0) {
      call(&Callback::on_before_zero_grad);
      for (optim::Optimizer* o : s.optimizers) o->zero_grad();
    }
    // Losses are means over their batches; weighted, they add up to the mean over the group.
    Tensor loss = result.loss;
    if (options.accumulate_grad_batches() > 1 && result.weight != 1) loss = loss.mul(result.weight);
    if (s.scaler.is_enabled()) loss = s.scaler.scale(loss);
    call(&Callback::on_before_backward, result.loss);
    if (options.detect_anomaly()) {
      const autograd::DetectAnomalyGuard anomaly;
      loss.backward();
    } else {
      loss.backward();
    }
    call(&Callback::on_after_backward);
    ++s.in_group;
    group_weight += result.weight;
  }

  /// Whether gradients may be applied; clips them.
  bool clip() {
    if (!options.gradient_clip_val()) return true;
    const double most = *options.gradient_clip_val();
    if (options.gradient_clip_algorithm() == ClipAlgorithm::Value) {
      nn::utils::clip_grad_value_(parameters, most);
      return true;
    }
    const double norm = nn::utils::clip_grad_norm_(parameters, most);
    s.place.means.add("grad_norm", norm, 1);
    if (std::isfinite(norm) || s.scaler.is_enabled() || options.non_finite() == NonFinite::Ignore)
      return true;
    const std::string where = cat_str("the gradient's norm is ", norm, " at step ", s.place.step);
    if (options.non_finite() != NonFinite::Skip)
      throw NonFiniteLoss(where,
                          "; the step was not taken. Try a lower learning rate, or detect_anomaly, "
                          "which names the operator");
    engine.print(where + "; the step is left out");
    return false;
  }

  void optimize() {
    if (s.scaler.is_enabled())
      for (optim::Optimizer* o : s.optimizers) s.scaler.unscale_(*o);
    if (options.accumulate_grad_batches() > 1 && group_weight != 1) {
      NoGradGuard no_grad;
      for (const Tensor& p : parameters)
        if (p.grad().defined()) p.grad().mul_(1 / group_weight);
    }
    s.in_group = 0;
    group_weight = 0;
    call(&Callback::on_before_optimizer_step);
    bool taken = clip();
    if (s.scaler.is_enabled()) {
      for (optim::Optimizer* o : s.optimizers) taken &= s.scaler.step(*o);
      s.scaler.update();
    } else if (taken) {
      for (optim::Optimizer* o : s.optimizers) o->step();
    }
    skipped = taken ? 0 : skipped + 1;
    if (skipped == kSkippedInARow)
      throw NonFiniteLoss(cat_str("the gradients of ", skipped, " steps in a row were not finite"),
                          "; try a lower learning rate, or train without `precision`");
    if (!taken) return;
    ++s.place.step;
    for (const Scheduler& x : s.schedulers)
      if (x.interval == Interval::Step && s.place.step % x.frequency == 0) x.scheduler->step();
    call(&Callback::on_after_optimizer_step);
  }

  void one_batch(void* batch) {
    call(&Callback::on_train_batch_start);
    GeneratorState random;
    if (options.non_finite() == NonFinite::Report) random = default_generator().get_state();
    const StepResult result = run_step(batch);
    const int64_t steps_before = s.place.step;
    if (!result.loss.defined()) {
      ++s.place.step;  // it has optimized by itself
      s.place.means.add(result);
    } else {
      HEARTH_CHECK_AS(ShapeError, result.loss.numel() == 1,
                      "[Trainer] the loss of a step is one number, got one of sizes ",
                      result.loss.sizes(), "; take its mean()");
      if (is_sound(result, batch, random)) {
        s.place.means.add(result);
        backward(result);
        if (s.in_group == options.accumulate_grad_batches()) optimize();
      }
    }
    ++s.place.batch;
    call(&Callback::on_train_batch_end, result);
    if (s.place.step > steps_before && s.place.step % options.log_every_n_steps() == 0) log_step();
  }

  // ---- values

  LogPlace log_place(bool epoch_end) const {
    return {s.place.step, engine.current_epoch(), s.elapsed(), epoch_end};
  }

  void to_loggers(bool epoch_end) {
    if (options.fast_dev_run() == 0 && !s.logged.empty())
      for (const auto& logger : s.loggers) logger->log_metrics(s.logged, log_place(epoch_end));
    s.logged.clear();
  }

  void log_step() {
    s.place.means.for_each(
        [&](const std::string& name, double, double last) { engine.log("train_" + name, last); });
    if (!s.optimizers.empty()) engine.log("lr", engine.learning_rate());
    to_loggers(false);
  }

  // ---- validation

  Metrics pass(Batches& batches, const Engine::Step& one, std::optional<int64_t> limit) {
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
      const auto run = [&] {
        if (!options.precision()) return one(batch);
        const Autocast autocast(device().type(), *options.precision());
        return one(batch);
      };
      const StepResult result = run();
      means.add(result);
      call(&Callback::on_validation_batch_end, result);
      progress.advance();
      // A training that is to end does not wait for the rest; it is validated when it goes on.
      if (s.training && SignalWatch::received() != 0) break;
    }
    batches.end();
    default_generator().set_state(random);
    Metrics values;
    means.for_each(
        [&](const std::string& name, double mean, double) { values["val_" + name] = mean; });
    return values;
  }

  std::optional<bool> shows_progress() const {
    return options.enable_progress_bar() ? std::nullopt : std::optional<bool>(false);
  }

  std::optional<int64_t> validation_limit() const {
    if (options.fast_dev_run() > 0) return Limit(options.fast_dev_run()).of(validation->size());
    return options.limit_val_batches().of(validation->size());
  }

  /// False if it was broken off; then it is still owed.
  bool validate() {
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

  void sanity_check() {
    const std::optional<int64_t> batches = options.num_sanity_val_steps().of(validation->size());
    if (!batches || *batches == 0) return;
    s.sanity_checking = true;
    call(&Callback::on_sanity_check_start);
    pass(*validation, validation_step, batches);
    call(&Callback::on_sanity_check_end);
    s.sanity_checking = false;
  }

  // ---- epochs

  bool minimum_is_done() const {
    return s.place.epochs_done >= options.min_epochs() && s.place.step >= options.min_steps();
  }

  /// Why to end now, if there is a reason.
  std::optional<FitResult> reason_to_end() const {
    FitResult r;
    if (const int signal = SignalWatch::received(); signal != 0) {
      r.end = End::Signal;
      r.signal = signal;
      r.reason = signal == SIGINT ? "interrupted" : "terminated";
    } else if (options.max_steps() && s.place.step >= *options.max_steps()) {
      r.end = End::Steps;
      r.reason = cat_str("all ", *options.max_steps(), " steps are done");
    } else if (options.max_time() && s.elapsed() >= *options.max_time()) {
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

  void begin_epoch() {
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

  void end_epoch() {
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

  /// What follows an epoch. Left undone, for the next run, when a signal comes while it validates.
  void finish_epoch() {
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

  std::string epoch_label() const {
    std::string text = "epoch " + std::to_string(s.place.epochs_done + 1);
    if (max_epochs) text += "/" + std::to_string(*max_epochs);
    return text;
  }

  void show(Progress& progress) {
    progress.advance();
    if (!progress_is_on() || !options.enable_progress_bar()) return;
    char text[64];
    s.place.means.for_each([&](const std::string& name, double, double last) {
      if (name != "loss") return;
      std::snprintf(text, sizeof text, "loss %.4f", last);
      progress.status(text);
    });
  }

  bool validates_now() const {
    const auto interval = options.val_check_interval();
    return validation && interval && s.place.step > 0 && s.place.step % *interval == 0;
  }

  /// Between steps: validation, checkpoints, and why to end here, if there is a reason.
  std::optional<FitResult> after_step() {
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

  /// Why it ended within the epoch, if it did.
  std::optional<FitResult> epoch() {
    begin_epoch();
    const std::optional<int64_t> limit = train_limit();
    Progress progress(ProgressOptions(epoch_label())
                          .unit("batches")
                          .total(limit)
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
    if (s.in_group != 0) optimize();
    progress.finish();
    end_epoch();
    return std::nullopt;
  }

  // ---- all of it

  void collect(Checkpoint& all) {
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

  FitResult loop() {
    for (std::optional<FitResult> end;;) {
      if (s.place.owes_epoch_end) finish_epoch();
      end = reason_to_end();
      if (!end) end = epoch();
      if (end) return *end;
    }
  }

  FitResult fit(const std::string& path) {
    Checkpoint all;
    collect(all);
    if (!path.empty()) all.load(path);
    s.checkpoint = &all;
    if (path.empty() && !s.settings.empty() && options.fast_dev_run() == 0)
      for (const auto& logger : s.loggers) logger->log_hyperparams(s.settings);
    call(&Callback::on_fit_start);
    for (const Model& m : s.models) m.module->train();
    if (validation && path.empty()) sanity_check();
    s.training = true;
    s.start = Clock::now();
    call(&Callback::on_train_start);
    FitResult result = loop();
    call(&Callback::on_checkpoint, result.end == End::Signal ? Moment::Interrupt : Moment::End);
    call(&Callback::on_train_end);
    call(&Callback::on_fit_end);
    for (const auto& logger : s.loggers) logger->flush();
    result.checkpoint = s.last_checkpoint;
    result.epochs = s.place.epochs_done;
    result.steps = s.place.step;
    result.seconds = s.elapsed();
    result.metrics = s.place.metrics;
    return result;
  }
};

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
    if (s.training) s.place.seconds = s.elapsed();
    s.training = s.sanity_checking = s.logs_epoch = false;
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
  static const Step none;
  Run run{*this, *impl_, impl_->options, batches, none, &batches, step};
  return run.pass(batches, step, run.validation_limit());
}

}  // namespace hearth::train
