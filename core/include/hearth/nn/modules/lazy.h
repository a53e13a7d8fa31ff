// SPDX-License-Identifier: Apache-2.0
// Modules that make their parameters at the first forward, when the input tells how many features
// or channels there are; whatever their options say of that before. Until then they have none, so
// run one batch before an optimizer is made. An earlier to() decides their dtype and device;
// without one they follow the input's device.
#pragma once

#include "hearth/nn/modules/conv.h"
#include "hearth/nn/modules/linear.h"
#include "hearth/nn/modules/normalization.h"

namespace hearth::nn {

/// Declares LazyBase: a Base that asks the first input for its number of features. What follows
/// the arguments of forward is a constructor for the usual options.
#define HEARTH_LAZY(Base, forward_arguments, ...)                    \
  class HEARTH_API Lazy##Base##Impl : public Base##Impl {            \
   public:                                                           \
    explicit Lazy##Base##Impl(Base##Options options_);               \
    __VA_ARGS__                                                      \
    HEARTH_DERIVED_MODULE(Lazy##Base##Impl)                          \
    void reset() override;                                           \
    /** Whether the parameters are still to be made. */              \
    bool has_uninitialized_params() const;                           \
    Tensor forward forward_arguments;                                \
                                                                     \
   protected:                                                        \
    void convert(const Callable<Tensor(const Tensor&)>& f) override; \
                                                                     \
   private:                                                          \
    Tensor like_; /* of the dtype and device that to() asked for */  \
  };                                                                 \
  HEARTH_MODULE(Lazy##Base);
HEARTH_LAZY(Linear, (const Tensor& input), explicit LazyLinearImpl(int64_t out_features)
            : LazyLinearImpl(LinearOptions(0, out_features)){})

#define HEARTH_LAZY_CONV(Base, D, forward_arguments)                                \
  HEARTH_LAZY(Base, forward_arguments,                                              \
              Lazy##Base##Impl(int64_t out_channels, ExpandingArray<D> kernel_size) \
              : Lazy##Base##Impl(Base##Options(0, out_channels, kernel_size)){})
HEARTH_LAZY_CONV(Conv1d, 1, (const Tensor& input))
HEARTH_LAZY_CONV(Conv2d, 2, (const Tensor& input))
HEARTH_LAZY_CONV(Conv3d, 3, (const Tensor& input))
#define HEARTH_SIZED (const Tensor& input, const std::optional<IntArrayRef>& output_size = {})
HEARTH_LAZY_CONV(ConvTranspose1d, 1, HEARTH_SIZED)
HEARTH_LAZY_CONV(ConvTranspose2d, 2, HEARTH_SIZED)
HEARTH_LAZY_CONV(ConvTranspose3d, 3, HEARTH_SIZED)
#undef HEARTH_SIZED
#undef HEARTH_LAZY_CONV

#define HEARTH_LAZY_NORM(Base)                                \
  HEARTH_LAZY(Base, (const Tensor& input), Lazy##Base##Impl() \
              : Lazy##Base##Impl(Base##Options(0)){})
HEARTH_LAZY_NORM(BatchNorm1d)
HEARTH_LAZY_NORM(BatchNorm2d)
HEARTH_LAZY_NORM(BatchNorm3d)
HEARTH_LAZY_NORM(InstanceNorm1d)
HEARTH_LAZY_NORM(InstanceNorm2d)
HEARTH_LAZY_NORM(InstanceNorm3d)
#undef HEARTH_LAZY_NORM
#undef HEARTH_LAZY

}  // namespace hearth::nn
