// SPDX-License-Identifier: Apache-2.0
#include "hearth/train.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "hearth/base/atomic_file.h"
#include "hearth/base/error.h"
#include "hearth/datasets/vision/by_name.h"
#include "hearth/vision/classification/trainer.h"

#include "common/command.h"
#include "common/json.h"
#include "common/text.h"
#include "vision/data.h"
#include "vision/metrics.h"
#include "vision/report.h"

namespace {

namespace train = hearth::train;
namespace vision = hearth::vision;

/// Steps between lines of metrics.jsonl.
constexpr int64_t kLogEvery = 20;

/// Images in a step that suit a data set: small folders get more steps out of an epoch.
int64_t default_batch_size(const std::string& dataset, int64_t images) {
  return hearth::datasets::is_image_folder(dataset) && images < 4000 ? 32 : 128;
}

/// Epochs that suit a data set and a model: enough to be good, few enough not to wait long.
int64_t default_epochs(const std::string& dataset, int64_t hint, int64_t steps) {
  if (dataset == "digits") return 20;
  if (!hearth::datasets::is_image_folder(dataset)) return hint;
  constexpr int64_t kSteps = 600, kMost = 60;
  return std::max(hint, std::min(kMost, (kSteps + steps - 1) / steps));
}

/// What may change in an image without changing what it shows.
vision::Augmentation augmentation(const std::string& dataset, int64_t width) {
  vision::Augmentation a;
  a.shift = width >= 28 ? 1 : 0;
  a.flip = dataset == "fashion-mnist" || hearth::datasets::is_image_folder(dataset);
  return a;
}

vision::Classifier fresh_classifier(const std::string& model, const std::string& dataset,
                                    const hearth::datasets::LabeledImages& data) {
  vision::ClassifierSpec spec;
  spec.model = model;
  spec.dataset = dataset;
  spec.classes = data.classes();
  spec.shape = {data.pixels().size(1), data.pixels().size(2), data.pixels().size(3)};
  vision::set_normalization(spec, data.pixels());
  return vision::Classifier(std::move(spec));
}

/// Keeps the model of each epoch, says how good it is, and counts images.
class Reporter final : public train::Callback {
 public:
  Reporter(const vision::Classifier& classifier, std::string file, int64_t epochs)
      : classifier_(classifier), file_(std::move(file)), epochs_(epochs) {}
  std::string state_key() const override { return "Reporter"; }
  void on_train_start(train::Engine& engine) override { resting_ = engine.elapsed(); }
  void on_train_batch_end(train::Engine&, const train::StepResult& result) override {
    images_ += result.weight;
  }
  void on_validation_start(train::Engine& engine) override { resting_ -= engine.elapsed(); }
  void on_validation_end(train::Engine& engine) override { resting_ += engine.elapsed(); }
  void on_train_epoch_end(train::Engine& engine) override {
    const auto m = [&](const char* name) { return engine.metric(name); };
    note(fmt::format("epoch {}/{}: loss {:.4f} (test {:.4f}), accuracy {} (test {})",
                     engine.current_epoch() + 1, epochs_, m("train_loss"), m("val_loss"),
                     percent(m("train_accuracy"), 2), percent(m("val_accuracy"), 2)));
  }
  void on_checkpoint(train::Engine& engine, train::Moment moment) override {
    if (moment != train::Moment::Step) classifier_.save(file_);
    trained_ = engine.elapsed() - resting_;
  }
  /// Images a second, of this process, without validation.
  double rate() const { return trained_ > 0 ? images_ / trained_ : 0; }

 private:
  const vision::Classifier& classifier_;
  std::string file_;
  int64_t epochs_;
  double images_ = 0, resting_ = 0, trained_ = 0;
};

class Train final : public Command {
 public:
  const char* name() const override { return "train"; }
  const char* summary() const override { return "Train a model and report how good it is"; }
  std::vector<std::string> examples() const override {
    return {"train --data fashion-mnist --model cnn --output runs/fashion",
            "train --data digits --model mlp --epochs 5 --output runs/digits",
            "train --data photos --model resnet18 --size 64 --output runs/photos",
            "train --output runs/photos --resume"};
  }
  unsigned common() const override { return kDevice | kThreads | kPrecision | kSeed | kJson; }
  void declare(OptionList& options) override {
    options_ = &options;
    options.add("--data", dataset_, kDataHelp).alias("--dataset").check(wrong_data);
    options.add("--size", size_, "Side of the squares that a folder's images become")
        .between(1, 4096);
    options.flag("--skip-broken", skip_broken_, "Leave out images that cannot be read");
    options.add("--model", model_, "The network").one_of(vision::models::classifier_names());
    options.add("--epochs", epochs_, "Passes over the data")
        .between(1, 100'000)
        .by_default("by data set and model");
    options.add("--batch-size", batch_size_, "Images in one step")
        .between(1, 100'000)
        .by_default("128, or 32 for small folders");
    options.add("--lr", lr_, "Highest learning rate").positive().by_default("by model");
    options.add("--workers", workers_, "Threads that prepare images next to the training")
        .between(0, 256);
    options.add("--output", output_, "Folder for the model, metrics and pictures").value("FOLDER");
    options.add("--save-every", save_every_, "Steps between checkpoints").between(1, 1'000'000'000);
    options.flag("--resume", resume_,
                 "Go on from the checkpoint in --output, with the settings it was made with; "
                 "--epochs may add some");
    options.flag("--overwrite", overwrite_, "Replace what an earlier training left in --output");
  }
  /// Those of the training that goes on.
  std::string settings() const override {
    const std::string file = output_ + "/config.json";
    return resume_ && std::filesystem::exists(file) ? file : "";
  }
  int run() override;

 private:
  void keep_settings(const std::string& file) const;
  void report(const train::FitResult& fit, const vision::Classifier& classifier,
              const hearth::datasets::LabeledImages& test, double rate, hearth::Device on) const;

  const OptionList* options_ = nullptr;
  std::string dataset_ = "fashion-mnist";
  std::string model_ = "cnn";
  std::optional<int64_t> epochs_;
  std::optional<int64_t> batch_size_;
  std::optional<double> lr_;
  int64_t workers_ = 0, size_ = 32;
  std::string output_ = "runs/vision";
  int64_t save_every_ = 200;
  bool skip_broken_ = false, resume_ = false, overwrite_ = false;
};

/// What --resume reads: all that decides what the training does.
void Train::keep_settings(const std::string& file) const {
  auto settings = nlohmann::ordered_json::parse(config_json(*options_));
  for (const char* name : {"output", "resume", "overwrite", "json", "quiet", "device", "threads"})
    settings.erase(name);
  hearth::write_file_atomically(file, settings.dump(2) + "\n");
}

int Train::run() {
  if (resume_ && overwrite_)
    throw UsageError("--resume goes on with a training, --overwrite replaces it: give one of them");
  const hearth::Device on = device();
  using hearth::datasets::Mode;
  const auto of_folder =
      hearth::datasets::ImageFolderOptions().size(size_).skip_broken(skip_broken_);
  const auto data = hearth::datasets::labeled_images(dataset_, Mode::kTrain, of_folder);
  const auto test = hearth::datasets::labeled_images(dataset_, Mode::kTest, of_folder);
  using Open = train::RunFolder::Open;
  const train::RunFolder folder(output_, resume_      ? Open::Resume
                                         : overwrite_ ? Open::Overwrite
                                                      : Open::New);

  vision::Classifier classifier = fresh_classifier(model_, dataset_, data);
  classifier.to(on);
  // What was left open is decided here, and kept for --resume.
  const auto images = static_cast<int64_t>(*data.size());
  const auto& hints = vision::models::training_hints(model_);
  if (!batch_size_) batch_size_ = default_batch_size(dataset_, images);
  if (!epochs_) {
    const int64_t steps = (images + *batch_size_ - 1) / *batch_size_;
    epochs_ = default_epochs(dataset_, hints.epochs, steps);
  }
  if (!lr_) lr_ = hints.lr;
  vision::ClassifierTrainer trainer(classifier, data.pixels(), data.targets(),
                                    vision::TrainerOptions()
                                        .epochs(*epochs_)
                                        .batch_size(*batch_size_)
                                        .lr(*lr_)
                                        .seed(seed())
                                        .workers(workers_)
                                        .loop(train::TrainerOptions()
                                                  .default_root_dir(folder.path())
                                                  .precision(precision())
                                                  .log_every_n_steps(kLogEvery)),
                                    augmentation(dataset_, data.pixels().size(3)));
  trainer.validate_on(test.pixels(), test.targets());
  train::Engine& engine = trainer.engine();
  engine.add_callback<train::ModelCheckpoint>(train::ModelCheckpointOptions()
                                                  .save_top_k(0)
                                                  .every_n_train_steps(save_every_)
                                                  .every_n_epochs(1));
  const auto reporter =
      engine.add_callback<Reporter>(classifier, folder.file("model.safetensors"), *epochs_);
  engine.add_logger(std::make_shared<train::JsonlLogger>(folder.file("metrics.jsonl")));
  engine.log_hyperparams({{"model", model_},
                          {"data", dataset_},
                          {"epochs", std::to_string(*epochs_)},
                          {"batch_size", std::to_string(*batch_size_)},
                          {"lr", fmt::format("{}", *lr_)},
                          {"seed", std::to_string(seed())},
                          {"device", on.str()}});

  note(fmt::format("{} on {}, {}: {} training and {} test images, {} classes", model_, dataset_,
                   on.str(), *data.size(), *test.size(), data.classes().size()));
  note(fmt::format("{} of {}, batches of {}, learning rate up to {}", counted(*epochs_, "epoch"),
                   counted(trainer.steps_per_epoch(), "step"), *batch_size_, *lr_));
  keep_settings(folder.file("config.json"));
  train::FitResult fit;
  try {
    fit = trainer.fit(resume_ ? folder.checkpoint() : "");
  } catch (const train::NonFiniteLoss& e) {
    throw hearth::Error(fmt::format(
        "{}: the training diverges. Try a lower --lr (it was {}); what {} holds is from before",
        e.where(), *lr_, output_));
  }
  if (fit.end == train::End::Signal) {
    note(fmt::format("{} after step {} of {}. Go on with\n  {} train --output {} --resume",
                     fit.reason, fit.steps, trainer.total_steps(), program(), for_shell(output_)));
    return 128 + fit.signal;
  }
  report(fit, classifier, test, reporter->rate(), on);
  return 0;
}

void Train::report(const train::FitResult& fit, const vision::Classifier& classifier,
                   const hearth::datasets::LabeledImages& test, double rate,
                   hearth::Device on) const {
  const auto narrower = autocast();
  const hearth::Tensor probabilities = classifier.probabilities(test.pixels());
  const auto result = vision::evaluate(probabilities, test.targets());
  const std::string settings = fmt::format(
      "{}, batch {}, lr {:g}, seed {}", counted(fit.epochs, "epoch"), *batch_size_, *lr_, seed());
  draw_pictures(output_, classifier.spec(), settings, read_epochs(output_ + "/metrics.jsonl"), test,
                probabilities);
  const auto whole = static_cast<int64_t>(fit.seconds + 0.5);
  fmt::print(text(), "\nDone: {} of {} test images are right, after {} in {}:{:02}",
             percent(result.accuracy, 2), *test.size(), counted(fit.epochs, "epoch"), whole / 60,
             whole % 60);
  fmt::print(text(), "{}.\n{}\n\n", rate > 0 ? fmt::format(" ({:.0f} images/s)", rate) : "",
             hardest_class(classifier.spec().classes, result.confusion));
  for (const auto& [file, what] : {std::pair{"model.safetensors", "the trained model"},
                                   std::pair{"learning_curves.png", "how it learned"},
                                   std::pair{"confusion_matrix.png", "what it takes for what"},
                                   std::pair{"worst_mistakes.png", "where it is surest and wrong"},
                                   std::pair{"metrics.jsonl", "all numbers"}}) {
    fmt::print(text(), "  {:<44} {}\n", output_ + "/" + file, what);
  }
  fmt::print(text(), "\nTry it on a picture of yours:\n  {} predict --model {} photo.jpg\n",
             program(), for_shell(output_));
  if (!json()) return;
  print_json({{"dataset", dataset_},
              {"model", model_},
              {"device", on.str()},
              {"epochs", fit.epochs},
              {"test_accuracy", result.accuracy},
              {"train_seconds", fit.seconds},
              {"images_per_second", rate},
              {"peak_rss_bytes", peak_rss_bytes()}});
}

}  // namespace

std::unique_ptr<Command> train_command() { return std::make_unique<Train>(); }
