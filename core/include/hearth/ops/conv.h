// SPDX-License-Identifier: Apache-2.0
// Convolutions (cross-correlations, as in PyTorch) of floating or complex tensors.
//
// input is [N, C, L] for the 1d forms, [N, C, H, W] for the 2d ones and [N, C, D, H, W] for the 3d
// ones, or without N. Lists of stride, padding and the like hold one value for all spatial dims or
// one each. The result is channels-last in memory when input or weight is, else contiguous. Sizes
// that do not fit throw ShapeError, strides, dilations and groups that are not positive ValueError.
#pragma once

#include <optional>
#include <string_view>
#include <type_traits>

#include "hearth/tensor/tensor.h"

namespace hearth {

/// weight [out, C / groups, k]; the result's length is (L + 2 padding - dilation (k - 1) - 1) /
/// stride + 1.
HEARTH_API Tensor conv1d(const Tensor& input, const Tensor& weight,
                         const std::optional<Tensor>& bias = {}, IntArrayRef stride = 1,
                         IntArrayRef padding = 0, IntArrayRef dilation = 1, int64_t groups = 1);
/// weight [out, C / groups, kh, kw].
HEARTH_API Tensor conv2d(const Tensor& input, const Tensor& weight,
                         const std::optional<Tensor>& bias = {}, IntArrayRef stride = 1,
                         IntArrayRef padding = 0, IntArrayRef dilation = 1, int64_t groups = 1);
/// weight [out, C / groups, kd, kh, kw].
HEARTH_API Tensor conv3d(const Tensor& input, const Tensor& weight,
                         const std::optional<Tensor>& bias = {}, IntArrayRef stride = 1,
                         IntArrayRef padding = 0, IntArrayRef dilation = 1, int64_t groups = 1);

namespace detail {
HEARTH_API Tensor conv_padded(int64_t dims, const Tensor& input, const Tensor& weight,
                              const std::optional<Tensor>& bias, IntArrayRef stride,
                              std::string_view padding, IntArrayRef dilation, int64_t groups);
template <class S>
concept PaddingName = std::is_convertible_v<const S&, std::string_view>;
}  // namespace detail

/// padding "valid" (none) or "same" (the result has input's size; stride must be 1).
template <detail::PaddingName S>
Tensor conv1d(const Tensor& input, const Tensor& weight, const std::optional<Tensor>& bias,
              IntArrayRef stride, const S& padding, IntArrayRef dilation = 1, int64_t groups = 1) {
  return detail::conv_padded(1, input, weight, bias, stride, padding, dilation, groups);
}
template <detail::PaddingName S>
Tensor conv2d(const Tensor& input, const Tensor& weight, const std::optional<Tensor>& bias,
              IntArrayRef stride, const S& padding, IntArrayRef dilation = 1, int64_t groups = 1) {
  return detail::conv_padded(2, input, weight, bias, stride, padding, dilation, groups);
}
template <detail::PaddingName S>
Tensor conv3d(const Tensor& input, const Tensor& weight, const std::optional<Tensor>& bias,
              IntArrayRef stride, const S& padding, IntArrayRef dilation = 1, int64_t groups = 1) {
  return detail::conv_padded(3, input, weight, bias, stride, padding, dilation, groups);
}

/// The gradient of conv1d by its input, as an operator: weight [C, out / groups, k]; the result's
/// length is (L - 1) stride - 2 padding + dilation (k - 1) + output_padding + 1.
HEARTH_API Tensor conv_transpose1d(const Tensor& input, const Tensor& weight,
                                   const std::optional<Tensor>& bias = {}, IntArrayRef stride = 1,
                                   IntArrayRef padding = 0, IntArrayRef output_padding = 0,
                                   int64_t groups = 1, IntArrayRef dilation = 1);
/// weight [C, out / groups, kh, kw].
HEARTH_API Tensor conv_transpose2d(const Tensor& input, const Tensor& weight,
                                   const std::optional<Tensor>& bias = {}, IntArrayRef stride = 1,
                                   IntArrayRef padding = 0, IntArrayRef output_padding = 0,
                                   int64_t groups = 1, IntArrayRef dilation = 1);
/// weight [C, out / groups, kd, kh, kw].
HEARTH_API Tensor conv_transpose3d(const Tensor& input, const Tensor& weight,
                                   const std::optional<Tensor>& bias = {}, IntArrayRef stride = 1,
                                   IntArrayRef padding = 0, IntArrayRef output_padding = 0,
                                   int64_t groups = 1, IntArrayRef dilation = 1);

/// All of the above for batched input, by number of dims and `transposed`.
HEARTH_API Tensor convolution(const Tensor& input, const Tensor& weight,
                              const std::optional<Tensor>& bias, IntArrayRef stride,
                              IntArrayRef padding, IntArrayRef dilation, bool transposed,
                              IntArrayRef output_padding, int64_t groups);

/// conv1d of sequences [T, B, C]: weight [k, C, out], bias [out], `pad` zeros at both ends.
HEARTH_API Tensor conv_tbc(const Tensor& self, const Tensor& weight, const Tensor& bias,
                           int64_t pad = 0);

}  // namespace hearth
