// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <utility>

#include "hearth/base/generator.h"
#include "hearth/vision/io/image.h"
#include "hearth/vision/types.h"

namespace hearth::vision::transforms {

/// RandomResizedCrop's part of an image: a random share of its area of a random width to height, in
/// ten tries; else the largest in the middle whose proportions are not too extreme.
io::Region random_region(Size image, std::pair<double, double> scale,
                         std::pair<double, double> ratio, Generator& generator);

/// Where the middle of a line is cut out of it: half the difference, of halves the even one.
int64_t middle(int64_t length, int64_t crop);

}  // namespace hearth::vision::transforms
