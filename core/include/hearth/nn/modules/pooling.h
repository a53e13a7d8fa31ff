// SPDX-License-Identifier: Apache-2.0
// Pooling of [N, C, L] (1d), [N, C, H, W] (2d) and [N, C, D, H, W] (3d), with or without N.
#pragma once

#include <optional>
#include <tuple>
#include <vector>

#include "hearth/base/arg.h"
#include "hearth/nn/any_value.h"
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
template <typename Size>
using AdaptiveAvgPoolOptions = AdaptivePoolOptions<Size>;
template <typename Size>
using AdaptiveMaxPoolOptions = AdaptivePoolOptions<Size>;
using AdaptiveAvgPool1dOptions = AdaptivePoolOptions<ExpandingArray<1>>;
using AdaptiveAvgPool2dOptions = AdaptivePoolOptions<ExpandingArrayWithOptionalElem<2>>;
using AdaptiveAvgPool3dOptions = AdaptivePoolOptions<ExpandingArrayWithOptionalElem<3>>;
using AdaptiveMaxPool1dOptions = AdaptivePoolOptions<ExpandingArray<1>>;
using AdaptiveMaxPool2dOptions = AdaptivePoolOptions<ExpandingArrayWithOptionalElem<2>>;
using AdaptiveMaxPool3dOptions = AdaptivePoolOptions<ExpandingArrayWithOptionalElem<3>>;

/// Options of MaxUnpoolNd; stride defaults to the kernel size.
template <size_t D>
struct MaxUnpoolOptions {
  MaxUnpoolOptions(ExpandingArray<D> kernel_size)
      : kernel_size_(kernel_size), stride_(kernel_size) {}
  HEARTH_ARG(ExpandingArray<D>, kernel_size);
  HEARTH_ARG(ExpandingArray<D>, stride);
  HEARTH_ARG(ExpandingArray<D>, padding) = 0;
};
using MaxUnpool1dOptions = MaxUnpoolOptions<1>;
using MaxUnpool2dOptions = MaxUnpoolOptions<2>;
using MaxUnpool3dOptions = MaxUnpoolOptions<3>;

/// Options of FractionalMaxPoolNd and F::fractional_max_poolNd: the number of windows, or how many
/// of them there are for each element of the input.
template <size_t D>
struct FractionalMaxPoolOptions {
  FractionalMaxPoolOptions(ExpandingArray<D> kernel_size) : kernel_size_(kernel_size) {}
  HEARTH_ARG(ExpandingArray<D>, kernel_size);
  HEARTH_ARG(std::optional<ExpandingArray<D>>, output_size) = std::nullopt;
  using ExpandingArrayDouble = ExpandingArray<D, double>;
  HEARTH_ARG(std::optional<ExpandingArrayDouble>, output_ratio) = std::nullopt;
  /// What places the windows: [N, C, D] between 0 and 1; drawn when not given.
  HEARTH_ARG(Tensor, _random_samples) = Tensor();
};
using FractionalMaxPool2dOptions = FractionalMaxPoolOptions<2>;
using FractionalMaxPool3dOptions = FractionalMaxPoolOptions<3>;

/// Options of LPPoolNd and F::lp_poolNd; stride defaults to the kernel size.
template <size_t D>
struct LPPoolOptions {
  LPPoolOptions(double norm_type, ExpandingArray<D> kernel_size)
      : norm_type_(norm_type), kernel_size_(kernel_size), stride_(kernel_size) {}
  /// The order of the norm.
  HEARTH_ARG(double, norm_type);
  HEARTH_ARG(ExpandingArray<D>, kernel_size);
  HEARTH_ARG(ExpandingArray<D>, stride);
  HEARTH_ARG(bool, ceil_mode) = false;
};
using LPPool1dOptions = LPPoolOptions<1>;
using LPPool2dOptions = LPPoolOptions<2>;
using LPPool3dOptions = LPPoolOptions<3>;

/// The function of the same name as a module; `...` are further members.
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
#define HEARTH_WITH_SAMPLES HEARTH_WITH_INDICES Tensor _random_samples;
HEARTH_POOL(FractionalMaxPool2d, ExpandingArray<2>, HEARTH_WITH_SAMPLES)
HEARTH_POOL(FractionalMaxPool3d, ExpandingArray<3>, HEARTH_WITH_SAMPLES)
#undef HEARTH_WITH_SAMPLES
#undef HEARTH_WITH_INDICES
#undef HEARTH_POOL

/// Puts maxima back where they were, among zeros; output_size says what the pooled input's was
/// where several fit.
#define HEARTH_UNPOOL(Name, D)                                                       \
  class HEARTH_API Name##Impl : public Module {                                      \
   public:                                                                           \
    explicit Name##Impl(ExpandingArray<D> size) : Name##Impl(Name##Options(size)) {} \
    explicit Name##Impl(const Name##Options& options_);                              \
    HEARTH_BUILTIN_MODULE(Name##Impl)                                                \
    Tensor forward(const Tensor& input, const Tensor& indices,                       \
                   const std::optional<std::vector<int64_t>>& output_size = {});     \
    Name##Options options;                                                           \
                                                                                     \
   protected:                                                                        \
    FORWARD_HAS_DEFAULT_ARGS({2, AnyValue(std::optional<std::vector<int64_t>>())})   \
  };                                                                                 \
  HEARTH_MODULE(Name);
HEARTH_UNPOOL(MaxUnpool1d, 1)
HEARTH_UNPOOL(MaxUnpool2d, 2)
HEARTH_UNPOOL(MaxUnpool3d, 3)
#undef HEARTH_UNPOOL

/// The norm of each window.
#define HEARTH_LP_POOL(Name, D)                                 \
  class HEARTH_API Name##Impl : public Module {                 \
   public:                                                      \
    Name##Impl(double norm_type, ExpandingArray<D> kernel_size) \
        : Name##Impl(Name##Options(norm_type, kernel_size)) {}  \
    explicit Name##Impl(const Name##Options& options_);         \
    HEARTH_BUILTIN_MODULE(Name##Impl)                           \
    Tensor forward(const Tensor& input);                        \
    Name##Options options;                                      \
  };                                                            \
  HEARTH_MODULE(Name);
HEARTH_LP_POOL(LPPool1d, 1)
HEARTH_LP_POOL(LPPool2d, 2)
HEARTH_LP_POOL(LPPool3d, 3)
#undef HEARTH_LP_POOL

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

using FractionalMaxPool2dFuncOptions = FractionalMaxPool2dOptions;
using FractionalMaxPool3dFuncOptions = FractionalMaxPool3dOptions;
using LPPool1dFuncOptions = LPPool1dOptions;
using LPPool2dFuncOptions = LPPool2dOptions;
using LPPool3dFuncOptions = LPPool3dOptions;

/// Options of F::max_unpoolNd.
template <size_t D>
struct MaxUnpoolFuncOptions {
  MaxUnpoolFuncOptions(ExpandingArray<D> kernel_size)
      : kernel_size_(kernel_size), stride_(kernel_size) {}
  HEARTH_ARG(ExpandingArray<D>, kernel_size);
  HEARTH_ARG(ExpandingArray<D>, stride);
  HEARTH_ARG(ExpandingArray<D>, padding) = 0;
  /// The spatial sizes of the result, or all of its sizes.
  HEARTH_ARG(std::optional<std::vector<int64_t>>, output_size) = std::nullopt;
};
using MaxUnpool1dFuncOptions = MaxUnpoolFuncOptions<1>;
using MaxUnpool2dFuncOptions = MaxUnpoolFuncOptions<2>;
using MaxUnpool3dFuncOptions = MaxUnpoolFuncOptions<3>;

/// The largest element of each window; padding never wins.
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
/// The mean of each window.
HEARTH_API Tensor avg_pool1d(const Tensor& input, const AvgPool1dFuncOptions& options);
HEARTH_API Tensor avg_pool2d(const Tensor& input, const AvgPool2dFuncOptions& options);
HEARTH_API Tensor avg_pool3d(const Tensor& input, const AvgPool3dFuncOptions& options);
/// The means of as many windows, of nearly equal size, as output_size says.
HEARTH_API Tensor adaptive_avg_pool1d(const Tensor& input,
                                      const AdaptiveAvgPool1dFuncOptions& options);
HEARTH_API Tensor adaptive_avg_pool2d(const Tensor& input,
                                      const AdaptiveAvgPool2dFuncOptions& options);
HEARTH_API Tensor adaptive_avg_pool3d(const Tensor& input,
                                      const AdaptiveAvgPool3dFuncOptions& options);
/// The maxima of such windows.
HEARTH_API Tensor adaptive_max_pool1d(const Tensor& input,
                                      const AdaptiveMaxPool1dFuncOptions& options);
HEARTH_API Tensor adaptive_max_pool2d(const Tensor& input,
                                      const AdaptiveMaxPool2dFuncOptions& options);
HEARTH_API Tensor adaptive_max_pool3d(const Tensor& input,
                                      const AdaptiveMaxPool3dFuncOptions& options);
/// The maxima, and where in its flattened channel each was.
HEARTH_API std::tuple<Tensor, Tensor> adaptive_max_pool1d_with_indices(
    const Tensor& input, const AdaptiveMaxPool1dFuncOptions& options);
HEARTH_API std::tuple<Tensor, Tensor> adaptive_max_pool2d_with_indices(
    const Tensor& input, const AdaptiveMaxPool2dFuncOptions& options);
HEARTH_API std::tuple<Tensor, Tensor> adaptive_max_pool3d_with_indices(
    const Tensor& input, const AdaptiveMaxPool3dFuncOptions& options);

/// Zeros with input's elements at `indices`, places in a flattened channel.
HEARTH_API Tensor max_unpool1d(const Tensor& input, const Tensor& indices,
                               const MaxUnpool1dFuncOptions& options);
HEARTH_API Tensor max_unpool2d(const Tensor& input, const Tensor& indices,
                               const MaxUnpool2dFuncOptions& options);
HEARTH_API Tensor max_unpool3d(const Tensor& input, const Tensor& indices,
                               const MaxUnpool3dFuncOptions& options);
/// The maxima of windows a random number of elements apart.
HEARTH_API Tensor fractional_max_pool2d(const Tensor& input,
                                        const FractionalMaxPool2dFuncOptions& options);
HEARTH_API Tensor fractional_max_pool3d(const Tensor& input,
                                        const FractionalMaxPool3dFuncOptions& options);
/// The maxima, and where in its flattened channel each was.
HEARTH_API std::tuple<Tensor, Tensor> fractional_max_pool2d_with_indices(
    const Tensor& input, const FractionalMaxPool2dFuncOptions& options);
HEARTH_API std::tuple<Tensor, Tensor> fractional_max_pool3d_with_indices(
    const Tensor& input, const FractionalMaxPool3dFuncOptions& options);
/// The norm of each window: the root of its elements' summed powers.
HEARTH_API Tensor lp_pool1d(const Tensor& input, const LPPool1dFuncOptions& options);
HEARTH_API Tensor lp_pool2d(const Tensor& input, const LPPool2dFuncOptions& options);
HEARTH_API Tensor lp_pool3d(const Tensor& input, const LPPool3dFuncOptions& options);

}  // namespace functional
}  // namespace hearth::nn
