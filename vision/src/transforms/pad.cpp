// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/transforms/pad.h"

#include <utility>
#include <vector>

#include "transforms/describe.h"
#include "transforms/draw.h"
#include "transforms/fills.h"
#include "transforms/items.h"

namespace hearth::vision::transforms {

Pad::Pad(PadOptions options) : options_(std::move(options)) {}

Sample Pad::apply(const Sample& sample, const Params&) const {
  return with_each_item(sample, [&](const auto& item) {
    return functional::pad(item, options_.padding(),
                           fill_of(item, options_.fill(), options_.mask_fill()),
                           options_.padding_mode());
  });
}

std::string Pad::describe() const {
  const Padding& p = options_.padding();
  return Description("Pad")
      .arg("padding", std::vector<int64_t>{p.left, p.top, p.right, p.bottom})
      .arg("fill", options_.fill())
      .arg("padding_mode", options_.padding_mode());
}

RandomZoomOut::RandomZoomOut(RandomZoomOutOptions options) : options_(std::move(options)) {
  checked_probability(options_.p(), "RandomZoomOut");
  const auto [low, high] = options_.side_range();
  HEARTH_CHECK_AS(ValueError, low >= 1 && low <= high,
                  "[RandomZoomOut] expected a side_range of 1 <= low <= high, got ", low, " and ",
                  high);
}

Params RandomZoomOut::sample(const Sample& sample, Generator& generator) const {
  if (!draw::chance(generator, options_.p())) return {{"apply", 0}};
  const Size size = query_size(sample);
  const double factor =
      draw::uniform(generator, options_.side_range().first, options_.side_range().second);
  const auto grown = [&](int64_t n) {
    return static_cast<int64_t>(static_cast<double>(n) * factor) - n;
  };
  const int64_t across = grown(size.width), down = grown(size.height);
  const auto left = static_cast<int64_t>(draw::uniform(generator, 0, static_cast<double>(across)));
  const auto top = static_cast<int64_t>(draw::uniform(generator, 0, static_cast<double>(down)));
  return {{"apply", 1},
          {"left", static_cast<double>(left)},
          {"top", static_cast<double>(top)},
          {"right", static_cast<double>(across - left)},
          {"bottom", static_cast<double>(down - top)}};
}

Sample RandomZoomOut::apply(const Sample& sample, const Params& params) const {
  if (params["apply"] == 0) return sample;
  const Padding padding(params.integer("left"), params.integer("top"), params.integer("right"),
                        params.integer("bottom"));
  return with_each_item(sample, [&](const auto& item) {
    return functional::pad(item, padding, fill_of(item, options_.fill(), options_.mask_fill()));
  });
}

std::string RandomZoomOut::describe() const {
  return Description("RandomZoomOut")
      .arg("p", options_.p())
      .arg("fill", options_.fill())
      .arg("side_range", options_.side_range());
}

}  // namespace hearth::vision::transforms
