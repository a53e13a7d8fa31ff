// SPDX-License-Identifier: Apache-2.0
#include "hearth/nn/modules/upsampling.h"

#include <array>
#include <cmath>
#include <sstream>

#include "hearth/base/warning.h"
#include "hearth/ops/pool.h"
#include "hearth/ops/resize.h"
#include "hearth/tensor/dim_vector.h"

#include "nn/builtin.h"

namespace hearth::nn {

namespace functional {

namespace {

template <class Choice, class V>
bool is(const V& mode) {
  return std::holds_alternative<Choice>(mode);
}

std::string printed(const std::vector<double>& numbers) {
  std::ostringstream out;
  hearth::detail::print_numbers(out, numbers);
  return out.str();
}

/// The spatial output sizes.
DimVector target_sizes(const Tensor& input, const InterpolateFuncOptions& o) {
  const auto dims = static_cast<size_t>(input.dim() - 2);
  HEARTH_CHECK_AS(ValueError, o.size().has_value() != o.scale_factor().has_value(),
                  "[interpolate] ",
                  o.size() ? "only one of size or scale_factor should be defined"
                           : "either size or scale_factor should be defined");
  DimVector sizes;
  if (o.size()) {
    const auto& size = *o.size();
    HEARTH_CHECK_AS(ShapeError, size.size() == dims || size.size() == 1,
                    "[interpolate] size shape must match input shape. Input is ", dims,
                    "D, size is ", IntArrayRef(size));
    for (size_t i = 0; i < dims; ++i) sizes.push_back(size[size.size() == 1 ? 0 : i]);
    return sizes;
  }
  const auto& factors = *o.scale_factor();
  HEARTH_CHECK_AS(ShapeError, factors.size() == dims || factors.size() == 1,
                  "[interpolate] scale_factor shape must match input shape. Input is ", dims,
                  "D, scale_factor size is ", printed(factors));
  bool whole = true;
  for (const double f : factors) whole &= std::floor(f) == f;
  if (!whole && !o.recompute_scale_factor())
    HEARTH_WARN(
        "The default behavior for interpolate/upsample with float scale_factor changed in 1.6.0 to "
        "align with other frameworks/libraries, and uses scale_factor directly, instead of relying "
        "on the computed output size. If you wish to keep the old behavior, please set "
        "recompute_scale_factor=True. See the documentation of nn.Upsample for details. ");
  for (size_t i = 0; i < dims; ++i) {
    const double scale = factors[factors.size() == 1 ? 0 : i];
    const double size =
        std::floor(static_cast<double>(input.size(static_cast<int64_t>(i) + 2)) * scale);
    HEARTH_CHECK_AS(ValueError, size >= 1 && size < 1e15, "[interpolate] scale factor ", scale,
                    " of input ", input.sizes(), " gives an impossible size");
    sizes.push_back(static_cast<int64_t>(size));
  }
  return sizes;
}

/// The factors to compute coordinates with (none: from the sizes).
std::array<std::optional<double>, 3> target_scales(const Tensor& input,
                                                   const InterpolateFuncOptions& o) {
  std::array<std::optional<double>, 3> scales;
  if (!o.scale_factor() || o.recompute_scale_factor().value_or(false)) return scales;
  const auto& factors = *o.scale_factor();
  for (size_t i = 0; i + 2 < static_cast<size_t>(input.dim()); ++i)
    scales[i] = factors[factors.size() == 1 ? 0 : i];
  return scales;
}

/// Whether an input of so many dims is what the mode interpolates.
bool fits_mode(const InterpolateFuncOptions::mode_t& mode, int64_t dim) {
  if (is<enumtype::kLinear>(mode)) return dim == 3;
  if (is<enumtype::kBilinear>(mode) || is<enumtype::kBicubic>(mode)) return dim == 4;
  return !is<enumtype::kTrilinear>(mode) || dim == 5;
}

}  // namespace

Tensor interpolate(const Tensor& input, const InterpolateFuncOptions& o) {
  const auto& mode = o.mode();
  const std::string name = enumtype::get_enum_name(mode);
  const bool copies = is<enumtype::kNearest>(mode) || is<enumtype::kArea>(mode);
  HEARTH_CHECK_AS(ValueError, !copies || !o.align_corners().has_value(),
                  "[interpolate] align_corners option can only be set with the interpolating "
                  "modes: linear | bilinear | bicubic | trilinear");
  if (!copies && !o.align_corners())
    HEARTH_WARN("Default upsampling behavior when mode=", name,
                " is changed to align_corners=False since 0.4.0. Please specify "
                "align_corners=True if the old behavior is desired. See the documentation of "
                "nn.Upsample for details.");
  const int64_t dim = input.dim();
  HEARTH_CHECK_AS(ShapeError, dim >= 3 && dim <= 5 && (dim == 4 || !is<enumtype::kBicubic>(mode)),
                  "[interpolate] Input Error: Only 3D, 4D and 5D input Tensors supported (got ",
                  dim, "D) for the modes: nearest | linear | bilinear | bicubic | trilinear (got ",
                  name, ")");
  const bool smooth = is<enumtype::kBilinear>(mode) || is<enumtype::kBicubic>(mode);
  HEARTH_CHECK_AS(
      ValueError, !o.antialias() || (dim == 4 && smooth),
      "[interpolate] Anti-alias option is only supported for bilinear and bicubic modes");
  HEARTH_CHECK_AS(ShapeError, fits_mode(mode, dim), "[interpolate] Got ", dim, "D input, but ",
                  is<enumtype::kLinear>(mode)     ? "linear mode needs 3D"
                  : is<enumtype::kBilinear>(mode) ? "bilinear mode needs 4D"
                                                  : "trilinear mode needs 5D",
                  " input");
  const DimVector sizes = target_sizes(input, o);
  const auto [first, second, third] = target_scales(input, o);
  const bool align = o.align_corners().value_or(false);
  if (is<enumtype::kArea>(mode))
    return dim == 3   ? hearth::adaptive_avg_pool1d(input, sizes)
           : dim == 4 ? hearth::adaptive_avg_pool2d(input, sizes)
                      : hearth::adaptive_avg_pool3d(input, sizes);
  if (is<enumtype::kLinear>(mode)) return upsample_linear1d(input, sizes, align, first);
  if (is<enumtype::kTrilinear>(mode))
    return upsample_trilinear3d(input, sizes, align, first, second, third);
  if (is<enumtype::kBilinear>(mode))
    return o.antialias() ? _upsample_bilinear2d_aa(input, sizes, align, first, second)
                         : upsample_bilinear2d(input, sizes, align, first, second);
  if (is<enumtype::kBicubic>(mode))
    return o.antialias() ? _upsample_bicubic2d_aa(input, sizes, align, first, second)
                         : upsample_bicubic2d(input, sizes, align, first, second);
  if (is<enumtype::kNearest>(mode))
    return dim == 3   ? upsample_nearest1d(input, sizes, first)
           : dim == 4 ? upsample_nearest2d(input, sizes, first, second)
                      : upsample_nearest3d(input, sizes, first, second, third);
  return dim == 3   ? _upsample_nearest_exact1d(input, sizes, first)
         : dim == 4 ? _upsample_nearest_exact2d(input, sizes, first, second)
                    : _upsample_nearest_exact3d(input, sizes, first, second, third);
}

namespace {

template <class Options>
InterpolateFuncOptions target_options(const Options& o) {
  return InterpolateFuncOptions().size(o.size()).scale_factor(o.scale_factor());
}

}  // namespace

Tensor upsample(const Tensor& input, const InterpolateFuncOptions& options) {
  return interpolate(input, options);
}
Tensor upsample_nearest(const Tensor& input, const Upsampling2dOptions& options) {
  return interpolate(input, target_options(options).mode(kNearest));
}
Tensor upsample_bilinear(const Tensor& input, const Upsampling2dOptions& options) {
  return interpolate(input, target_options(options).mode(kBilinear).align_corners(true));
}

Tensor pixel_shuffle(const Tensor& input, const PixelShuffleFuncOptions& options) {
  return hearth::pixel_shuffle(input, options.upscale_factor());
}
Tensor pixel_unshuffle(const Tensor& input, const PixelUnshuffleFuncOptions& options) {
  return hearth::pixel_unshuffle(input, options.downscale_factor());
}

}  // namespace functional

namespace F = functional;

namespace {

/// "torch::nn::Name(scale_factor=[2], size=[4, 4]": what of both is set.
template <class Options>
void print_target(Printer& print, const Options& o) {
  print.field_if(o.scale_factor().has_value(), "scale_factor", o.scale_factor())
      .field_if(o.size().has_value(), "size", o.size());
}

}  // namespace

#define HEARTH_RESIZE(Name, call)                                              \
  Name##Impl::Name##Impl(const Name##Options& options_) : options(options_) {} \
  void Name##Impl::reset() {}                                                  \
  Tensor Name##Impl::forward(const Tensor& input) { return call; }

HEARTH_RESIZE(Upsample, ([&] {
                auto o = F::target_options(options).align_corners(options.align_corners());
                std::visit([&](const auto& mode) { o.mode(mode); }, options.mode());
                return F::interpolate(input, o);
              }()))
void UpsampleImpl::pretty_print(std::ostream& stream) const {
  Printer print(stream, "Upsample");
  print_target(print, options);
  print.field("mode", options.mode());
}
HEARTH_DEFINE_CLONE(UpsampleImpl)

HEARTH_RESIZE(UpsamplingNearest2d, F::upsample_nearest(input, options))
void UpsamplingNearest2dImpl::pretty_print(std::ostream& stream) const {
  Printer print(stream, "UpsamplingNearest2d");
  print_target(print, options);
  print.field("mode", std::variant<enumtype::kNearest>(kNearest));
}
HEARTH_DEFINE_CLONE(UpsamplingNearest2dImpl)

HEARTH_RESIZE(UpsamplingBilinear2d, F::upsample_bilinear(input, options))
void UpsamplingBilinear2dImpl::pretty_print(std::ostream& stream) const {
  Printer print(stream, "UpsamplingBilinear2d");
  print_target(print, options);
  print.field("mode", std::variant<enumtype::kBilinear>(kBilinear));
}
HEARTH_DEFINE_CLONE(UpsamplingBilinear2dImpl)

HEARTH_RESIZE(PixelShuffle, F::pixel_shuffle(input, options))
HEARTH_DEFINE_MODULE(PixelShuffle)
HEARTH_RESIZE(PixelUnshuffle, F::pixel_unshuffle(input, options))
HEARTH_DEFINE_MODULE(PixelUnshuffle)
HEARTH_RESIZE(ChannelShuffle, channel_shuffle(input, options.groups()))
HEARTH_DEFINE_MODULE(ChannelShuffle)

}  // namespace hearth::nn
