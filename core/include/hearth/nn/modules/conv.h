// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <variant>

#include "hearth/base/arg.h"
#include "hearth/nn/enum.h"
#include "hearth/nn/expanding_array.h"
#include "hearth/nn/lazy.h"
#include "hearth/nn/pimpl.h"

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
using Conv3dOptions = ConvOptions<3>;

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
using ConvTranspose3dOptions = ConvTransposeOptions<3>;

/// What convolutions of all dims share.
template <size_t D>
class HEARTH_API ConvNdImpl : public Module {
 public:
  ConvNdImpl(int64_t in_channels, int64_t out_channels, ExpandingArray<D> kernel_size);
  explicit ConvNdImpl(const ConvOptions<D>& options_);
  ~ConvNdImpl() override;
  virtual void reset();
  /// Draws weight and bias from U(-1/sqrt(fan_in), 1/sqrt(fan_in)).
  void reset_parameters();

  ConvOptions<D> options;
  Tensor weight;  ///< [out_channels, in_channels / groups, kernel_size...]
  Tensor bias;    ///< [out_channels], undefined without bias

 protected:
  ConvNdImpl(const ConvOptions<D>& options_, lazy_t);
};
extern template class ConvNdImpl<1>;
extern template class ConvNdImpl<2>;
extern template class ConvNdImpl<3>;

/// What transposed convolutions of all dims share.
template <size_t D>
class HEARTH_API ConvTransposeNdImpl : public Module {
 public:
  ConvTransposeNdImpl(int64_t in_channels, int64_t out_channels, ExpandingArray<D> kernel_size);
  explicit ConvTransposeNdImpl(const ConvTransposeOptions<D>& options_);
  ~ConvTransposeNdImpl() override;
  virtual void reset();
  void reset_parameters();

  ConvTransposeOptions<D> options;
  Tensor weight;  ///< [in_channels, out_channels / groups, kernel_size...]
  Tensor bias;    ///< [out_channels], undefined without bias

 protected:
  ConvTransposeNdImpl(const ConvTransposeOptions<D>& options_, lazy_t);
  /// The output padding that gives this output size (of the spatial dims, or with those before).
  std::vector<int64_t> output_padding(const Tensor& input,
                                      const std::optional<IntArrayRef>& output_size) const;
};
extern template class ConvTransposeNdImpl<1>;
extern template class ConvTransposeNdImpl<2>;
extern template class ConvTransposeNdImpl<3>;

/// Convolution of [N, C, L] or [C, L].
class HEARTH_API Conv1dImpl : public ConvNdImpl<1> {
 public:
  using ConvNdImpl<1>::ConvNdImpl;
  HEARTH_DERIVED_MODULE(Conv1dImpl)
  Tensor forward(const Tensor& input);
};
HEARTH_MODULE(Conv1d);

/// Convolution of images [N, C, H, W] or [C, H, W].
class HEARTH_API Conv2dImpl : public ConvNdImpl<2> {
 public:
  using ConvNdImpl<2>::ConvNdImpl;
  HEARTH_DERIVED_MODULE(Conv2dImpl)
  Tensor forward(const Tensor& input);
};
HEARTH_MODULE(Conv2d);

/// Convolution of volumes [N, C, D, H, W] or [C, D, H, W].
class HEARTH_API Conv3dImpl : public ConvNdImpl<3> {
 public:
  using ConvNdImpl<3>::ConvNdImpl;
  HEARTH_DERIVED_MODULE(Conv3dImpl)
  Tensor forward(const Tensor& input);
};
HEARTH_MODULE(Conv3d);

/// Transposed convolution of [N, C, L] or [C, L].
class HEARTH_API ConvTranspose1dImpl : public ConvTransposeNdImpl<1> {
 public:
  using ConvTransposeNdImpl<1>::ConvTransposeNdImpl;
  HEARTH_DERIVED_MODULE(ConvTranspose1dImpl)
  /// output_size: of the spatial dims, or with those before; by default the smallest that fits.
  Tensor forward(const Tensor& input, const std::optional<IntArrayRef>& output_size = std::nullopt);

 protected:
  FORWARD_HAS_DEFAULT_ARGS({1, AnyValue(std::optional<IntArrayRef>())})
};
HEARTH_MODULE(ConvTranspose1d);

/// Transposed convolution of images [N, C, H, W] or [C, H, W].
class HEARTH_API ConvTranspose2dImpl : public ConvTransposeNdImpl<2> {
 public:
  using ConvTransposeNdImpl<2>::ConvTransposeNdImpl;
  HEARTH_DERIVED_MODULE(ConvTranspose2dImpl)
  /// output_size: of the spatial dims, or with those before; by default the smallest that fits.
  Tensor forward(const Tensor& input, const std::optional<IntArrayRef>& output_size = std::nullopt);

 protected:
  FORWARD_HAS_DEFAULT_ARGS({1, AnyValue(std::optional<IntArrayRef>())})
};
HEARTH_MODULE(ConvTranspose2d);

/// Transposed convolution of volumes [N, C, D, H, W] or [C, D, H, W].
class HEARTH_API ConvTranspose3dImpl : public ConvTransposeNdImpl<3> {
 public:
  using ConvTransposeNdImpl<3>::ConvTransposeNdImpl;
  HEARTH_DERIVED_MODULE(ConvTranspose3dImpl)
  /// output_size: of the spatial dims, or with those before; by default the smallest that fits.
  Tensor forward(const Tensor& input, const std::optional<IntArrayRef>& output_size = std::nullopt);

 protected:
  FORWARD_HAS_DEFAULT_ARGS({1, AnyValue(std::optional<IntArrayRef>())})
};
HEARTH_MODULE(ConvTranspose3d);

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
using Conv3dFuncOptions = ConvFuncOptions<3>;

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
using ConvTranspose3dFuncOptions = ConvTransposeFuncOptions<3>;

/// input [N, C, L] or [C, L], weight [out, C / groups, k].
HEARTH_API Tensor conv1d(const Tensor& input, const Tensor& weight,
                         const Conv1dFuncOptions& options = {});
/// input [N, C, H, W] or [C, H, W], weight [out, C / groups, kh, kw].
HEARTH_API Tensor conv2d(const Tensor& input, const Tensor& weight,
                         const Conv2dFuncOptions& options = {});
/// input [N, C, D, H, W] or [C, D, H, W], weight [out, C / groups, kd, kh, kw].
HEARTH_API Tensor conv3d(const Tensor& input, const Tensor& weight,
                         const Conv3dFuncOptions& options = {});
/// input [N, C, L] or [C, L], weight [C, out / groups, k].
HEARTH_API Tensor conv_transpose1d(const Tensor& input, const Tensor& weight,
                                   const ConvTranspose1dFuncOptions& options = {});
/// input [N, C, H, W] or [C, H, W], weight [C, out / groups, kh, kw].
HEARTH_API Tensor conv_transpose2d(const Tensor& input, const Tensor& weight,
                                   const ConvTranspose2dFuncOptions& options = {});
/// input [N, C, D, H, W] or [C, D, H, W], weight [C, out / groups, kd, kh, kw].
HEARTH_API Tensor conv_transpose3d(const Tensor& input, const Tensor& weight,
                                   const ConvTranspose3dFuncOptions& options = {});

}  // namespace functional
}  // namespace hearth::nn
