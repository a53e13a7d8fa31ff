// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "hearth/base/error.h"
#include "hearth/base/progress.h"
#include "hearth/datasets/vision/by_name.h"
#include "hearth/vision/classification/trainer.h"

#include "common/command.h"
#include "common/json.h"
#include "common/text.h"
#include "vision/metrics.h"
#include "vision/report.h"

namespace {

using Clock = std::chrono::steady_clock;
namespace vision = hearth::vision;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Steps between lines of metrics.jsonl.
constexpr int64_t kLogEvery = 20;

/// Epochs that suit a data set and a model: enough to be good, few enough not to wait long.
int64_t default_epochs(const std::string& dataset, const std::string& model) {
  return dataset == "digits" ? 20 : vision::models::training_hints(model).epochs;
}

/// What may change in an image without changing what it shows.
vision::Augmentation augmentation(const std::string& dataset, int64_t width) {
  vision::Augmentation a;
  a.shift = width >= 28 ? 1 : 0;
  a.flip = dataset == "fashion-mnist";
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

void make_folder(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  HEARTH_CHECK_AS(hearth::FileError, !error, "[", folder, "] cannot be made: ", error.message(),
                  "; choose another --output");
}

class Train final : public Command {
 public:
  const char* name() const override { return "train"; }
  const char* summary() const override { return "Train a model and report how good it is"; }
  std::vector<std::string> examples() const override {
    return {"train --data fashion-mnist --model cnn --output runs/fashion",
            "train --data digits --model mlp --epochs 5 --output runs/digits",
            "train --data mnist --output runs/mnist --resume"};
  }
  unsigned common() const override { return kDevice | kThreads | kSeed | kJson; }
  void declare(OptionList& options) override {
    options.add("--data", dataset_, "What to learn")
        .alias("--dataset")
        .one_of(hearth::datasets::labeled_images_names());
    options.add("--model", model_, "The network").one_of(vision::models::classifier_names());
    options.add("--epochs", epochs_, "Passes over the data")
        .between(1, 100'000)
        .by_default("by data set and model");
    options.add("--batch-size", batch_size_, "Images in one step").between(1, 100'000);
    options.add("--lr", lr_, "Highest learning rate").positive().by_default("by model");
    options.add("--workers", workers_, "Threads that prepare images next to the training")
        .between(0, 256);
    options.add("--output", output_, "Folder for the model, metrics and pictures").value("FOLDER");
    options.add("--save-every", save_every_, "Steps between checkpoints").between(1, 1'000'000'000);
    options.flag("--resume", resume_, "Go on from the checkpoint in --output, if there is one");
    options.flag("--overwrite", overwrite_, "Replace what an earlier training left in --output");
  }
  int run() override;

 private:
  std::string dataset_ = "fashion-mnist";
  std::string model_ = "cnn";
  std::optional<int64_t> epochs_;
  int64_t batch_size_ = 128;
  std::optional<double> lr_;
  int64_t workers_ = 0;
  std::string output_ = "runs/vision";
  int64_t save_every_ = 200;
  bool resume_ = false, overwrite_ = false;
};

int Train::run() {
  const hearth::Device on = device();
  const auto data = hearth::datasets::labeled_images(dataset_, hearth::datasets::Mode::kTrain);
  const auto test = hearth::datasets::labeled_images(dataset_, hearth::datasets::Mode::kTest);
  make_folder(output_);
  const std::string checkpoint = output_ + "/checkpoint.safetensors";
  const std::string weights = output_ + "/model.safetensors";
  HEARTH_CHECK_AS(hearth::FileError,
                  resume_ || overwrite_ ||
                      !(std::filesystem::exists(weights) || std::filesystem::exists(checkpoint)),
                  "[", output_,
                  "] holds an earlier training: go on with --resume, replace it with "
                  "--overwrite, or choose another --output");

  vision::Classifier classifier = fresh_classifier(model_, dataset_, data);
  classifier.to(on);
  const auto options = vision::TrainerOptions()
                           .epochs(epochs_.value_or(default_epochs(dataset_, model_)))
                           .batch_size(batch_size_)
                           .lr(lr_.value_or(vision::models::training_hints(model_).lr))
                           .seed(seed())
                           .workers(workers_)
                           .augmentation(augmentation(dataset_, data.pixels().size(3)));
  vision::ClassifierTrainer trainer(classifier, data.pixels(), data.targets(), options);

  if (resume_ && std::filesystem::exists(checkpoint)) {
    trainer.load(checkpoint);
    note(fmt::format("going on after step {} of {}", trainer.steps_done(), trainer.total_steps()));
  }
  Metrics metrics(output_ + "/metrics.jsonl", trainer.steps_done());
  const double seconds_before = metrics.epochs().empty() ? 0 : metrics.epochs().back().seconds;

  note(fmt::format("{} on {}, {}: {} training and {} test images, {} classes", model_, dataset_,
                   on.str(), *data.size(), *test.size(), data.classes().size()));
  note(fmt::format("{} of {}", counted(options.epochs(), "epoch"),
                   counted(trainer.steps_per_epoch(), "step")));
  hearth::Progress progress(hearth::ProgressOptions("training")
                                .unit("steps")
                                .total(trainer.total_steps())
                                .initial(trainer.steps_done()));
  const auto start = Clock::now();
  double stepping = 0;
  int64_t images = 0;
  while (!trainer.done()) {
    const auto step_start = Clock::now();
    const vision::StepReport report = trainer.step();
    stepping += seconds_since(step_start);
    images += report.images;
    const int64_t step = trainer.steps_done();
    if (step % kLogEvery == 0) metrics.add(step, report);
    progress.status(fmt::format("loss {:.4f}", report.loss));
    progress.set(step);

    const bool epoch_ends = step % trainer.steps_per_epoch() == 0;
    if (epoch_ends) {
      const auto result = vision::evaluate(classifier.probabilities(test.pixels()), test.targets());
      const vision::EpochSums& sums = trainer.epoch_sums();
      metrics.add({step / trainer.steps_per_epoch(), step, sums.mean_loss(), sums.accuracy(),
                   result.loss, result.accuracy, seconds_before + seconds_since(start)});
      note(fmt::format("epoch {}/{}: train loss {:.4f} accuracy {}, test loss {:.4f} accuracy {}",
                       step / trainer.steps_per_epoch(), options.epochs(), sums.mean_loss(),
                       percent(sums.accuracy(), 2), result.loss, percent(result.accuracy, 2)));
    }
    if (epoch_ends || step % save_every_ == 0) {
      metrics.sync();
      trainer.save(checkpoint);
    }
  }
  progress.finish();
  const double train_seconds =
      metrics.epochs().empty() ? seconds_since(start) : metrics.epochs().back().seconds;
  classifier.save(weights);

  const hearth::Tensor probabilities = classifier.probabilities(test.pixels());
  const auto result = vision::evaluate(probabilities, test.targets());
  draw_pictures(output_, classifier.spec(), metrics.epochs(), test, probabilities);
  const double rate = stepping > 0 ? static_cast<double>(images) / stepping : 0;

  const auto whole = static_cast<int64_t>(train_seconds + 0.5);
  fmt::print(text(), "\nDone: {} of {} test images are right, after {} in {}:{:02}",
             percent(result.accuracy, 2), *test.size(), counted(options.epochs(), "epoch"),
             whole / 60, whole % 60);
  fmt::print(text(), "{}.\n{}\n\n", rate > 0 ? fmt::format(" ({:.0f} images/s)", rate) : "",
             hardest_class(data.classes(), result.confusion));
  for (const auto& [file, what] : {std::pair{"model.safetensors", "the trained model"},
                                   std::pair{"learning_curves.png", "how it learned"},
                                   std::pair{"confusion_matrix.png", "what it takes for what"},
                                   std::pair{"worst_mistakes.png", "where it is surest and wrong"},
                                   std::pair{"metrics.jsonl", "all numbers"}}) {
    fmt::print(text(), "  {:<50} {}\n", output_ + "/" + file, what);
  }
  fmt::print(text(),
             "\nTry it on a picture of yours:\n  hearth-vision predict --model {} photo.jpg\n",
             for_shell(output_));
  if (json()) {
    const nlohmann::ordered_json j{{"dataset", dataset_},
                                   {"model", model_},
                                   {"device", on.str()},
                                   {"epochs", options.epochs()},
                                   {"test_accuracy", result.accuracy},
                                   {"train_seconds", train_seconds},
                                   {"images_per_second", rate},
                                   {"peak_rss_bytes", peak_rss_bytes()}};
    print_json(j);
  }
  return 0;
}

}  // namespace

std::unique_ptr<Command> train_command() { return std::make_unique<Train>(); }
