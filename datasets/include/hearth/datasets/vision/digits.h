// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/datasets/vision/labeled_images.h"

namespace hearth::datasets {

/// 1,797 handwritten digits of 8x8 pixels, part of this library, so that something can be learned
/// without any file or network: UCI's "Optical Recognition of Handwritten Digits" (E. Alpaydin,
/// C. Kaynak, CC BY 4.0), its test set as scikit-learn ships it. Every fifth image is for testing
/// (360). Pixels, 0 to 16 there, are scaled to 0 to 255.
class HEARTH_API Digits : public LabeledImages {
 public:
  explicit Digits(Mode mode = Mode::kTrain);
};

}  // namespace hearth::datasets
