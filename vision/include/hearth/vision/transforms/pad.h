// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>

#include "hearth/base/arg.h"
#include "hearth/vision/transforms/functional/pad.h"
#include "hearth/vision/transforms/transform.h"

namespace hearth::vision::transforms {

/// Options of Pad.
struct PadOptions {
  PadOptions(Padding padding) : padding_(padding) {}
  PadOptions(int64_t padding) : padding_(padding) {}

  HEARTH_ARG(Padding, padding);
  /// Of images.
  HEARTH_ARG(Fill, fill) = {0};
  HEARTH_ARG(double, mask_fill) = 0;
  HEARTH_ARG(PaddingMode, padding_mode) = PaddingMode::Constant;
};

/// Adds pixels around images and masks; boxes and points move.
class HEARTH_API Pad : public Transform {
 public:
  explicit Pad(PadOptions options);
  Sample apply(const Sample& sample, const Params& params) const override;
  std::string describe() const override;

 private:
  PadOptions options_;
};

/// Options of RandomZoomOut.
struct RandomZoomOutOptions {
  HEARTH_ARG(Fill, fill) = {0};
  HEARTH_ARG(double, mask_fill) = 0;
  using Range = std::pair<double, double>;
  HEARTH_ARG(Range, side_range) = {1.0, 4.0};
  HEARTH_ARG(double, p) = 0.5;
};

/// With probability p, somewhere on a canvas that is a random number of times as large ("SSD:
/// Single Shot MultiBox Detector"): "apply", and then "left", "top", "right", "bottom", the
/// padding.
class HEARTH_API RandomZoomOut : public Transform {
 public:
  explicit RandomZoomOut(RandomZoomOutOptions options = {});
  Params sample(const Sample& sample, Generator& generator) const override;
  Sample apply(const Sample& sample, const Params& params) const override;
  std::string describe() const override;

 private:
  RandomZoomOutOptions options_;
};

}  // namespace hearth::vision::transforms
