// SPDX-License-Identifier: Apache-2.0
#include "hearth/audio/classification/classifier.h"
#include "hearth/data/datasets.h"

namespace hearth::audio {
namespace {

/// The inputs that a classifier wants. How clips change is drawn anew for each batch.
train::Examples examples(const Classifier& classifier, const Tensor& clips, const Tensor& targets,
                         const Augmentation& augmentation) {
  HEARTH_CHECK_AS(ShapeError,
                  clips.dim() == 2 && targets.dim() == 1 && clips.size(0) == targets.size(0) &&
                      clips.size(0) > 0,
                  "[ClassifierTrainer] expected clips [N, samples] and targets [N], got ",
                  clips.sizes(), " and ", targets.sizes());
  const auto batch = [&classifier, augmentation, sounds = clips.contiguous(),
                      truth = targets.contiguous()](ArrayRef<size_t> indices) {
    // The loader gives every batch a stream of its own, whichever worker makes it.
    return data::Example<>(classifier.input(sounds, indices, augmentation, data::draw_seed()),
                           data::gather_rows(truth, indices));
  };
  return {static_cast<size_t>(clips.size(0)), batch};
}

}  // namespace

ClassifierTrainer::ClassifierTrainer(Classifier& classifier, Tensor clips, Tensor targets,
                                     const train::ClassificationOptions& options,
                                     const Augmentation& augmentation)
    : train::ClassificationTrainer(
          classifier.model(),
          [&classifier](const Tensor& x) {
            return classifier.model().forward(x.to(classifier.device()));
          },
          examples(classifier, clips, targets, augmentation),
          cat_str(classifier.spec().model, " on ", clips.size(0), " clips of ",
                  classifier.spec().dataset, ", ", augmentation.describe()),
          options),
      classifier_(&classifier) {}

void ClassifierTrainer::validate_on(Tensor clips, Tensor targets) {
  train::ClassificationTrainer::validate_on(examples(*classifier_, clips, targets, {}), 100);
}

}  // namespace hearth::audio
