// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/transforms/transform.h"

#include <algorithm>

#include "hearth/base/error.h"

namespace hearth::vision::transforms {
namespace {

template <class T>
const T& find(const std::vector<std::pair<std::string, T>>& all, const std::string& name) {
  std::string known;
  for (const auto& [key, value] : all) {
    if (key == name) return value;
    known += cat_str(known.empty() ? "" : ", ", key);
  }
  throw ValueError(cat_str("[Params] there is no '", name, "' among ",
                           known.empty() ? std::string("none") : known));
}

}  // namespace

double Params::operator[](const std::string& name) const { return find(numbers, name); }
int64_t Params::integer(const std::string& name) const {
  return static_cast<int64_t>(find(numbers, name));
}
const Tensor& Params::tensor(const std::string& name) const { return find(tensors, name); }

bool Params::contains(const std::string& name) const {
  const auto named = [&](const auto& entry) { return entry.first == name; };
  return std::any_of(numbers.begin(), numbers.end(), named) ||
         std::any_of(tensors.begin(), tensors.end(), named);
}

Transform::~Transform() = default;

Params Transform::sample(const Sample&, Generator&) const { return {}; }

Sample Transform::apply(const Sample& sample, const Params& params) const {
  Sample out = sample;
  for (auto& [name, item] : out.items())
    item = std::visit([&](const auto& value) -> Item { return transform(value, params); }, item);
  return out;
}

Sample Transform::run(const Sample& sample, Generator& generator) const {
  return apply(sample, this->sample(sample, generator));
}

Sample Transform::operator()(const Sample& sample) const {
  return (*this)(sample, default_generator());
}

Sample Transform::operator()(const Sample& sample, Generator& generator) const {
  return run(sample, generator);
}

Tensor Transform::operator()(const Tensor& image) const {
  return (*this)(image, default_generator());
}

Tensor Transform::operator()(const Tensor& image, Generator& generator) const {
  return (*this)(Sample{{"image", Image{image}}}, generator).image();
}

Image Transform::transform(const Image& image, const Params&) const { return image; }
Mask Transform::transform(const Mask& mask, const Params&) const { return mask; }
BoundingBoxes Transform::transform(const BoundingBoxes& boxes, const Params&) const {
  return boxes;
}
KeyPoints Transform::transform(const KeyPoints& points, const Params&) const { return points; }
Tensor Transform::transform(const Tensor& other, const Params&) const { return other; }

}  // namespace hearth::vision::transforms
