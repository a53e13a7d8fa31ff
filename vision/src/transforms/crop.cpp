// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/transforms/crop.h"

#include <algorithm>
#include <type_traits>

#include "hearth/base/error.h"
#include "hearth/ops/view.h"
#include "hearth/vision/transforms/functional/resize.h"

#include "transforms/crop_sizes.h"
#include "transforms/describe.h"
#include "transforms/draw.h"
#include "transforms/fills.h"
#include "transforms/items.h"

namespace hearth::vision::transforms {
namespace {

void check_size(Size size, const char* who) {
  HEARTH_CHECK_AS(ValueError, size.height > 0 && size.width > 0, "[", who,
                  "] expected a positive size, got ", size.height, " x ", size.width);
}

/// The sample with f of its images; others would no longer fit.
template <class F>
Sample with_images(const Sample& sample, const char* who, const F& f) {
  Sample out = sample;
  for (auto& [name, item] : out.items()) {
    HEARTH_CHECK_AS(
        ValueError,
        !std::holds_alternative<BoundingBoxes>(item) && !std::holds_alternative<Mask>(item), "[",
        who, "] expected a sample without boxes and masks, got '", name, "'");
    if (auto* image = std::get_if<Image>(&item)) image->data = f(image->data);
  }
  return out;
}

}  // namespace

CenterCrop::CenterCrop(int64_t height, int64_t width) : size_{height, width} {
  check_size(size_, "CenterCrop");
}

Sample CenterCrop::apply(const Sample& sample, const Params&) const {
  return with_each_item(sample,
                        [&](const auto& item) { return functional::center_crop(item, size_); });
}

std::string CenterCrop::describe() const { return Description("CenterCrop").arg("size", size_); }

RandomCrop::RandomCrop(RandomCropOptions options) : options_(std::move(options)) {
  check_size(options_.size(), "RandomCrop");
}

Params RandomCrop::sample(const Sample& sample, Generator& generator) const {
  const Size image = query_size(sample), size = options_.size();
  Padding pad = options_.padding().value_or(Padding());
  int64_t down = image.height + pad.top + pad.bottom - size.height;
  int64_t across = image.width + pad.left + pad.right - size.width;
  if (options_.pad_if_needed() && down < 0) {
    pad.top -= down;
    pad.bottom -= down;
    down = -down;
  }
  if (options_.pad_if_needed() && across < 0) {
    pad.left -= across;
    pad.right -= across;
    across = -across;
  }
  HEARTH_CHECK_AS(ValueError, down >= 0 && across >= 0, "[RandomCrop] a crop of ", size.height,
                  " x ", size.width, " is larger than the image with its padding, ",
                  down + size.height, " x ", across + size.width);
  const int64_t top = down > 0 ? draw::randint(generator, 0, down + 1) : 0;
  const int64_t left = across > 0 ? draw::randint(generator, 0, across + 1) : 0;
  Params params;
  for (const auto& [name, value] :
       std::initializer_list<std::pair<const char*, int64_t>>{{"pad_left", pad.left},
                                                              {"pad_top", pad.top},
                                                              {"pad_right", pad.right},
                                                              {"pad_bottom", pad.bottom},
                                                              {"top", top},
                                                              {"left", left}})
    params.numbers.emplace_back(name, static_cast<double>(value));
  return params;
}

Sample RandomCrop::apply(const Sample& sample, const Params& params) const {
  const Padding pad(params.integer("pad_left"), params.integer("pad_top"),
                    params.integer("pad_right"), params.integer("pad_bottom"));
  const bool pads = pad.left || pad.top || pad.right || pad.bottom;
  return with_each_item(sample, [&](const auto& item) {
    const auto& [height, width] = options_.size();
    const auto padded =
        pads ? functional::pad(item, pad, fill_of(item, options_.fill(), options_.mask_fill()),
                               options_.padding_mode())
             : item;
    return functional::crop(padded, params.integer("top"), params.integer("left"), height, width);
  });
}

std::string RandomCrop::describe() const {
  Description text("RandomCrop");
  text.arg("size", options_.size());
  if (const auto& p = options_.padding())
    text.arg("padding", std::vector<int64_t>{p->left, p->top, p->right, p->bottom});
  return text.arg("pad_if_needed", options_.pad_if_needed())
      .arg("fill", options_.fill())
      .arg("padding_mode", options_.padding_mode());
}

RandomResizedCrop::RandomResizedCrop(RandomResizedCropOptions options) : options_(options) {
  check_size(options_.size(), "RandomResizedCrop");
  const auto [low, high] = options_.ratio();
  HEARTH_CHECK_AS(ValueError, low > 0 && high > 0,
                  "[RandomResizedCrop] expected positive ratios, got ", low, " and ", high);
}

Params RandomResizedCrop::sample(const Sample& sample, Generator& generator) const {
  const io::Region part =
      random_region(query_size(sample), options_.scale(), options_.ratio(), generator);
  return {{"top", static_cast<double>(part.top)},
          {"left", static_cast<double>(part.left)},
          {"height", static_cast<double>(part.height)},
          {"width", static_cast<double>(part.width)}};
}

Sample RandomResizedCrop::apply(const Sample& sample, const Params& params) const {
  return with_each_item(sample, [&](const auto& item) {
    return functional::resize(functional::crop(item, params.integer("top"), params.integer("left"),
                                               params.integer("height"), params.integer("width")),
                              options_.size(), options_.interpolation(), options_.antialias());
  });
}

std::string RandomResizedCrop::describe() const {
  return transforms::describe("RandomResizedCrop", options_);
}

Sample FiveCrop::apply(const Sample& sample, const Params&) const {
  return with_images(sample, "FiveCrop", [&](const Tensor& image) {
    const auto crops = functional::five_crop(image, size_);
    return stack(std::vector<Tensor>(crops.begin(), crops.end()));
  });
}

std::string FiveCrop::describe() const { return Description("FiveCrop").arg("size", size_); }

Sample TenCrop::apply(const Sample& sample, const Params&) const {
  return with_images(sample, "TenCrop", [&](const Tensor& image) {
    const auto crops = functional::ten_crop(image, size_, vertical_flip_);
    return stack(std::vector<Tensor>(crops.begin(), crops.end()));
  });
}

std::string TenCrop::describe() const {
  return Description("TenCrop").arg("size", size_).arg("vertical_flip", vertical_flip_);
}

}  // namespace hearth::vision::transforms
