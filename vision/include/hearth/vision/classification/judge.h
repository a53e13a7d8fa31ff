// SPDX-License-Identifier: Apache-2.0
// What classifiers say of pictures wherever they lie.
#pragma once

#include "hearth/base/callable.h"
#include "hearth/vision/classification/classifier.h"
#include "hearth/vision/classification/picture_source.h"

namespace hearth::vision {

/// Pictures of a source as the model takes them, uint8 [indices, C, H, W]: Classifier::fit with
/// brightness as it is and without looking for shapes. Read by all threads. Throws what the source
/// throws, ShapeError for a picture that cannot be fitted.
HEARTH_API Tensor fitted_pixels(const Classifier& classifier, const PictureSource& source,
                                ArrayRef<size_t> indices);

/// The probability of each class, float [N, classes], of all pictures of a source, a batch at a
/// time. `done` hears of each batch, how many pictures it had.
HEARTH_API Tensor probabilities(const Classifier& classifier, const PictureSource& source,
                                int64_t batch_size = 64, const Callable<void(int64_t)>& done = {});

}  // namespace hearth::vision
