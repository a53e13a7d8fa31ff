// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/transforms/blur.h"

#include "hearth/base/error.h"
#include "hearth/vision/transforms/functional/augment.h"
#include "hearth/vision/transforms/functional/blur.h"

#include "transforms/describe.h"
#include "transforms/draw.h"

namespace hearth::vision::transforms {

GaussianBlur::GaussianBlur(const GaussianBlurOptions& options) : options_(options) {
  for (const int64_t size : {options.kernel_size().first, options.kernel_size().second})
    HEARTH_CHECK_AS(ValueError, size > 0 && size % 2 == 1,
                    "[GaussianBlur] expected odd and positive kernel sizes, got ", size);
  const auto& [low, high] = options.sigma();
  HEARTH_CHECK_AS(ValueError, 0 < low && low <= high,
                  "[GaussianBlur] expected a range of positive sigmas, got ",
                  text_of(options.sigma()));
}

Params GaussianBlur::sample(const Sample&, Generator& generator) const {
  return {{"sigma", draw::uniform(generator, options_.sigma().first, options_.sigma().second)}};
}

Image GaussianBlur::transform(const Image& image, const Params& params) const {
  const auto& [width, height] = options_.kernel_size();
  return {functional::gaussian_blur(image.data, {width, height}, params["sigma"])};
}

std::string GaussianBlur::describe() const {
  return Description("GaussianBlur")
      .arg("kernel_size", options_.kernel_size())
      .arg("sigma", std::vector<double>{options_.sigma().first, options_.sigma().second});
}

GaussianNoise::GaussianNoise(const GaussianNoiseOptions& options) : options_(options) {
  HEARTH_CHECK_AS(ValueError, options.sigma() >= 0,
                  "[GaussianNoise] expected a sigma of at least 0, got ", options.sigma());
}

Params GaussianNoise::sample(const Sample&, Generator& generator) const {
  return {{"seed", static_cast<double>(draw::randint(generator, 0, int64_t{1} << 53))}};
}

Sample GaussianNoise::apply(const Sample& sample, const Params& params) const {
  Generator generator(static_cast<uint64_t>(params.integer("seed")));
  Sample out = sample;
  for (auto& [name, item] : out.items())
    if (auto* image = std::get_if<Image>(&item))
      image->data = functional::gaussian_noise(image->data, options_.mean(), options_.sigma(),
                                               options_.clip(), generator);
  return out;
}

std::string GaussianNoise::describe() const {
  return transforms::describe("GaussianNoise", options_);
}

JPEG::JPEG(int64_t quality) : JPEG(quality, quality) {}

JPEG::JPEG(int64_t lowest, int64_t highest) : lowest_(lowest), highest_(highest) {
  HEARTH_CHECK_AS(ValueError, 1 <= lowest && lowest <= highest && highest <= 100,
                  "[JPEG] expected a quality between 1 and 100, got ", lowest, " to ", highest);
}

Params JPEG::sample(const Sample&, Generator& generator) const {
  return {{"quality", static_cast<double>(draw::randint(generator, lowest_, highest_ + 1))}};
}

Image JPEG::transform(const Image& image, const Params& params) const {
  return {functional::jpeg(image.data, params.integer("quality"))};
}

std::string JPEG::describe() const {
  return Description("JPEG").arg("quality", std::vector<int64_t>{lowest_, highest_});
}

}  // namespace hearth::vision::transforms
