// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/classification/trainer.h"

#include "hearth/data/datasets.h"

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
  const auto batch = [&classifier, augmentation, images = pixels.contiguous(),
                      truth = targets.contiguous()](ArrayRef<size_t> indices) {
    // The loader gives every batch a stream of its own, whichever worker makes it.
    return data::Example<>(classifier.input(images, indices, augmentation, data::draw_seed()),
                           data::gather_rows(truth, indices));
  };
  train::Examples examples{static_cast<size_t>(pixels.size(0)), batch};
  const Tensor classes = targets.to(kLong).contiguous();
  const auto* first = classes.const_data_ptr<int64_t>();
  examples.classes.assign(first, first + classes.numel());
  return examples;
}

std::string describe(const Classifier& classifier, const Tensor& pixels,
                     const Augmentation& augmentation) {
  const ClassifierSpec& spec = classifier.spec();
  return cat_str(spec.model, " on ", pixels.size(0), " images of ", spec.dataset, ", shift ",
                 augmentation.shift, ", flip ", augmentation.flip);
}

}  // namespace

ClassifierTrainer::ClassifierTrainer(Classifier& classifier, Tensor pixels, Tensor targets,
                                     const TrainerOptions& options,
                                     const Augmentation& augmentation)
    : train::ClassificationTrainer(
          classifier.model(),
          [&classifier](const Tensor& images) {
            return classifier.model().forward(images.to(classifier.device()));
          },
          examples(classifier, pixels, targets, augmentation),
          describe(classifier, pixels, augmentation), options),
      classifier_(&classifier) {}

void ClassifierTrainer::validate_on(Tensor pixels, Tensor targets) {
  train::ClassificationTrainer::validate_on(examples(*classifier_, pixels, targets, {}));
}

}  // namespace hearth::vision
