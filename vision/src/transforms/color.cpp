// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/transforms/color.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "hearth/base/error.h"
#include "hearth/tensor/tensor_literal.h"
#include "hearth/vision/transforms/functional/color.h"

#include "transforms/color_steps.h"
#include "transforms/describe.h"
#include "transforms/draw.h"
#include "transforms/first_image.h"
#include "transforms/pixels.h"

namespace hearth::vision::transforms {
namespace {

constexpr const char* kFactors[] = {"brightness_factor", "contrast_factor", "saturation_factor",
                                    "hue_factor"};
constexpr double kUnbounded = std::numeric_limits<double>::infinity();

/// The factors that a jitter stands for; none where they are all `center`, which changes nothing.
std::optional<Range> range_of(const Jitter& jitter, const char* name, double center, Range bound) {
  if (!jitter) return {};
  Range range;
  if (const auto* number = std::get_if<double>(&*jitter)) {
    HEARTH_CHECK_AS(ValueError, *number >= 0, "[ColorJitter] expected a ", name,
                    " of at least 0, got ", *number);
    range = {center - *number, center + *number};
    if (center == 1) range.first = std::max(range.first, 0.0);
  } else {
    range = std::get<Range>(*jitter);
  }
  HEARTH_CHECK_AS(
      ValueError,
      bound.first <= range.first && range.first <= range.second && range.second <= bound.second,
      "[ColorJitter] expected a range of ", name, " between ", bound.first, " and ", bound.second,
      ", got ", text_of(range));
  if (range.first == center && range.second == center) return {};
  return range;
}

Tensor drawn_order(Generator& generator, int64_t n) {
  return tensor(draw::permutation(generator, n));
}

std::vector<int64_t> numbers_of(const Tensor& t) {
  const auto* from = t.const_data_ptr<int64_t>();
  return {from, from + t.numel()};
}

}  // namespace

ColorJitter::ColorJitter(const ColorJitterOptions& options) {
  ranges_[0] = range_of(options.brightness(), "brightness", 1, {0, kUnbounded});
  ranges_[1] = range_of(options.contrast(), "contrast", 1, {0, kUnbounded});
  ranges_[2] = range_of(options.saturation(), "saturation", 1, {0, kUnbounded});
  ranges_[3] = range_of(options.hue(), "hue", 0, {-0.5, 0.5});
}

ColorJitter::ColorJitter(double brightness, double contrast, double saturation, double hue)
    : ColorJitter(ColorJitterOptions()
                      .brightness(brightness)
                      .contrast(contrast)
                      .saturation(saturation)
                      .hue(hue)) {}

Params ColorJitter::sample(const Sample&, Generator& generator) const {
  Params params;
  params.tensors.emplace_back("fn_idx", drawn_order(generator, 4));
  for (size_t i = 0; i < 4; ++i)
    if (ranges_[i])
      params.numbers.emplace_back(kFactors[i],
                                  draw::uniform(generator, ranges_[i]->first, ranges_[i]->second));
  return params;
}

Image ColorJitter::transform(const Image& image, const Params& params) const {
  check_colors(image.data, "ColorJitter");
  std::vector<ColorStep> steps;
  for (const int64_t i : numbers_of(params.tensor("fn_idx"))) {
    HEARTH_CHECK_AS(ValueError, i >= 0 && i < 4, "[ColorJitter] expected an order of 0 to 3, got ",
                    i);
    const char* name = kFactors[i];
    if (params.contains(name)) steps.push_back({static_cast<Adjust>(i), params[name]});
  }
  return {adjust_colors(image.data, steps)};
}

std::string ColorJitter::describe() const {
  return Description("ColorJitter")
      .arg("brightness", ranges_[0])
      .arg("contrast", ranges_[1])
      .arg("saturation", ranges_[2])
      .arg("hue", ranges_[3]);
}

RandomPhotometricDistort::RandomPhotometricDistort(const RandomPhotometricDistortOptions& options)
    : options_(options) {
  HEARTH_CHECK_AS(ValueError, options.p() >= 0 && options.p() <= 1,
                  "[RandomPhotometricDistort] expected a probability between 0 and 1, got ",
                  options.p());
}

Params RandomPhotometricDistort::sample(const Sample& sample, Generator& generator) const {
  Params params;
  const Range ranges[] = {options_.brightness(), options_.contrast(), options_.saturation(),
                          options_.hue()};
  const int64_t channels = first_image(sample, "RandomPhotometricDistort").size(-3);
  for (size_t i = 0; i < 4; ++i)
    if (draw::chance(generator, options_.p()))
      params.numbers.emplace_back(kFactors[i],
                                  draw::uniform(generator, ranges[i].first, ranges[i].second));
  params.numbers.emplace_back("contrast_before", draw::chance(generator, 0.5) ? 1 : 0);
  if (draw::chance(generator, options_.p()))
    params.tensors.emplace_back("channel_permutation", drawn_order(generator, channels));
  return params;
}

Image RandomPhotometricDistort::transform(const Image& image, const Params& params) const {
  check_colors(image.data, "RandomPhotometricDistort");
  const Adjust early[] = {Adjust::Brightness, Adjust::Contrast, Adjust::Saturation, Adjust::Hue};
  const Adjust late[] = {Adjust::Brightness, Adjust::Saturation, Adjust::Hue, Adjust::Contrast};
  std::vector<ColorStep> steps;
  for (const Adjust what : params["contrast_before"] != 0 ? early : late) {
    const char* name = kFactors[static_cast<size_t>(what)];
    if (params.contains(name)) steps.push_back({what, params[name]});
  }
  const Tensor adjusted = adjust_colors(image.data, steps);
  if (!params.contains("channel_permutation")) return {adjusted};
  return {functional::permute_channels(adjusted, numbers_of(params.tensor("channel_permutation")))};
}

std::string RandomPhotometricDistort::describe() const {
  return Description("RandomPhotometricDistort")
      .arg("brightness", options_.brightness())
      .arg("contrast", options_.contrast())
      .arg("hue", options_.hue())
      .arg("saturation", options_.saturation())
      .arg("p", options_.p());
}

Grayscale::Grayscale(int64_t num_output_channels) : num_output_channels_(num_output_channels) {
  HEARTH_CHECK_AS(ValueError, num_output_channels == 1 || num_output_channels == 3,
                  "[Grayscale] expected num_output_channels of 1 or 3, got ", num_output_channels);
}
Image Grayscale::transform(const Image& image, const Params&) const {
  return {functional::rgb_to_grayscale(image.data, num_output_channels_)};
}
std::string Grayscale::describe() const {
  return Description("Grayscale").arg("num_output_channels", num_output_channels_);
}

RandomGrayscale::RandomGrayscale(double p) : ByChance(p, "RandomGrayscale") {}
Tensor RandomGrayscale::change(const Tensor& image, const Params&) const {
  check_colors(image, "RandomGrayscale");
  return functional::rgb_to_grayscale(image, image.size(-3));
}
std::string RandomGrayscale::describe() const {
  return Description("RandomGrayscale").arg("p", p());
}

Image RGB::transform(const Image& image, const Params&) const {
  return {functional::grayscale_to_rgb(image.data)};
}
std::string RGB::describe() const { return Description("RGB"); }

Params RandomChannelPermutation::sample(const Sample& sample, Generator& generator) const {
  Params params;
  params.tensors.emplace_back(
      "permutation",
      drawn_order(generator, first_image(sample, "RandomChannelPermutation").size(-3)));
  return params;
}
Image RandomChannelPermutation::transform(const Image& image, const Params& params) const {
  return {functional::permute_channels(image.data, numbers_of(params.tensor("permutation")))};
}
std::string RandomChannelPermutation::describe() const {
  return Description("RandomChannelPermutation");
}

RandomInvert::RandomInvert(double p) : ByChance(p, "RandomInvert") {}
Tensor RandomInvert::change(const Tensor& image, const Params&) const {
  return functional::invert(image);
}
std::string RandomInvert::describe() const { return Description("RandomInvert").arg("p", p()); }

RandomPosterize::RandomPosterize(int64_t bits, double p)
    : ByChance(p, "RandomPosterize"), bits_(bits) {
  HEARTH_CHECK_AS(ValueError, bits >= 0 && bits <= 8,
                  "[RandomPosterize] expected a number of bits between 0 and 8, got ", bits);
}
Tensor RandomPosterize::change(const Tensor& image, const Params&) const {
  return functional::posterize(image, bits_);
}
std::string RandomPosterize::describe() const {
  return Description("RandomPosterize").arg("p", p()).arg("bits", bits_);
}

RandomSolarize::RandomSolarize(double threshold, double p)
    : ByChance(p, "RandomSolarize"), threshold_(threshold) {}
Tensor RandomSolarize::change(const Tensor& image, const Params&) const {
  return functional::solarize(image, threshold_);
}
std::string RandomSolarize::describe() const {
  return Description("RandomSolarize").arg("p", p()).arg("threshold", threshold_);
}

RandomAdjustSharpness::RandomAdjustSharpness(double sharpness_factor, double p)
    : ByChance(p, "RandomAdjustSharpness"), sharpness_factor_(sharpness_factor) {
  HEARTH_CHECK_AS(ValueError, sharpness_factor >= 0,
                  "[RandomAdjustSharpness] expected a factor of at least 0, got ",
                  sharpness_factor);
}
Tensor RandomAdjustSharpness::change(const Tensor& image, const Params&) const {
  return functional::adjust_sharpness(image, sharpness_factor_);
}
std::string RandomAdjustSharpness::describe() const {
  return Description("RandomAdjustSharpness")
      .arg("p", p())
      .arg("sharpness_factor", sharpness_factor_);
}

RandomAutocontrast::RandomAutocontrast(double p) : ByChance(p, "RandomAutocontrast") {}
Tensor RandomAutocontrast::change(const Tensor& image, const Params&) const {
  return functional::autocontrast(image);
}
std::string RandomAutocontrast::describe() const {
  return Description("RandomAutocontrast").arg("p", p());
}

RandomEqualize::RandomEqualize(double p) : ByChance(p, "RandomEqualize") {}
Tensor RandomEqualize::change(const Tensor& image, const Params&) const {
  return functional::equalize(image);
}
std::string RandomEqualize::describe() const { return Description("RandomEqualize").arg("p", p()); }

}  // namespace hearth::vision::transforms
