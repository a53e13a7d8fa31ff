// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/transforms/resize.h"

#include <algorithm>

#include "hearth/base/error.h"

#include "transforms/describe.h"
#include "transforms/draw.h"
#include "transforms/items.h"

namespace hearth::vision::transforms {
namespace {

Sample resized(const Sample& sample, Size size, InterpolationMode mode, bool antialias) {
  return with_each_item(
      sample, [&](const auto& item) { return functional::resize(item, size, mode, antialias); });
}

Params params_of(Size size) {
  return {{"height", static_cast<double>(size.height)}, {"width", static_cast<double>(size.width)}};
}
Size size_of(const Params& params) { return {params.integer("height"), params.integer("width")}; }

/// The size times a factor, rounded down.
Size times(Size size, double factor) {
  return {static_cast<int64_t>(static_cast<double>(size.height) * factor),
          static_cast<int64_t>(static_cast<double>(size.width) * factor)};
}

}  // namespace

Resize::Resize(ResizeOptions options) : options_(std::move(options)) {
  HEARTH_CHECK_AS(ValueError, options_.size().size() != 2 || !options_.max_size(),
                  "[Resize] max_size is for sizes of the shorter edge, or none; got both edges");
  HEARTH_CHECK_AS(ValueError, !options_.size().empty() || options_.max_size(),
                  "[Resize] expected a size or a max_size, got neither");
  for (const int64_t edge : options_.size())
    HEARTH_CHECK_AS(ValueError, edge > 0, "[Resize] expected a positive size, got ", edge);
}

Sample Resize::apply(const Sample& sample, const Params&) const {
  const std::vector<int64_t>& wanted = options_.size();
  const auto size_for = [&](Size image) {
    if (wanted.size() == 2) return Size{wanted[0], wanted[1]};
    return functional::resized_size(
        image, wanted.empty() ? std::nullopt : std::optional<int64_t>(wanted[0]),
        options_.max_size());
  };
  // Each by its own size, as torchvision, where items of a sample differ.
  return with_each_item(sample, [&](const auto& item) {
    return functional::resize(item, size_for(query_size(Sample{{"item", item}})),
                              options_.interpolation(), options_.antialias());
  });
}

std::string Resize::describe() const { return transforms::describe("Resize", options_); }

RandomResize::RandomResize(RandomResizeOptions options) : options_(options) {
  HEARTH_CHECK_AS(ValueError, options_.min_size() > 0 && options_.min_size() < options_.max_size(),
                  "[RandomResize] expected 0 < min_size < max_size, got ", options_.min_size(),
                  " and ", options_.max_size());
}

Params RandomResize::sample(const Sample& sample, Generator& generator) const {
  const int64_t shorter = draw::randint(generator, options_.min_size(), options_.max_size());
  return params_of(functional::resized_size(query_size(sample), shorter));
}

Sample RandomResize::apply(const Sample& sample, const Params& params) const {
  return resized(sample, size_of(params), options_.interpolation(), options_.antialias());
}

std::string RandomResize::describe() const {
  return transforms::describe("RandomResize", options_);
}

RandomShortestSize::RandomShortestSize(RandomShortestSizeOptions options)
    : options_(std::move(options)) {
  HEARTH_CHECK_AS(ValueError, !options_.min_size().empty(),
                  "[RandomShortestSize] expected sizes, got none");
}

Params RandomShortestSize::sample(const Sample& sample, Generator& generator) const {
  const Size size = query_size(sample);
  const std::vector<int64_t>& all = options_.min_size();
  const int64_t shorter =
      all[static_cast<size_t>(draw::randint(generator, 0, static_cast<int64_t>(all.size())))];
  double factor =
      static_cast<double>(shorter) / static_cast<double>(std::min(size.height, size.width));
  if (options_.max_size())
    factor = std::min(factor, static_cast<double>(*options_.max_size()) /
                                  static_cast<double>(std::max(size.height, size.width)));
  return params_of(times(size, factor));
}

Sample RandomShortestSize::apply(const Sample& sample, const Params& params) const {
  return resized(sample, size_of(params), options_.interpolation(), options_.antialias());
}

std::string RandomShortestSize::describe() const {
  return transforms::describe("RandomShortestSize", options_);
}

ScaleJitter::ScaleJitter(ScaleJitterOptions options) : options_(options) {}

Params ScaleJitter::sample(const Sample& sample, Generator& generator) const {
  const Size size = query_size(sample), target = options_.target_size();
  const auto [low, high] = options_.scale_range();
  const double scale = draw::uniform(generator, low, high);
  // Width over height and height over width, as in torchvision.
  const double fits =
      std::min(static_cast<double>(target.width) / static_cast<double>(size.height),
               static_cast<double>(target.height) / static_cast<double>(size.width));
  return params_of(times(size, fits * scale));
}

Sample ScaleJitter::apply(const Sample& sample, const Params& params) const {
  return resized(sample, size_of(params), options_.interpolation(), options_.antialias());
}

std::string ScaleJitter::describe() const { return transforms::describe("ScaleJitter", options_); }

}  // namespace hearth::vision::transforms
