// SPDX-License-Identifier: Apache-2.0
// Pooling of [N, C, L] (1d), [N, C, H, W] (2d) and [N, C, D, H, W] (3d), with or without N.
#pragma once

#include <optional>
#include <tuple>

#include "hearth/base/arg.h"
#include "hearth/nn/expanding_array.h"
#include "hearth/nn/pimpl.h"

namespace hearth::nn {

/// Options of MaxPoolNd and F::max_poolNd; stride defaults to the kernel size.
template <size_t D>
struct MaxPoolOptions {
  MaxPoolOptions(ExpandingArray<D> kernel_size) : kernel_size_(kernel_size), stride_(kernel_size) {}
  HEARTH_ARG(ExpandingArray<D>, kernel_size);
  HEARTH_ARG(ExpandingArray<D>, stride);
  HEARTH_ARG(ExpandingArray<D>, padding) = 0;
  HEARTH_ARG(ExpandingArray<D>, dilation) = 1;
  /// Whether a window that only begins inside counts.
  HEARTH_ARG(bool, ceil_mode) = false;
};
using MaxPool1dOptions = MaxPoolOptions<1>;
using MaxPool2dOptions = MaxPoolOptions<2>;
using MaxPool3dOptions = MaxPoolOptions<3>;

/// Options of AvgPoolNd and F::avg_poolNd; stride defaults to the kernel size.
template <size_t D>
struct AvgPoolOptions {
  AvgPoolOptions(ExpandingArray<D> kernel_size) : kernel_size_(kernel_size), stride_(kernel_size) {}
  HEARTH_ARG(ExpandingArray<D>, kernel_size);
  HEARTH_ARG(ExpandingArray<D>, stride);
  HEARTH_ARG(ExpandingArray<D>, padding) = 0;
  HEARTH_ARG(bool, ceil_mode) = false;
  /// Whether padding counts as elements of the average.
  HEARTH_ARG(bool, count_include_pad) = true;
  /// What sums are divided by instead of the window's size.
  HEARTH_ARG(std::optional<int64_t>, divisor_override) = std::nullopt;
};
using AvgPool1dOptions = AvgPoolOptions<1>;
using AvgPool2dOptions = AvgPoolOptions<2>;
using AvgPool3dOptions = AvgPoolOptions<3>;

/// Options of the adaptive pools; an open size (nullopt) keeps the input's.
template <class Size>
struct AdaptivePoolOptions {
  AdaptivePoolOptions(Size output_size) : output_size_(output_size) {}
  HEARTH_ARG(Size, output_size);
};
using AdaptiveAvgPool1dOptions = AdaptivePoolOptions<ExpandingArray<1>>;
using AdaptiveAvgPool2dOptions = AdaptivePoolOptions<ExpandingArrayWithOptionalElem<2>>;
using AdaptiveAvgPool3dOptions = AdaptivePoolOptions<ExpandingArrayWithOptionalElem<3>>;
using AdaptiveMaxPool1dOptions = AdaptivePoolOptions<ExpandingArray<1>>;
using AdaptiveMaxPool2dOptions = AdaptivePoolOptions<ExpandingArrayWithOptionalElem<2>>;
using AdaptiveMaxPool3dOptions = AdaptivePoolOptions<ExpandingArrayWithOptionalElem<3>>;

#define HEARTH_POOL(Name, Size, ...)                                    \
  class HEARTH_API Name##Impl : public Module {                         \
   public:                                                              \
    explicit Name##Impl(Size size) : Name##Impl(Name##Options(size)) {} \
    explicit Name##Impl(const Name##Options& options_);                 \
    HEARTH_BUILTIN_MODULE(Name##Impl)                                   \
    Tensor forward(const Tensor& input);                                \
    Name##Options options;                                              \
    __VA_ARGS__                                                         \
  };                                                                    \
  HEARTH_MODULE(Name);
// Also returns where each maximum was, as an index into its channel, flattened.
#define HEARTH_WITH_INDICES std::tuple<Tensor, Tensor> forward_with_indices(const Tensor& input);
HEARTH_POOL(MaxPool1d, ExpandingArray<1>, HEARTH_WITH_INDICES)
HEARTH_POOL(MaxPool2d, ExpandingArray<2>, HEARTH_WITH_INDICES)
HEARTH_POOL(MaxPool3d, ExpandingArray<3>, HEARTH_WITH_INDICES)
HEARTH_POOL(AvgPool1d, ExpandingArray<1>)
HEARTH_POOL(AvgPool2d, ExpandingArray<2>)
HEARTH_POOL(AvgPool3d, ExpandingArray<3>)
HEARTH_POOL(AdaptiveAvgPool1d, ExpandingArray<1>)
HEARTH_POOL(AdaptiveAvgPool2d, ExpandingArrayWithOptionalElem<2>)
HEARTH_POOL(AdaptiveAvgPool3d, ExpandingArrayWithOptionalElem<3>)
HEARTH_POOL(AdaptiveMaxPool1d, ExpandingArray<1>, HEARTH_WITH_INDICES)
HEARTH_POOL(AdaptiveMaxPool2d, ExpandingArrayWithOptionalElem<2>, HEARTH_WITH_INDICES)
HEARTH_POOL(AdaptiveMaxPool3d, ExpandingArrayWithOptionalElem<3>, HEARTH_WITH_INDICES)
#undef HEARTH_WITH_INDICES
#undef HEARTH_POOL

namespace functional {

using MaxPool1dFuncOptions = MaxPool1dOptions;
using MaxPool2dFuncOptions = MaxPool2dOptions;
using MaxPool3dFuncOptions = MaxPool3dOptions;
using AvgPool1dFuncOptions = AvgPool1dOptions;
using AvgPool2dFuncOptions = AvgPool2dOptions;
using AvgPool3dFuncOptions = AvgPool3dOptions;
using AdaptiveAvgPool1dFuncOptions = AdaptiveAvgPool1dOptions;
using AdaptiveAvgPool2dFuncOptions = AdaptiveAvgPool2dOptions;
using AdaptiveAvgPool3dFuncOptions = AdaptiveAvgPool3dOptions;
using AdaptiveMaxPool1dFuncOptions = AdaptiveMaxPool1dOptions;
using AdaptiveMaxPool2dFuncOptions = AdaptiveMaxPool2dOptions;
using AdaptiveMaxPool3dFuncOptions = AdaptiveMaxPool3dOptions;

HEARTH_API Tensor max_pool1d(const Tensor& input, const MaxPool1dFuncOptions& options);
HEARTH_API Tensor max_pool2d(const Tensor& input, const MaxPool2dFuncOptions& options);
HEARTH_API Tensor max_pool3d(const Tensor& input, const MaxPool3dFuncOptions& options);
/// The maxima, and where in its flattened channel each was.
HEARTH_API std::tuple<Tensor, Tensor> max_pool1d_with_indices(const Tensor& input,
                                                              const MaxPool1dFuncOptions& options);
HEARTH_API std::tuple<Tensor, Tensor> max_pool2d_with_indices(const Tensor& input,
                                                              const MaxPool2dFuncOptions& options);
HEARTH_API std::tuple<Tensor, Tensor> max_pool3d_with_indices(const Tensor& input,
                                                              const MaxPool3dFuncOptions& options);
HEARTH_API Tensor avg_pool1d(const Tensor& input, const AvgPool1dFuncOptions& options);
HEARTH_API Tensor avg_pool2d(const Tensor& input, const AvgPool2dFuncOptions& options);
HEARTH_API Tensor avg_pool3d(const Tensor& input, const AvgPool3dFuncOptions& options);
HEARTH_API Tensor adaptive_avg_pool1d(const Tensor& input,
                                      const AdaptiveAvgPool1dFuncOptions& options);
HEARTH_API Tensor adaptive_avg_pool2d(const Tensor& input,
                                      const AdaptiveAvgPool2dFuncOptions& options);
HEARTH_API Tensor adaptive_avg_pool3d(const Tensor& input,
                                      const AdaptiveAvgPool3dFuncOptions& options);
HEARTH_API Tensor adaptive_max_pool1d(const Tensor& input,
                                      const AdaptiveMaxPool1dFuncOptions& options);
HEARTH_API Tensor adaptive_max_pool2d(const Tensor& input,
                                      const AdaptiveMaxPool2dFuncOptions& options);
HEARTH_API Tensor adaptive_max_pool3d(const Tensor& input,
                                      const AdaptiveMaxPool3dFuncOptions& options);
HEARTH_API std::tuple<Tensor, Tensor> adaptive_max_pool1d_with_indices(
    const Tensor& input, const AdaptiveMaxPool1dFuncOptions& options);
HEARTH_API std::tuple<Tensor, Tensor> adaptive_max_pool2d_with_indices(
    const Tensor& input, const AdaptiveMaxPool2dFuncOptions& options);
HEARTH_API std::tuple<Tensor, Tensor> adaptive_max_pool3d_with_indices(
    const Tensor& input, const AdaptiveMaxPool3dFuncOptions& options);

}  // namespace functional
}  // namespace hearth::nn
