// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/classification/trainer.h"

#include "hearth/base/error.h"
#include "hearth/data/datasets.h"
#include "hearth/nn/modules/normalization.h"
#include "hearth/vision/classification/picture_source.h"

#include "classification/training_batches.h"

namespace hearth::vision {
namespace {

/// The inputs that a classifier wants. How images change is drawn anew for each batch.
train::Examples examples(const Classifier& classifier, const Tensor& pixels, const Tensor& targets,
                         const Augmentation& augmentation) {
  HEARTH_CHECK_AS(ShapeError,
                  pixels.dim() == 4 && targets.dim() == 1 && pixels.size(0) == targets.size(0) &&
                      pixels.size(0) > 0,
                  "[ClassifierTrainer] expected images [N, C, H, W] and targets [N], got ",
                  pixels.sizes(), " and ", targets.sizes());
  HEARTH_CHECK_AS(ValueError, augmentation.is_simple(),
                  "[ClassifierTrainer] images in memory are shifted and flipped, no more; got ",
                  augmentation.describe());
  const auto batch = [&classifier, augmentation, images = pixels.contiguous(),
                      truth = targets.contiguous()](ArrayRef<size_t> indices) {
    // The loader gives every batch a stream of its own, whichever worker makes it.
    return data::Example<>(classifier.input(images, indices, augmentation, data::draw_seed()),
                           data::gather_rows(truth, indices));
  };
  train::Examples result{static_cast<size_t>(pixels.size(0)), batch};
  const Tensor classes = targets.to(kLong).contiguous();
  const auto* first = classes.const_data_ptr<int64_t>();
  result.classes.assign(first, first + classes.numel());
  return result;
}

void check_classes(const Classifier& classifier, const PictureSource& pictures) {
  HEARTH_CHECK_AS(ValueError, pictures.classes() == classifier.spec().classes,
                  "[ClassifierTrainer] expected pictures of the classifier's ",
                  classifier.spec().classes.size(), " classes, got ", pictures.classes().size(),
                  " or others");
}

std::string describe(const Classifier& classifier, size_t images,
                     const Augmentation& augmentation) {
  const ClassifierSpec& spec = classifier.spec();
  return cat_str(spec.model, " on ", images, " images of ", spec.dataset, ", ",
                 augmentation.describe());
}

/// Scores of a batch. While it learns, norms whose parameters are frozen keep their statistics.
Callable<train::Scores(const Tensor&)> forward(const Classifier& classifier) {
  std::vector<nn::BatchNorm2dImpl*> norms;
  for (const auto& module : classifier.model().modules())
    if (auto* norm = module->as<nn::BatchNorm2d>()) norms.push_back(norm);
  return [&classifier, norms](const Tensor& images) -> train::Scores {
    models::ImageClassifierImpl& model = classifier.model();
    const Tensor there = images.to(classifier.device());
    if (!model.is_training()) return model.forward(there);
    for (nn::BatchNorm2dImpl* norm : norms)
      norm->train(!norm->weight.defined() || norm->weight.requires_grad());
    return model.forward_training(there);
  };
}

}  // namespace

ClassifierTrainer::ClassifierTrainer(Classifier& classifier, Tensor pixels, Tensor targets,
                                     const TrainerOptions& options,
                                     const Augmentation& augmentation)
    : train::ClassificationTrainer(
          classifier.model(), forward(classifier),
          examples(classifier, pixels, targets, augmentation),
          describe(classifier, static_cast<size_t>(pixels.size(0)), augmentation), options),
      classifier_(&classifier) {}

ClassifierTrainer::ClassifierTrainer(Classifier& classifier,
                                     std::shared_ptr<const PictureSource> pictures,
                                     const TrainerOptions& options,
                                     const Augmentation& augmentation)
    : train::ClassificationTrainer(classifier.model(), forward(classifier),
                                   training_examples(classifier, pictures, augmentation),
                                   describe(classifier, pictures->size(), augmentation), options),
      classifier_(&classifier) {
  check_classes(classifier, *pictures);
}

void ClassifierTrainer::validate_on(Tensor pixels, Tensor targets) {
  train::ClassificationTrainer::validate_on(examples(*classifier_, pixels, targets, {}));
}

void ClassifierTrainer::validate_on(std::shared_ptr<const PictureSource> pictures) {
  constexpr size_t kBatch = 100;
  check_classes(*classifier_, *pictures);
  train::ClassificationTrainer::validate_on(test_examples(*classifier_, std::move(pictures)),
                                            kBatch);
}

}  // namespace hearth::vision
