// SPDX-License-Identifier: Apache-2.0
// Pooling over windows of [N, C, L] (1d), [N, C, H, W] (2d) or [N, C, D, H, W] (3d), or without N.
// Lists hold one value for all spatial dims or one each; an empty stride means kernel_size. The
// result has input's memory format. Windows that do not fit throw ShapeError, sizes that are not
// positive ValueError.
#pragma once

#include <optional>
#include <tuple>

#include "hearth/tensor/tensor.h"

namespace hearth {

/// The largest element of each window; NaN counts as largest. Padding is never chosen and at most
/// half the kernel. ceil_mode rounds the number of windows up.
HEARTH_API Tensor max_pool1d(const Tensor& self, IntArrayRef kernel_size, IntArrayRef stride = {},
                             IntArrayRef padding = 0, IntArrayRef dilation = 1,
                             bool ceil_mode = false);
HEARTH_API Tensor max_pool2d(const Tensor& self, IntArrayRef kernel_size, IntArrayRef stride = {},
                             IntArrayRef padding = 0, IntArrayRef dilation = 1,
                             bool ceil_mode = false);
HEARTH_API Tensor max_pool3d(const Tensor& self, IntArrayRef kernel_size, IntArrayRef stride = {},
                             IntArrayRef padding = 0, IntArrayRef dilation = 1,
                             bool ceil_mode = false);
/// With the place of each maximum among its channel's elements, counted row by row (int64).
HEARTH_API std::tuple<Tensor, Tensor> max_pool1d_with_indices(
    const Tensor& self, IntArrayRef kernel_size, IntArrayRef stride = {}, IntArrayRef padding = 0,
    IntArrayRef dilation = 1, bool ceil_mode = false);
HEARTH_API std::tuple<Tensor, Tensor> max_pool2d_with_indices(
    const Tensor& self, IntArrayRef kernel_size, IntArrayRef stride = {}, IntArrayRef padding = 0,
    IntArrayRef dilation = 1, bool ceil_mode = false);
HEARTH_API std::tuple<Tensor, Tensor> max_pool3d_with_indices(
    const Tensor& self, IntArrayRef kernel_size, IntArrayRef stride = {}, IntArrayRef padding = 0,
    IntArrayRef dilation = 1, bool ceil_mode = false);

/// The mean of each window. Padding counts as zeros, or with count_include_pad false not at all;
/// divisor_override divides the sum by that number instead.
HEARTH_API Tensor avg_pool1d(const Tensor& self, IntArrayRef kernel_size, IntArrayRef stride = {},
                             IntArrayRef padding = 0, bool ceil_mode = false,
                             bool count_include_pad = true);
HEARTH_API Tensor avg_pool2d(const Tensor& self, IntArrayRef kernel_size, IntArrayRef stride = {},
                             IntArrayRef padding = 0, bool ceil_mode = false,
                             bool count_include_pad = true,
                             std::optional<int64_t> divisor_override = std::nullopt);
HEARTH_API Tensor avg_pool3d(const Tensor& self, IntArrayRef kernel_size, IntArrayRef stride = {},
                             IntArrayRef padding = 0, bool ceil_mode = false,
                             bool count_include_pad = true,
                             std::optional<int64_t> divisor_override = std::nullopt);

/// Windows that cut each dim into output_size parts: part i is [i n / out, ceil((i + 1) n / out)).
HEARTH_API Tensor adaptive_avg_pool1d(const Tensor& self, IntArrayRef output_size);
HEARTH_API Tensor adaptive_avg_pool2d(const Tensor& self, IntArrayRef output_size);
HEARTH_API Tensor adaptive_avg_pool3d(const Tensor& self, IntArrayRef output_size);
/// Maxima and their places.
HEARTH_API std::tuple<Tensor, Tensor> adaptive_max_pool1d(const Tensor& self,
                                                          IntArrayRef output_size);
HEARTH_API std::tuple<Tensor, Tensor> adaptive_max_pool2d(const Tensor& self,
                                                          IntArrayRef output_size);
HEARTH_API std::tuple<Tensor, Tensor> adaptive_max_pool3d(const Tensor& self,
                                                          IntArrayRef output_size);

}  // namespace hearth
