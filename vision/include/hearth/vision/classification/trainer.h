// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/train/classification.h"
#include "hearth/vision/classification/classifier.h"

namespace hearth::vision {

using TrainerOptions = train::ClassificationOptions;

/// Trains a classifier on images in memory:
///
///     ClassifierTrainer trainer(classifier, pixels, targets, TrainerOptions().epochs(5));
///     trainer.validate_on(test_pixels, test_targets);
///     trainer.fit();
class HEARTH_API ClassifierTrainer : public train::ClassificationTrainer {
 public:
  /// pixels: uint8 [N, C, H, W]; targets: int64 [N]. The classifier must outlive this. Each image
  /// is changed anew in every epoch, as the augmentation says.
  ClassifierTrainer(Classifier& classifier, Tensor pixels, Tensor targets,
                    const TrainerOptions& options, const Augmentation& augmentation = {});

  /// After every epoch, on images that it does not learn from.
  void validate_on(Tensor pixels, Tensor targets);

 private:
  const Classifier* classifier_;
};

}  // namespace hearth::vision
