// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "hearth/base/arg.h"
#include "hearth/vision/transforms/by_chance.h"

namespace hearth::vision::transforms {

/// Noise in place of a value: normal numbers of mean 0 and deviation 1.
struct RandomValue {};

/// Options of RandomErasing, with torchvision's names and defaults.
struct RandomErasingOptions {
  RandomErasingOptions() = default;
  RandomErasingOptions(double p) : p_(p) {}
  using Range = std::pair<double, double>;
  using Value = std::variant<double, std::vector<double>, RandomValue>;
  HEARTH_ARG(double, p) = 0.5;
  /// The erased part of the image's area.
  HEARTH_ARG(Range, scale) = {0.02, 0.33};
  /// Its height by its width.
  HEARTH_ARG(Range, ratio) = {0.3, 3.3};
  /// What erased pixels become: a number, one for each channel, or noise.
  HEARTH_ARG(Value, value) = 0.0;
  HEARTH_ARG(bool, inplace) = false;
};

/// Covers a random rectangle of the images of a sample (Zhong et al., "Random Erasing Data
/// Augmentation", 2017); masks, boxes and points stay as they are. Where no rectangle was found in
/// ten draws, nothing is erased. Throws ValueError for options that are none.
class HEARTH_API RandomErasing : public ByChance {
 public:
  explicit RandomErasing(const RandomErasingOptions& options = {});
  std::string describe() const override;

 protected:
  /// "i", "j", "h" and "w": the upper left corner and size; tensor "v": what stands there after.
  Params draw(const Sample& sample, Generator& generator) const override;
  Tensor change(const Tensor& image, const Params& params) const override;

 private:
  Tensor drawn_value(int64_t channels, int64_t h, int64_t w, Generator& generator) const;

  RandomErasingOptions options_;
};

}  // namespace hearth::vision::transforms
