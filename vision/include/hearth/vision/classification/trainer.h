// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "hearth/train/classification.h"
#include "hearth/vision/classification/augmentation.h"
#include "hearth/vision/classification/classifier.h"

namespace hearth::vision {

class PictureSource;

using TrainerOptions = train::ClassificationOptions;

/// Trains a classifier on images in memory, or on pictures of a source:
///
///     ClassifierTrainer trainer(classifier, pixels, targets, TrainerOptions().epochs(5));
///     trainer.validate_on(test_pixels, test_targets);
///     trainer.fit();
///
/// Parameters that need no gradient stay as they are, and so do the statistics of norms whose
/// parameters do (see freeze).
class HEARTH_API ClassifierTrainer : public train::ClassificationTrainer {
 public:
  /// pixels: uint8 [N, C, H, W]; targets: int64 [N]. The classifier must outlive this. Each image
  /// is changed anew in every epoch, as the augmentation says, which is_simple().
  ClassifierTrainer(Classifier& classifier, Tensor pixels, Tensor targets,
                    const TrainerOptions& options, const Augmentation& augmentation = {});
  /// Pictures are read when they are needed, by the loader's workers or by all threads, and changed
  /// as the generator of their place in the epoch says: results depend on neither. The classes of
  /// the source are those of the classifier.
  ClassifierTrainer(Classifier& classifier, std::shared_ptr<const PictureSource> pictures,
                    const TrainerOptions& options, const Augmentation& augmentation = {});

  /// After every epoch, on images that it does not learn from.
  void validate_on(Tensor pixels, Tensor targets);
  void validate_on(std::shared_ptr<const PictureSource> pictures);

 private:
  const Classifier* classifier_;
};

}  // namespace hearth::vision
