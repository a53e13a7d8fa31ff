// SPDX-License-Identifier: Apache-2.0
#include "models/basic_conv2d.h"

#include "hearth/nn/init.h"
#include "hearth/nn/modules/linear.h"
#include "hearth/tensor/tensor_literal.h"

#include "models/conv_norm.h"

namespace hearth::vision::models {

BasicConv2dImpl::BasicConv2dImpl(const nn::Conv2dOptions& options)
    : conv_(nn::Conv2dOptions(options).bias(false)),
      bn_(nn::BatchNorm2dOptions(options.out_channels()).eps(1e-3)) {
  register_module("conv", conv_);
  register_module("bn", bn_);
}
BasicConv2dImpl::~BasicConv2dImpl() = default;
Tensor BasicConv2dImpl::forward(const Tensor& x) { return conv_norm_relu(conv_, bn_, x); }

Tensor renormalized(const Tensor& images) {
  HEARTH_CHECK_AS(ShapeError, images.dim() == 4 && images.size(1) == 3,
                  "[transform_input] expected images of 3 channels, [N, 3, H, W], got ",
                  images.sizes());
  const auto per_channel = [&](double r, double g, double b) {
    return tensor({r, g, b}).to(images.options()).reshape({1, 3, 1, 1});
  };
  return images * per_channel(0.229 / 0.5, 0.224 / 0.5, 0.225 / 0.5) +
         per_channel((0.485 - 0.5) / 0.5, (0.456 - 0.5) / 0.5, (0.406 - 0.5) / 0.5);
}

void initialize_truncated(const nn::Module& network, double stddev) {
  for (const auto& module : network.modules(false)) {
    if (auto* conv = module->as<nn::Conv2d>()) nn::init::trunc_normal_(conv->weight, 0, stddev);
    if (auto* linear = module->as<nn::Linear>()) nn::init::trunc_normal_(linear->weight, 0, stddev);
  }
}

}  // namespace hearth::vision::models
