// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "hearth/base/arg.h"
#include "hearth/nn/enum.h"
#include "hearth/nn/pimpl.h"

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

#define HEARTH_RESIZE(Name, ...)                                    \
  class HEARTH_API Name##Impl : public Module {                     \
   public:                                                          \
    explicit Name##Impl(const Name##Options& options_ __VA_ARGS__); \
    HEARTH_BUILTIN_MODULE(Name##Impl)                               \
    Tensor forward(const Tensor& input);                            \
    Name##Options options;                                          \
  };                                                                \
  HEARTH_MODULE(Name);
/// Resizes signals [N, C, L] or images [N, C, H, W]; see functional::interpolate.
HEARTH_RESIZE(Upsample, = {})
/// Turns channels into pixels: [..., C r^2, H, W] to [..., C, H r, W r].
HEARTH_RESIZE(PixelShuffle)
/// Turns pixels into channels: [..., C, H r, W r] to [..., C r^2, H, W].
HEARTH_RESIZE(PixelUnshuffle)
#undef HEARTH_RESIZE

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

/// Resizes [N, C, L] (nearest, linear, area) or [N, C, H, W] (nearest, bilinear, area).
HEARTH_API Tensor interpolate(const Tensor& input, const InterpolateFuncOptions& options = {});
/// [..., C r^2, H, W] to [..., C, H r, W r].
HEARTH_API Tensor pixel_shuffle(const Tensor& input, const PixelShuffleFuncOptions& options);
/// [..., C, H r, W r] to [..., C r^2, H, W].
HEARTH_API Tensor pixel_unshuffle(const Tensor& input, const PixelUnshuffleFuncOptions& options);

}  // namespace functional
}  // namespace hearth::nn
