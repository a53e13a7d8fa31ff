// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "hearth/base/arg.h"
#include "hearth/vision/transforms/functional/crop.h"
#include "hearth/vision/transforms/functional/pad.h"
#include "hearth/vision/transforms/transform.h"

namespace hearth::vision::transforms {

/// The middle of everything: `CenterCrop(224)` or `CenterCrop(200, 300)`, height and width.
class HEARTH_API CenterCrop : public Transform {
 public:
  explicit CenterCrop(int64_t size) : CenterCrop(size, size) {}
  CenterCrop(int64_t height, int64_t width);
  Sample apply(const Sample& sample, const Params& params) const override;
  std::string describe() const override;

 private:
  Size size_;
};

/// Options of RandomCrop.
struct RandomCropOptions {
  RandomCropOptions(int64_t size) : size_({size, size}) {}
  RandomCropOptions(int64_t height, int64_t width) : size_({height, width}) {}
  RandomCropOptions(Size size) : size_(size) {}

  HEARTH_ARG(Size, size);
  HEARTH_ARG(std::optional<Padding>, padding);
  /// Pads what is too small, at both sides as much as lacks.
  HEARTH_ARG(bool, pad_if_needed) = false;
  HEARTH_ARG(Fill, fill) = {0};
  HEARTH_ARG(double, mask_fill) = 0;
  HEARTH_ARG(PaddingMode, padding_mode) = PaddingMode::Constant;
};

/// A random part of everything, of one size: `RandomCrop(RandomCropOptions(32).padding(4))`.
class HEARTH_API RandomCrop : public Transform {
 public:
  explicit RandomCrop(RandomCropOptions options);
  /// "pad_left", "pad_top", "pad_right", "pad_bottom", then "top" and "left" in the padded image.
  /// Throws ValueError where that is too small.
  Params sample(const Sample& sample, Generator& generator) const override;
  Sample apply(const Sample& sample, const Params& params) const override;
  std::string describe() const override;

 private:
  RandomCropOptions options_;
};

/// Options of RandomResizedCrop.
struct RandomResizedCropOptions {
  RandomResizedCropOptions(int64_t size) : size_({size, size}) {}
  RandomResizedCropOptions(int64_t height, int64_t width) : size_({height, width}) {}
  RandomResizedCropOptions(Size size) : size_(size) {}

  HEARTH_ARG(Size, size);
  using Range = std::pair<double, double>;
  /// The part of the image's area.
  HEARTH_ARG(Range, scale) = {0.08, 1.0};
  /// Its width by its height.
  HEARTH_ARG(Range, ratio) = {3.0 / 4.0, 4.0 / 3.0};
  HEARTH_ARG(InterpolationMode, interpolation) = InterpolationMode::Bilinear;
  HEARTH_ARG(bool, antialias) = true;
};

/// A random part of everything, resized to one size: "top", "left", "height", "width".
class HEARTH_API RandomResizedCrop : public Transform {
 public:
  explicit RandomResizedCrop(RandomResizedCropOptions options);
  Params sample(const Sample& sample, Generator& generator) const override;
  Sample apply(const Sample& sample, const Params& params) const override;
  std::string describe() const override;

 private:
  RandomResizedCropOptions options_;
};

/// The corners and the middle of images as a new first dim: [5, ..., C, H, W]. Throws ValueError
/// for samples with boxes or masks.
class HEARTH_API FiveCrop : public Transform {
 public:
  explicit FiveCrop(int64_t size) : FiveCrop(size, size) {}
  FiveCrop(int64_t height, int64_t width) : size_{height, width} {}
  Sample apply(const Sample& sample, const Params& params) const override;
  std::string describe() const override;

 private:
  Size size_;
};

/// FiveCrop of images and of mirrored images: [10, ..., C, H, W].
class HEARTH_API TenCrop : public Transform {
 public:
  explicit TenCrop(int64_t size, bool vertical_flip = false)
      : size_{size, size}, vertical_flip_(vertical_flip) {}
  explicit TenCrop(Size size, bool vertical_flip = false)
      : size_(size), vertical_flip_(vertical_flip) {}
  Sample apply(const Sample& sample, const Params& params) const override;
  std::string describe() const override;

 private:
  Size size_;
  bool vertical_flip_;
};

/// Options of RandomIoUCrop.
struct RandomIoUCropOptions {
  HEARTH_ARG(double, min_scale) = 0.3;
  HEARTH_ARG(double, max_scale) = 1.0;
  HEARTH_ARG(double, min_aspect_ratio) = 0.5;
  HEARTH_ARG(double, max_aspect_ratio) = 2.0;
  /// Overlaps, one of which some box must have with the part; 1 leaves the sample as it is.
  HEARTH_ARG(std::vector<double>, sampler_options) = {0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0};
  HEARTH_ARG(int64_t, trials) = 40;
};

/// A random part that overlaps some box ("SSD: Single Shot MultiBox Detector"): "apply", and then
/// "top", "left", "height", "width" and the tensor "is_within_crop_area", bool [N]: the boxes whose
/// centers it has. The others become 0; SanitizeBoundingBoxes drops them. A sample has one item of
/// boxes [N, 4].
class HEARTH_API RandomIoUCrop : public Transform {
 public:
  explicit RandomIoUCrop(RandomIoUCropOptions options = {});
  Params sample(const Sample& sample, Generator& generator) const override;
  Sample apply(const Sample& sample, const Params& params) const override;
  std::string describe() const override;

 private:
  RandomIoUCropOptions options_;
};

}  // namespace hearth::vision::transforms
