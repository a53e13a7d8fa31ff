// SPDX-License-Identifier: Apache-2.0
#include "hearth/nn/modules/padding.h"

#include "hearth/nn/functional/padding.h"

#include "nn/builtin.h"

namespace hearth::nn {

namespace F = functional;

#define HEARTH_PAD(Name, pad_mode, pad_value, ...)                                          \
  Name##Impl::Name##Impl(const Name##Options& options_) : options(options_) {}              \
  Name##Impl::~Name##Impl() = default;                                                      \
  void Name##Impl::reset() {}                                                               \
  Tensor Name##Impl::forward(const Tensor& input) {                                         \
    const IntArrayRef padding = options.padding();                                          \
    return F::pad(input, F::PadFuncOptions(padding.vec()).mode(pad_mode).value(pad_value)); \
  }                                                                                         \
  void Name##Impl::pretty_print(std::ostream& stream) const {                               \
    Printer(stream, #Name).field("padding", options.padding()) __VA_ARGS__;                 \
  }                                                                                         \
  HEARTH_DEFINE_CLONE(Name##Impl)
HEARTH_PAD(ZeroPad1d, kConstant, 0)
HEARTH_PAD(ZeroPad2d, kConstant, 0)
HEARTH_PAD(ConstantPad1d, kConstant, options.value(), .field("value", options.value()))
HEARTH_PAD(ConstantPad2d, kConstant, options.value(), .field("value", options.value()))
HEARTH_PAD(ReflectionPad1d, kReflect, 0)
HEARTH_PAD(ReflectionPad2d, kReflect, 0)
HEARTH_PAD(ReplicationPad1d, kReplicate, 0)
HEARTH_PAD(ReplicationPad2d, kReplicate, 0)

}  // namespace hearth::nn
