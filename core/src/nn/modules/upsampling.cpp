// SPDX-License-Identifier: Apache-2.0
#include "hearth/nn/modules/upsampling.h"

#include "hearth/nn/functional/upsampling.h"

#include "nn/builtin.h"

namespace hearth::nn {

namespace F = functional;

UpsampleImpl::UpsampleImpl(const UpsampleOptions& options_) : options(options_) {}
UpsampleImpl::~UpsampleImpl() = default;
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

#define HEARTH_SHUFFLE(Name, function, factor)                                            \
  Name##Impl::Name##Impl(const Name##Options& options_) : options(options_) {}            \
  Name##Impl::~Name##Impl() = default;                                                    \
  void Name##Impl::reset() {}                                                             \
  Tensor Name##Impl::forward(const Tensor& input) { return F::function(input, options); } \
  void Name##Impl::pretty_print(std::ostream& stream) const {                             \
    Printer(stream, #Name).field(#factor, options.factor());                              \
  }                                                                                       \
  HEARTH_DEFINE_CLONE(Name##Impl)
HEARTH_SHUFFLE(PixelShuffle, pixel_shuffle, upscale_factor)
HEARTH_SHUFFLE(PixelUnshuffle, pixel_unshuffle, downscale_factor)

}  // namespace hearth::nn
