// SPDX-License-Identifier: Apache-2.0
// Transforms that make images worse: blurred, noisy or compressed. Names, defaults and results are
// torchvision's (transforms.v2).
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "hearth/base/arg.h"
#include "hearth/vision/transforms/transform.h"

namespace hearth::vision::transforms {

/// Options of GaussianBlur.
struct GaussianBlurOptions {
  GaussianBlurOptions(int64_t kernel_size) : kernel_size_{kernel_size, kernel_size} {}
  GaussianBlurOptions(int64_t width, int64_t height) : kernel_size_{width, height} {}
  using Sizes = std::pair<int64_t, int64_t>;
  using Range = std::pair<double, double>;
  /// Width and height, both odd.
  HEARTH_ARG(Sizes, kernel_size);
  /// The smallest and the largest; positive.
  HEARTH_ARG(Range, sigma) = {0.1, 2.0};
};

/// functional::gaussian_blur by a sigma that is drawn. Throws ValueError for options that are none.
class HEARTH_API GaussianBlur : public Transform {
 public:
  explicit GaussianBlur(const GaussianBlurOptions& options);

  /// "sigma".
  Params sample(const Sample& sample, Generator& generator) const override;
  std::string describe() const override;

 protected:
  Image transform(const Image& image, const Params& params) const override;

 private:
  GaussianBlurOptions options_;
};

/// Options of GaussianNoise.
struct GaussianNoiseOptions {
  HEARTH_ARG(double, mean) = 0.0;
  HEARTH_ARG(double, sigma) = 0.1;
  HEARTH_ARG(bool, clip) = true;
};

/// functional::gaussian_noise, other noise for each image.
class HEARTH_API GaussianNoise : public Transform {
 public:
  explicit GaussianNoise(const GaussianNoiseOptions& options = {});

  /// "seed", of the noise of all images in turn.
  Params sample(const Sample& sample, Generator& generator) const override;
  Sample apply(const Sample& sample, const Params& params) const override;
  std::string describe() const override;

 private:
  GaussianNoiseOptions options_;
};

/// functional::jpeg with a quality between two that are given, both included.
class HEARTH_API JPEG : public Transform {
 public:
  explicit JPEG(int64_t quality);
  JPEG(int64_t lowest, int64_t highest);

  /// "quality".
  Params sample(const Sample& sample, Generator& generator) const override;
  std::string describe() const override;

 protected:
  Image transform(const Image& image, const Params& params) const override;

 private:
  int64_t lowest_, highest_;
};

}  // namespace hearth::vision::transforms
