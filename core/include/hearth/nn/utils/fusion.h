// SPDX-License-Identifier: Apache-2.0
// A layer and the batch norm behind it as one layer, for inference: torch.nn.utils.fusion.
#pragma once

#include <memory>
#include <tuple>

#include "hearth/nn/modules/linear.h"
#include "hearth/nn/modules/normalization.h"

namespace hearth::nn::utils {

/// The weight and bias of a convolution that does what one of these and a batch norm with these
/// running statistics do. Undefined biases and weights are zeros and ones; `transpose`: whether the
/// weight is [in, out, ...], that of a transposed convolution. Gradients are not followed.
HEARTH_API std::tuple<Tensor, Tensor> fuse_conv_bn_weights(
    const Tensor& conv_w, const Tensor& conv_b, const Tensor& bn_rm, const Tensor& bn_rv,
    double bn_eps, const Tensor& bn_w, const Tensor& bn_b, bool transpose = false);
/// The same of a linear layer.
HEARTH_API std::tuple<Tensor, Tensor> fuse_linear_bn_weights(
    const Tensor& linear_w, const Tensor& linear_b, const Tensor& bn_rm, const Tensor& bn_rv,
    double bn_eps, const Tensor& bn_w, const Tensor& bn_b);

namespace detail {
using BatchNorm = RunningNormImpl<BatchNormOptions>;
/// Throws ValueError unless both are in evaluation mode and the norm keeps statistics.
HEARTH_API void check_fusible(const Module& layer, const BatchNorm& bn);
HEARTH_API void check_features(int64_t out_features, const BatchNorm& bn);
/// Gives the layer, which is a clone, these parameters.
HEARTH_API void set_fused(Module& layer, Tensor& weight, Tensor& bias,
                          std::tuple<Tensor, Tensor> fused);
}  // namespace detail

/// A copy of a convolution that does what it and the batch norm behind it do; both are in
/// evaluation mode. Throws ValueError where they are not, or where the norm has no running
/// statistics.
///
///     auto fused = fuse_conv_bn_eval(net->conv, net->bn);
template <typename Conv, typename Norm>
Conv fuse_conv_bn_eval(const Conv& conv, const Norm& bn, bool transpose = false) {
  detail::check_fusible(*conv, *bn);
  Conv fused(std::dynamic_pointer_cast<typename Conv::ContainedType>(conv->clone()));
  fused->options.bias(true);
  detail::set_fused(
      *fused, fused->weight, fused->bias,
      fuse_conv_bn_weights(conv->weight, conv->bias, bn->running_mean, bn->running_var,
                           bn->options.eps(), bn->weight, bn->bias, transpose));
  return fused;
}
/// The same of a linear layer, whose outputs the norm counts as features, or as one.
template <typename Norm>
Linear fuse_linear_bn_eval(const Linear& linear, const Norm& bn) {
  detail::check_fusible(*linear, *bn);
  detail::check_features(linear->options.out_features(), *bn);
  Linear fused(std::dynamic_pointer_cast<LinearImpl>(linear->clone()));
  fused->options.bias(true);
  detail::set_fused(
      *fused, fused->weight, fused->bias,
      fuse_linear_bn_weights(linear->weight, linear->bias, bn->running_mean, bn->running_var,
                             bn->options.eps(), bn->weight, bn->bias));
  return fused;
}

}  // namespace hearth::nn::utils
