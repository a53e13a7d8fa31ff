// SPDX-License-Identifier: Apache-2.0
// Batches of a training, made of pictures wherever they lie.
#pragma once

#include <memory>

#include "hearth/train/classification.h"
#include "hearth/vision/classification/augmentation.h"
#include "hearth/vision/classification/classifier.h"
#include "hearth/vision/classification/picture_source.h"

namespace hearth::vision {

/// What a training learns from.
train::Examples training_examples(const Classifier& classifier,
                                  std::shared_ptr<const PictureSource> pictures,
                                  const Augmentation& augmentation);

/// What it is tested with: pictures as predictions see them.
train::Examples test_examples(const Classifier& classifier,
                              std::shared_ptr<const PictureSource> pictures);

}  // namespace hearth::vision
