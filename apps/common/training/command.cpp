// SPDX-License-Identifier: Apache-2.0
#include "common/training/command.h"

#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "hearth/base/atomic_file.h"
#include "hearth/base/error.h"
#include "hearth/train.h"

#include "common/json.h"
#include "common/text.h"
#include "common/training/best_models.h"
#include "common/training/report.h"

namespace train = hearth::train;

namespace {

/// Steps between lines of metrics.jsonl.
constexpr int64_t kLogEvery = 20;

/// Keeps the model of each epoch, says how good it is, and counts examples.
class Reporter final : public train::Callback {
 public:
  /// `averages`: the model is only what it will be while it is validated.
  Reporter(std::function<void(const std::string&)> save, std::string file, int64_t epochs,
           bool averages)
      : save_(std::move(save)), file_(std::move(file)), epochs_(epochs), averages_(averages) {}
  std::string state_key() const override { return "Reporter"; }
  void on_train_start(train::Engine& engine) override { resting_ = engine.elapsed(); }
  void on_train_batch_end(train::Engine&, const train::StepResult& result) override {
    examples_ += result.weight;
  }
  void on_validation_start(train::Engine& engine) override { resting_ -= engine.elapsed(); }
  void on_validation_end(train::Engine& engine) override {
    resting_ += engine.elapsed();
    if (averages_ && !engine.sanity_checking()) save_(file_);
  }
  void on_train_epoch_end(train::Engine& engine) override {
    const auto m = [&](const char* name) { return engine.metric(name); };
    std::string line =
        fmt::format("epoch {}/{}: loss {:.4f} (test {:.4f})", engine.current_epoch() + 1, epochs_,
                    m("train_loss"), m("val_loss"));
    // There is none of numbers.
    if (engine.callback_metrics().contains("val_accuracy"))
      line += fmt::format(", accuracy {} (test {})", percent(m("train_accuracy"), 2),
                          percent(m("val_accuracy"), 2));
    note(line);
  }
  void on_checkpoint(train::Engine& engine, train::Moment moment) override {
    if (moment != train::Moment::Step && !averages_) save_(file_);
    trained_ = engine.elapsed() - resting_;
  }
  /// Examples a second, of this process, without validation.
  double rate() const { return trained_ > 0 ? examples_ / trained_ : 0; }

 private:
  std::function<void(const std::string&)> save_;
  std::string file_;
  int64_t epochs_;
  bool averages_;
  double examples_ = 0, resting_ = 0, trained_ = 0;
};

/// The copy is whole or not there.
void copy_file(const std::string& from, const std::string& to) {
  std::ifstream in(from, std::ios::binary);
  hearth::AtomicFile out(to);
  std::string part(1 << 20, '\0');
  while (in.read(part.data(), static_cast<std::streamsize>(part.size())), in.gcount() > 0)
    out.write(part.data(), static_cast<size_t>(in.gcount()));
  HEARTH_CHECK_AS(hearth::FileError, in.eof() && !in.bad(), "[", from, "] cannot be read");
  out.commit();
}

}  // namespace

TrainingCommand::TrainingCommand(const char* examples, const char* output, const char* epochs,
                                 const char* batch_size)
    : examples_(examples), epochs_hint_(epochs), batch_hint_(batch_size), output_(output) {}

void TrainingCommand::declare_training(OptionList& options) {
  options_ = &options;
  options.add("--epochs", epochs_, "Passes over the data")
      .between(1, 100'000)
      .by_default(epochs_hint_);
  options.add("--batch-size", batch_size_, fmt::format("How many {} in one step", examples_))
      .between(1, 100'000)
      .by_default(batch_hint_);
  options.add("--lr", lr_, "Highest learning rate").positive().by_default("by model");
  options
      .add("--workers", workers_,
           fmt::format("Threads that prepare {} next to the training", examples_))
      .between(0, 256);
  options.add("--output", output_, "Folder for the model, metrics and pictures").value("FOLDER");
  options.add("--save-every", save_every_, "Steps between checkpoints").between(1, 1'000'000'000);
  options.flag("--resume", resume_,
               "Go on from the checkpoint in --output, with the settings it was made with; "
               "--epochs may add some");
  options.flag("--overwrite", overwrite_, "Replace what an earlier training left in --output");
}

void TrainingCommand::declare_learning(OptionList& options) {
  learning_.declare(options);
  options
      .add("--patience", patience_,
           "End after so many epochs without a better test accuracy; the best model is kept")
      .between(1, 100'000);
  options
      .add("--keep-best", keep_best_,
           "How many models of the best epochs to keep in best/; the model is then the best, not "
           "the last")
      .between(1, 1000);
}

std::string TrainingCommand::settings() const {
  const std::string file = output_ + "/" + settings_file();
  std::error_code none;  // opening its folder says it better
  return resume_ && std::filesystem::exists(file, none) ? file : "";
}

train::RunFolder TrainingCommand::open_folder() const {
  if (resume_ && overwrite_)
    throw UsageError("--resume goes on with a training, --overwrite replaces it: give one of them");
  using Open = train::RunFolder::Open;
  return train::RunFolder(output_, resume_      ? Open::Resume
                                   : overwrite_ ? Open::Overwrite
                                                : Open::New);
}

void TrainingCommand::settle_length(int64_t epochs, int64_t batch_size) {
  if (!epochs_) epochs_ = epochs;
  if (!batch_size_) batch_size_ = batch_size;
}
void TrainingCommand::settle_lr(double lr) {
  if (!lr_) lr_ = lr;
  // What doesn't go together is said before a folder is touched.
  auto probe = train::ClassificationOptions().epochs(*epochs_);
  learning_.apply(probe);
}
void TrainingCommand::keep_best(int64_t count) {
  if (!keep_best_) keep_best_ = count;
}

/// What --resume reads: all that decides what the training does.
void TrainingCommand::keep_settings(const std::string& file) const {
  auto settings = nlohmann::ordered_json::parse(config_json(*options_));
  for (const char* name : {"output", "resume", "overwrite", "json", "quiet", "device", "threads"})
    settings.erase(name);
  hearth::write_file_atomically(file, settings.dump(2) + "\n");
}

train::ClassificationOptions TrainingCommand::training_options(
    const train::RunFolder& folder) const {
  auto options = train::ClassificationOptions()
                     .epochs(*epochs_)
                     .batch_size(*batch_size_)
                     .lr(*lr_)
                     .seed(seed())
                     .workers(workers_)
                     .loop(train::TrainerOptions()
                               .default_root_dir(folder.path())
                               .precision(precision())
                               .log_every_n_steps(kLogEvery));
  learning_.apply(options);
  return options;
}

TrainingCommand::Outcome TrainingCommand::fit(train::ClassificationTrainer& trainer,
                                              const train::RunFolder& folder,
                                              const std::function<void(const std::string&)>& save,
                                              const std::string& model, const std::string& data,
                                              const std::string& described) {
  train::Engine& engine = trainer.engine();
  engine.add_callback<train::ModelCheckpoint>(train::ModelCheckpointOptions()
                                                  .save_top_k(0)
                                                  .every_n_train_steps(save_every_)
                                                  .every_n_epochs(1));
  const std::string model_file = folder.file("model.safetensors");
  const auto reporter =
      engine.add_callback<Reporter>(save, model_file, *epochs_, learning_.ema.value_or(0) > 0);
  std::shared_ptr<BestModels> best;
  if (patience_ || keep_best_)
    best = engine.add_callback<BestModels>(save, folder.path(), keep_best_.value_or(1));
  if (patience_)
    engine.add_callback<train::EarlyStopping>(
        train::EarlyStoppingOptions("val_accuracy").mode(train::Mode::Max).patience(*patience_));
  engine.add_logger(std::make_shared<train::JsonlLogger>(folder.file("metrics.jsonl")));
  engine.log_hyperparams({{"model", model},
                          {"data", data},
                          {"epochs", std::to_string(*epochs_)},
                          {"batch_size", std::to_string(*batch_size_)},
                          {"lr", fmt::format("{}", *lr_)},
                          {"seed", std::to_string(seed())},
                          {"device", device().str()}});
  note(fmt::format("{} on {}, {}: {}", model, data, device().str(), described));
  note(fmt::format("{} of {}, batches of {}, learning rate up to {}", counted(*epochs_, "epoch"),
                   counted(trainer.steps_per_epoch(), "step"), *batch_size_, *lr_));
  // Settings with which it cannot go on do not replace those with which it can.
  if (resume_) trainer.check_checkpoint(folder.checkpoint());
  keep_settings(folder.file(settings_file()));
  Outcome outcome;
  try {
    outcome.fit = trainer.fit(resume_ ? folder.checkpoint() : "");
  } catch (const train::NonFiniteLoss& e) {
    throw hearth::Error(fmt::format(
        "{}: the training diverges. Try a lower --lr (it was {}); what {} holds is from before",
        e.where(), *lr_, output_));
  }
  outcome.rate = reporter->rate();
  if (outcome.fit.end == train::End::Signal) {
    note(fmt::format("{} after step {} of {}. Go on with\n  {} {} --output {} --resume",
                     outcome.fit.reason, outcome.fit.steps, trainer.total_steps(), program(),
                     name(), for_shell(output_)));
    outcome.stopped = 128 + outcome.fit.signal;
    return outcome;
  }
  if (outcome.fit.end == train::End::Stopped) note(outcome.fit.reason);
  if (best && !best->kept().empty()) {
    outcome.best = best->path(best->kept().front());
    copy_file(outcome.best, model_file);
  }
  return outcome;
}

void TrainingCommand::report(const Outcome& outcome, const std::string& model,
                             const std::string& data, const std::vector<std::string>& classes,
                             const train::Evaluation& evaluation, int64_t tests,
                             const std::vector<Written>& more, const std::string& hint) const {
  const train::FitResult& fit = outcome.fit;
  const std::string settings = fmt::format(
      "{}, batch {}, lr {:g}, seed {}", counted(fit.epochs, "epoch"), *batch_size_, *lr_, seed());
  draw_training(output_, titles_of(model, data, evaluation.accuracy, tests, examples_, settings),
                read_epochs(output_ + "/metrics.jsonl"), evaluation.confusion, classes);
  const auto whole = static_cast<int64_t>(fit.seconds + 0.5);
  fmt::print(text(), "\nDone: {} of {} test {} are right, after {} in {}:{:02}",
             percent(evaluation.accuracy, 2), tests, examples_, counted(fit.epochs, "epoch"),
             whole / 60, whole % 60);
  fmt::print(text(), "{}.\n{}\n\n",
             outcome.rate > 0 ? fmt::format(" ({:.0f} {}/s)", outcome.rate, examples_) : "",
             hardest_class(classes, evaluation.confusion));
  std::vector<Written> written{{"model.safetensors", "the trained model"},
                               {"learning_curves.png", "how it learned"},
                               {"confusion_matrix.png", "what it takes for what"}};
  written.insert(written.end(), more.begin(), more.end());
  written.emplace_back("metrics.jsonl", "all numbers");
  for (const auto& [file, what] : written)
    fmt::print(text(), "  {:<44} {}\n", output_ + "/" + file, what);
  fmt::print(text(), "\n{}\n", hint);
  if (!json()) return;
  print_json({{"dataset", data},
              {"model", model},
              {"device", device().str()},
              {"epochs", fit.epochs},
              {"test_accuracy", evaluation.accuracy},
              {"train_seconds", fit.seconds},
              {fmt::format("{}_per_second", examples_), outcome.rate},
              {"peak_rss_bytes", peak_rss_bytes()}});
}
