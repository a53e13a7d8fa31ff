// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "hearth/datasets/vision/labeled_images.h"

namespace hearth::datasets {

/// Photographs of 96 x 96 pixels in 10 classes (A. Coates et al., 2011): 5,000 to train, of which
/// `folds` takes one of ten sets of 1,000, and 8,000 to test; 100,000 more are unlabeled. `root`
/// holds stl10_binary; empty: the cache. With `download` it is fetched if it is missing (2.6 GB);
/// otherwise that throws FileError.
class HEARTH_API STL10 : public LabeledImages {
 public:
  /// `split` is train or test.
  explicit STL10(const std::string& root = "", const std::string& split = "train",
                 std::optional<int64_t> folds = std::nullopt, bool download = false);
  /// `count` of the images without labels, from `first` on, or all that follow (2.8 GB): uint8
  /// [count, 3, 96, 96]. IndexError beyond the last.
  static Tensor unlabeled(const std::string& root = "", int64_t first = 0,
                          std::optional<int64_t> count = std::nullopt, bool download = false);
};

}  // namespace hearth::datasets
