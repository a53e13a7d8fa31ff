// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <variant>
#include <vector>

#include "hearth/base/arg.h"
#include "hearth/nn/enum.h"
#include "hearth/nn/expanding_array.h"

namespace hearth::nn {

/// Options of the padding modules: before and after the last dim, then the one before it.
template <size_t D>
struct PadOptions {
  PadOptions(ExpandingArray<D * 2> padding) : padding_(padding) {}
  HEARTH_ARG(ExpandingArray<D * 2>, padding);
};
using ZeroPad1dOptions = PadOptions<1>;
using ZeroPad2dOptions = PadOptions<2>;
using ReflectionPad1dOptions = PadOptions<1>;
using ReflectionPad2dOptions = PadOptions<2>;
using ReplicationPad1dOptions = PadOptions<1>;
using ReplicationPad2dOptions = PadOptions<2>;

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
}  // namespace functional

}  // namespace hearth::nn
