// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/transforms/by_chance.h"

#include "hearth/base/error.h"

#include "transforms/draw.h"

namespace hearth::vision::transforms {

ByChance::ByChance(double p, const char* name) : p_(p) {
  HEARTH_CHECK_AS(ValueError, p >= 0 && p <= 1, "[", name,
                  "] expected a probability between 0 and 1, got ", p);
}

Params ByChance::sample(const Sample& sample, Generator& generator) const {
  const bool applies = draw::chance(generator, p_);
  Params params = applies ? draw(sample, generator) : Params();
  params.numbers.emplace_back("apply", applies ? 1 : 0);
  return params;
}

Params ByChance::draw(const Sample&, Generator&) const { return {}; }

Image ByChance::transform(const Image& image, const Params& params) const {
  return params["apply"] != 0 ? Image{change(image.data, params)} : image;
}

}  // namespace hearth::vision::transforms
