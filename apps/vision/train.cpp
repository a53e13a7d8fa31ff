// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "hearth/base/error.h"
#include "hearth/base/generator.h"
#include "hearth/datasets/vision/by_name.h"
#include "hearth/vision/classification/trainer.h"

#include "vision/commands.h"
#include "vision/metrics.h"
#include "vision/progress.h"
#include "vision/report.h"

namespace {

using Clock = std::chrono::steady_clock;
namespace vision = hearth::vision;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Steps between lines of metrics.jsonl.
constexpr int64_t kLogEvery = 20;

/// Epochs that suit a data set: enough to be good, few enough not to wait long.
int64_t default_epochs(const std::string& dataset, const std::string& model) {
  if (dataset == "digits") return 20;
  return model == "resnet18" ? 3 : 6;
}

double default_lr(const std::string& model) { return model == "resnet18" ? 2e-3 : 4e-3; }

/// What may change in an image without changing what it shows.
vision::Augmentation augmentation(const std::string& dataset, int64_t width) {
  vision::Augmentation a;
  a.shift = width >= 28 ? 1 : 0;
  a.flip = dataset == "fashion-mnist";
  return a;
}

vision::Classifier fresh_classifier(const TrainArguments& arguments,
                                    const hearth::datasets::LabeledImages& data) {
  vision::ClassifierSpec spec;
  spec.model = arguments.model;
  spec.dataset = arguments.dataset;
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

}  // namespace

int train(const TrainArguments& arguments) {
  FILE* out = arguments.json ? stderr : stdout;
  const hearth::Device device = chosen_device(arguments.device);
  const auto data =
      hearth::datasets::labeled_images(arguments.dataset, hearth::datasets::Mode::kTrain);
  const auto test =
      hearth::datasets::labeled_images(arguments.dataset, hearth::datasets::Mode::kTest);
  make_folder(arguments.output);
  const std::string checkpoint = arguments.output + "/checkpoint.safetensors";
  const std::string weights = arguments.output + "/model.safetensors";

  hearth::manual_seed(arguments.seed);
  vision::Classifier classifier = fresh_classifier(arguments, data);
  classifier.to(device);
  const auto options =
      vision::TrainerOptions()
          .epochs(arguments.epochs.value_or(default_epochs(arguments.dataset, arguments.model)))
          .batch_size(arguments.batch_size)
          .lr(arguments.lr.value_or(default_lr(arguments.model)))
          .seed(arguments.seed)
          .workers(arguments.workers)
          .augmentation(augmentation(arguments.dataset, data.pixels().size(3)));
  vision::ClassifierTrainer trainer(classifier, data.pixels(), data.targets(), options);

  if (arguments.resume && std::filesystem::exists(checkpoint)) {
    trainer.load(checkpoint);
    fmt::print(stderr, "going on after step {} of {}\n", trainer.steps_done(),
               trainer.total_steps());
  }
  Metrics metrics(arguments.output + "/metrics.jsonl", trainer.steps_done());
  const double seconds_before = metrics.epochs().empty() ? 0 : metrics.epochs().back().seconds;

  fmt::print(stderr,
             "{} on {}, {}: {} training and {} test images, {} classes, {} epochs of {} steps\n",
             arguments.model, arguments.dataset, device.str(), *data.size(), *test.size(),
             data.classes().size(), options.epochs(), trainer.steps_per_epoch());
  Progress progress(trainer.total_steps(), trainer.steps_per_epoch());
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
    progress.update(trainer, stepping, images);

    const bool epoch_ends = step % trainer.steps_per_epoch() == 0;
    if (epoch_ends) {
      const auto result = vision::evaluate(classifier.probabilities(test.pixels()), test.targets());
      const vision::EpochSums& sums = trainer.epoch_sums();
      metrics.add({step / trainer.steps_per_epoch(), step, sums.mean_loss(), sums.accuracy(),
                   result.loss, result.accuracy, seconds_before + seconds_since(start)});
      progress.end_epoch(trainer, result);
    }
    if (epoch_ends || step % arguments.save_every == 0) {
      metrics.sync();
      trainer.save(checkpoint);
    }
  }
  const double train_seconds =
      metrics.epochs().empty() ? seconds_since(start) : metrics.epochs().back().seconds;
  classifier.save(weights);

  const hearth::Tensor probabilities = classifier.probabilities(test.pixels());
  const auto result = vision::evaluate(probabilities, test.targets());
  draw_pictures(arguments.output, classifier.spec(), metrics.epochs(), test, probabilities);
  const double rate = stepping > 0 ? static_cast<double>(images) / stepping : 0;

  const auto whole = static_cast<int64_t>(train_seconds + 0.5);
  fmt::print(out, "\nDone: {:.2f}% of {} test images are right, after {} epochs in {}:{:02}",
             100 * result.accuracy, *test.size(), options.epochs(), whole / 60, whole % 60);
  fmt::print(out, "{}.\n{}\n\n", rate > 0 ? fmt::format(" ({:.0f} images/s)", rate) : "",
             hardest_class(data.classes(), result.confusion));
  for (const auto& [file, what] : {std::pair{"model.safetensors", "the trained model"},
                                   std::pair{"learning_curves.png", "how it learned"},
                                   std::pair{"confusion_matrix.png", "what it takes for what"},
                                   std::pair{"worst_mistakes.png", "where it is surest and wrong"},
                                   std::pair{"metrics.jsonl", "all numbers"}}) {
    fmt::print(out, "  {:<50} {}\n", arguments.output + "/" + file, what);
  }
  fmt::print(out,
             "\nTry it on a picture of yours:\n  hearth-vision predict --weights {} photo.jpg\n",
             weights);
  if (arguments.json) {
    const nlohmann::ordered_json j{
        {"dataset", arguments.dataset},     {"model", arguments.model},
        {"device", device.str()},           {"epochs", options.epochs()},
        {"test_accuracy", result.accuracy}, {"train_seconds", train_seconds},
        {"images_per_second", rate},        {"peak_rss_bytes", peak_rss_bytes()}};
    fmt::print("{}\n", j.dump());
  }
  return 0;
}
