// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/transforms/warp.h"

#include <array>
#include <cmath>

#include "hearth/base/error.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/view.h"
#include "hearth/vision/transforms/functional/blur.h"

#include "transforms/describe.h"
#include "transforms/draw.h"
#include "transforms/fills.h"
#include "transforms/items.h"

namespace hearth::vision::transforms {
namespace {

double between(Generator& generator, const std::pair<double, double>& range) {
  return draw::uniform(generator, range.first, range.second);
}

constexpr const char* kCoefficients[8] = {"a", "b", "c", "d", "e", "f", "g", "h"};

}  // namespace

RandomRotation::RandomRotation(RandomRotationOptions options) : options_(std::move(options)) {
  HEARTH_CHECK_AS(ValueError, options_.degrees().first <= options_.degrees().second,
                  "[RandomRotation] expected degrees from a smaller to a larger number, got ",
                  options_.degrees().first, " and ", options_.degrees().second);
}

Params RandomRotation::sample(const Sample&, Generator& generator) const {
  return {{"angle", between(generator, options_.degrees())}};
}

Sample RandomRotation::apply(const Sample& sample, const Params& params) const {
  return with_each_item(sample, [&](const auto& item) {
    return functional::rotate(item, params["angle"], options_.interpolation(), options_.expand(),
                              options_.center(),
                              fill_of(item, options_.fill(), options_.mask_fill()));
  });
}

std::string RandomRotation::describe() const {
  return transforms::describe("RandomRotation", options_);
}

RandomAffine::RandomAffine(RandomAffineOptions options) : options_(std::move(options)) {
  const auto& translate = options_.translate();
  HEARTH_CHECK_AS(ValueError,
                  !translate || (translate->first >= 0 && translate->first <= 1 &&
                                 translate->second >= 0 && translate->second <= 1),
                  "[RandomAffine] expected translations between 0 and 1");
  const auto& scale = options_.scale();
  HEARTH_CHECK_AS(ValueError, !scale || (scale->first > 0 && scale->second > 0),
                  "[RandomAffine] expected positive scales");
  const auto& shear = options_.shear();
  HEARTH_CHECK_AS(ValueError, !shear || shear->size() == 2 || shear->size() == 4,
                  "[RandomAffine] expected two or four numbers of shear, got ",
                  shear ? shear->size() : 0);
}

Params RandomAffine::sample(const Sample& sample, Generator& generator) const {
  const Size size = query_size(sample);
  const double angle = between(generator, options_.degrees());
  double x = 0, y = 0, scale = 1, shear_x = 0, shear_y = 0;
  if (const auto& most = options_.translate()) {
    const double across = most->first * static_cast<double>(size.width);
    const double down = most->second * static_cast<double>(size.height);
    x = std::nearbyint(draw::uniform(generator, -across, across));
    y = std::nearbyint(draw::uniform(generator, -down, down));
  }
  if (options_.scale()) scale = between(generator, *options_.scale());
  if (const auto& shear = options_.shear()) {
    shear_x = draw::uniform(generator, (*shear)[0], (*shear)[1]);
    if (shear->size() == 4) shear_y = draw::uniform(generator, (*shear)[2], (*shear)[3]);
  }
  return {{"angle", angle}, {"translate_x", x},   {"translate_y", y},
          {"scale", scale}, {"shear_x", shear_x}, {"shear_y", shear_y}};
}

Sample RandomAffine::apply(const Sample& sample, const Params& params) const {
  const AffineMap map{.angle = params["angle"],
                      .translate = {params["translate_x"], params["translate_y"]},
                      .scale = params["scale"],
                      .shear = {params["shear_x"], params["shear_y"]},
                      .center = options_.center()};
  return with_each_item(sample, [&](const auto& item) {
    return functional::affine(item, map, options_.interpolation(),
                              fill_of(item, options_.fill(), options_.mask_fill()));
  });
}

std::string RandomAffine::describe() const {
  return transforms::describe("RandomAffine", options_);
}

RandomPerspective::RandomPerspective(RandomPerspectiveOptions options)
    : options_(std::move(options)) {
  checked_probability(options_.p(), "RandomPerspective");
  const double scale = options_.distortion_scale();
  HEARTH_CHECK_AS(ValueError, scale >= 0 && scale <= 1,
                  "[RandomPerspective] expected a distortion_scale between 0 and 1, got ", scale);
}

Params RandomPerspective::sample(const Sample& sample, Generator& generator) const {
  if (!draw::chance(generator, options_.p())) return {{"apply", 0}};
  const auto [height, width] = query_size(sample);
  const auto bound = [&](int64_t n) {
    return static_cast<int64_t>(options_.distortion_scale() * static_cast<double>(n / 2)) + 1;
  };
  const int64_t down = bound(height), across = bound(width);
  const auto corner = [&](int64_t x, int64_t y) {
    const int64_t at_x = draw::randint(generator, x, x + across);
    const int64_t at_y = draw::randint(generator, y, y + down);
    return Point{static_cast<double>(at_x), static_cast<double>(at_y)};
  };
  const auto right = static_cast<double>(width - 1), bottom = static_cast<double>(height - 1);
  const std::array<Point, 4> from{{{0, 0}, {right, 0}, {right, bottom}, {0, bottom}}};
  const Point upper_left = corner(0, 0), upper_right = corner(width - across, 0);
  const Point lower_right = corner(width - across, height - down);
  const Point lower_left = corner(0, height - down);
  const PerspectiveCoefficients all = functional::perspective_coefficients(
      from, {upper_left, upper_right, lower_right, lower_left});
  Params params{{"apply", 1}};
  for (size_t i = 0; i < all.size(); ++i) params.numbers.emplace_back(kCoefficients[i], all[i]);
  return params;
}

Sample RandomPerspective::apply(const Sample& sample, const Params& params) const {
  if (params["apply"] == 0) return sample;
  PerspectiveCoefficients all;
  for (size_t i = 0; i < all.size(); ++i) all[i] = params[kCoefficients[i]];
  return with_each_item(sample, [&](const auto& item) {
    return functional::perspective(item, all, options_.interpolation(),
                                   fill_of(item, options_.fill(), options_.mask_fill()));
  });
}

std::string RandomPerspective::describe() const {
  return transforms::describe("RandomPerspective", options_);
}

ElasticTransform::ElasticTransform(ElasticTransformOptions options)
    : options_(std::move(options)) {}

Params ElasticTransform::sample(const Sample& sample, Generator& generator) const {
  const Size size = query_size(sample);
  const auto& sigmas = options_.sigma();
  const auto drawn = [&](double sigma, double alpha, int64_t length) {
    Tensor d = rand({1, 1, size.height, size.width}, generator).mul(2).sub(1);
    if (sigma > 0) {
      auto kernel = static_cast<int64_t>(8 * sigma + 1);
      kernel += kernel % 2 == 0;
      d = functional::gaussian_blur(d, {kernel, kernel}, {sigmas.first, sigmas.second});
    }
    return d.mul(alpha / static_cast<double>(length));
  };
  const Tensor x = drawn(sigmas.first, options_.alpha().first, size.width);
  const Tensor y = drawn(sigmas.second, options_.alpha().second, size.height);
  Params params;
  params.tensors.emplace_back("displacement", cat({x, y}, 1).permute({0, 2, 3, 1}));
  return params;
}

Sample ElasticTransform::apply(const Sample& sample, const Params& params) const {
  return with_each_item(sample, [&](const auto& item) {
    return functional::elastic(item, params.tensor("displacement"), options_.interpolation(),
                               fill_of(item, options_.fill(), options_.mask_fill()));
  });
}

std::string ElasticTransform::describe() const {
  return transforms::describe("ElasticTransform", options_);
}

}  // namespace hearth::vision::transforms
