// SPDX-License-Identifier: Apache-2.0
#include "vision/training/picture_training.h"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include <fmt/format.h>

#include "hearth/base/error.h"
#include "hearth/vision/classification/fine_tuning.h"
#include "hearth/vision/classification/judge.h"
#include "hearth/vision/classification/picture_sources.h"
#include "hearth/vision/classification/trainer.h"

#include "common/text.h"
#include "vision/model_file.h"
#include "vision/report.h"
#include "vision/training/unfreeze.h"

namespace datasets = hearth::datasets;
namespace train = hearth::train;
namespace vision = hearth::vision;
using datasets::Mode;

namespace {

/// Pictures up to this size are scaled once and kept in memory.
constexpr int64_t kLargestInMemory = 64;

/// Pictures in a step that suit a data set: small ones get more steps out of an epoch.
int64_t default_batch_size(bool is_path, int64_t images) {
  return is_path && images < 4000 ? 32 : 128;
}

/// Whether a mirrored picture of this data is another thing, and a part of one nothing at all.
bool shows_characters(const std::string& data) {
  for (const char* name : {"digits", "mnist", "emnist", "kmnist", "svhn"})
    if (data == name) return true;
  return false;
}

void check_stage(const vision::models::ImageClassifierImpl& model, const std::string& stage) {
  auto stages = vision::stages_of(model);
  stages.emplace_back("backbone");
  if (std::find(stages.begin(), stages.end(), stage) == stages.end())
    throw UsageError("--freeze: expected one of " + joined(stages, ", ") + ", got " +
                     shortened(stage, 60) + did_you_mean(stage, stages));
}

}  // namespace

/// What is learned from and tested with.
struct PictureTraining::Pictures {
  std::shared_ptr<vision::PictureSource> train, test;
  /// The same where all are kept in memory, in one size.
  std::optional<datasets::LabeledImages> train_images, test_images;
};

void PictureTraining::declare_pictures(OptionList& options) {
  options.add("--model", model_, "The network; the command models lists them")
      .one_of(vision::models::list_models());
  options.add("--size", size_, "Side of the images that the network takes")
      .between(1, 4096)
      .by_default("the data's; of pictures the trained model's, or 32");
  options
      .add(
          "--small-stem", small_stem_,
          "Whether a residual network begins with a 3x3 convolution and without pooling; auto: for "
          "images under 64 pixels")
      .one_of({"auto", "yes", "no"});
  options
      .add("--weights", weights_,
           "Begin with these: a training, a checkpoint, or a file of the network's weights")
      .value("PATH");
  options
      .add("--freeze", freeze_,
           "Keep weights as they are, up to this stage of the network (layer2), or all but the "
           "last layer (backbone)")
      .value("STAGE");
  options.add("--freeze-epochs", freeze_epochs_, "Epochs after which frozen weights learn too")
      .between(0, 100'000)
      .by_default("never");
  options
      .add("--layer-decay", layer_decay_,
           "Each stage learns at the rate of the one after it times this")
      .between(0.01, 1)
      .by_default("1");
  options
      .add("--recipe", recipe_,
           "Defaults for all that follows: baseline, or v2, torchvision's for long trainings (SGD, "
           "cosine, warm-up, label smoothing, mixup, cutmix, TrivialAugment, erasing, averages, "
           "repeats, no decay of norms and biases)")
      .one_of({"baseline", "v2"});
  changes_.declare(options);
  declare_learning(options);
  declare_training(options);
}

int64_t PictureTraining::default_epochs(int64_t steps) const {
  const int64_t hint = vision::models::model_info(model_).hints.epochs;
  if (data_.data == "digits") return 20;
  if (!data_.is_path()) return hint;
  constexpr int64_t kSteps = 600, kMost = 60;
  return std::max(hint, std::min(kMost, (kSteps + steps - 1) / steps));
}

double PictureTraining::default_lr() const {
  // torchvision's, for the size of the batch.
  if (learning().optimizer == "sgd")
    return (recipe_ == "v2" ? 0.5 / 1024 : 0.1 / 256) * static_cast<double>(*batch_size());
  return vision::models::model_info(model_).hints.lr;
}

/// 32, or what the network needs, in whole patches of 32.
int64_t PictureTraining::side() const {
  if (size_) return *size_;
  const int64_t smallest = vision::models::model_info(model_).smallest;
  return std::max<int64_t>(32, (smallest + 31) / 32 * 32);
}

PictureTraining::Pictures PictureTraining::open_pictures(bool trained) const {
  const auto fixed = datasets::labeled_images_names();
  const bool of_one_size = std::find(fixed.begin(), fixed.end(), data_.data) != fixed.end();
  Pictures p;
  if (!trained && (of_one_size ? !size_ : side() <= kLargestInMemory)) {
    const auto options = datasets::LabeledImagesOptions().size(side()).pictures(data_.options());
    p.train_images = datasets::labeled_images(data_.data, Mode::kTrain, options);
    p.test_images = datasets::labeled_images(data_.data, Mode::kTest, options);
    p.train = p.train_images->pictures();
    p.test = p.test_images->pictures();
    check_classes(data_.data, p.train->classes());
  } else {
    p.train = data_.open(Mode::kTrain);
    p.test = data_.open(Mode::kTest);
  }
  for (const auto& [source, what] :
       {std::pair(p.train.get(), "learn from"), std::pair(p.test.get(), "test with")})
    HEARTH_CHECK_AS(hearth::ValueError, source->size() > 0, "[", data_.data,
                    "] has no pictures to ", what);
  return p;
}

vision::Classifier PictureTraining::trained() const {
  // A training that goes on has weights of its own; those that it began with may be gone.
  const std::string own = output() + "/model.safetensors";
  std::error_code none;
  if (resumes() && std::filesystem::exists(own, none)) return vision::Classifier::load(own);
  try {
    return open_trained(model_, weights_);
  } catch (const hearth::Error& error) {
    throw hearth::Error(fmt::format(
        "{}\nThe weights to begin with cannot be had. Name some by --weights FILE, or {} to train "
        "from nothing",
        error.what(), without_weights()));
  }
}

vision::Classifier PictureTraining::fresh(const Pictures& pictures) const {
  vision::ClassifierSpec spec;
  spec.model = model_;
  spec.dataset = data_.data;
  spec.classes = pictures.train->classes();
  if (pictures.train_images) {
    const hearth::Tensor& pixels = pictures.train_images->pixels();
    spec.shape = {pixels.size(1), pixels.size(2), pixels.size(3)};
    vision::set_normalization(spec, pixels);
  } else {
    spec.shape = {3, side(), side()};
    spec.resize_size = side() * 8 / 7;
    spec.mean = {0.485, 0.456, 0.406};  // ImageNet's
    spec.stddev = {0.229, 0.224, 0.225};
  }
  // The stem for photographs would leave nothing of a small image.
  const bool small = std::min(spec.shape.height, spec.shape.width) < 64;
  spec.small_stem = small_stem_ == "auto" ? vision::models::model_info(model_).small_stem && small
                                          : small_stem_ == "yes";
  return vision::Classifier(std::move(spec));
}

vision::Classifier PictureTraining::fine_tuned(const vision::Classifier& from,
                                               const Pictures& pictures) const {
  vision::ClassifierSpec spec = from.spec();
  spec.classes = pictures.train->classes();
  spec.dataset = data_.data;
  if (size_) {
    spec.resize_size = spec.resize_size * *size_ / spec.shape.height;
    spec.shape.height = spec.shape.width = *size_;
  }
  return vision::with_classes(from, std::move(spec));
}

void PictureTraining::apply_recipe(int64_t steps_per_epoch) {
  if (recipe_ != "v2") return;
  LearningOptions learns;
  learns.optimizer = "sgd";
  learns.schedule = "cosine";
  if (learning().schedule.value_or("cosine") == "cosine")
    learns.warmup = std::min(5.0, 0.1 * static_cast<double>(epochs()));
  learns.weight_decay = 2e-5;
  learns.label_smoothing = 0.1;
  learns.repeats = 4;
  // The average reaches back as far, beside the whole training, as torchvision's on ImageNet.
  learns.ema = 1 - std::min(1.0, 25.6 / static_cast<double>(epochs() * steps_per_epoch));
  learning().settle(learns);
  PictureChanges changes;
  changes.trivial_augment = "yes";
  changes.erase = 0.1;
  changes.mixup = 0.2;
  changes.cutmix = 1;
  changes_.settle(changes);
}

int PictureTraining::run() {
  // Before weights are downloaded for it. Names of archives may be a pattern, {000..099}.
  std::error_code error;
  const bool one_path = data_.is_path() && data_.data.find('{') == std::string::npos;
  HEARTH_CHECK_AS(hearth::FileError, !one_path || std::filesystem::exists(data_.data, error), "[",
                  data_.data,
                  "] is not there: expected a folder of pictures, a list or an archive");
  const bool begins = begins_trained();
  const Pictures pictures = open_pictures(begins);
  const std::optional<vision::Classifier> begun = begins ? std::optional(trained()) : std::nullopt;
  if (begun) model_ = begun->spec().model;
  vision::Classifier classifier = begun ? fine_tuned(*begun, pictures) : fresh(pictures);
  classifier.to(device());
  choose();
  if (freeze_) {
    check_stage(classifier.model(), *freeze_);
    vision::freeze(classifier.model(), *freeze_);
  }

  const auto images = static_cast<int64_t>(pictures.train->size());
  const auto tests = static_cast<int64_t>(pictures.test->size());
  const int64_t batch = batch_size().value_or(default_batch_size(data_.is_path(), images));
  const int64_t steps = (images + batch - 1) / batch;
  settle_length(default_epochs(steps), batch);
  apply_recipe(steps);
  settle_lr(default_lr());

  const vision::models::ImageShape& shape = classifier.spec().shape;
  const bool characters = shows_characters(data_.data);
  const bool crops = !pictures.train_images && !characters;
  const vision::Augmentation augmentation = changes_.augmentation(!characters, crops, shape.width);
  const train::RunFolder folder = open_folder();
  auto options = training_options(folder);
  const bool spares = recipe_ == "v2" || begun;
  if (spares || layer_decay_)
    options.groups(vision::parameter_groups(
        classifier.model(),
        {.layer_decay = layer_decay_.value_or(1), .spare_norms_and_biases = spares}));

  std::optional<vision::ClassifierTrainer> trainer;
  if (pictures.train_images && augmentation.is_simple() &&
      options.sampling() != train::Sampling::Repeated) {
    trainer.emplace(classifier, pictures.train_images->pixels(), pictures.train_images->targets(),
                    options, augmentation);
  } else {
    trainer.emplace(classifier, pictures.train, options, augmentation);
  }
  if (pictures.test_images) {
    trainer->validate_on(pictures.test_images->pixels(), pictures.test_images->targets());
  } else {
    trainer->validate_on(pictures.test);
  }
  if (freeze_ && freeze_epochs_)
    trainer->engine().add_callback<Unfreeze>(classifier.model(),
                                             static_cast<int64_t>(std::lround(*freeze_epochs_)));

  const Outcome outcome = fit(
      *trainer, folder, [&](const std::string& path) { classifier.save(path); }, model_, data_.data,
      fmt::format("{} training and {} test images of {} x {}, {} classes", images, tests,
                  shape.width, shape.height, classifier.spec().classes.size()));
  if (outcome.stopped) return *outcome.stopped;
  if (!outcome.best.empty()) {
    classifier = vision::Classifier::load(outcome.best);
    classifier.to(device());
  }

  const auto narrower = autocast();
  const hearth::Tensor targets = vision::targets(*pictures.test);
  const hearth::Tensor probabilities =
      pictures.test_images ? classifier.probabilities(pictures.test_images->pixels())
                           : vision::probabilities(classifier, *pictures.test);
  draw_worst_mistakes(output(), classifier, *pictures.test, probabilities, targets);
  report(outcome, model_, data_.data, classifier.spec().classes,
         train::evaluate(probabilities, targets), tests,
         {{"worst_mistakes.png", "where it is surest and wrong"}},
         fmt::format("Try it on a picture of yours:\n  {} predict --weights {} photo.jpg",
                     program(), for_shell(output())));
  return 0;
}
