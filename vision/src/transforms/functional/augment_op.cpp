// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <numbers>

#include "hearth/base/error.h"
#include "hearth/vision/transforms/auto_augment.h"
#include "hearth/vision/transforms/functional/blur.h"
#include "hearth/vision/transforms/functional/color.h"
#include "hearth/vision/transforms/functional/warp.h"

#include "transforms/pixels.h"

namespace hearth::vision::transforms::functional {
namespace {

/// The angle (degrees) whose tangent moves a row by `magnitude` of its distance.
double shear_angle(double magnitude) { return std::atan(magnitude) * 180 / std::numbers::pi; }

/// About the upper left corner.
AffineMap sheared(double x, double y) {
  AffineMap map;
  map.shear = {x, y};
  map.center = Point(0, 0);
  return map;
}

AffineMap moved(double x, double y) {
  AffineMap map;
  map.translate = {std::trunc(x), std::trunc(y)};
  return map;
}

}  // namespace

Tensor augment(const Tensor& image, AugmentOp op, double magnitude, InterpolationMode interpolation,
               const std::vector<double>& fill) {
  check_colors(image, "augment");
  const auto mapped = [&](const AffineMap& map) { return affine(image, map, interpolation, fill); };
  switch (op) {
    case AugmentOp::Identity:
      return image;
    case AugmentOp::ShearX:
      return mapped(sheared(shear_angle(magnitude), 0));
    case AugmentOp::ShearY:
      return mapped(sheared(0, shear_angle(magnitude)));
    case AugmentOp::TranslateX:
      return mapped(moved(magnitude, 0));
    case AugmentOp::TranslateY:
      return mapped(moved(0, magnitude));
    case AugmentOp::Rotate:
      return rotate(image, magnitude, interpolation, false, std::nullopt, fill);
    case AugmentOp::Brightness:
      return adjust_brightness(image, 1 + magnitude);
    case AugmentOp::Color:
      return adjust_saturation(image, 1 + magnitude);
    case AugmentOp::Contrast:
      return adjust_contrast(image, 1 + magnitude);
    case AugmentOp::Sharpness:
      return adjust_sharpness(image, 1 + magnitude);
    case AugmentOp::Posterize:
      return posterize(image, static_cast<int64_t>(magnitude));
    case AugmentOp::Solarize:
      return solarize(image, white_of(image) * magnitude);
    case AugmentOp::AutoContrast:
      return autocontrast(image);
    case AugmentOp::Equalize:
      return equalize(image);
    case AugmentOp::Invert:
      return invert(image);
  }
  throw ValueError(cat_str("[augment] there is no op ", static_cast<int>(op)));
}

}  // namespace hearth::vision::transforms::functional
