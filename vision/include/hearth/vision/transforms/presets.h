// SPDX-License-Identifier: Apache-2.0
// What models of images are trained and asked with.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hearth/base/arg.h"
#include "hearth/vision/transforms/container.h"
#include "hearth/vision/transforms/image_pipeline.h"
#include "hearth/vision/transforms/modes.h"

namespace hearth::vision::transforms {

/// Options of ImageClassificationEval, with torchvision's names and defaults.
struct ImageClassificationEvalOptions {
  ImageClassificationEvalOptions(int64_t crop_size = 224) : crop_size_(crop_size) {}

  HEARTH_ARG(int64_t, crop_size);
  HEARTH_ARG(int64_t, resize_size) = 256;
  HEARTH_ARG(std::vector<double>, mean) = {0.485, 0.456, 0.406};
  HEARTH_ARG(std::vector<double>, std) = {0.229, 0.224, 0.225};
  HEARTH_ARG(InterpolationMode, interpolation) = InterpolationMode::Bilinear;
};

/// What the weights of torchvision's classifiers come with (`weights.transforms()`): the shorter
/// edge becomes resize_size, the middle is cut out, numbers in [0, 1] are normalized.
class HEARTH_API ImageClassificationEval : public Compose {
 public:
  explicit ImageClassificationEval(const ImageClassificationEvalOptions& options = {});
  std::string describe() const override;

  /// The same in one go, from files.
  ImagePipeline pipeline() const;

 private:
  ImageClassificationEvalOptions options_;
};

/// Options of ImageClassificationTrain, with the names and defaults of torchvision's references.
struct ImageClassificationTrainOptions {
  ImageClassificationTrainOptions(int64_t crop_size = 224) : crop_size_(crop_size) {}

  HEARTH_ARG(int64_t, crop_size);
  HEARTH_ARG(std::vector<double>, mean) = {0.485, 0.456, 0.406};
  HEARTH_ARG(std::vector<double>, std) = {0.229, 0.224, 0.225};
  HEARTH_ARG(InterpolationMode, interpolation) = InterpolationMode::Bilinear;
  HEARTH_ARG(double, hflip_prob) = 0.5;
  /// Of bytes, after flipping.
  HEARTH_ARG(std::optional<AnyTransform>, auto_augment);
  HEARTH_ARG(double, random_erase_prob) = 0;
};

/// RandomResizedCrop, RandomHorizontalFlip, auto_augment, normalizing, RandomErasing.
class HEARTH_API ImageClassificationTrain : public Compose {
 public:
  explicit ImageClassificationTrain(const ImageClassificationTrainOptions& options = {});
};

}  // namespace hearth::vision::transforms
