// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <fmt/format.h>

#include "hearth/datasets/vision/by_name.h"
#include "hearth/vision/classification/trainer.h"

#include "common/text.h"
#include "common/training/command.h"
#include "vision/data.h"
#include "vision/report.h"

namespace {

namespace train = hearth::train;
namespace vision = hearth::vision;

/// Images in a step that suit a data set: small folders get more steps out of an epoch.
int64_t default_batch_size(const std::string& dataset, int64_t images) {
  return hearth::datasets::is_picture_path(dataset) && images < 4000 ? 32 : 128;
}

/// Epochs that suit a data set and a model: enough to be good, few enough not to wait long.
int64_t default_epochs(const std::string& dataset, int64_t hint, int64_t steps) {
  if (dataset == "digits") return 20;
  if (!hearth::datasets::is_picture_path(dataset)) return hint;
  constexpr int64_t kSteps = 600, kMost = 60;
  return std::max(hint, std::min(kMost, (kSteps + steps - 1) / steps));
}

/// `stem`: "yes", "no" or "auto".
vision::Classifier fresh_classifier(const std::string& model, const std::string& dataset,
                                    const hearth::datasets::LabeledImages& data,
                                    const std::string& stem) {
  vision::ClassifierSpec spec;
  spec.model = model;
  spec.dataset = dataset;
  spec.classes = data.classes();
  spec.shape = {data.pixels().size(1), data.pixels().size(2), data.pixels().size(3)};
  // The stem for photographs would leave nothing of a small image.
  const bool small = std::min(spec.shape.height, spec.shape.width) < 64;
  spec.small_stem =
      stem == "auto" ? vision::models::model_info(model).small_stem && small : stem == "yes";
  vision::set_normalization(spec, data.pixels());
  return vision::Classifier(std::move(spec));
}

class Train final : public TrainingCommand {
 public:
  Train()
      : TrainingCommand("images", "runs/vision", "by data set and model",
                        "128, or 32 for small folders") {}
  const char* name() const override { return "train"; }
  const char* summary() const override { return "Train a model and report how good it is"; }
  std::vector<std::string> examples() const override {
    return {"train --data fashion-mnist --model cnn --output runs/fashion",
            "train --data digits --model mlp --epochs 5 --output runs/digits",
            "train --data photos --model resnet18 --size 64 --output runs/photos",
            "train --output runs/photos --resume"};
  }
  void declare(OptionList& options) override {
    options.add("--data", dataset_, kDataHelp).alias("--dataset").check(wrong_data);
    options.add("--size", size_, "Side of the squares that a folder's images become")
        .between(1, 4096);
    options.flag("--skip-broken", skip_broken_, "Leave out images that cannot be read");
    options.add("--model", model_, "The network; the command models lists them")
        .one_of(vision::models::list_models());
    options
        .add("--small-stem", small_stem_,
             "Whether a residual network begins with a 3x3 convolution and without pooling; auto: "
             "for images under 64 pixels")
        .one_of({"auto", "yes", "no"});
    options
        .add("--shift", shift_,
             "Move training images by up to so many pixels, differently each "
             "time")
        .between(0, 256)
        .by_default("1 for images of 28 pixels and more");
    options
        .add("--flip", flip_,
             "Mirror training images half of the time; auto: those of fashion-mnist and folders")
        .one_of({"auto", "yes", "no"});
    declare_training(options);
    declare_learning(options);
  }
  int run() override;

 private:
  vision::Augmentation augmentation(int64_t width) const;

  std::string dataset_ = "fashion-mnist", model_ = "cnn", small_stem_ = "auto", flip_ = "auto";
  std::optional<int64_t> shift_;
  int64_t size_ = 32;
  bool skip_broken_ = false;
};

/// What may change in an image without changing what it shows.
vision::Augmentation Train::augmentation(int64_t width) const {
  vision::Augmentation a;
  a.shift = shift_.value_or(width >= 28 ? 1 : 0);
  a.flip = flip_ == "auto"
               ? dataset_ == "fashion-mnist" || hearth::datasets::is_picture_path(dataset_)
               : flip_ == "yes";
  return a;
}

int Train::run() {
  using hearth::datasets::Mode;
  hearth::datasets::LabeledImagesOptions of_folder;
  of_folder.size(size_);
  if (skip_broken_)
    of_folder.pictures(
        hearth::datasets::PictureOptions().broken(hearth::data::readers::Broken::Skip));
  const auto data = hearth::datasets::labeled_images(dataset_, Mode::kTrain, of_folder);
  const auto test = hearth::datasets::labeled_images(dataset_, Mode::kTest, of_folder);

  const train::RunFolder folder = open_folder();
  vision::Classifier classifier = fresh_classifier(model_, dataset_, data, small_stem_);
  classifier.to(device());
  const auto images = static_cast<int64_t>(*data.size());
  const auto hints = vision::models::model_info(model_).hints;
  const int64_t batch = batch_size().value_or(default_batch_size(dataset_, images));
  settle(default_epochs(dataset_, hints.epochs, (images + batch - 1) / batch), batch, hints.lr);
  vision::ClassifierTrainer trainer(classifier, data.pixels(), data.targets(),
                                    training_options(folder), augmentation(data.pixels().size(3)));
  trainer.validate_on(test.pixels(), test.targets());
  const Outcome outcome = fit(
      trainer, folder, [&](const std::string& path) { classifier.save(path); }, model_, dataset_,
      fmt::format("{} training and {} test images, {} classes", *data.size(), *test.size(),
                  data.classes().size()));
  if (outcome.stopped) return *outcome.stopped;
  if (!outcome.best.empty()) {
    classifier = vision::Classifier::load(outcome.best);
    classifier.to(device());
  }

  const auto narrower = autocast();
  const hearth::Tensor probabilities = classifier.probabilities(test.pixels());
  draw_worst_mistakes(output(), test, probabilities, data.classes());
  report(outcome, model_, dataset_, data.classes(), train::evaluate(probabilities, test.targets()),
         static_cast<int64_t>(*test.size()),
         {{"worst_mistakes.png", "where it is surest and wrong"}},
         fmt::format("Try it on a picture of yours:\n  {} predict --model {} photo.jpg", program(),
                     for_shell(output())));
  return 0;
}

}  // namespace

std::unique_ptr<Command> train_command() { return std::make_unique<Train>(); }
