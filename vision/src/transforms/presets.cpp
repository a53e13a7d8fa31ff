// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/transforms/presets.h"

#include "hearth/vision/transforms/crop.h"
#include "hearth/vision/transforms/dtype.h"
#include "hearth/vision/transforms/erasing.h"
#include "hearth/vision/transforms/flip.h"
#include "hearth/vision/transforms/resize.h"

#include "transforms/describe.h"

namespace hearth::vision::transforms {
namespace {

std::vector<AnyTransform> training(const ImageClassificationTrainOptions& options) {
  std::vector<AnyTransform> all{RandomResizedCrop(
      RandomResizedCropOptions(options.crop_size()).interpolation(options.interpolation()))};
  if (options.hflip_prob() > 0) all.push_back(RandomHorizontalFlip(options.hflip_prob()));
  if (options.auto_augment()) all.push_back(*options.auto_augment());
  all.push_back(ToDtype(kFloat, true));
  all.push_back(Normalize(options.mean(), options.std()));
  if (options.random_erase_prob() > 0) all.push_back(RandomErasing(options.random_erase_prob()));
  return all;
}

}  // namespace

ImageClassificationEval::ImageClassificationEval(const ImageClassificationEvalOptions& options)
    : Compose({Resize(ResizeOptions(options.resize_size()).interpolation(options.interpolation())),
               CenterCrop(options.crop_size()), ToDtype(kFloat, true),
               Normalize(options.mean(), options.std())}),
      options_(options) {}

std::string ImageClassificationEval::describe() const {
  return transforms::describe("ImageClassificationEval", options_);
}

ImagePipeline ImageClassificationEval::pipeline() const {
  return ImagePipeline(ImagePipelineOptions(options_.crop_size())
                           .resize_size(options_.resize_size())
                           .interpolation(options_.interpolation())
                           .mean(options_.mean())
                           .std(options_.std()));
}

ImageClassificationTrain::ImageClassificationTrain(const ImageClassificationTrainOptions& options)
    : Compose(training(options)) {}

}  // namespace hearth::vision::transforms
