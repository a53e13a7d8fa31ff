// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <variant>

#include "hearth/base/arg.h"
#include "hearth/nn/enum.h"
#include "hearth/nn/expanding_array.h"
#include "hearth/tensor/tensor.h"

namespace hearth::nn {

/// How a convolution fills what lies beyond the border.
using conv_padding_mode_t =
    std::variant<enumtype::kZeros, enumtype::kReflect, enumtype::kReplicate, enumtype::kCircular>;
/// Padding on both sides of each dim, or kValid (none) or kSame (output as large as input).
template <size_t D>
using conv_padding_t = std::variant<ExpandingArray<D>, enumtype::kValid, enumtype::kSame>;

/// Options of ConvNd.
template <size_t D>
struct ConvOptions {
  using padding_mode_t = conv_padding_mode_t;
  using padding_t = conv_padding_t<D>;
  ConvOptions(int64_t in_channels, int64_t out_channels, ExpandingArray<D> kernel_size)
      : in_channels_(in_channels), out_channels_(out_channels), kernel_size_(kernel_size) {}
  HEARTH_ARG(int64_t, in_channels);
  HEARTH_ARG(int64_t, out_channels);
  HEARTH_ARG(ExpandingArray<D>, kernel_size);
  HEARTH_ARG(ExpandingArray<D>, stride) = 1;
  HEARTH_ARG(padding_t, padding) = ExpandingArray<D>(0);

 public:
  /// `padding({1, 2})`.
  ConvOptions& padding(std::initializer_list<int64_t> padding) {
    padding_ = ExpandingArray<D>(padding);
    return *this;
  }
  HEARTH_ARG(ExpandingArray<D>, dilation) = 1;
  HEARTH_ARG(int64_t, groups) = 1;
  HEARTH_ARG(bool, bias) = true;
  HEARTH_ARG(padding_mode_t, padding_mode) = kZeros;
};
using Conv1dOptions = ConvOptions<1>;
using Conv2dOptions = ConvOptions<2>;

/// Options of ConvTransposeNd.
template <size_t D>
struct ConvTransposeOptions {
  using padding_mode_t = conv_padding_mode_t;
  ConvTransposeOptions(int64_t in_channels, int64_t out_channels, ExpandingArray<D> kernel_size)
      : in_channels_(in_channels), out_channels_(out_channels), kernel_size_(kernel_size) {}
  HEARTH_ARG(int64_t, in_channels);
  HEARTH_ARG(int64_t, out_channels);
  HEARTH_ARG(ExpandingArray<D>, kernel_size);
  HEARTH_ARG(ExpandingArray<D>, stride) = 1;
  /// dilation * (kernel_size - 1) - padding zeros are added on both sides of the input.
  HEARTH_ARG(ExpandingArray<D>, padding) = 0;
  /// Added to one side of the output's size.
  HEARTH_ARG(ExpandingArray<D>, output_padding) = 0;
  HEARTH_ARG(int64_t, groups) = 1;
  HEARTH_ARG(bool, bias) = true;
  HEARTH_ARG(ExpandingArray<D>, dilation) = 1;
  /// Only kZeros.
  HEARTH_ARG(padding_mode_t, padding_mode) = kZeros;
};
using ConvTranspose1dOptions = ConvTransposeOptions<1>;
using ConvTranspose2dOptions = ConvTransposeOptions<2>;

namespace functional {

/// Options of F::convNd.
template <size_t D>
struct ConvFuncOptions {
  using padding_t = conv_padding_t<D>;
  HEARTH_ARG(Tensor, bias) = {};
  HEARTH_ARG(ExpandingArray<D>, stride) = 1;
  HEARTH_ARG(padding_t, padding) = ExpandingArray<D>(0);

 public:
  ConvFuncOptions& padding(std::initializer_list<int64_t> padding) {
    padding_ = ExpandingArray<D>(padding);
    return *this;
  }
  HEARTH_ARG(ExpandingArray<D>, dilation) = 1;
  HEARTH_ARG(int64_t, groups) = 1;
};
using Conv1dFuncOptions = ConvFuncOptions<1>;
using Conv2dFuncOptions = ConvFuncOptions<2>;

/// Options of F::conv_transposeNd.
template <size_t D>
struct ConvTransposeFuncOptions {
  HEARTH_ARG(Tensor, bias) = {};
  HEARTH_ARG(ExpandingArray<D>, stride) = 1;
  HEARTH_ARG(ExpandingArray<D>, padding) = 0;
  HEARTH_ARG(ExpandingArray<D>, output_padding) = 0;
  HEARTH_ARG(int64_t, groups) = 1;
  HEARTH_ARG(ExpandingArray<D>, dilation) = 1;
};
using ConvTranspose1dFuncOptions = ConvTransposeFuncOptions<1>;
using ConvTranspose2dFuncOptions = ConvTransposeFuncOptions<2>;

}  // namespace functional
}  // namespace hearth::nn
