// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "hearth/base/arg.h"
#include "hearth/vision/transforms/functional/resize.h"
#include "hearth/vision/transforms/transform.h"

namespace hearth::vision::transforms {

/// Options of Resize: both edges, or the shorter one, or neither and max_size.
struct ResizeOptions {
  ResizeOptions(int64_t shorter) : size_({shorter}) {}
  ResizeOptions(int64_t height, int64_t width) : size_({height, width}) {}
  ResizeOptions(Size size) : size_({size.height, size.width}) {}
  ResizeOptions(std::nullopt_t) {}

  HEARTH_ARG(std::vector<int64_t>, size);
  HEARTH_ARG(InterpolationMode, interpolation) = InterpolationMode::Bilinear;
  HEARTH_ARG(std::optional<int64_t>, max_size);
  HEARTH_ARG(bool, antialias) = true;
};

/// Everything at another size: `Resize(256)` makes the shorter edge 256, `Resize({224, 224})` both.
class HEARTH_API Resize : public Transform {
 public:
  explicit Resize(ResizeOptions options);
  Sample apply(const Sample& sample, const Params& params) const override;
  std::string describe() const override;

 private:
  ResizeOptions options_;
};

/// Options of RandomResize.
struct RandomResizeOptions {
  RandomResizeOptions(int64_t min_size, int64_t max_size)
      : min_size_(min_size), max_size_(max_size) {}

  HEARTH_ARG(int64_t, min_size);
  HEARTH_ARG(int64_t, max_size);
  HEARTH_ARG(InterpolationMode, interpolation) = InterpolationMode::Bilinear;
  HEARTH_ARG(bool, antialias) = true;
};

/// The shorter edge becomes a random size in [min_size, max_size): "height", "width".
class HEARTH_API RandomResize : public Transform {
 public:
  explicit RandomResize(RandomResizeOptions options);
  Params sample(const Sample& sample, Generator& generator) const override;
  Sample apply(const Sample& sample, const Params& params) const override;
  std::string describe() const override;

 private:
  RandomResizeOptions options_;
};

/// Options of RandomShortestSize.
struct RandomShortestSizeOptions {
  RandomShortestSizeOptions(std::vector<int64_t> min_size) : min_size_(std::move(min_size)) {}

  HEARTH_ARG(std::vector<int64_t>, min_size);
  HEARTH_ARG(std::optional<int64_t>, max_size);
  HEARTH_ARG(InterpolationMode, interpolation) = InterpolationMode::Bilinear;
  HEARTH_ARG(bool, antialias) = true;
};

/// The shorter edge becomes one of min_size, or less, so that the longer one is at most max_size:
/// "height", "width".
class HEARTH_API RandomShortestSize : public Transform {
 public:
  explicit RandomShortestSize(RandomShortestSizeOptions options);
  Params sample(const Sample& sample, Generator& generator) const override;
  Sample apply(const Sample& sample, const Params& params) const override;
  std::string describe() const override;

 private:
  RandomShortestSizeOptions options_;
};

/// Options of ScaleJitter.
struct ScaleJitterOptions {
  ScaleJitterOptions(Size target_size) : target_size_(target_size) {}
  ScaleJitterOptions(int64_t height, int64_t width) : target_size_({height, width}) {}

  HEARTH_ARG(Size, target_size);
  using Range = std::pair<double, double>;
  HEARTH_ARG(Range, scale_range) = {0.1, 2.0};
  HEARTH_ARG(InterpolationMode, interpolation) = InterpolationMode::Bilinear;
  HEARTH_ARG(bool, antialias) = true;
};

/// As large as fits into target_size, times a random factor: "height", "width".
class HEARTH_API ScaleJitter : public Transform {
 public:
  explicit ScaleJitter(ScaleJitterOptions options);
  Params sample(const Sample& sample, Generator& generator) const override;
  Sample apply(const Sample& sample, const Params& params) const override;
  std::string describe() const override;

 private:
  ScaleJitterOptions options_;
};

}  // namespace hearth::vision::transforms
