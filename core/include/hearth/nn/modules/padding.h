// SPDX-License-Identifier: Apache-2.0
// Padding of [N, C, L] (1d), [N, C, H, W] (2d) and [N, C, D, H, W] (3d), with or without N.
#pragma once

#include <variant>
#include <vector>

#include "hearth/base/arg.h"
#include "hearth/nn/enum.h"
#include "hearth/nn/expanding_array.h"
#include "hearth/nn/pimpl.h"

namespace hearth::nn {

/// Options of the padding modules: before and after the last dim, then the one before it.
template <size_t D>
struct PadOptions {
  PadOptions(ExpandingArray<D * 2> padding) : padding_(padding) {}
  HEARTH_ARG(ExpandingArray<D * 2>, padding);
};
template <size_t D>
using ZeroPadOptions = PadOptions<D>;
template <size_t D>
using ReflectionPadOptions = PadOptions<D>;
template <size_t D>
using ReplicationPadOptions = PadOptions<D>;
template <size_t D>
using CircularPadOptions = PadOptions<D>;
using ZeroPad1dOptions = PadOptions<1>;
using ZeroPad2dOptions = PadOptions<2>;
using ZeroPad3dOptions = PadOptions<3>;
using ReflectionPad1dOptions = PadOptions<1>;
using ReflectionPad2dOptions = PadOptions<2>;
using ReflectionPad3dOptions = PadOptions<3>;
using ReplicationPad1dOptions = PadOptions<1>;
using ReplicationPad2dOptions = PadOptions<2>;
using ReplicationPad3dOptions = PadOptions<3>;
using CircularPad1dOptions = PadOptions<1>;
using CircularPad2dOptions = PadOptions<2>;
using CircularPad3dOptions = PadOptions<3>;

/// Options of ConstantPadNd.
template <size_t D>
struct ConstantPadOptions {
  ConstantPadOptions(ExpandingArray<D * 2> padding, double value)
      : padding_(padding), value_(value) {}
  HEARTH_ARG(ExpandingArray<D * 2>, padding);
  HEARTH_ARG(double, value);
};
using ConstantPad1dOptions = ConstantPadOptions<1>;
using ConstantPad2dOptions = ConstantPadOptions<2>;
using ConstantPad3dOptions = ConstantPadOptions<3>;

#define HEARTH_PAD(Name, D)                                                                    \
  class HEARTH_API Name##Impl : public Module {                                                \
   public:                                                                                     \
    explicit Name##Impl(ExpandingArray<D * 2> padding) : Name##Impl(Name##Options(padding)) {} \
    explicit Name##Impl(const Name##Options& options_);                                        \
    HEARTH_BUILTIN_MODULE(Name##Impl)                                                          \
    Tensor forward(const Tensor& input);                                                       \
    Name##Options options;                                                                     \
  };                                                                                           \
  HEARTH_MODULE(Name);
HEARTH_PAD(ZeroPad1d, 1)
HEARTH_PAD(ZeroPad2d, 2)
HEARTH_PAD(ZeroPad3d, 3)
HEARTH_PAD(ReflectionPad1d, 1)
HEARTH_PAD(ReflectionPad2d, 2)
HEARTH_PAD(ReflectionPad3d, 3)
HEARTH_PAD(ReplicationPad1d, 1)
HEARTH_PAD(ReplicationPad2d, 2)
HEARTH_PAD(ReplicationPad3d, 3)
HEARTH_PAD(CircularPad1d, 1)
HEARTH_PAD(CircularPad2d, 2)
HEARTH_PAD(CircularPad3d, 3)
#undef HEARTH_PAD

#define HEARTH_PAD(Name, D)                                 \
  class HEARTH_API Name##Impl : public Module {             \
   public:                                                  \
    Name##Impl(ExpandingArray<D * 2> padding, double value) \
        : Name##Impl(Name##Options(padding, value)) {}      \
    explicit Name##Impl(const Name##Options& options_);     \
    HEARTH_BUILTIN_MODULE(Name##Impl)                       \
    Tensor forward(const Tensor& input);                    \
    Name##Options options;                                  \
  };                                                        \
  HEARTH_MODULE(Name);
HEARTH_PAD(ConstantPad1d, 1)
HEARTH_PAD(ConstantPad2d, 2)
HEARTH_PAD(ConstantPad3d, 3)
#undef HEARTH_PAD

namespace functional {

/// Options of F::pad.
struct PadFuncOptions {
  using mode_t = std::variant<enumtype::kConstant, enumtype::kReflect, enumtype::kReplicate,
                              enumtype::kCircular>;
  PadFuncOptions(std::vector<int64_t> pad) : pad_(std::move(pad)) {}
  HEARTH_ARG(std::vector<int64_t>, pad);
  HEARTH_ARG(mode_t, mode) = kConstant;
  HEARTH_ARG(double, value) = 0;
};

/// Pads the last dims; see hearth::pad for what each mode takes.
HEARTH_API Tensor pad(const Tensor& input, const PadFuncOptions& options);

}  // namespace functional
}  // namespace hearth::nn
