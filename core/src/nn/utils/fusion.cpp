// SPDX-License-Identifier: Apache-2.0
#include "hearth/nn/utils/fusion.h"

#include "hearth/autograd/grad_mode.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/view.h"

namespace hearth::nn::utils {

namespace {

Tensor or_full(const Tensor& given, const Tensor& like, double value) {
  return given.defined() ? given : full_like(like, value);
}

}  // namespace

std::tuple<Tensor, Tensor> fuse_conv_bn_weights(const Tensor& conv_w, const Tensor& conv_b,
                                                const Tensor& bn_rm, const Tensor& bn_rv,
                                                double bn_eps, const Tensor& bn_w,
                                                const Tensor& bn_b, bool transpose) {
  const NoGradGuard no_grad;
  const Tensor scale = or_full(bn_w, bn_rm, 1) * (bn_rv + bn_eps).rsqrt();
  std::vector<int64_t> shape(static_cast<size_t>(conv_w.dim()), 1);
  shape[transpose ? 1 : 0] = -1;
  const Tensor bias = (or_full(conv_b, bn_rm, 0) - bn_rm) * scale + or_full(bn_b, bn_rm, 0);
  return {(conv_w * scale.reshape(shape)).to(conv_w.scalar_type()),
          bias.to(conv_b.defined() ? conv_b.scalar_type() : conv_w.scalar_type())};
}

std::tuple<Tensor, Tensor> fuse_linear_bn_weights(const Tensor& linear_w, const Tensor& linear_b,
                                                  const Tensor& bn_rm, const Tensor& bn_rv,
                                                  double bn_eps, const Tensor& bn_w,
                                                  const Tensor& bn_b) {
  // One statistic may count for all outputs.
  const Tensor bias = linear_b.defined() ? linear_b : linear_w.new_zeros({linear_w.size(0)});
  return fuse_conv_bn_weights(linear_w, bias, bn_rm, bn_rv, bn_eps, bn_w, bn_b);
}

void detail::check_fusible(const Module& layer, const BatchNorm& bn) {
  HEARTH_CHECK_AS(ValueError, !layer.is_training() && !bn.is_training(),
                  "[fusion] Fusion only for eval! Call eval() on ",
                  layer.is_training() ? layer.name() : bn.name());
  HEARTH_CHECK_AS(ValueError, bn.running_mean.defined() && bn.running_var.defined(),
                  "[fusion] expected a batch norm with running statistics, got a ", bn.name(),
                  " with track_running_stats=False");
}
void detail::check_features(int64_t out_features, const BatchNorm& bn) {
  const int64_t features = bn.options.num_features();
  HEARTH_CHECK_AS(ShapeError, features == out_features || features == 1,
                  "[fusion] To fuse, linear.out_features == bn.num_features or bn.num_features == "
                  "1, got linear.out_features=",
                  out_features, " and bn.num_features=", features);
}
void detail::set_fused(Module& layer, Tensor& weight, Tensor& bias,
                       std::tuple<Tensor, Tensor> fused) {
  const bool needs_grad = weight.requires_grad();
  weight.set_data(std::get<0>(fused));
  if (bias.defined()) {
    bias.set_data(std::get<1>(fused));
    return;
  }
  // It only holds the name's place.
  layer.unregister_parameter("bias");
  bias = layer.register_parameter("bias", std::get<1>(fused), needs_grad);
}

}  // namespace hearth::nn::utils
