// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/types.h"

#include <optional>

#include "hearth/base/error.h"

namespace hearth::vision {
namespace {

std::string names(const std::vector<Sample::Entry>& items) {
  std::string all;
  for (const auto& [name, item] : items) all += cat_str(all.empty() ? "" : ", ", name);
  return all.empty() ? "nothing" : all;
}

std::optional<Size> size_of(const Tensor& pixels) {
  if (!pixels.defined() || pixels.dim() < 2) return {};
  return Size{pixels.size(-2), pixels.size(-1)};
}

std::optional<Size> size_of(const Item& item) {
  if (const auto* image = std::get_if<Image>(&item)) return size_of(image->data);
  if (const auto* mask = std::get_if<Mask>(&item)) return size_of(mask->data);
  if (const auto* boxes = std::get_if<BoundingBoxes>(&item)) return boxes->canvas;
  if (const auto* points = std::get_if<KeyPoints>(&item)) return points->canvas;
  return {};
}

}  // namespace

const Item& Sample::operator[](const std::string& name) const {
  for (const auto& [key, item] : items_)
    if (key == name) return item;
  throw ValueError(
      cat_str("[Sample] there is no item '", name, "'; the sample has ", names(items_)));
}

Item& Sample::operator[](const std::string& name) {
  return const_cast<Item&>(static_cast<const Sample&>(*this)[name]);
}

bool Sample::contains(const std::string& name) const {
  for (const auto& [key, item] : items_)
    if (key == name) return true;
  return false;
}

void Sample::set(const std::string& name, Item item) {
  if (contains(name)) {
    (*this)[name] = std::move(item);
  } else {
    items_.emplace_back(name, std::move(item));
  }
}

const Tensor& Sample::image(const std::string& name) const {
  const auto* image = std::get_if<Image>(&(*this)[name]);
  HEARTH_CHECK_AS(ValueError, image, "[Sample] the item '", name, "' is no image");
  return image->data;
}

Size query_size(const Sample& sample) {
  for (const auto& [name, item] : sample.items())
    if (const auto size = size_of(item)) return *size;
  throw ValueError(cat_str("[query_size] expected an image, mask, boxes or points, the sample has ",
                           names(sample.items())));
}

}  // namespace hearth::vision
