// SPDX-License-Identifier: Apache-2.0
// Images turned, sheared and bent. As torchvision does it with tensors: each result is read at a
// place of the image, from the nearest pixel or between four (Bilinear); outside it there is
// `fill`, which an empty one leaves 0. Throws ValueError for other interpolations. Images of half
// types are read at places computed in float32; torchvision computes them in the image's type,
// which in large images is off by pixels.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <utility>

#include "hearth/vision/transforms/functional/pad.h"
#include "hearth/vision/transforms/modes.h"
#include "hearth/vision/types.h"

namespace hearth::vision::transforms {

/// x and y, in pixels from the upper left corner.
using Point = std::pair<double, double>;

/// What `affine` does, in this order: shears by x and y (degrees), scales, turns clockwise
/// (degrees) around `center` (the middle), and moves by pixels.
struct AffineMap {
  double angle = 0;
  std::pair<double, double> translate{0, 0};
  double scale = 1;
  std::pair<double, double> shear{0, 0};
  std::optional<Point> center;
};

/// A place (x, y) of the result shows the image's at ((a x + b y + c) / (g x + h y + 1),
/// (d x + e y + f) / (g x + h y + 1)).
using PerspectiveCoefficients = std::array<double, 8>;

namespace functional {

HEARTH_API Tensor affine(const Tensor& image, const AffineMap& map,
                         InterpolationMode interpolation = InterpolationMode::Nearest,
                         const Fill& fill = {});
HEARTH_API Image affine(const Image& image, const AffineMap& map,
                        InterpolationMode interpolation = InterpolationMode::Nearest,
                        const Fill& fill = {});
/// By the nearest pixel, whatever is asked for.
HEARTH_API Mask affine(const Mask& mask, const AffineMap& map, InterpolationMode = {},
                       const Fill& fill = {});
/// The boxes around what became of them, cut off at the canvas.
HEARTH_API BoundingBoxes affine(const BoundingBoxes& boxes, const AffineMap& map,
                                InterpolationMode = {}, const Fill& = {});
HEARTH_API KeyPoints affine(const KeyPoints& points, const AffineMap& map, InterpolationMode = {},
                            const Fill& = {});

/// Turns counter-clockwise by degrees; with `expand` the result is as large as it takes, which is
/// meant for turning around the middle. Right angles around it move pixels without reading between.
HEARTH_API Tensor rotate(const Tensor& image, double angle,
                         InterpolationMode interpolation = InterpolationMode::Nearest,
                         bool expand = false, std::optional<Point> center = std::nullopt,
                         const Fill& fill = {});
HEARTH_API Image rotate(const Image& image, double angle,
                        InterpolationMode interpolation = InterpolationMode::Nearest,
                        bool expand = false, std::optional<Point> center = std::nullopt,
                        const Fill& fill = {});
HEARTH_API Mask rotate(const Mask& mask, double angle, InterpolationMode = {}, bool expand = false,
                       std::optional<Point> center = std::nullopt, const Fill& fill = {});
HEARTH_API BoundingBoxes rotate(const BoundingBoxes& boxes, double angle, InterpolationMode = {},
                                bool expand = false, std::optional<Point> center = std::nullopt,
                                const Fill& = {});
HEARTH_API KeyPoints rotate(const KeyPoints& points, double angle, InterpolationMode = {},
                            bool expand = false, std::optional<Point> center = std::nullopt,
                            const Fill& = {});

/// The coefficients that bring four points of the image to four places of the result. Throws
/// ValueError where three of them lie on a line.
HEARTH_API PerspectiveCoefficients perspective_coefficients(const std::array<Point, 4>& from,
                                                            const std::array<Point, 4>& to);
HEARTH_API Tensor perspective(const Tensor& image, const PerspectiveCoefficients& coefficients,
                              InterpolationMode interpolation = InterpolationMode::Bilinear,
                              const Fill& fill = {});
HEARTH_API Image perspective(const Image& image, const PerspectiveCoefficients& coefficients,
                             InterpolationMode interpolation = InterpolationMode::Bilinear,
                             const Fill& fill = {});
HEARTH_API Mask perspective(const Mask& mask, const PerspectiveCoefficients& coefficients,
                            InterpolationMode = {}, const Fill& fill = {});
HEARTH_API BoundingBoxes perspective(const BoundingBoxes& boxes,
                                     const PerspectiveCoefficients& coefficients,
                                     InterpolationMode = {}, const Fill& = {});
HEARTH_API KeyPoints perspective(const KeyPoints& points,
                                 const PerspectiveCoefficients& coefficients,
                                 InterpolationMode = {}, const Fill& = {});

/// Each result is read as far away as `displacement`, [1, H, W, 2], says: x and y, of which 2 are
/// the image's width and height. Boxes and points move about the other way.
HEARTH_API Tensor elastic(const Tensor& image, const Tensor& displacement,
                          InterpolationMode interpolation = InterpolationMode::Bilinear,
                          const Fill& fill = {});
HEARTH_API Image elastic(const Image& image, const Tensor& displacement,
                         InterpolationMode interpolation = InterpolationMode::Bilinear,
                         const Fill& fill = {});
HEARTH_API Mask elastic(const Mask& mask, const Tensor& displacement, InterpolationMode = {},
                        const Fill& fill = {});
HEARTH_API BoundingBoxes elastic(const BoundingBoxes& boxes, const Tensor& displacement,
                                 InterpolationMode = {}, const Fill& = {});
HEARTH_API KeyPoints elastic(const KeyPoints& points, const Tensor& displacement,
                             InterpolationMode = {}, const Fill& = {});

}  // namespace functional
}  // namespace hearth::vision::transforms
