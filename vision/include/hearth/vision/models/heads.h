// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/vision/models/image_classifier.h"

namespace hearth::vision::models {

/// How many classes a network tells apart.
HEARTH_API int64_t num_classes(const ImageClassifierImpl& model);

/// Gives a network fresh last layers (ImageClassifierImpl::heads) for so many classes, of the type
/// and on the device of those before; all other layers keep their values. Optimizers that hold the
/// old layers' parameters must be made anew.
HEARTH_API void reset_classifier(ImageClassifierImpl& model, int64_t num_classes);

}  // namespace hearth::vision::models
