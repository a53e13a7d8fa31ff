// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "hearth/datasets/vision/labeled_images.h"

namespace hearth::datasets {

/// The names that labeled_images knows: digits, emnist, fashion-mnist, kmnist, mnist.
HEARTH_API std::vector<std::string> labeled_images_names();

/// A data set of labelled images by name, with its defaults, downloaded into the cache if missing.
/// ValueError for another name.
HEARTH_API LabeledImages labeled_images(const std::string& name, Mode mode);

}  // namespace hearth::datasets
