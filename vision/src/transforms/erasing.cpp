// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/transforms/erasing.h"

#include <cmath>

#include "hearth/base/error.h"
#include "hearth/ops/creation.h"
#include "hearth/tensor/tensor_literal.h"
#include "hearth/vision/transforms/functional/augment.h"

#include "transforms/describe.h"
#include "transforms/draw.h"
#include "transforms/first_image.h"

namespace hearth::vision::transforms {
namespace {

constexpr int kTrials = 10;

/// The value's numbers; none where it is noise.
std::vector<double> numbers_of(const RandomErasingOptions::Value& value) {
  if (const auto* one = std::get_if<double>(&value)) return {*one};
  if (const auto* all = std::get_if<std::vector<double>>(&value)) return *all;
  return {};
}

}  // namespace

RandomErasing::RandomErasing(const RandomErasingOptions& options)
    : ByChance(options.p(), "RandomErasing"), options_(options) {
  const auto& [smallest, largest] = options.scale();
  HEARTH_CHECK_AS(ValueError, 0 <= smallest && smallest <= largest && largest <= 1,
                  "[RandomErasing] expected a range of scale between 0 and 1, got ",
                  text_of(options.scale()));
  HEARTH_CHECK_AS(
      ValueError, 0 < options.ratio().first && options.ratio().first <= options.ratio().second,
      "[RandomErasing] expected a range of positive ratios, got ", text_of(options.ratio()));
  const auto* values = std::get_if<std::vector<double>>(&options.value());
  HEARTH_CHECK_AS(ValueError, !values || !values->empty(),
                  "[RandomErasing] expected a value for each channel, got none");
}

Params RandomErasing::draw(const Sample& sample, Generator& generator) const {
  const Tensor& image = first_image(sample, "RandomErasing");
  const int64_t channels = image.size(-3), height = image.size(-2), width = image.size(-1);
  const auto area = static_cast<double>(height * width);
  const double low = std::log(options_.ratio().first), high = std::log(options_.ratio().second);
  for (int trial = 0; trial < kTrials; ++trial) {
    const double erased =
        area * draw::uniform(generator, options_.scale().first, options_.scale().second);
    const double ratio = std::exp(draw::uniform(generator, low, high));
    const auto h = static_cast<int64_t>(std::nearbyint(std::sqrt(erased * ratio)));
    const auto w = static_cast<int64_t>(std::nearbyint(std::sqrt(erased / ratio)));
    if (h >= height || w >= width) continue;
    Params params;
    params.tensors.emplace_back("v", drawn_value(channels, h, w, generator));
    const int64_t i = draw::randint(generator, 0, height - h + 1);
    const int64_t j = draw::randint(generator, 0, width - w + 1);
    for (const auto& [name, number] : {std::pair("i", i), {"j", j}, {"h", h}, {"w", w}})
      params.numbers.emplace_back(name, static_cast<double>(number));
    return params;
  }
  return {};
}

Tensor RandomErasing::drawn_value(int64_t channels, int64_t h, int64_t w,
                                  Generator& generator) const {
  const std::vector<double> values = numbers_of(options_.value());
  const auto n = static_cast<int64_t>(values.size());
  if (n == 0) return randn({channels, h, w}, generator);
  HEARTH_CHECK_AS(ValueError, n == 1 || n == channels, "[RandomErasing] expected 1 or ", channels,
                  " numbers of value, got ", n);
  return tensor(values, kFloat).view({n, 1, 1});
}

Tensor RandomErasing::change(const Tensor& image, const Params& params) const {
  if (!params.contains("v")) return image;
  return functional::erase(image, params.integer("i"), params.integer("j"), params.integer("h"),
                           params.integer("w"), params.tensor("v"), options_.inplace());
}

std::string RandomErasing::describe() const {
  Description text("RandomErasing");
  text.arg("p", p()).arg("scale", options_.scale()).arg("ratio", options_.ratio());
  const std::vector<double> values = numbers_of(options_.value());
  if (!values.empty()) text.arg("value", values);
  return text.arg("inplace", options_.inplace());
}

}  // namespace hearth::vision::transforms
