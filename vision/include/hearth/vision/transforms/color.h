// SPDX-License-Identifier: Apache-2.0
// Transforms of colors. Names, defaults and results are torchvision's (transforms.v2); they change
// the images of a sample and nothing else. functional/color.h says what images there may be.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "hearth/base/arg.h"
#include "hearth/vision/transforms/by_chance.h"

namespace hearth::vision::transforms {

/// From the first to the second, both included.
using Range = std::pair<double, double>;

/// How much a property of colors varies. A number v stands for factors from max(0, 1 - v) to 1 + v;
/// of the hue for -v to v.
using Jitter = std::optional<std::variant<double, Range>>;

/// Options of ColorJitter. What is not set does not vary.
///
///     ColorJitter jitter(0.4, 0.4, 0.4, 0.1);
///     ColorJitter darker(ColorJitterOptions().brightness(Range(0.5, 1)));
struct ColorJitterOptions {
  HEARTH_ARG(Jitter, brightness);
  HEARTH_ARG(Jitter, contrast);
  HEARTH_ARG(Jitter, saturation);
  /// Within -0.5 and 0.5.
  HEARTH_ARG(Jitter, hue);
};

/// Varies brightness, contrast, saturation and hue, in random order. Throws ValueError for options
/// that are none.
class HEARTH_API ColorJitter : public Transform {
 public:
  explicit ColorJitter(const ColorJitterOptions& options);
  explicit ColorJitter(double brightness, double contrast = 0, double saturation = 0,
                       double hue = 0);

  /// "brightness_factor", "contrast_factor", "saturation_factor" and "hue_factor", of those that
  /// vary; tensor "fn_idx": the order of all four, where 0 is brightness.
  Params sample(const Sample& sample, Generator& generator) const override;
  std::string describe() const override;

 protected:
  Image transform(const Image& image, const Params& params) const override;

 private:
  std::optional<Range> ranges_[4];
};

/// Options of RandomPhotometricDistort. p: the probability of each change.
struct RandomPhotometricDistortOptions {
  HEARTH_ARG(Range, brightness) = {0.875, 1.125};
  HEARTH_ARG(Range, contrast) = {0.5, 1.5};
  HEARTH_ARG(Range, saturation) = {0.5, 1.5};
  HEARTH_ARG(Range, hue) = {-0.05, 0.05};
  HEARTH_ARG(double, p) = 0.5;
};

/// Varies colors as SSD does ("SSD: Single Shot MultiBox Detector", 2016), and permutes channels.
class HEARTH_API RandomPhotometricDistort : public Transform {
 public:
  explicit RandomPhotometricDistort(const RandomPhotometricDistortOptions& options = {});

  /// As ColorJitter's, of the changes that happen; "contrast_before": 1 where the contrast changes
  /// before the saturation; tensor "channel_permutation", if channels are permuted.
  Params sample(const Sample& sample, Generator& generator) const override;
  std::string describe() const override;

 protected:
  Image transform(const Image& image, const Params& params) const override;

 private:
  RandomPhotometricDistortOptions options_;
};

/// functional::rgb_to_grayscale.
class HEARTH_API Grayscale : public Transform {
 public:
  explicit Grayscale(int64_t num_output_channels = 1);
  std::string describe() const override;

 protected:
  Image transform(const Image& image, const Params& params) const override;

 private:
  int64_t num_output_channels_;
};

/// Gray with as many channels as before.
class HEARTH_API RandomGrayscale : public ByChance {
 public:
  explicit RandomGrayscale(double p = 0.1);
  std::string describe() const override;

 protected:
  Tensor change(const Tensor& image, const Params& params) const override;
};

/// functional::grayscale_to_rgb.
class HEARTH_API RGB : public Transform {
 public:
  std::string describe() const override;

 protected:
  Image transform(const Image& image, const Params& params) const override;
};

/// Channels in random order.
class HEARTH_API RandomChannelPermutation : public Transform {
 public:
  /// Tensor "permutation".
  Params sample(const Sample& sample, Generator& generator) const override;
  std::string describe() const override;

 protected:
  Image transform(const Image& image, const Params& params) const override;
};

/// functional::invert.
class HEARTH_API RandomInvert : public ByChance {
 public:
  explicit RandomInvert(double p = 0.5);
  std::string describe() const override;

 protected:
  Tensor change(const Tensor& image, const Params& params) const override;
};

/// functional::posterize.
class HEARTH_API RandomPosterize : public ByChance {
 public:
  explicit RandomPosterize(int64_t bits, double p = 0.5);
  std::string describe() const override;

 protected:
  Tensor change(const Tensor& image, const Params& params) const override;

 private:
  int64_t bits_;
};

/// functional::solarize.
class HEARTH_API RandomSolarize : public ByChance {
 public:
  explicit RandomSolarize(double threshold, double p = 0.5);
  std::string describe() const override;

 protected:
  Tensor change(const Tensor& image, const Params& params) const override;

 private:
  double threshold_;
};

/// functional::adjust_sharpness.
class HEARTH_API RandomAdjustSharpness : public ByChance {
 public:
  explicit RandomAdjustSharpness(double sharpness_factor, double p = 0.5);
  std::string describe() const override;

 protected:
  Tensor change(const Tensor& image, const Params& params) const override;

 private:
  double sharpness_factor_;
};

/// functional::autocontrast.
class HEARTH_API RandomAutocontrast : public ByChance {
 public:
  explicit RandomAutocontrast(double p = 0.5);
  std::string describe() const override;

 protected:
  Tensor change(const Tensor& image, const Params& params) const override;
};

/// functional::equalize.
class HEARTH_API RandomEqualize : public ByChance {
 public:
  explicit RandomEqualize(double p = 0.5);
  std::string describe() const override;

 protected:
  Tensor change(const Tensor& image, const Params& params) const override;
};

}  // namespace hearth::vision::transforms
