// SPDX-License-Identifier: Apache-2.0
#include "hearth/nn/modules/upsampling.h"

#include <cmath>

#include "hearth/ops/pool.h"
#include "hearth/ops/resize.h"

#include "nn/builtin.h"

namespace hearth::nn {

namespace functional {

namespace {

/// The spatial output sizes, and the factors to compute coordinates with (none: from the sizes).
struct Target {
  std::vector<int64_t> sizes;
  std::vector<std::optional<double>> scales;
};

Target target_of(const Tensor& input, const InterpolateFuncOptions& o) {
  const size_t dims = static_cast<size_t>(input.dim() - 2);
  HEARTH_CHECK_AS(ValueError, o.size().has_value() != o.scale_factor().has_value(),
                  "[interpolate] ",
                  o.size() ? "only one of size or scale_factor should be defined"
                           : "either size or scale_factor should be defined");
  Target target{{}, std::vector<std::optional<double>>(dims)};
  if (o.size()) {
    const auto& size = *o.size();
    HEARTH_CHECK_AS(ShapeError, size.size() == dims || size.size() == 1,
                    "[interpolate] size shape must match input shape. Input is ", dims,
                    "D, size is ", size.size());
    for (size_t i = 0; i < dims; ++i) target.sizes.push_back(size[size.size() == 1 ? 0 : i]);
    return target;
  }
  const auto& factor = *o.scale_factor();
  HEARTH_CHECK_AS(ShapeError, factor.size() == dims || factor.size() == 1,
                  "[interpolate] scale_factor shape must match input shape. Input is ", dims,
                  "D, scale_factor is ", factor.size());
  for (size_t i = 0; i < dims; ++i) {
    const double scale = factor[factor.size() == 1 ? 0 : i];
    const double size =
        std::floor(static_cast<double>(input.size(static_cast<int64_t>(i) + 2)) * scale);
    HEARTH_CHECK_AS(ValueError, size >= 1 && size < 1e15, "[interpolate] scale factor ", scale,
                    " of input ", input.sizes(), " gives an impossible size");
    target.sizes.push_back(static_cast<int64_t>(size));
    if (!o.recompute_scale_factor().value_or(false)) target.scales[i] = scale;
  }
  return target;
}

}  // namespace

Tensor interpolate(const Tensor& input, const InterpolateFuncOptions& o) {
  HEARTH_CHECK_AS(ShapeError, input.dim() == 3 || input.dim() == 4,
                  "[interpolate] expected [N, C, L] or [N, C, H, W], got ", input.sizes());
  const bool linear = std::holds_alternative<enumtype::kLinear>(o.mode());
  const bool bilinear = std::holds_alternative<enumtype::kBilinear>(o.mode());
  HEARTH_CHECK_AS(ValueError, linear || bilinear || !o.align_corners().has_value(),
                  "[interpolate] align_corners option can only be set with the interpolating "
                  "modes: linear | bilinear");
  HEARTH_CHECK_AS(ShapeError, input.dim() == 3 ? !bilinear : !linear, "[interpolate] Got ",
                  input.dim(), "D input, but ", linear ? "linear" : "bilinear", " mode needs ",
                  linear ? "3D" : "4D", " input");
  const Target target = target_of(input, o);
  const bool align = o.align_corners().value_or(false);
  if (std::holds_alternative<enumtype::kArea>(o.mode()))
    return input.dim() == 3 ? hearth::adaptive_avg_pool1d(input, target.sizes)
                            : hearth::adaptive_avg_pool2d(input, target.sizes);
  if (linear) return hearth::upsample_linear1d(input, target.sizes, align, target.scales[0]);
  if (bilinear)
    return hearth::upsample_bilinear2d(input, target.sizes, align, target.scales[0],
                                       target.scales[1]);
  if (input.dim() == 3) return hearth::upsample_nearest1d(input, target.sizes, target.scales[0]);
  return hearth::upsample_nearest2d(input, target.sizes, target.scales[0], target.scales[1]);
}

Tensor pixel_shuffle(const Tensor& input, const PixelShuffleFuncOptions& options) {
  return hearth::pixel_shuffle(input, options.upscale_factor());
}
Tensor pixel_unshuffle(const Tensor& input, const PixelUnshuffleFuncOptions& options) {
  return hearth::pixel_unshuffle(input, options.downscale_factor());
}

}  // namespace functional

namespace F = functional;

UpsampleImpl::UpsampleImpl(const UpsampleOptions& options_) : options(options_) {}
void UpsampleImpl::reset() {}
Tensor UpsampleImpl::forward(const Tensor& input) {
  F::InterpolateFuncOptions o;
  o.size(options.size())
      .scale_factor(options.scale_factor())
      .align_corners(options.align_corners());
  std::visit([&](const auto& mode) { o.mode(mode); }, options.mode());
  return F::interpolate(input, o);
}
void UpsampleImpl::pretty_print(std::ostream& stream) const {
  Printer(stream, "Upsample")
      .field_if(options.scale_factor().has_value(), "scale_factor", options.scale_factor())
      .field_if(options.size().has_value(), "size", options.size())
      .field("mode", options.mode());
}
HEARTH_DEFINE_CLONE(UpsampleImpl)

#define HEARTH_SHUFFLE(Name, function)                                                    \
  Name##Impl::Name##Impl(const Name##Options& options_) : options(options_) {}            \
  void Name##Impl::reset() {}                                                             \
  Tensor Name##Impl::forward(const Tensor& input) { return F::function(input, options); } \
  HEARTH_DEFINE_MODULE(Name)
HEARTH_SHUFFLE(PixelShuffle, pixel_shuffle)
HEARTH_SHUFFLE(PixelUnshuffle, pixel_unshuffle)

}  // namespace hearth::nn
