// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/transforms/boxes.h"

#include <utility>

#include "hearth/base/error.h"
#include "hearth/ops/index.h"
#include "hearth/ops/shape.h"

#include "transforms/describe.h"

namespace hearth::vision::transforms {

std::string ConvertBoundingBoxFormat::describe() const {
  return Description("ConvertBoundingBoxFormat").arg("format", format_);
}
BoundingBoxes ConvertBoundingBoxFormat::transform(const BoundingBoxes& boxes, const Params&) const {
  return functional::convert_bounding_box_format(boxes, format_);
}

std::string ClampBoundingBoxes::describe() const { return "ClampBoundingBoxes()"; }
BoundingBoxes ClampBoundingBoxes::transform(const BoundingBoxes& boxes, const Params&) const {
  return functional::clamp_bounding_boxes(boxes);
}

const BoundingBoxes& get_bounding_boxes(const Sample& sample, const char* who) {
  const BoundingBoxes* found = nullptr;
  for (const auto& [name, item] : sample.items()) {
    const auto* boxes = std::get_if<BoundingBoxes>(&item);
    HEARTH_CHECK_AS(ValueError, !boxes || !found, "[", who,
                    "] expected one item of boxes, got another called '", name, "'");
    if (boxes) found = boxes;
  }
  HEARTH_CHECK_AS(ValueError, found, "[", who, "] expected an item of boxes, got none");
  return *found;
}

SanitizeBoundingBoxes::SanitizeBoundingBoxes(SanitizeBoundingBoxesOptions options)
    : options_(std::move(options)) {
  HEARTH_CHECK_AS(ValueError, options_.min_size() >= 1 && options_.min_area() >= 1,
                  "[SanitizeBoundingBoxes] expected min_size and min_area of at least 1, got ",
                  options_.min_size(), " and ", options_.min_area());
}

Sample SanitizeBoundingBoxes::apply(const Sample& sample, const Params&) const {
  const auto [boxes, valid] =
      functional::sanitize_bounding_boxes(get_bounding_boxes(sample, "SanitizeBoundingBoxes"),
                                          options_.min_size(), options_.min_area());
  std::optional<std::string> labels = options_.labels();
  for (const auto& [name, item] : sample.items())
    if (!labels && std::holds_alternative<Tensor>(item) && name.rfind("label", 0) == 0)
      labels = name;
  const int64_t n = valid.size(0);
  const Tensor kept = valid.nonzero().squeeze(1);
  Sample out = sample;
  for (auto& [name, item] : out.items()) {
    if (std::holds_alternative<BoundingBoxes>(item)) {
      item = boxes;
    } else if (auto* mask = std::get_if<Mask>(&item)) {
      if (mask->data.dim() == 3 && mask->data.size(0) == n)
        mask->data = mask->data.index_select(0, kept);
    } else if (labels && name == *labels) {
      auto* data = std::get_if<Tensor>(&item);
      HEARTH_CHECK_AS(ValueError, data && data->dim() > 0 && data->size(0) == n,
                      "[SanitizeBoundingBoxes] expected a label for each of ", n, " boxes in '",
                      name, "'");
      *data = data->index_select(0, kept);
    }
  }
  if (labels) out[*labels];  // must be there
  return out;
}

std::string SanitizeBoundingBoxes::describe() const {
  return transforms::describe("SanitizeBoundingBoxes", options_);
}

}  // namespace hearth::vision::transforms
