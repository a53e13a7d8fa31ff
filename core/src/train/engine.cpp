// SPDX-License-Identifier: Apache-2.0
#include "hearth/train/engine.h"

#include "hearth/base/progress.h"

#include "train/engine_impl.h"

namespace hearth::train {

Callback::~Callback() = default;
Logger::~Logger() = default;
Batches::~Batches() = default;

Engine::Engine(TrainerOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
Engine::~Engine() = default;

void Engine::add_model(nn::Module& model, const std::string& name) {
  for (const Model& m : impl_->models)
    HEARTH_CHECK_AS(ValueError, m.name != name, "[Trainer] there is a model '", name,
                    "'; give this one another name");
  impl_->models.push_back({name, &model});
}

void Engine::add_optimizer(optim::Optimizer& optimizer) { impl_->optimizers.push_back(&optimizer); }

void Engine::add_scheduler(optim::LRScheduler& scheduler, Interval interval, int64_t frequency) {
  HEARTH_CHECK_AS(ValueError, frequency > 0, "[Trainer] a scheduler's frequency is positive, got ",
                  frequency);
  impl_->schedulers.push_back({&scheduler, interval, frequency});
}

void Engine::add_scheduler(optim::ReduceLROnPlateauScheduler& scheduler,
                           const std::string& monitor) {
  impl_->plateaus.push_back({&scheduler, monitor});
}

void Engine::add_callback(std::shared_ptr<Callback> callback) {
  HEARTH_CHECK_AS(ValueError, callback, "[Trainer] expected a callback, got null");
  for (const auto& c : impl_->callbacks)
    HEARTH_CHECK_AS(ValueError, c->state_key() != callback->state_key(),
                    "[Trainer] there is a callback '", c->state_key(), "' already");
  impl_->callbacks.push_back(std::move(callback));
}

void Engine::add_logger(std::shared_ptr<Logger> logger) {
  HEARTH_CHECK_AS(ValueError, logger, "[Trainer] expected a logger, got null");
  impl_->loggers.push_back(std::move(logger));
}

void Engine::expect_batches(int64_t count) { impl_->expected_batches = count; }

void Engine::log_hyperparams(Settings settings) { impl_->settings = std::move(settings); }

Checkpoint& Engine::states() { return impl_->states; }
const TrainerOptions& Engine::options() const { return impl_->options; }
int64_t Engine::global_step() const { return impl_->place.step; }
int64_t Engine::current_epoch() const {
  const Place& p = impl_->place;
  // At an epoch's end it is done, and still the current one.
  return p.in_epoch || !impl_->logs_epoch ? p.epochs_done : p.epochs_done - 1;
}
int64_t Engine::batch_idx() const { return impl_->place.batch; }
double Engine::elapsed() const { return impl_->place.elapsed(); }
bool Engine::sanity_checking() const { return impl_->sanity_checking; }
const Metrics& Engine::callback_metrics() const { return impl_->place.metrics; }

double Engine::metric(const std::string& name) const {
  const Metrics& all = callback_metrics();
  const auto found = all.find(name);
  if (found != all.end()) return found->second;
  std::string known;
  for (const auto& [key, value] : all) known += (known.empty() ? "" : ", ") + key;
  throw ValueError(cat_str("[Trainer] nothing named '", name, "' was logged; there is ",
                           known.empty() ? "nothing yet" : known));
}

void Engine::log(const std::string& name, double value) {
  impl_->place.metrics[name] = value;
  if (!impl_->sanity_checking) impl_->logged[name] = value;
}

void Engine::stop(std::string reason) {
  if (!impl_->stopped) impl_->stopped = std::move(reason);
}

std::vector<Tensor> Engine::parameters() const {
  std::vector<Tensor> all;
  for (const optim::Optimizer* o : impl_->optimizers)
    for (const optim::OptimizerParamGroup& group : o->param_groups())
      all.insert(all.end(), group.params().begin(), group.params().end());
  return all;
}

double Engine::learning_rate() const {
  HEARTH_CHECK(!impl_->optimizers.empty(), "[Trainer] has no optimizer");
  return impl_->optimizers[0]->param_groups()[0].options().get_lr();
}

void Engine::print(const std::string& line) const { Progress::print(line); }

void Engine::save_checkpoint(const std::string& path) {
  HEARTH_CHECK(impl_->checkpoint,
               "[Trainer] save_checkpoint() while fit() runs, not before or after");
  HEARTH_CHECK(impl_->in_group == 0,
               "[Trainer] save_checkpoint() inside a group of accumulated batches, whose gradients "
               "are in no checkpoint; save after the optimizer's step");
  for (const auto& logger : impl_->loggers) logger->flush();
  impl_->checkpoint->save(path);
  impl_->last_checkpoint = path;
  for (const auto& c : impl_->callbacks) c->on_save_checkpoint(*this, path);
}

namespace {

void write(serialize::OutputArchive& archive, const Metrics& metrics) {
  int64_t i = 0;
  archive.write("count", static_cast<int64_t>(metrics.size()));
  for (const auto& [name, value] : metrics) {
    archive.write("name" + std::to_string(i), name);
    archive.write("value" + std::to_string(i++), value);
  }
}

Metrics read(serialize::InputArchive& archive) {
  Metrics metrics;
  int64_t count = 0;
  archive.read("count", count);
  for (int64_t i = 0; i < count; ++i) {
    std::string name;
    archive.read("name" + std::to_string(i), name);
    archive.read("value" + std::to_string(i), metrics[name]);
  }
  return metrics;
}

/// Calls f(name, number) for each number of a place.
template <typename P, typename F>
void visit(P& place, const F& f) {
  f("step", place.step);
  f("batch", place.batch);
  f("epochs_done", place.epochs_done);
  f("in_epoch", place.in_epoch);
  f("owes_epoch_end", place.owes_epoch_end);
  f("owes_validation", place.owes_validation);
  f("losses", place.losses);
  f("first_loss", place.first_loss);
  for (size_t i = 0; i < place.recent_losses.size(); ++i)
    f("loss" + std::to_string(i), place.recent_losses[i]);
}

}  // namespace

void Place::save(serialize::OutputArchive& archive) const {
  visit(*this, [&](const std::string& name, const auto& value) { archive.write(name, value); });
  archive.write("seconds", elapsed());
  serialize::OutputArchive epoch, last;
  means.save(epoch);
  write(last, metrics);
  archive.write("means", epoch);
  archive.write("metrics", last);
}

void Place::load(serialize::InputArchive& archive) {
  visit(*this, [&](const std::string& name, auto& value) { archive.read(name, value); });
  archive.read("seconds", seconds);
  serialize::InputArchive epoch, last;
  archive.read("means", epoch);
  means.load(epoch);
  archive.read("metrics", last);
  metrics = read(last);
  HEARTH_CHECK_AS(FormatError, step >= 0 && batch >= 0 && epochs_done >= 0, "[", archive.source(),
                  "] the training stands at step ", step, ", batch ", batch, ", epoch ",
                  epochs_done);
}

}  // namespace hearth::train
