// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/transforms/flip.h"

#include "transforms/describe.h"
#include "transforms/draw.h"
#include "transforms/items.h"

namespace hearth::vision::transforms {

RandomHorizontalFlip::RandomHorizontalFlip(double p)
    : p_(checked_probability(p, "RandomHorizontalFlip")) {}

Params RandomHorizontalFlip::sample(const Sample&, Generator& generator) const {
  return {{"apply", draw::chance(generator, p_)}};
}

Sample RandomHorizontalFlip::apply(const Sample& sample, const Params& params) const {
  if (params["apply"] == 0) return sample;
  return with_each_item(sample, [](const auto& item) { return functional::horizontal_flip(item); });
}

std::string RandomHorizontalFlip::describe() const {
  return Description("RandomHorizontalFlip").arg("p", p_);
}

RandomVerticalFlip::RandomVerticalFlip(double p)
    : p_(checked_probability(p, "RandomVerticalFlip")) {}

Params RandomVerticalFlip::sample(const Sample&, Generator& generator) const {
  return {{"apply", draw::chance(generator, p_)}};
}

Sample RandomVerticalFlip::apply(const Sample& sample, const Params& params) const {
  if (params["apply"] == 0) return sample;
  return with_each_item(sample, [](const auto& item) { return functional::vertical_flip(item); });
}

std::string RandomVerticalFlip::describe() const {
  return Description("RandomVerticalFlip").arg("p", p_);
}

}  // namespace hearth::vision::transforms
