// SPDX-License-Identifier: Apache-2.0
#include "transforms/crop_sizes.h"

#include <algorithm>
#include <cmath>

#include "transforms/draw.h"

namespace hearth::vision::transforms {

io::Region random_region(Size image, std::pair<double, double> scale,
                         std::pair<double, double> ratio, Generator& generator) {
  const auto height = static_cast<double>(image.height), width = static_cast<double>(image.width);
  const double low = std::log(ratio.first), high = std::log(ratio.second);
  for (int i = 0; i < 10; ++i) {
    const double area = height * width * draw::uniform(generator, scale.first, scale.second);
    const double aspect = std::exp(draw::uniform(generator, low, high));
    const auto w = static_cast<int64_t>(std::nearbyint(std::sqrt(area * aspect)));
    const auto h = static_cast<int64_t>(std::nearbyint(std::sqrt(area / aspect)));
    if (w <= 0 || w > image.width || h <= 0 || h > image.height) continue;
    const int64_t top = draw::randint(generator, 0, image.height - h + 1);
    const int64_t left = draw::randint(generator, 0, image.width - w + 1);
    return {top, left, h, w};
  }
  const double least = std::min(ratio.first, ratio.second);
  const double most = std::max(ratio.first, ratio.second);
  int64_t h = image.height, w = image.width;
  if (width / height < least) {
    h = static_cast<int64_t>(std::nearbyint(width / least));
  } else if (width / height > most) {
    w = static_cast<int64_t>(std::nearbyint(height * most));
  }
  return {(image.height - h) / 2, (image.width - w) / 2, h, w};
}

int64_t middle(int64_t length, int64_t crop) {
  return static_cast<int64_t>(std::nearbyint(static_cast<double>(length - crop) / 2));
}

}  // namespace hearth::vision::transforms
