// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "hearth/base/arg.h"
#include "hearth/nn/enum.h"

namespace hearth::nn {

/// Options of Upsample: either the output's spatial size or a factor (one for all dims or one
/// each).
struct UpsampleOptions {
  using mode_t = std::variant<enumtype::kNearest, enumtype::kLinear, enumtype::kBilinear>;
  HEARTH_ARG(std::optional<std::vector<int64_t>>, size) = std::nullopt;
  HEARTH_ARG(std::optional<std::vector<double>>, scale_factor) = std::nullopt;
  HEARTH_ARG(mode_t, mode) = kNearest;
  /// Whether the corner pixels' centers coincide instead of the images' corners.
  HEARTH_ARG(std::optional<bool>, align_corners) = std::nullopt;
};

/// Options of PixelShuffle.
struct PixelShuffleOptions {
  PixelShuffleOptions(int64_t upscale_factor) : upscale_factor_(upscale_factor) {}
  HEARTH_ARG(int64_t, upscale_factor);
};
/// Options of PixelUnshuffle.
struct PixelUnshuffleOptions {
  PixelUnshuffleOptions(int64_t downscale_factor) : downscale_factor_(downscale_factor) {}
  HEARTH_ARG(int64_t, downscale_factor);
};

namespace functional {

/// Options of F::interpolate.
struct InterpolateFuncOptions {
  using mode_t =
      std::variant<enumtype::kNearest, enumtype::kLinear, enumtype::kBilinear, enumtype::kArea>;
  HEARTH_ARG(std::optional<std::vector<int64_t>>, size) = std::nullopt;
  HEARTH_ARG(std::optional<std::vector<double>>, scale_factor) = std::nullopt;
  HEARTH_ARG(mode_t, mode) = kNearest;
  HEARTH_ARG(std::optional<bool>, align_corners) = std::nullopt;
  /// Whether coordinates follow from the rounded output size instead of the given factor.
  HEARTH_ARG(std::optional<bool>, recompute_scale_factor) = std::nullopt;
};
using PixelShuffleFuncOptions = PixelShuffleOptions;
using PixelUnshuffleFuncOptions = PixelUnshuffleOptions;

}  // namespace functional
}  // namespace hearth::nn
