// SPDX-License-Identifier: Apache-2.0
#include "hearth/nn/modules/padding.h"

#include "hearth/ops/pad.h"

#include "nn/builtin.h"

namespace hearth::nn {

namespace functional {

Tensor pad(const Tensor& input, const PadFuncOptions& options) {
  static constexpr const char* kModes[] = {"constant", "reflect", "replicate", "circular"};
  const bool constant = std::holds_alternative<enumtype::kConstant>(options.mode());
  return hearth::pad(input, options.pad(), kModes[options.mode().index()],
                     constant ? std::optional<double>(options.value()) : std::nullopt);
}

}  // namespace functional

namespace F = functional;

#define HEARTH_PAD(Name, pad_mode, pad_value)                                               \
  Name##Impl::Name##Impl(const Name##Options& options_) : options(options_) {}              \
  void Name##Impl::reset() {}                                                               \
  Tensor Name##Impl::forward(const Tensor& input) {                                         \
    const IntArrayRef padding = options.padding();                                          \
    return F::pad(input, F::PadFuncOptions(padding.vec()).mode(pad_mode).value(pad_value)); \
  }                                                                                         \
  HEARTH_DEFINE_MODULE(Name)
HEARTH_PAD(ZeroPad1d, kConstant, 0)
HEARTH_PAD(ZeroPad2d, kConstant, 0)
HEARTH_PAD(ZeroPad3d, kConstant, 0)
HEARTH_PAD(ConstantPad1d, kConstant, options.value())
HEARTH_PAD(ConstantPad2d, kConstant, options.value())
HEARTH_PAD(ConstantPad3d, kConstant, options.value())
HEARTH_PAD(ReflectionPad1d, kReflect, 0)
HEARTH_PAD(ReflectionPad2d, kReflect, 0)
HEARTH_PAD(ReflectionPad3d, kReflect, 0)
HEARTH_PAD(ReplicationPad1d, kReplicate, 0)
HEARTH_PAD(ReplicationPad2d, kReplicate, 0)
HEARTH_PAD(ReplicationPad3d, kReplicate, 0)
HEARTH_PAD(CircularPad1d, kCircular, 0)
HEARTH_PAD(CircularPad2d, kCircular, 0)
HEARTH_PAD(CircularPad3d, kCircular, 0)

}  // namespace hearth::nn
