// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "hearth/datasets/vision/picture_dataset.h"

namespace hearth::datasets {

/// Noise with random classes, for trying things out and for measuring: nothing is read. Each image
/// is made when it is asked for, the same every time, of `random_offset` plus its index.
class HEARTH_API FakeData : public PictureDataset {
 public:
  /// `image_size` is [C, H, W].
  explicit FakeData(size_t size = 1000, std::vector<int64_t> image_size = {3, 224, 224},
                    int64_t num_classes = 10, uint64_t random_offset = 0);
};

}  // namespace hearth::datasets
