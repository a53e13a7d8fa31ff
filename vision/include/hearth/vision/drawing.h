// SPDX-License-Identifier: Apache-2.0
// torchvision.utils: boxes, masks and points drawn on pictures.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "hearth/base/arg.h"
#include "hearth/tensor/tensor.h"

namespace hearth::vision::utils {

/// A color, by numbers or as Pillow and CSS write it: "red", "#FF00FF", "#f0f". Throws ValueError
/// for text that is no color.
struct HEARTH_API Color {
  uint8_t red = 0, green = 0, blue = 0;

  Color() = default;
  Color(uint8_t r, uint8_t g, uint8_t b) : red(r), green(g), blue(b) {}
  Color(const std::string& text);
  Color(const char* text) : Color(std::string(text)) {}
  friend bool operator==(const Color&, const Color&) = default;
};

/// One for all, or one for each and as many as are drawn; none: torchvision's palette.
using Colors = std::vector<Color>;

/// Options of draw_bounding_boxes, with torchvision's names and defaults.
struct DrawBoundingBoxesOptions {
  /// A text for each box, or none; Latin letters.
  HEARTH_ARG(std::vector<std::string>, labels);
  HEARTH_ARG(Colors, colors);
  /// Fill boxes, mostly transparent, with their color.
  HEARTH_ARG(bool, fill) = false;
  /// Of the boxes' edges, in pixels, inwards.
  HEARTH_ARG(int64_t, width) = 1;
  /// Of the labels; none: the boxes' colors, black with fill_labels.
  HEARTH_ARG(Colors, label_colors);
  /// Behind the labels, with fill_labels; none: the boxes' colors.
  HEARTH_ARG(Colors, label_background_colors);
  HEARTH_ARG(bool, fill_labels) = false;
  /// How large labels are: so many times 11 pixels. In place of torchvision's font and font_size.
  HEARTH_ARG(int64_t, font_scale) = 1;
};

/// An image [C, H, W], uint8 or floating point in [0, 1], gray or RGB, as RGB of the same type with
/// boxes [N, 4] on it: (xmin, ymin, xmax, ymax) in pixels, both corners included, cut to integers.
/// What lies outside is left out. Without boxes the image comes back as it is. Pixels of boxes are
/// Pillow's, but for edges of boxes so small that Pillow draws beyond them. Throws ShapeError,
/// DtypeError and ValueError.
HEARTH_API Tensor draw_bounding_boxes(const Tensor& image, const Tensor& boxes,
                                      const DrawBoundingBoxesOptions& options = {});

/// Options of draw_segmentation_masks.
struct DrawSegmentationMasksOptions {
  DrawSegmentationMasksOptions() = default;
  DrawSegmentationMasksOptions(double opacity) : alpha_(opacity) {}
  /// 0: nothing of the masks is seen; 1: nothing of what is below.
  HEARTH_ARG(double, alpha) = 0.8;
  HEARTH_ARG(Colors, colors);
};

/// An RGB image [3, H, W], uint8 or floating point in [0, 1], with bool masks [N, H, W] or [H, W]
/// on it. Where masks overlap it becomes darker. Throws ShapeError, DtypeError and ValueError.
HEARTH_API Tensor draw_segmentation_masks(const Tensor& image, const Tensor& masks,
                                          const DrawSegmentationMasksOptions& options = {});

/// Options of draw_keypoints.
struct DrawKeypointsOptions {
  using Connections = std::vector<std::pair<int64_t, int64_t>>;
  /// Which points are joined by (white) lines.
  HEARTH_ARG(Connections, connectivity);
  /// Of all points.
  HEARTH_ARG(Color, colors) = {255, 255, 255};
  HEARTH_ARG(int64_t, radius) = 2;
  /// Of the lines.
  HEARTH_ARG(int64_t, width) = 3;
  /// Which points are drawn, [N, K], anything but 0; undefined: all.
  HEARTH_ARG(Tensor, visibility);
};

/// An RGB image [3, H, W], uint8 or floating point in [0, 1], with points (x, y), [N, K, 2], of N
/// things on it. A line whose ends are not both visible is left out. Points are Pillow's pixels,
/// lines nearly so. Throws ShapeError, DtypeError and ValueError.
HEARTH_API Tensor draw_keypoints(const Tensor& image, const Tensor& keypoints,
                                 const DrawKeypointsOptions& options = {});

}  // namespace hearth::vision::utils
