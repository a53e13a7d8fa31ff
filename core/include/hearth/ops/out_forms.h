// SPDX-License-Identifier: Apache-2.0
// The _out forms of what networks are made of, and of new tensors like another. They write the
// result where the first arguments say, without gradient.
#pragma once

#include <optional>

#include "hearth/ops/conv.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/distribution.h"
#include "hearth/ops/factory.h"
#include "hearth/ops/fold.h"
#include "hearth/ops/grid_sampler.h"
#include "hearth/ops/linalg.h"
#include "hearth/ops/loss.h"
#include "hearth/ops/margin_loss.h"
#include "hearth/ops/normalization.h"
#include "hearth/ops/out.h"
#include "hearth/ops/pad.h"
#include "hearth/ops/pool.h"
#include "hearth/ops/resize.h"
#include "hearth/ops/scatter.h"
#include "hearth/ops/softmax.h"
#include "hearth/ops/unpool.h"

namespace hearth {

// ---- losses

HEARTH_OUT(nll_loss,
           (const Tensor& self, const Tensor& target, const std::optional<Tensor>& weight = {},
            int64_t reduction = Reduction::Mean, int64_t ignore_index = -100),
           (self, target, weight, reduction, ignore_index))
HEARTH_OUT(nll_loss2d,
           (const Tensor& self, const Tensor& target, const std::optional<Tensor>& weight = {},
            int64_t reduction = Reduction::Mean, int64_t ignore_index = -100),
           (self, target, weight, reduction, ignore_index))
HEARTH_OUT(mse_loss,
           (const Tensor& self, const Tensor& target, int64_t reduction = Reduction::Mean),
           (self, target, reduction))
HEARTH_OUT(smooth_l1_loss,
           (const Tensor& self, const Tensor& target, int64_t reduction = Reduction::Mean,
            double beta = 1.0),
           (self, target, reduction, beta))
HEARTH_OUT(huber_loss,
           (const Tensor& self, const Tensor& target, int64_t reduction = Reduction::Mean,
            double delta = 1.0),
           (self, target, reduction, delta))
HEARTH_OUT(binary_cross_entropy,
           (const Tensor& self, const Tensor& target, const std::optional<Tensor>& weight = {},
            int64_t reduction = Reduction::Mean),
           (self, target, weight, reduction))
HEARTH_OUT(binary_cross_entropy_with_logits,
           (const Tensor& self, const Tensor& target, const std::optional<Tensor>& weight = {},
            const std::optional<Tensor>& pos_weight = {}, int64_t reduction = Reduction::Mean),
           (self, target, weight, pos_weight, reduction))
HEARTH_OUT(soft_margin_loss,
           (const Tensor& self, const Tensor& target, int64_t reduction = Reduction::Mean),
           (self, target, reduction))
HEARTH_OUT(multi_margin_loss,
           (const Tensor& self, const Tensor& target, const Scalar& p = 1, const Scalar& margin = 1,
            const std::optional<Tensor>& weight = {}, int64_t reduction = Reduction::Mean),
           (self, target, p, margin, weight, reduction))
HEARTH_OUT(multilabel_margin_loss,
           (const Tensor& self, const Tensor& target, int64_t reduction = Reduction::Mean),
           (self, target, reduction))

// ---- pooling

HEARTH_OUT(avg_pool1d,
           (const Tensor& self, IntArrayRef kernel_size, IntArrayRef stride = {},
            IntArrayRef padding = 0, bool ceil_mode = false, bool count_include_pad = true),
           (self, kernel_size, stride, padding, ceil_mode, count_include_pad))
HEARTH_OUT(avg_pool2d,
           (const Tensor& self, IntArrayRef kernel_size, IntArrayRef stride = {},
            IntArrayRef padding = 0, bool ceil_mode = false, bool count_include_pad = true,
            std::optional<int64_t> divisor_override = std::nullopt),
           (self, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override))
HEARTH_OUT(avg_pool3d,
           (const Tensor& self, IntArrayRef kernel_size, IntArrayRef stride = {},
            IntArrayRef padding = 0, bool ceil_mode = false, bool count_include_pad = true,
            std::optional<int64_t> divisor_override = std::nullopt),
           (self, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override))
HEARTH_OUT(adaptive_avg_pool1d, (const Tensor& self, IntArrayRef output_size), (self, output_size))
HEARTH_OUT(adaptive_avg_pool2d, (const Tensor& self, IntArrayRef output_size), (self, output_size))
HEARTH_OUT(adaptive_avg_pool3d, (const Tensor& self, IntArrayRef output_size), (self, output_size))
HEARTH_OUT_2(adaptive_max_pool2d, out, indices, (const Tensor& self, IntArrayRef output_size),
             (self, output_size))
HEARTH_OUT_2(adaptive_max_pool3d, out, indices, (const Tensor& self, IntArrayRef output_size),
             (self, output_size))
HEARTH_OUT_2(max_pool2d_with_indices, out, indices,
             (const Tensor& self, IntArrayRef kernel_size, IntArrayRef stride = {},
              IntArrayRef padding = 0, IntArrayRef dilation = 1, bool ceil_mode = false),
             (self, kernel_size, stride, padding, dilation, ceil_mode))
HEARTH_OUT_2(max_pool3d_with_indices, out, indices,
             (const Tensor& self, IntArrayRef kernel_size, IntArrayRef stride = {},
              IntArrayRef padding = 0, IntArrayRef dilation = 1, bool ceil_mode = false),
             (self, kernel_size, stride, padding, dilation, ceil_mode))
HEARTH_OUT_2(fractional_max_pool2d, output, indices,
             (const Tensor& self, IntArrayRef kernel_size, IntArrayRef output_size,
              const Tensor& random_samples),
             (self, kernel_size, output_size, random_samples))
HEARTH_OUT_2(fractional_max_pool3d, output, indices,
             (const Tensor& self, IntArrayRef kernel_size, IntArrayRef output_size,
              const Tensor& random_samples),
             (self, kernel_size, output_size, random_samples))
HEARTH_OUT(max_unpool2d, (const Tensor& self, const Tensor& indices, IntArrayRef output_size),
           (self, indices, output_size))
HEARTH_OUT(max_unpool3d,
           (const Tensor& self, const Tensor& indices, IntArrayRef output_size, IntArrayRef stride,
            IntArrayRef padding),
           (self, indices, output_size, stride, padding))

// ---- padding, resizing and rearranged pixels

HEARTH_OUT(constant_pad_nd, (const Tensor& self, IntArrayRef pad, const Scalar& value = 0),
           (self, pad, value))
HEARTH_OUT(reflection_pad1d, (const Tensor& self, IntArrayRef padding), (self, padding))
HEARTH_OUT(reflection_pad2d, (const Tensor& self, IntArrayRef padding), (self, padding))
HEARTH_OUT(reflection_pad3d, (const Tensor& self, IntArrayRef padding), (self, padding))
HEARTH_OUT(replication_pad1d, (const Tensor& self, IntArrayRef padding), (self, padding))
HEARTH_OUT(replication_pad2d, (const Tensor& self, IntArrayRef padding), (self, padding))
HEARTH_OUT(replication_pad3d, (const Tensor& self, IntArrayRef padding), (self, padding))

#define HEARTH_OUT_UPSAMPLE_1D(name)                                                              \
  HEARTH_OUT(                                                                                     \
      name,                                                                                       \
      (const Tensor& self, IntArrayRef output_size, std::optional<double> scales = std::nullopt), \
      (self, output_size, scales))
#define HEARTH_OUT_UPSAMPLE_2D(name)                                                               \
  HEARTH_OUT(                                                                                      \
      name,                                                                                        \
      (const Tensor& self, IntArrayRef output_size, std::optional<double> scales_h = std::nullopt, \
       std::optional<double> scales_w = std::nullopt),                                             \
      (self, output_size, scales_h, scales_w))
#define HEARTH_OUT_UPSAMPLE_3D(name)                                                               \
  HEARTH_OUT(                                                                                      \
      name,                                                                                        \
      (const Tensor& self, IntArrayRef output_size, std::optional<double> scales_d = std::nullopt, \
       std::optional<double> scales_h = std::nullopt,                                              \
       std::optional<double> scales_w = std::nullopt),                                             \
      (self, output_size, scales_d, scales_h, scales_w))
#define HEARTH_OUT_UPSAMPLE_ALIGNED_2D(name)                                   \
  HEARTH_OUT(name,                                                             \
             (const Tensor& self, IntArrayRef output_size, bool align_corners, \
              std::optional<double> scales_h = std::nullopt,                   \
              std::optional<double> scales_w = std::nullopt),                  \
             (self, output_size, align_corners, scales_h, scales_w))
HEARTH_OUT_UPSAMPLE_1D(upsample_nearest1d)
HEARTH_OUT_UPSAMPLE_1D(_upsample_nearest_exact1d)
HEARTH_OUT_UPSAMPLE_2D(upsample_nearest2d)
HEARTH_OUT_UPSAMPLE_2D(_upsample_nearest_exact2d)
HEARTH_OUT_UPSAMPLE_3D(upsample_nearest3d)
HEARTH_OUT_UPSAMPLE_3D(_upsample_nearest_exact3d)
HEARTH_OUT_UPSAMPLE_ALIGNED_2D(upsample_bilinear2d)
HEARTH_OUT_UPSAMPLE_ALIGNED_2D(upsample_bicubic2d)
HEARTH_OUT_UPSAMPLE_ALIGNED_2D(_upsample_bilinear2d_aa)
HEARTH_OUT_UPSAMPLE_ALIGNED_2D(_upsample_bicubic2d_aa)
#undef HEARTH_OUT_UPSAMPLE_1D
#undef HEARTH_OUT_UPSAMPLE_2D
#undef HEARTH_OUT_UPSAMPLE_3D
#undef HEARTH_OUT_UPSAMPLE_ALIGNED_2D
HEARTH_OUT(upsample_linear1d,
           (const Tensor& self, IntArrayRef output_size, bool align_corners,
            std::optional<double> scales = std::nullopt),
           (self, output_size, align_corners, scales))
HEARTH_OUT(upsample_trilinear3d,
           (const Tensor& self, IntArrayRef output_size, bool align_corners,
            std::optional<double> scales_d = std::nullopt,
            std::optional<double> scales_h = std::nullopt,
            std::optional<double> scales_w = std::nullopt),
           (self, output_size, align_corners, scales_d, scales_h, scales_w))
HEARTH_OUT(upsample_nearest2d,
           (const Tensor& input, OptionalIntArrayRef output_size,
            std::optional<ArrayRef<double>> scale_factors),
           (input, output_size, scale_factors))
HEARTH_OUT(upsample_bilinear2d,
           (const Tensor& input, OptionalIntArrayRef output_size, bool align_corners,
            std::optional<ArrayRef<double>> scale_factors),
           (input, output_size, align_corners, scale_factors))

HEARTH_OUT(pixel_shuffle, (const Tensor& self, int64_t upscale_factor), (self, upscale_factor))
HEARTH_OUT(pixel_unshuffle, (const Tensor& self, int64_t downscale_factor),
           (self, downscale_factor))
HEARTH_OUT(channel_shuffle, (const Tensor& self, int64_t groups), (self, groups))
HEARTH_OUT(affine_grid_generator, (const Tensor& theta, IntArrayRef size, bool align_corners),
           (theta, size, align_corners))
HEARTH_OUT(grid_sampler_2d,
           (const Tensor& input, const Tensor& grid, int64_t interpolation_mode,
            int64_t padding_mode, bool align_corners),
           (input, grid, interpolation_mode, padding_mode, align_corners))
HEARTH_OUT(grid_sampler_3d,
           (const Tensor& input, const Tensor& grid, int64_t interpolation_mode,
            int64_t padding_mode, bool align_corners),
           (input, grid, interpolation_mode, padding_mode, align_corners))

// ---- convolutions and products

HEARTH_OUT(convolution,
           (const Tensor& input, const Tensor& weight, const std::optional<Tensor>& bias,
            IntArrayRef stride, IntArrayRef padding, IntArrayRef dilation, bool transposed,
            IntArrayRef output_padding, int64_t groups),
           (input, weight, bias, stride, padding, dilation, transposed, output_padding, groups))
HEARTH_OUT(conv_tbc,
           (const Tensor& self, const Tensor& weight, const Tensor& bias, int64_t pad = 0),
           (self, weight, bias, pad))
HEARTH_OUT(im2col,
           (const Tensor& self, IntArrayRef kernel_size, IntArrayRef dilation, IntArrayRef padding,
            IntArrayRef stride),
           (self, kernel_size, dilation, padding, stride))
HEARTH_OUT(col2im,
           (const Tensor& self, IntArrayRef output_size, IntArrayRef kernel_size,
            IntArrayRef dilation, IntArrayRef padding, IntArrayRef stride),
           (self, output_size, kernel_size, dilation, padding, stride))
HEARTH_OUT(mm, (const Tensor& self, const Tensor& mat2, ScalarType out_dtype),
           (self, mat2, out_dtype))
HEARTH_OUT(bmm, (const Tensor& self, const Tensor& mat2, ScalarType out_dtype),
           (self, mat2, out_dtype))
HEARTH_OUT(addmm,
           (const Tensor& self, const Tensor& mat1, const Tensor& mat2, ScalarType out_dtype,
            const Scalar& beta = 1, const Scalar& alpha = 1),
           (self, mat1, mat2, out_dtype, beta, alpha))
HEARTH_OUT(baddbmm,
           (const Tensor& self, const Tensor& batch1, const Tensor& batch2, ScalarType out_dtype,
            const Scalar& beta = 1, const Scalar& alpha = 1),
           (self, batch1, batch2, out_dtype, beta, alpha))

// ---- normalizations, softmax, segments

HEARTH_OUT_3(native_layer_norm, out0, out1, out2,
             (const Tensor& input, IntArrayRef normalized_shape,
              const std::optional<Tensor>& weight, const std::optional<Tensor>& bias, double eps),
             (input, normalized_shape, weight, bias, eps))
HEARTH_OUT_3(native_group_norm, out0, out1, out2,
             (const Tensor& input, const std::optional<Tensor>& weight,
              const std::optional<Tensor>& bias, int64_t N, int64_t C, int64_t HxW, int64_t group,
              double eps),
             (input, weight, bias, N, C, HxW, group, eps))
HEARTH_OUT(softmax,
           (const Tensor& self, int64_t dim, std::optional<ScalarType> dtype = std::nullopt),
           (self, dim, dtype))
HEARTH_OUT(log_softmax,
           (const Tensor& self, int64_t dim, std::optional<ScalarType> dtype = std::nullopt),
           (self, dim, dtype))
HEARTH_OUT_2(native_dropout, out0, out1, (const Tensor& input, double p, std::optional<bool> train),
             (input, p, train))

// ---- new tensors, in out's dtype

#define HEARTH_OUT_LINE(Start, End)                                                             \
  HEARTH_OUT(linspace, (const Start& start, const End& end, int64_t steps),                     \
             (start, end, steps, detail::like_out(out)))                                        \
  HEARTH_OUT(logspace, (const Start& start, const End& end, int64_t steps, double base = 10.0), \
             (start, end, steps, base, detail::like_out(out)))
HEARTH_OUT_LINE(Tensor, Tensor)
HEARTH_OUT_LINE(Tensor, Scalar)
HEARTH_OUT_LINE(Scalar, Tensor)
#undef HEARTH_OUT_LINE

#define HEARTH_OUT_WINDOW(name, parameters, arguments)               \
  HEARTH_OUT(name, (int64_t window_length HEARTH_UNPACK parameters), \
             (window_length HEARTH_UNPACK arguments, detail::like_out(out)))
HEARTH_OUT_WINDOW(bartlett_window, (), ())
HEARTH_OUT_WINDOW(bartlett_window, (, bool periodic), (, periodic))
HEARTH_OUT_WINDOW(blackman_window, (), ())
HEARTH_OUT_WINDOW(blackman_window, (, bool periodic), (, periodic))
HEARTH_OUT_WINDOW(hann_window, (), ())
HEARTH_OUT_WINDOW(hann_window, (, bool periodic), (, periodic))
HEARTH_OUT_WINDOW(hamming_window, (), ())
HEARTH_OUT_WINDOW(hamming_window, (, bool periodic), (, periodic))
HEARTH_OUT_WINDOW(hamming_window, (, bool periodic, double alpha), (, periodic, alpha))
HEARTH_OUT_WINDOW(hamming_window, (, bool periodic, double alpha, double beta),
                  (, periodic, alpha, beta))
HEARTH_OUT_WINDOW(kaiser_window, (), ())
HEARTH_OUT_WINDOW(kaiser_window, (, bool periodic), (, periodic))
HEARTH_OUT_WINDOW(kaiser_window, (, bool periodic, double beta), (, periodic, beta))
#undef HEARTH_OUT_WINDOW

#define HEARTH_OUT_RANDOM(name, parameters, arguments)                                         \
  HEARTH_OUT(name,                                                                             \
             (const Tensor& self HEARTH_UNPACK parameters,                                     \
              std::optional<MemoryFormat> format = std::nullopt),                              \
             (self HEARTH_UNPACK arguments, detail::like_out(out), format))                    \
  HEARTH_OUT(name,                                                                             \
             (const Tensor& self HEARTH_UNPACK parameters, std::optional<Generator> generator, \
              std::optional<MemoryFormat> format = std::nullopt),                              \
             (self HEARTH_UNPACK arguments, generator, detail::like_out(out), format))
HEARTH_OUT_RANDOM(rand_like, (), ())
HEARTH_OUT_RANDOM(randn_like, (), ())
HEARTH_OUT_RANDOM(randint_like, (, int64_t high), (, high))
HEARTH_OUT_RANDOM(randint_like, (, const Tensor& high), (, high))
HEARTH_OUT_RANDOM(randint_like, (, int64_t low, int64_t high), (, low, high))
#undef HEARTH_OUT_RANDOM
HEARTH_OUT(normal_functional,
           (const Tensor& self, double mean = 0, double std = 1,
            std::optional<Generator> generator = {}),
           (self, mean, std, generator))
inline Tensor& normal_out(Tensor& out, const Tensor& self, double mean, double std,
                          std::optional<Generator> generator = {}) {
  return normal_functional_out(out, self, mean, std, std::move(generator));
}

// What is filled needs no copy.
inline Tensor& empty_like_out(Tensor& out, const Tensor& self,
                              std::optional<MemoryFormat> format = std::nullopt) {
  return empty_out(out, self.sizes(), format);
}
inline Tensor& full_like_out(Tensor& out, const Tensor& self, const Scalar& value,
                             std::optional<MemoryFormat> format = std::nullopt) {
  return fill_(empty_out(out, self.sizes(), format), value);
}
inline Tensor& zeros_like_out(Tensor& out, const Tensor& self,
                              std::optional<MemoryFormat> format = std::nullopt) {
  return full_like_out(out, self, 0, format);
}
inline Tensor& ones_like_out(Tensor& out, const Tensor& self,
                             std::optional<MemoryFormat> format = std::nullopt) {
  return full_like_out(out, self, 1, format);
}
inline Tensor& scalar_tensor_out(Tensor& out, const Scalar& value) {
  return full_out(out, {}, value);
}
inline Tensor& new_empty_out(Tensor& out, const Tensor&, IntArrayRef sizes) {
  return empty_out(out, sizes);
}
inline Tensor& new_full_out(Tensor& out, const Tensor&, IntArrayRef sizes, const Scalar& value) {
  return full_out(out, sizes, value);
}
inline Tensor& new_zeros_out(Tensor& out, const Tensor&, IntArrayRef sizes) {
  return zeros_out(out, sizes);
}
inline Tensor& new_ones_out(Tensor& out, const Tensor&, IntArrayRef sizes) {
  return ones_out(out, sizes);
}

/// `src` in self's dtype and sizes, to which it broadcasts.
inline Tensor copy(const Tensor& self, const Tensor& src, bool non_blocking = false) {
  Tensor out = self.clone();
  out.copy_(src, non_blocking);
  return out;
}
HEARTH_OUT(copy, (const Tensor& self, const Tensor& src, bool non_blocking = false),
           (self, src, non_blocking))

}  // namespace hearth
