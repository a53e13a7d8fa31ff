// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <vector>

#include "hearth/base/error.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/vision/transforms/boxes.h"
#include "hearth/vision/transforms/crop.h"

#include "transforms/describe.h"
#include "transforms/draw.h"
#include "transforms/items.h"

namespace hearth::vision::transforms {
namespace {

using Box = std::array<double, 4>;

std::vector<Box> corners_of(const BoundingBoxes& boxes) {
  const Tensor data = functional::convert_bounding_box_format(boxes, BoundingBoxFormat::XYXY)
                          .data.cpu()
                          .to(kDouble)
                          .contiguous();
  HEARTH_CHECK_AS(ShapeError, data.dim() == 2, "[RandomIoUCrop] expected boxes [N, 4], got shape ",
                  data.sizes());
  std::vector<Box> all(static_cast<size_t>(data.size(0)));
  for (size_t i = 0; i < all.size(); ++i)
    std::copy_n(data.const_data_ptr<double>() + 4 * i, 4, all[i].begin());
  return all;
}

double overlap(const Box& a, const Box& b) {
  const double w = std::min(a[2], b[2]) - std::max(a[0], b[0]);
  const double h = std::min(a[3], b[3]) - std::max(a[1], b[1]);
  if (w <= 0 || h <= 0) return 0;
  const auto area = [](const Box& x) { return (x[2] - x[0]) * (x[3] - x[1]); };
  return w * h / (area(a) + area(b) - w * h);
}

bool has_center_of(const Box& part, const Box& box) {
  const double x = (box[0] + box[2]) / 2, y = (box[1] + box[3]) / 2;
  return part[0] < x && x < part[2] && part[1] < y && y < part[3];
}

}  // namespace

RandomIoUCrop::RandomIoUCrop(RandomIoUCropOptions options) : options_(std::move(options)) {
  HEARTH_CHECK_AS(ValueError, !options_.sampler_options().empty(),
                  "[RandomIoUCrop] expected sampler_options, got none");
  HEARTH_CHECK_AS(ValueError, options_.trials() > 0,
                  "[RandomIoUCrop] expected trials above 0, got ", options_.trials());
}

Params RandomIoUCrop::sample(const Sample& sample, Generator& generator) const {
  const std::vector<Box> boxes = corners_of(get_bounding_boxes(sample, "RandomIoUCrop"));
  const Size size = query_size(sample);
  const std::vector<double>& overlaps = options_.sampler_options();
  // A picture none of whose parts will do is left as it is, in the end.
  constexpr int kRounds = 1000;
  for (int round = 0; round < kRounds; ++round) {
    const auto option = draw::randint(generator, 0, static_cast<int64_t>(overlaps.size()));
    const double least = overlaps[static_cast<size_t>(option)];
    if (least >= 1) break;
    for (int64_t trial = 0; trial < options_.trials(); ++trial) {
      const auto side = [&](int64_t n) {
        return static_cast<int64_t>(static_cast<double>(n) * draw::uniform(generator,
                                                                           options_.min_scale(),
                                                                           options_.max_scale()));
      };
      const int64_t w = side(size.width), h = side(size.height);
      if (w == 0 || h == 0) continue;
      const double aspect = static_cast<double>(w) / static_cast<double>(h);
      if (aspect < options_.min_aspect_ratio() || aspect > options_.max_aspect_ratio()) continue;
      const auto place = [&](int64_t room) {
        return static_cast<int64_t>(draw::uniform(generator, 0, static_cast<double>(room)));
      };
      const int64_t left = place(size.width - w), top = place(size.height - h);
      const Box part{static_cast<double>(left), static_cast<double>(top),
                     static_cast<double>(left + w), static_cast<double>(top + h)};
      const Tensor within = zeros({static_cast<int64_t>(boxes.size())}, kBool);
      double best = -1;
      for (size_t i = 0; i < boxes.size(); ++i) {
        if (!has_center_of(part, boxes[i])) continue;
        within.data_ptr<bool>()[i] = true;
        best = std::max(best, overlap(part, boxes[i]));
      }
      if (best < 0 || best < least) continue;
      Params params{{"apply", 1},
                    {"top", part[1]},
                    {"left", part[0]},
                    {"height", static_cast<double>(h)},
                    {"width", static_cast<double>(w)}};
      params.tensors.emplace_back("is_within_crop_area", within);
      return params;
    }
  }
  return {{"apply", 0}};
}

Sample RandomIoUCrop::apply(const Sample& sample, const Params& params) const {
  if (params["apply"] == 0) return sample;
  Sample out = with_each_item(sample, [&](const auto& item) {
    return functional::crop(item, params.integer("top"), params.integer("left"),
                            params.integer("height"), params.integer("width"));
  });
  for (auto& [name, item] : out.items()) {
    auto* boxes = std::get_if<BoundingBoxes>(&item);
    if (!boxes) continue;
    const Tensor outside = params.tensor("is_within_crop_area").logical_not().unsqueeze(-1);
    boxes->data = boxes->data.masked_fill(outside.to(boxes->data.device()), 0);
  }
  return out;
}

std::string RandomIoUCrop::describe() const {
  return transforms::describe("RandomIoUCrop", options_);
}

}  // namespace hearth::vision::transforms
