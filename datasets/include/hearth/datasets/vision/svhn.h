// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "hearth/datasets/vision/labeled_images.h"

namespace hearth::datasets {

/// House numbers seen from the street, cropped to their digits (Y. Netzer et al., 2011): 73,257
/// images of 32 x 32 pixels to train, 26,032 to test, and 531,131 simpler ones in the split
/// "extra". Not for commercial use. `root` holds train_32x32.mat, test_32x32.mat or
/// extra_32x32.mat; empty: the cache. With `download`, a missing one is fetched (64 MB to 1.3 GB);
/// otherwise that throws FileError.
class HEARTH_API SVHN : public LabeledImages {
 public:
  explicit SVHN(const std::string& root = "", const std::string& split = "train",
                bool download = false);
};

}  // namespace hearth::datasets
