// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "hearth/base/arg.h"
#include "hearth/vision/transforms/functional/warp.h"
#include "hearth/vision/transforms/transform.h"

namespace hearth::vision::transforms {

/// Options of RandomRotation: from -degrees to degrees, or a range.
struct RandomRotationOptions {
  using Range = std::pair<double, double>;
  RandomRotationOptions(double degrees) : degrees_(-degrees, degrees) {}
  RandomRotationOptions(double low, double high) : degrees_(low, high) {}

  HEARTH_ARG(Range, degrees);
  HEARTH_ARG(InterpolationMode, interpolation) = InterpolationMode::Nearest;
  HEARTH_ARG(bool, expand) = false;
  HEARTH_ARG(std::optional<Point>, center);
  HEARTH_ARG(Fill, fill) = {0};
  HEARTH_ARG(double, mask_fill) = 0;
};

/// Turns everything counter-clockwise by a random "angle" in degrees.
class HEARTH_API RandomRotation : public Transform {
 public:
  explicit RandomRotation(RandomRotationOptions options);
  Params sample(const Sample& sample, Generator& generator) const override;
  Sample apply(const Sample& sample, const Params& params) const override;
  std::string describe() const override;

 private:
  RandomRotationOptions options_;
};

/// Options of RandomAffine.
struct RandomAffineOptions {
  using Range = std::pair<double, double>;
  RandomAffineOptions(double degrees) : degrees_(-degrees, degrees) {}
  RandomAffineOptions(double low, double high) : degrees_(low, high) {}

  HEARTH_ARG(Range, degrees);
  /// The most that is moved, of the width and of the height.
  HEARTH_ARG(std::optional<Range>, translate);
  HEARTH_ARG(std::optional<Range>, scale);
  /// Degrees along x, from the first to the second; with four also along y.
  HEARTH_ARG(std::optional<std::vector<double>>, shear);
  HEARTH_ARG(InterpolationMode, interpolation) = InterpolationMode::Nearest;
  HEARTH_ARG(Fill, fill) = {0};
  HEARTH_ARG(double, mask_fill) = 0;
  HEARTH_ARG(std::optional<Point>, center);
};

/// Turns, moves, scales and shears everything: "angle", "translate_x", "translate_y", "scale",
/// "shear_x", "shear_y", as of AffineMap.
class HEARTH_API RandomAffine : public Transform {
 public:
  explicit RandomAffine(RandomAffineOptions options);
  Params sample(const Sample& sample, Generator& generator) const override;
  Sample apply(const Sample& sample, const Params& params) const override;
  std::string describe() const override;

 private:
  RandomAffineOptions options_;
};

/// Options of RandomPerspective.
struct RandomPerspectiveOptions {
  /// How far the corners move in at most, of half the edges.
  HEARTH_ARG(double, distortion_scale) = 0.5;
  HEARTH_ARG(double, p) = 0.5;
  HEARTH_ARG(InterpolationMode, interpolation) = InterpolationMode::Bilinear;
  HEARTH_ARG(Fill, fill) = {0};
  HEARTH_ARG(double, mask_fill) = 0;
};

/// As seen from aside, with probability p: "apply", and then "a" to "h", PerspectiveCoefficients.
class HEARTH_API RandomPerspective : public Transform {
 public:
  explicit RandomPerspective(RandomPerspectiveOptions options = {});
  Params sample(const Sample& sample, Generator& generator) const override;
  Sample apply(const Sample& sample, const Params& params) const override;
  std::string describe() const override;

 private:
  RandomPerspectiveOptions options_;
};

/// Options of ElasticTransform: of x and of y.
struct ElasticTransformOptions {
  using Pair = std::pair<double, double>;
  /// How far pixels move.
  HEARTH_ARG(Pair, alpha) = {50.0, 50.0};
  /// How smoothly; 0: each by itself.
  HEARTH_ARG(Pair, sigma) = {5.0, 5.0};
  HEARTH_ARG(InterpolationMode, interpolation) = InterpolationMode::Bilinear;
  HEARTH_ARG(Fill, fill) = {0};
  HEARTH_ARG(double, mask_fill) = 0;
};

/// As seen through moving water: the tensor "displacement", [1, H, W, 2].
class HEARTH_API ElasticTransform : public Transform {
 public:
  explicit ElasticTransform(ElasticTransformOptions options = {});
  Params sample(const Sample& sample, Generator& generator) const override;
  Sample apply(const Sample& sample, const Params& params) const override;
  std::string describe() const override;

 private:
  ElasticTransformOptions options_;
};

}  // namespace hearth::vision::transforms
