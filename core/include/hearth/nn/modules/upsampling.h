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
  using mode_t = std::variant<enumtype::kNearest, enumtype::kLinear, enumtype::kBilinear,
                              enumtype::kBicubic, enumtype::kTrilinear>;
  HEARTH_ARG(std::optional<std::vector<int64_t>>, size) = std::nullopt;
  HEARTH_ARG(std::optional<std::vector<double>>, scale_factor) = std::nullopt;
  HEARTH_ARG(mode_t, mode) = kNearest;
  /// Whether the corner pixels' centers coincide instead of the images' corners.
  HEARTH_ARG(std::optional<bool>, align_corners) = std::nullopt;
};

/// Options of UpsamplingNearest2d and UpsamplingBilinear2d: one of both, one number or one each.
struct Upsampling2dOptions {
  HEARTH_ARG(std::optional<std::vector<int64_t>>, size) = std::nullopt;
  HEARTH_ARG(std::optional<std::vector<double>>, scale_factor) = std::nullopt;
};
using UpsamplingNearest2dOptions = Upsampling2dOptions;
using UpsamplingBilinear2dOptions = Upsampling2dOptions;

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

/// Options of ChannelShuffle.
struct ChannelShuffleOptions {
  ChannelShuffleOptions(int64_t groups) : groups_(groups) {}
  HEARTH_ARG(int64_t, groups);
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
/// Resizes signals [N, C, L], images [N, C, H, W] or volumes [N, C, D, H, W]; see
/// functional::interpolate.
HEARTH_RESIZE(Upsample, = {})
/// Repeats or skips pixels.
HEARTH_RESIZE(UpsamplingNearest2d, = {})
/// Interpolates, with the corner pixels' centers aligned.
HEARTH_RESIZE(UpsamplingBilinear2d, = {})
/// Turns channels into pixels: [..., C r^2, H, W] to [..., C, H r, W r].
HEARTH_RESIZE(PixelShuffle)
/// Turns pixels into channels: [..., C, H r, W r] to [..., C r^2, H, W].
HEARTH_RESIZE(PixelUnshuffle)
/// Regroups channels [N, C, ...]: those of all groups in turn.
HEARTH_RESIZE(ChannelShuffle)
#undef HEARTH_RESIZE

namespace functional {

/// Options of F::interpolate.
struct InterpolateFuncOptions {
  using mode_t =
      std::variant<enumtype::kNearest, enumtype::kLinear, enumtype::kBilinear, enumtype::kBicubic,
                   enumtype::kTrilinear, enumtype::kArea, enumtype::kNearestExact>;
  HEARTH_ARG(std::optional<std::vector<int64_t>>, size) = std::nullopt;
  HEARTH_ARG(std::optional<std::vector<double>>, scale_factor) = std::nullopt;
  HEARTH_ARG(mode_t, mode) = kNearest;
  HEARTH_ARG(std::optional<bool>, align_corners) = std::nullopt;
  /// Whether coordinates follow from the rounded output size instead of the given factor.
  HEARTH_ARG(std::optional<bool>, recompute_scale_factor) = std::nullopt;
  /// Whether pixels weigh all that they cover where the image shrinks (bilinear and bicubic).
  HEARTH_ARG(bool, antialias) = false;
};
using PixelShuffleFuncOptions = PixelShuffleOptions;
using PixelUnshuffleFuncOptions = PixelUnshuffleOptions;

/// Resizes [N, C, L] (linear), [N, C, H, W] (bilinear, bicubic) or [N, C, D, H, W] (trilinear); any
/// of them by nearest, nearest-exact and area.
HEARTH_API Tensor interpolate(const Tensor& input, const InterpolateFuncOptions& options = {});
/// interpolate, by its older name.
HEARTH_API Tensor upsample(const Tensor& input, const InterpolateFuncOptions& options = {});
/// With kNearest, and with kBilinear and the corner pixels' centers aligned.
HEARTH_API Tensor upsample_nearest(const Tensor& input, const Upsampling2dOptions& options = {});
HEARTH_API Tensor upsample_bilinear(const Tensor& input, const Upsampling2dOptions& options = {});
/// [..., C r^2, H, W] to [..., C, H r, W r].
HEARTH_API Tensor pixel_shuffle(const Tensor& input, const PixelShuffleFuncOptions& options);
/// [..., C, H r, W r] to [..., C r^2, H, W].
HEARTH_API Tensor pixel_unshuffle(const Tensor& input, const PixelUnshuffleFuncOptions& options);

}  // namespace functional
}  // namespace hearth::nn
